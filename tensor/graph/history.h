/* history.h: what was computed without the tape is described by a small graph of its own, so that its results get a
** history afterwards (recompute.h). torch.fused does so with expressions, and a group of nodes that ran as one walk.
*/
#ifndef HECATE_GRAPH_HISTORY_H
#define HECATE_GRAPH_HISTORY_H

#include "graph.h"

/* Begin with {0}. */
typedef struct {
  Graph *g;
  Tensor **inputs; /* borrowed: the tensors of the inputs of the graph */
  int room;
  Tensor **kept; /* owned: what the gradient need not compute anew: the last outputs of the graph */
  int n_kept, room_kept;
} History;

Status history_start(History *h);
/* The value of a tensor: one for each, but numbers that take part as tensors stay numbers. */
Status history_tensor(History *h, Tensor *t, int *value);
/* A call on values; 'result' says dtype and shape of what it gives. no_grad: no gradient passes here. */
Status history_node(History *h, const OpInfo *info, const void *attrs, bool no_grad, int n, int *inputs,
                    const Tensor *result, int *value);
/* A value that is kept with its tensor, after all outputs of the graph were added. */
Status history_save(History *h, int value, Tensor *t);
/* Whether what a call gave is kept, with so many elements: it is costly to compute and not too much to move. */
bool history_keeps(const OpInfo *info, int64_t numel);
/* What a gradient of a call reads, of inputs whose gradient is 'wanted' (bits): the bits of inputs, and whether its
** result. */
uint32_t history_reads(const OpInfo *info, int n, uint32_t wanted, bool *result);
/* Gives the results of the graph their history, unless 'status', which is what this returns then, says that something
** failed. The graph is gone afterwards in any case. */
Status history_finish(History *h, Status status, Tensor **outputs);

/* How results get their history: recompute_attach, which the Lua side puts here. Calling it by its name would make a
** circle, for it runs graphs, and graphs with groups come here. NULL in a program that leaves it out: there, what wants
** a gradient is not computed without the tape. */
extern Status (*history_attach)(History *h, Tensor **outputs);

#endif
