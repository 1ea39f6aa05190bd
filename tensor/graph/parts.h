/* parts.h: composites that a trace records together with what they are made of: see trace.h. */
#ifndef HECATE_GRAPH_PARTS_H
#define HECATE_GRAPH_PARTS_H

#include "graph/graph.h"

/* A composite and its parts: nodes 'first' to 'composite' - 1, then the composite itself, whose inputs are
** 'inputs' while it runs. */
typedef struct Parts {
  int first, composite;
  int *inputs, n_inputs;
} Parts;

/* Of each composite and its parts one of both goes: the parts, unless something but their results is used. The
** composites are in the order in which they ended. stands_for[v]: of a result of a composite, what the parts gave. */
Status parts_settle(Graph *g, const Parts *parts, int n, const int *stands_for);

#endif
