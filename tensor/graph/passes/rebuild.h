/* rebuild.h: a pass that puts nodes in the place of others writes the graph anew. */
#ifndef HECATE_GRAPH_REBUILD_H
#define HECATE_GRAPH_REBUILD_H

#include "graph/graph.h"

typedef struct {
  const Graph *from;
  Graph *to;
  int *now; /* [from->n_values]: the value of 'to' that stands for one of 'from'; -1: none yet */
} Rebuild;

/* A graph with the inputs, parameters, constants and numbers of 'g', and no nodes. */
Status rebuild_start(Rebuild *r, const Graph *g);
/* A new result like value 'v' of the old graph. */
Status rebuild_result(Rebuild *r, int v, int base, int *out);
/* Appends a node like 'n' with these inputs (values of the new graph), and new results: where an old result is, 'now'
** has the new one. */
Status rebuild_node(Rebuild *r, const GraphNode *n, int *inputs);
/* The new graph takes the place of the old one in '*g'. */
Status rebuild_finish(Rebuild *r, Graph *g);
void rebuild_free(Rebuild *r);

#endif
