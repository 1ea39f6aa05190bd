/* index/composite.c: how tensors are joined. */
#include "core/internal.h"

static bool left_out(const Tensor *t) { return t->ndim == 1 && t->numel == 0; }

static Status check_joined(const Call *c, const Tensor *first, int dim) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  for (int i = 0; i < c->n_in; i++) {
    const Tensor *t = c->in[i];
    if (left_out(t)) continue;
    bool good = t->ndim == first->ndim;
    for (int d = 0; good && d < t->ndim; d++) good = d == dim || t->shape[d] == first->shape[d];
    if (!good)
      return fail(ERROR_ARGUMENT,
                  "cat: 'tensors' (argument 1): sizes must agree except in dimension %d: tensor %d is %s, the first "
                  "%s",
                  dim + 1, i + 1, tensor_text(a, t), tensor_text(b, first));
  }
  return OK;
}

Status infer_join(Call *c) {
  const JoinAttrs *a = c->attrs;
  const Tensor *first = NULL;
  if (c->n_in == 0) return fail(ERROR_ARGUMENT, "cat: 'tensors' (argument 1): expected at least one tensor");
  DType dtype = (DType)c->in[0]->dtype;
  int64_t shape[TENSOR_MAX_DIMS], n = c->n_in;
  int dim;
  for (int i = 0; i < c->n_in; i++) {
    const DType before = dtype;
    dtype = dtype_promote(before, (DType)c->in[i]->dtype);
    if (dtype == DTYPE_NONE)
      return fail(ERROR_ARGUMENT, "cat: 'tensors' (argument 1): %s and %s have no dtype in common; cast first",
                  dtype_name(before), dtype_name((DType)c->in[i]->dtype));
    if (c->in[i]->ndim == 0)
      return fail(ERROR_ARGUMENT, "cat: 'tensors' (argument 1): tensor %d is 0-dimensional; use torch.stack", i + 1);
    if (first == NULL && !left_out(c->in[i])) first = c->in[i];
  }
  if (first == NULL) first = c->in[0];
  TRY(resolve_dim("cat", a->dim, first->ndim, &dim));
  TRY(check_joined(c, first, dim));
  TRY(tensor_empty_cpu(1, &n, DTYPE_INT64, &c->out[1])); /* sizes are numbers of the host */
  int64_t *sizes = tensor_data(c->out[1]);
  memcpy(shape, first->shape, sizeof shape);
  shape[dim] = 0;
  for (int i = 0; i < c->n_in; i++) {
    sizes[i] = left_out(c->in[i]) ? 0 : c->in[i]->shape[dim];
    if (__builtin_add_overflow(shape[dim], sizes[i], &shape[dim]))
      return fail(ERROR_ARGUMENT, "cat: the result is too large");
  }
  return call_output(c, 0, dtype, first->ndim, shape);
}

/* 'list' has room for a view of each tensor, with the new dimension. */
static Status joined_along(Call *c, Tensor **list, int dim) {
  for (int i = 0; i < c->n_in; i++) TRY(op_unsqueeze(c->in[i], dim, &list[i]));
  return op_cat(c->n_in, list, dim, &c->out[0]);
}

Status composite_stack(Call *c) {
  const StackAttrs *a = c->attrs;
  char s[SHAPE_TEXT], t[SHAPE_TEXT];
  int n = c->n_in, dim;
  if (n == 0) return fail(ERROR_ARGUMENT, "stack: 'tensors' (argument 1): expected at least one tensor");
  for (int i = 1; i < n; i++)
    if (!tensor_same_shape(c->in[0], c->in[i]))
      return fail(ERROR_ARGUMENT,
                  "stack: 'tensors' (argument 1): expected tensors of one shape: the first is %s, tensor %d is %s",
                  tensor_text(s, c->in[0]), i + 1, tensor_text(t, c->in[i]));
  TRY(resolve_dim("stack", a->dim, c->in[0]->ndim + 1, &dim));
  Tensor **list = memory_zalloc(sizeof(Tensor *) * (size_t)n);
  if (list == NULL) return ERROR_MEMORY;
  Status status = joined_along(c, list, dim);
  for (int i = 0; i < n; i++) tensor_release(list[i]);
  memory_free(list, sizeof(Tensor *) * (size_t)n);
  return status;
}
