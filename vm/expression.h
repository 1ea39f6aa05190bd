/* expression.h: what a deferred tensor will be computed of: what the files of torch.fused share. */
#ifndef HECATE_VM_EXPRESSION_H
#define HECATE_VM_EXPRESSION_H

#include "core/internal.h"
#include "vm.h"

#define EXPRESSION_ROOTS 8 /* so many are computed in one walk: each is a stream to memory */

typedef struct Deferred Deferred;
typedef struct {
  Tensor *tensor; /* owned; NULL: 'deferred' */
  Deferred *deferred;
  unsigned version; /* of the tensor's storage */
} Operand;

struct Deferred {
  Tensor header; /* first: what deferred_reads shows. Its storage has no data. */
  int refs;      /* of boxes and of other deferred ones */
  const OpInfo *info;
  DType common; /* the dtype of the operation; header.dtype is that of the result */
  int n;
  Operand in[ITER_MAX_OPERANDS];
  void *attrs;
  int steps;     /* of the expression, what is used twice counted twice */
  Tensor *made;  /* owned, when it was computed, or while it is */
  Tensor *kept;  /* owned, while it is computed beside others, for their gradient */
  bool read;     /* a gradient reads the result, which is 'made' */
  bool computed;
  bool within;   /* results with gradients were computed that have it within them */
  TensorBox *box; /* that waits for it; NULL: none any more */
  Deferred *next, **at; /* the list of those that wait */
  /* While a program is made: */
  uint64_t program;
  int reg;
};

/* The tensor of an operand, borrowed; NULL: it is an expression that is not computed yet. */
static inline Tensor *expression_operand(const Operand *o) {
  return o->deferred == NULL ? o->tensor : o->deferred->computed ? o->deferred->made : NULL;
}
/* An operand of 'd' must be as it was at the call. */
Status expression_operand_check(const Deferred *d, const Operand *o);

/* ---- deferred.c ----------------------------------------------------------------------------------------- */

Deferred *deferred_of(const Tensor *t); /* whose header it is, or NULL */
void deferred_release(Deferred *d);
void deferred_drop_box(TensorBox *box);
/* Computes input 'i' if it is deferred, and puts the tensor in the place of its header wherever the call has it: the
** header is gone then, perhaps. */
Status deferred_compute_input(Tensor **inputs, int n, int i);
Status deferred_compute_inputs(Tensor **inputs, int n);
/* True: the result of the call is in the box, as an expression or computed. False with *status == OK: the call is none
** that can be deferred. */
bool deferred_elementwise(const OpInfo *info, Tensor **inputs, int n, const void *attrs, TensorBox *box,
                          Status *status);
bool deferred_reduction(const OpInfo *info, Tensor **inputs, const void *attrs, TensorBox *box, Status *status);

/* ---- expression.c ------------------------------------------------------------------------------------------- */

/* Before expressions are computed: what their gradient would read and is costly gets a tensor, 'kept', and those of
** which it reads the result are noted. */
Status expression_keep(int n, Deferred *const *roots);
Status expression_keep_reduced(Deferred *d, const OpInfo *info); /* the same, before a reduction of an expression */
/* Afterwards: the tensors and notes go. */
void expression_keep_nothing(int n, Deferred *const *roots);

/* Gives the results of expressions that have just been computed without the tape their history, where a gradient is
** wanted: one node for all. 'program' is a new number for their scratch. */
Status expression_attach(int n, Deferred *const *roots, uint64_t program);
/* The same for a reduction of an expression. */
Status expression_attach_reduction(Deferred *d, const OpInfo *info, const void *attrs, Tensor *result,
                                   uint64_t program);

#endif
