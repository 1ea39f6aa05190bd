/* recompute.h: results of a graph that ran without the tape get a history: one node. It keeps the inputs and what the
** history keeps. A backward pass runs what else the gradient reads anew, fused with the gradient (gradient_graph.h).
** Where modes are on, or the gradient is to have a gradient (create_graph), the graph runs node by node, on the tape,
** and then backward.
*/
#ifndef HECATE_GRAPH_RECOMPUTE_H
#define HECATE_GRAPH_RECOMPUTE_H

#include "history.h"

/* 'outputs' are what the graph gave. The graph, whose values are inputs, numbers and results, belongs to the node
** afterwards, or is freed on failure. */
Status recompute_attach(History *h, Tensor **outputs);

#endif
