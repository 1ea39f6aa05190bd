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

/* Gives the results of expressions that have just been computed without the tape their history, where a gradient is
** wanted: one node for all. 'program' is a new number for their scratch. */
Status expression_attach(int n, Deferred *const *roots, uint64_t program);
/* The same for a reduction of an expression. */
Status expression_attach_reduction(Deferred *d, const OpInfo *info, const void *attrs, Tensor *result,
                                   uint64_t program);

#endif
