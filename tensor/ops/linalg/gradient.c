/* linalg/gradient.c: the gradient of linear, on matrices of rows. */
#include "autograd/gradient.h"

static Status as_rows(Tensor *t, int64_t rows, int64_t columns, Tensor **out) {
  if (t->ndim == 2) {
    *out = tensor_retain(t);
    return OK;
  }
  return op_reshape(t, (Ints){2, {rows, columns}}, out);
}

static Status to_shape(Tensor *t, const Tensor *like, Tensor **out) {
  if (t->ndim == like->ndim) {
    *out = tensor_retain(t);
    return OK;
  }
  return op_reshape(t, ints_of(like->ndim, like->shape), out);
}

/* y = x Wᵀ + b: dx = dy W, dW = dyᵀ x; the engine sums dy to b. */
Status backward_linear(Backward *c) {
  Tensor *input = c->input[0], *weight = c->input[1], *t[6] = {0};
  int64_t k = weight->shape[weight->ndim - 1], out = weight->ndim == 2 ? weight->shape[0] : 1, rows = 1;
  for (int d = 0; d < input->ndim - 1; d++) rows *= input->shape[d];
  bool one = weight->ndim == 1;
  Status status = one ? op_reshape(c->grad[0], (Ints){2, {rows, 1}}, &t[0]) : as_rows(c->grad[0], rows, out, &t[0]);
  if (status == OK && (c->needs & 1)) {
    status = one ? op_unsqueeze(weight, 0, &t[1]) : as_rows(weight, out, k, &t[1]);
    if (status == OK) status = op_mm(t[0], t[1], &t[2]);
    if (status == OK) status = to_shape(t[2], input, &c->result[0]);
  }
  if (status == OK && (c->needs & 2)) {
    status = as_rows(input, rows, k, &t[3]);
    if (status == OK) status = op_t(t[0], &t[4]);
    if (status == OK) status = op_mm(t[4], t[3], &t[5]);
    if (status == OK) status = to_shape(t[5], weight, &c->result[1]);
  }
  if (status == OK && (c->needs & 4)) c->result[2] = tensor_retain(c->grad[0]);
  for (int i = 0; i < 6; i++) tensor_release(t[i]);
  return status;
}
