/* autograd/fit.c: gradients take the shape, the dtype and the device of where they flow. */
#include "pass.h"

/* Whether broadcasting makes the shape of 't' of that of 'm'. */
static bool fit_broadcasts(const Meta *m, const Tensor *t) {
  int extra = t->ndim - m->ndim;
  for (int d = 0; extra >= 0 && d < m->ndim; d++)
    if (m->shape[d] != 1 && m->shape[d] != t->shape[extra + d]) return false;
  return extra >= 0;
}

static Status fit_fault(const Meta *m, const Tensor *t) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  return fail(ERROR_ARGUMENT, "backward: a gradient has the wrong shape: expected %s, got %s",
              shape_text(a, m->ndim, m->shape), shape_text(b, t->ndim, t->shape));
}

Status gradient_fit(const Meta *m, Tensor **grad) {
  Tensor *t = *grad, *next = NULL;
  if (!meta_same_shape(m, t)) {
    if (!fit_broadcasts(m, t)) return fit_fault(m, t);
    TRY(sum_to_shape(t, m->ndim, m->shape, &next));
    tensor_release(t);
    t = *grad = next;
  }
  if (t->dtype != m->dtype) {
    TRY(op_cast(t, (DType)m->dtype, &next));
    tensor_release(t);
    t = *grad = next;
  }
  if (t->device != m->device) { /* numbers of the CPU may be beside tensors of other devices */
    TRY(op_transfer(t, device_of_byte(m->device), &next));
    tensor_release(t);
    *grad = next;
  }
  return OK;
}
