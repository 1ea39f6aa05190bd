/* leaf.c: a gradient at the end of its way becomes the gradient of a tensor.
**
** The invariant: a change in place of x.grad, or of a result of torch.autograd.grad, changes nothing else. Formulas
** hand on one tensor to several inputs (the gradient of a + b), views of it (that of x:sum() is an expanded
** number), or what the caller gave; the first change in place, a step of clip_grad_norm_ say, would reach
** all of them. So a tensor is kept as it is only when the pass holds its last reference, else it is copied.
*/
#include "node.h"

/* Whether the one reference at hand is all that leads to the memory of 't'. A view has a base beside it. */
static bool is_private(const Tensor *t) {
  int holders = 1;
  if (atomic_load(&t->refs) != 1) return false;
  if (t->base != NULL) {
    if (atomic_load(&t->base->refs) != 1) return false;
    holders++;
  }
  return atomic_load(&t->storage->refs) == holders;
}

/* An expanded result stays as it is: that it cannot be changed in place is said where someone tries, and to write
** the same number a million times took longer than the sum whose gradient it is. */
Status gradient_own(Tensor **grad) {
  Tensor *copy;
  if (is_private(*grad) || tensor_is_expanded(*grad)) return OK;
  TRY(op_clone(*grad, &copy));
  tensor_release(*grad);
  *grad = copy;
  return OK;
}

/* A leaf can change its dtype (model:double()), its device or its shape (t_ with gradients off) after the graph was
** made. */
static Status fit_leaf(const char *who, Tensor *leaf, Tensor **grad) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  Tensor *cast, *have = tensor_grad(leaf);
  if (!tensor_same_shape(leaf, *grad))
    return fail(ERROR_ARGUMENT, "%s: a leaf changed its shape after it was used: its gradient is %s, expected %s", who,
                tensor_text(a, *grad), tensor_text(b, leaf));
  if (have != NULL && !tensor_same_shape(leaf, have))
    return fail(ERROR_ARGUMENT, "%s: a leaf changed its shape: its grad is %s, expected %s; set it to nil", who,
                tensor_text(a, have), tensor_text(b, leaf));
  if (have != NULL && !layout_is(leaf->autograd->grad_layout, leaf))
    return fail(ERROR_ARGUMENT,
                "%s: a leaf (%s) was given another layout in place (by t_ or the like): "
                "its grad has the old one; set it to nil", who, tensor_text(b, leaf));
  if ((*grad)->dtype != leaf->dtype) {
    TRY(op_cast(*grad, (DType)leaf->dtype, &cast));
    tensor_release(*grad);
    *grad = cast;
  }
  if ((*grad)->device == leaf->device) return OK;
  TRY(op_transfer(*grad, tensor_device(leaf), &cast));
  tensor_release(*grad);
  *grad = cast;
  return OK;
}

Status gradient_accumulate(const char *who, Tensor *t, Tensor **grad, bool in_place) {
  Autograd *meta = autograd_of(t);
  Tensor *sum;
  if (meta == NULL) return ERROR_MEMORY;
  if (meta->sparse != NULL) TRY(sparse_make_dense(t));
  TRY(fit_leaf(who, t, grad));
  if (meta->grad == NULL) {
    if (is_private(*grad) && (*grad)->base == NULL && tensor_is_contiguous(*grad)) {
      meta->grad = *grad;
      *grad = NULL;
      return OK;
    }
    return op_clone(*grad, &meta->grad);
  }
  if (in_place) {
    Tensor *in[] = {meta->grad, *grad};
    AddAttrs attrs = {scalar_int(1)};
    return op_call_in_place(OP_ADD, in, 2, &attrs);
  }
  TRY(op_add(meta->grad, *grad, scalar_int(1), &sum));
  tensor_release(meta->grad);
  meta->grad = sum;
  return OK;
}
