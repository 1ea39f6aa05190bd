/* deferred.h: tensors that are not computed yet: what torch.fused is made of.
**
** While 'deferring', a call of an elementwise op from Lua gives a box without a tensor. It holds what the tensor will
** be computed of: the op and its operands, tensors or deferred ones in turn. When somebody needs the tensor (any
** function but such a call), the whole expression is computed in one walk over memory (tensor/device/fused.h), and the
** box is like any other. What nobody needs is never computed. Errors of shapes and dtypes are raised at the call, as
** without fusion.
**
** Why not a recording that is replayed: Lua runs the function anyway, for nothing tells that it would take the same way
** again; what the calls give is a complete expression already, and a program is made of it in less time than it takes
** to look one up and to compare it.
*/
#ifndef HECATE_VM_DEFERRED_H
#define HECATE_VM_DEFERRED_H

#include "call/op.h"
#include "vm.h"

extern bool deferring; /* inside of torch.fused; it belongs to the coroutine, as modes do */
/* While it is on, tensor_test gives for a deferred tensor a header with its dtype and shape, and no elements: for who
** reads arguments and hands them to deferred_call. */
extern bool deferred_reads;

/* A call, not in place, whose inputs were read with deferred_reads. True: 'box' holds the result, deferred or not.
** Otherwise *status tells of a failure, or the inputs are computed now and the call is to be made. */
bool deferred_call(const OpInfo *info, Tensor **inputs, int n, const void *attrs, TensorBox *box, Status *status);
/* Before inputs[0] is changed in place: computes the inputs, and what is deferred and needs its old elements. */
Status deferred_before_change(Tensor **inputs, int n);
/* The same for a tensor that is changed by other means. */
Status deferred_before_change_of(const Tensor *t);

/* Computes the boxes that are deferred, those of one shape together. */
Status deferred_compute_boxes(int n, TensorBox *const *boxes);

/* fused.c: torch.fused */
extern const luaL_Reg deferred_functions[];

#endif
