/* gradient_index.c: gradients of the indexing ops that depend on shapes. */
#include "gradient.h"

/* 'grad' in the first corner of zeros of the given shape. */
static Status in_corner(Tensor *grad, Ints shape, Tensor **out) {
  Tensor *zeros = NULL, *part = NULL;
  bool same = true;
  for (int d = 0; d < shape.n; d++) same = same && shape.v[d] == grad->shape[d];
  *out = NULL;
  if (same) {
    *out = tensor_retain(grad);
    return OK;
  }
  TRY(op_new_zeros(grad, shape, DTYPE_NONE, &zeros));
  part = tensor_retain(zeros);
  Status status = OK;
  for (int d = 0; d < shape.n && status == OK; d++) {
    Tensor *next = NULL;
    status = op_narrow(part, d, 0, grad->shape[d], &next);
    tensor_release(part);
    part = next;
  }
  if (status == OK) {
    Tensor *in[] = {part, grad};
    status = op_call_in_place(OP_COPY, in, 2, NULL);
  }
  tensor_release(part);
  if (status == OK) *out = zeros;
  else tensor_release(zeros);
  return status;
}

/* The gradient of src: what index reads; nothing where src is larger than index. */
static Status source_gradient(Backward *c, int64_t dim) {
  Tensor *read;
  TRY(op_gather(c->grad[0], dim, c->input[1], &read));
  Status status = in_corner(read, backward_input_shape(c, 2), &c->result[2]);
  tensor_release(read);
  return status;
}

Status backward_scatter_add(Backward *c) {
  const ScatterAddAttrs *a = c->attrs;
  if (c->needs & 1) c->result[0] = tensor_retain(c->grad[0]);
  return c->needs & 4 ? source_gradient(c, a->dim) : OK;
}

Status backward_scatter(Backward *c) {
  const ScatterAttrs *a = c->attrs;
  if (c->needs & 1) TRY(op_scatter_value(c->grad[0], a->dim, c->input[1], scalar_int(0), &c->result[0]));
  return c->needs & 4 ? source_gradient(c, a->dim) : OK;
}

Status backward_index(Backward *c) {
  const IndexAttrs *a = c->attrs;
  Tensor *zeros;
  TRY(op_new_zeros(c->grad[0], backward_input_shape(c, 0), DTYPE_NONE, &zeros));
  Status status = op_index_put(zeros, c->grad[0], a->dims, true, c->n_inputs - 1, c->input + 1, &c->result[0]);
  tensor_release(zeros);
  return status;
}

Status backward_index_put(Backward *c) {
  const IndexPutAttrs *a = c->attrs;
  int n = c->n_inputs - 2;
  Tensor *zero;
  if (c->needs & 2) TRY(op_index(c->grad[0], a->dims, n, c->input + 2, &c->result[1]));
  if (!(c->needs & 1)) return OK;
  if (a->accumulate) {
    c->result[0] = tensor_retain(c->grad[0]);
    return OK;
  }
  TRY(op_new_zeros(c->grad[0], (Ints){.n = 0}, DTYPE_NONE, &zero));
  Status status = op_index_put(c->grad[0], zero, a->dims, false, n, c->input + 2, &c->result[0]);
  tensor_release(zero);
  return status;
}

/* Rows of 'grad' whose index is 'padding' become 0. */
static Status without_padding(Tensor *grad, Tensor *index, int64_t padding, Tensor **out) {
  Tensor *t[3] = {0};
  Status status = tensor_wrap_number(scalar_int(padding), &t[0]);
  if (status == OK) status = op_eq(index, t[0], &t[1]);
  if (status == OK) status = op_unsqueeze(t[1], 1, &t[2]);
  if (status == OK) status = op_masked_fill(grad, t[2], scalar_int(0), out);
  for (int i = 0; i < 3; i++) tensor_release(t[i]);
  return status;
}

Status backward_embedding(Backward *c) {
  const EmbeddingAttrs *a = c->attrs;
  Ints shape = backward_input_shape(c, 1);
  int64_t n = c->input[0]->numel;
  Tensor *t[4] = {0};
  Status status = op_reshape(c->grad[0], (Ints){2, {n, shape.v[1]}}, &t[0]);
  if (status == OK) status = op_reshape(c->input[0], (Ints){1, {n}}, &t[1]);
  if (status == OK && a->padding_idx != INT64_MIN) {
    int64_t padding = a->padding_idx < 0 ? a->padding_idx + shape.v[0] : a->padding_idx;
    status = without_padding(t[0], t[1], padding, &t[2]);
  }
  if (status == OK) status = op_new_zeros(c->grad[0], shape, DTYPE_NONE, &t[3]);
  if (status == OK) status = op_index_add(t[3], 0, t[1], t[2] != NULL ? t[2] : t[0], scalar_int(1), &c->result[1]);
  for (int i = 0; i < 4; i++) tensor_release(t[i]);
  return status;
}

/* Slices of the gradient, of the sizes that were kept; none for left-out tensors. */
Status backward_join(Backward *c) {
  const JoinAttrs *a = c->attrs;
  const int64_t *sizes = tensor_data(c->output[1]);
  int64_t at = 0;
  for (int i = 0; i < c->n_inputs; i++) {
    Ints shape = backward_input_shape(c, i);
    if (shape.n == 1 && shape.v[0] == 0) TRY(op_new_zeros(c->grad[0], shape, DTYPE_NONE, &c->result[i]));
    else if (shape.n >= 0) TRY(op_narrow(c->grad[0], a->dim, at, sizes[i], &c->result[i]));
    at += sizes[i];
  }
  return OK;
}
