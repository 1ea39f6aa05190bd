/* group.h: groups of nodes that run as one walk over memory (device/fused.h): elementwise ops of one shape, with a
** reduction at the end perhaps. passes/fuse.c makes them. Nodes of a group are neighbours and have the same
** GraphNode.group. A group says only that it pays to try: whether a walk can give the same bits for the tensors of a
** run is found out there, and where it cannot the nodes run one by one.
*/
#ifndef HECATE_GRAPH_GROUP_H
#define HECATE_GRAPH_GROUP_H

#include "device/fused.h"
#include "graph.h"

#define GROUP_NODES 24

/* The place behind the last node of the group that node 'first' begins. */
int group_end(const Graph *g, int first);

/* The nodes [first, end) as one walk. tensor[v] and last[v]: of each value its tensor and the last node that uses it;
** inputs are given where tensor[v] or the value has one, and what is used behind the group is put there. *done: false
** where the nodes are to run one by one. */
Status group_run(const Graph *g, int first, int end, Tensor **tensor, const int *last, bool *done);

/* A tensor without elements that looks as the value did when the graph was recorded. */
Tensor group_header(const GraphValue *v);
/* A call of the node on these inputs, as a step of a walk: false where there is no such step. */
bool group_takes_step(const GraphNode *n, Tensor *const *in, DType *compute, DType *result);

#endif
