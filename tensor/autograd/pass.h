/* pass.h: what a backward pass works on (engine.c), and one step of it (step.c). */
#ifndef HECATE_PASS_H
#define HECATE_PASS_H

#include "node.h"

typedef struct {
  Node *node;         /* owned */
  Tensor **grad;      /* [n_outputs] owned */
  int64_t waiting;    /* gradients still to come */
  bool captured;      /* the caller asked for the gradient of one of its outputs */
  bool needed;        /* leads to a leaf or capture that counts */
  uint64_t old_pass;  /* of an outer pass, put back at the end */
  int64_t old_slot;
} Slot;

typedef struct Pass {
  const struct Pass *outer; /* whose hook began this one; NULL: none */
  const char *who;
  Slot *slots;
  int64_t n_slots, capacity;
  uint64_t pass;
  bool retain_graph, create_graph, accumulate; /* accumulate: into leaves */
  int n_inputs;
  Tensor **inputs;   /* captures */
  Edge *input_edges; /* owned */
  Tensor **results;
} Pass;

/* ---- running.c ---------------------------------------------------------------- */

extern _Thread_local const Pass *pass_running; /* the innermost; NULL: none */

/* ---- sparse_arrive.c ---------------------------------------------------------------- */

/* Whether a gradient that flows from an op of type and device of 'grad' into the node 'next' may stay rows: it ends in
** a leaf without hooks and without a dense gradient, and nobody asked for it as a result. */
bool sparse_goes(const Pass *p, const Node *next, const Tensor *grad);
/* The gradient of embedding, added to the rows of the leaf. */
Status sparse_embedding(const Backward *b, Tensor *leaf);

/* ---- fit.c ---------------------------------------------------------------- */

/* Brings a gradient to the shape, the dtype and the device of where it flows: what broadcasting repeated is added up.
** Consumes *grad. */
Status gradient_fit(const Meta *m, Tensor **grad);

/* ---- step.c ---------------------------------------------------------------- */

/* Zeros for the outputs of which no gradient has come; formulas of several outputs want them all. */
Status step_fill_missing(Slot *s);
/* Calls the formula of the node, or what else made it. 'result': the gradients of its inputs, 'saved_out': its kept
** outputs; both belong to the caller, who releases what is in them. */
Status step_backward(Pass *p, Slot *s, Tensor **result, Tensor **saved_out);
/* In anomaly mode: a NaN among what the backward of 'n' made. */
Status step_check_anomaly(const Node *n, Tensor **result);
/* The message of a failure in the backward of 'n' gets the place of its forward. */
Status step_add_place(const Node *n, Status status);

#endif
