/* embedding.c: rows of a table by position, and their gradient. */
#include <math.h>

#include "core/internal.h"

static Status flat(Tensor *index, Tensor **out) { return op_reshape(index, (Ints){1, {index->numel}}, out); }

/* Rows that 'index' names and whose norm is over 'most' are scaled to it, in the table itself. */
static Status renormalise(Tensor *weight, Tensor *index, double most, double p) {
  Tensor *t[8] = {0};
  Status status = op_index_select(weight, 0, index, &t[0]);
  if (status == OK) status = op_norm(t[0], scalar_float(p), (Ints){1, {1}}, true, &t[1]);
  if (status == OK) status = tensor_wrap_number(scalar_float(most), &t[2]);
  if (status == OK) status = op_gt(t[1], t[2], &t[3]);
  if (status == OK) status = tensor_wrap_number(scalar_float(1e-7), &t[4]);
  if (status == OK) status = op_add(t[1], t[4], scalar_int(1), &t[5]);
  if (status == OK) status = op_div(t[2], t[5], &t[6]);
  if (status == OK) status = op_mul(t[0], t[6], &t[7]);
  Tensor *rows = NULL;
  if (status == OK) status = op_where(t[3], t[7], t[0], &rows);
  if (status == OK) {
    IndexPutAttrs attrs = {.dims = {1, {0}}, .accumulate = false};
    Tensor *in[] = {weight, rows, index};
    status = op_call_in_place(OP_INDEX_PUT, in, 3, &attrs);
  }
  tensor_release(rows);
  for (int i = 0; i < 8; i++) tensor_release(t[i]);
  return status;
}

static Status check(const EmbeddingAttrs *a, const Tensor *index, const Tensor *weight) {
  char text[SHAPE_TEXT];
  if (weight->ndim != 2)
    return fail(ERROR_ARGUMENT, "embedding: 'weight' (argument 2): expected 2 dimensions, got %s", tensor_text(text, weight));
  if (index->dtype != DTYPE_INT64)
    return fail(ERROR_ARGUMENT, "embedding: 'input' (argument 1): expected a tensor of positions (int64), got %s", tensor_text(text, index));
  int64_t padding = a->padding_idx < 0 && a->padding_idx != INT64_MIN ? a->padding_idx + weight->shape[0] : a->padding_idx;
  if (a->padding_idx != INT64_MIN && (padding < 0 || padding >= weight->shape[0]))
    return fail(ERROR_ARGUMENT, "embedding: 'padding_idx' (argument 3): outside the %lld rows of weight", (long long)weight->shape[0]);
  if (index->ndim == TENSOR_MAX_DIMS) return fail(ERROR_ARGUMENT, "embedding: too many dimensions");
  return OK;
}

Status composite_embedding(Call *c) {
  const EmbeddingAttrs *a = c->attrs;
  Tensor *index = c->in[0], *weight = c->in[1], *at = NULL, *rows = NULL;
  TRY(check(a, index, weight));
  Ints shape = ints_of(index->ndim, index->shape);
  shape.v[shape.n++] = weight->shape[1];
  Status status = flat(index, &at);
  if (status == OK && a->max_norm.given) status = renormalise(weight, at, scalar_to_double(a->max_norm.value), a->norm_type);
  if (status == OK) status = op_index_select(weight, 0, at, &rows);
  if (status == OK) status = op_reshape(rows, shape, &c->out[0]);
  tensor_release(at);
  tensor_release(rows);
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

/* Every row of 'grad' divided by how often its index occurs, of 'rows' possible ones. */
static Status by_frequency(Tensor *grad, Tensor *index, int64_t rows, Tensor **out) {
  Tensor *t[5] = {0};
  Ints n = {1, {rows}}, many = {1, {index->numel}};
  Status status = op_new_zeros(grad, n, DTYPE_NONE, &t[0]);
  if (status == OK) status = op_new_ones(grad, many, DTYPE_NONE, &t[1]);
  if (status == OK) status = op_index_add(t[0], 0, index, t[1], scalar_int(1), &t[2]);
  if (status == OK) status = op_index_select(t[2], 0, index, &t[3]);
  if (status == OK) status = op_unsqueeze(t[3], 1, &t[4]);
  if (status == OK) status = op_div(grad, t[4], out);
  for (int i = 0; i < 5; i++) tensor_release(t[i]);
  return status;
}

Status backward_embedding(Backward *c) {
  const EmbeddingAttrs *a = c->attrs;
  Ints shape = backward_input_shape(c, 1);
  Tensor *index = NULL, *zeros = NULL, *grad = NULL, *next = NULL;
  Status status = op_reshape(c->grad[0], (Ints){2, {c->input[0]->numel, shape.v[1]}}, &grad);
  if (status == OK) status = flat(c->input[0], &index);
  if (status == OK && a->padding_idx != INT64_MIN) {
    int64_t padding = a->padding_idx < 0 ? a->padding_idx + shape.v[0] : a->padding_idx;
    status = without_padding(grad, index, padding, &next);
    tensor_release(grad);
    grad = next;
  }
  if (status == OK && a->scale_grad_by_freq) {
    status = by_frequency(grad, index, shape.v[0], &next);
    tensor_release(grad);
    grad = next;
  }
  if (status == OK) status = op_new_zeros(grad, shape, DTYPE_NONE, &zeros);
  if (status == OK) status = op_index_add(zeros, 0, index, grad, scalar_int(1), &c->result[1]);
  tensor_release(index);
  tensor_release(zeros);
  tensor_release(grad);
  return status;
}
