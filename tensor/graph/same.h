/* same.h: whether two graphs compute the same: what a table of graphs asks. Names, places and scopes do not count. */
#ifndef HECATE_GRAPH_SAME_H
#define HECATE_GRAPH_SAME_H

#include "graph.h"

uint64_t graph_hash(const Graph *g);
/* Graphs without parameters and constants; numbers count. */
bool graph_same(const Graph *a, const Graph *b);

#endif
