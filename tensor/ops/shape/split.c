/* shape/split.c: split, chunk, unbind: views of the parts of a tensor, as a list. They are one step on the tape, whose
** gradient is the gradients of the parts beside each other.
*/
#include "core/internal.h"

/* Part 'i' of the list: 'length' elements of dimension 'dim' from 'first' on. */
static Status add_part(Call *c, int i, int dim, int64_t first, int64_t length) {
  Tensor **part = &c->list.v[i];
  TRY(tensor_view_of(c->in[0], part));
  (*part)->shape[dim] = length;
  (*part)->offset += view_distance(c->in[0], first, dim);
  return OK;
}

static Status find_dim(const Call *c, int64_t given, int *dim) {
  if (c->in[0]->ndim == 0)
    return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): a 0-dimensional tensor has no parts", c->info->lua_name);
  return resolve_dim(c->info->lua_name, given, c->in[0]->ndim, dim);
}

/* Parts of one size; the last may be smaller. An empty dimension gives one empty part. */
static Status equal_parts(Call *c, int dim, int64_t size) {
  const int64_t n = c->in[0]->shape[dim], count = n == 0 ? 1 : (n - 1) / size + 1;
  if (count > INT32_MAX) return fail(ERROR_ARGUMENT, "%s: too many parts", c->info->lua_name);
  TRY(call_list(c, (int)count));
  for (int64_t i = 0; i < count; i++)
    TRY(add_part(c, (int)i, dim, i * size, n - i * size < size ? n - i * size : size));
  return OK;
}

Status views_split(Call *c) {
  const SplitAttrs *a = c->attrs;
  int dim;
  TRY(find_dim(c, a->dim, &dim));
  const int64_t n = c->in[0]->shape[dim];
  if (a->size < 0 || (a->size == 0 && n > 0))
    return fail(ERROR_ARGUMENT,
                "split: 'size' (argument 2): expected a positive integer or an array of sizes, got %lld",
                (long long)a->size);
  return equal_parts(c, dim, a->size == 0 ? 1 : a->size); /* no elements are one part of none */
}

Status views_split_sizes(Call *c) {
  const SplitSizesAttrs *a = c->attrs;
  const Tensor *sizes = c->in[1];
  const int64_t *v = tensor_data(sizes);
  int dim;
  if (sizes->dtype != DTYPE_INT64 || sizes->ndim != 1 || !tensor_is_contiguous(sizes) || sizes->numel > INT32_MAX)
    return fail(ERROR_ARGUMENT, "split: 'size' (argument 2): expected an array of integers");
  TRY(find_dim(c, a->dim, &dim));
  const int64_t n = c->in[0]->shape[dim];
  int64_t sum = 0;
  for (int64_t i = 0; i < sizes->numel; i++) {
    if (v[i] < 0 || v[i] > n)
      return fail(ERROR_ARGUMENT, "split: 'size' (argument 2): expected sizes from 0 to %lld; size %lld is not",
                  (long long)n, (long long)i + 1);
    if (sum <= n) sum += v[i];
  }
  if (sum != n)
    return fail(ERROR_ARGUMENT, "split: 'size' (argument 2): the sizes add up to %s%lld, the dimension has %lld",
                sum > n ? "at least " : "", (long long)sum, (long long)n);
  TRY(call_list(c, (int)sizes->numel));
  int64_t first = 0;
  for (int i = 0; i < c->list.n; first += v[i++]) TRY(add_part(c, i, dim, first, v[i]));
  return OK;
}

Status views_chunk(Call *c) {
  const ChunkAttrs *a = c->attrs;
  int dim;
  if (a->chunks < 1)
    return fail(ERROR_ARGUMENT, "chunk: 'chunks' (argument 2): expected a positive integer, got %lld",
                (long long)a->chunks);
  TRY(find_dim(c, a->dim, &dim));
  const int64_t n = c->in[0]->shape[dim], size = n / a->chunks + (n % a->chunks > 0);
  if (n > 0) return equal_parts(c, dim, size);
  if (a->chunks > INT32_MAX) return fail(ERROR_ARGUMENT, "chunk: too many parts");
  TRY(call_list(c, (int)a->chunks));
  for (int i = 0; i < c->list.n; i++) TRY(add_part(c, i, dim, 0, 0));
  return OK;
}

Status views_unbind(Call *c) {
  const UnbindAttrs *a = c->attrs;
  int dim;
  TRY(find_dim(c, a->dim, &dim));
  if (c->in[0]->shape[dim] > INT32_MAX) return fail(ERROR_ARGUMENT, "unbind: too many slices");
  TRY(call_list(c, (int)c->in[0]->shape[dim]));
  for (int i = 0; i < c->list.n; i++) {
    TRY(add_part(c, i, dim, i, 1));
    Tensor *slice = c->list.v[i];
    slice->ndim--;
    memmove(&slice->shape[dim], &slice->shape[dim + 1], sizeof(int64_t) * (size_t)(slice->ndim - dim));
    memmove(&slice->stride[dim], &slice->stride[dim + 1], sizeof(int64_t) * (size_t)(slice->ndim - dim));
  }
  return OK;
}

/* ---- gradients ----------------------------------------------------------------------- */

Status backward_split(Backward *c) {
  const SplitAttrs *a = c->attrs;
  return op_cat(c->n_outputs, c->grad, a->dim, &c->result[0]);
}
Status backward_split_sizes(Backward *c) {
  const SplitSizesAttrs *a = c->attrs;
  return op_cat(c->n_outputs, c->grad, a->dim, &c->result[0]);
}
Status backward_chunk(Backward *c) {
  const ChunkAttrs *a = c->attrs;
  return op_cat(c->n_outputs, c->grad, a->dim, &c->result[0]);
}
Status backward_unbind(Backward *c) {
  const UnbindAttrs *a = c->attrs;
  return op_stack(c->n_outputs, c->grad, a->dim, &c->result[0]);
}
