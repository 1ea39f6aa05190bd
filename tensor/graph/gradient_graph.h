/* gradient_graph.h: what a backward pass through a graph computes, as a graph in turn. It is recorded on tensors
** without elements, by running the graph and the backward pass once on the meta device. So the formulas of the rows are
** the only place that says what a gradient is, and the result goes through the passes: what the gradient does not read
** is not computed, and elementwise nodes are joined.
*/
#ifndef HECATE_GRAPH_GRADIENT_GRAPH_H
#define HECATE_GRAPH_GRADIENT_GRAPH_H

#include "graph.h"

typedef struct {
  Graph *g;     /* inputs: those of the graph, gradients of results, what is kept; NULL: it cannot be recorded */
  int *result;  /* [inputs]: which result is the gradient of an input, -1: there is none */
  bool *reads;  /* [inputs and what is kept]: whether its elements are read */
} GradientGraph;

/* The last n_kept results of the graph are kept: the gradient takes them as inputs. 'wants': of each input whether its
** gradient is wanted, then of each result whether a gradient comes. The answer is kept in a table, and valid until the
** next call. */
Status gradient_graph(const Graph *g, int n_kept, const bool *wants, const GradientGraph **out);
void gradient_graph_forget(void); /* empties the table */

#endif
