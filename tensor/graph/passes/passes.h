/* passes.h: changes of graphs that keep what a graph computes. docs/internals/graph.md shows how one is added. Each
** pass leaves a graph that graph_verify accepts; *changed (may be NULL) says whether it did anything.
*/
#ifndef HECATE_GRAPH_PASSES_H
#define HECATE_GRAPH_PASSES_H

#include "graph/trace.h"

/* ---- effects.c: what a pass must not touch --------------------------------------------------------- */

/* The sets of values that may show the same memory, and which of them are written. */
typedef struct {
  int n;
  int *set;      /* [n_values]: the representative of a value's set */
  bool *changed; /* [n_values], by representative: some node changes this memory */
} Effects;
Status effects_find(const Graph *g, Effects *e);
void effects_free(Effects *e);
/* Whether a node does more than to make its results: changes memory or draws random numbers. */
bool effects_beside_results(const GraphNode *n);
/* Whether it does, or reads or makes memory that is changed somewhere: then it counts where the node stands, and it
** can be neither joined with another nor computed beforehand. */
bool effects_of_node(const Graph *g, const Effects *e, int node);
/* Whether a value, or what shows its memory, is returned: who gets it may change it. */
bool effects_returned(const Graph *g, int value);

/* ---- the passes --------------------------------------------------------------------------------------- */

/* dead.c: nodes whose results nobody uses go. What changes memory or draws random numbers stays. */
Status pass_dead_code(Graph *g, bool *changed);
/* constants.c: what is computed from constants alone is computed now, unless it is returned. */
Status pass_constants(Graph *g, bool *changed);
/* common.c: of nodes that do the same to the same values one is left. */
Status pass_common(Graph *g, bool *changed);
/* decompose.c: composites become the ops that they are made of; these may be composites in turn. 'op': one op only,
** OP_COUNT: all. */
Status pass_decompose(Graph *g, OpId op, bool *changed);
/* fuse.c: elementwise nodes, with a reduction at the end perhaps, become groups that run as one walk over memory. */
Status pass_fuse(Graph *g, bool *changed);
/* functional.c: changes in place become ops that give new values. 'layouts' are those of the trace. What
** memory that is seen from outside holds at the end is copied there as the last thing. */
Status pass_functional(Graph *g, const TraceLayout *layouts, bool *changed);

#endif
