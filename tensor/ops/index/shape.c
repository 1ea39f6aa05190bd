/* index/shape.c: shapes of the indexing ops (kernels: cpu.c, cpu_advanced.c, cpu_sort.c). */
#include <stdio.h>

#include "core/internal.h"
#include "device/device.h"

static int dims_of(const Tensor *t) { return t->ndim > 0 ? t->ndim : 1; }
static int64_t size_of(const Tensor *t, int d) { return t->ndim > 0 ? t->shape[d] : 1; }

static Status check_positions(const Call *c, int input, const char *name, int argument) {
  char text[SHAPE_TEXT];
  const Tensor *t = c->in[input];
  if (t->dtype == DTYPE_INT64) return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected a tensor of positions (int64), got %s",
              c->info->lua_name, name, argument, tensor_text(text, t));
}

static Status check_dtype(const Call *c, int input, const char *name, int argument) {
  char text[SHAPE_TEXT];
  const Tensor *t = c->in[input];
  if (t->dtype == c->in[0]->dtype) return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %s as 'input' is, got %s", c->info->lua_name,
              name, argument, dtype_name((DType)c->in[0]->dtype), tensor_text(text, t));
}

/* 'index' has the rank of 'other' and is nowhere larger, except in dimension 'free'. */
static Status check_within(const Call *c, const Tensor *index, const Tensor *other, int free) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  bool good = dims_of(index) == dims_of(other);
  for (int d = 0; good && d < dims_of(index); d++) good = d == free || size_of(index, d) <= size_of(other, d);
  if (good || (index->numel == 0 && dims_of(index) == dims_of(other))) return OK;
  return fail(ERROR_ARGUMENT, "%s: 'index' (argument 3): expected as many dimensions as %s and no larger%s, got %s",
              c->info->lua_name, shape_text(a, other->ndim, other->shape), free >= 0 ? " outside 'dim'" : "",
              shape_text(b, index->ndim, index->shape));
}

Status infer_gather(Call *c) {
  const GatherAttrs *a = c->attrs;
  int dim;
  TRY(resolve_dim(c->info->lua_name, a->dim, c->in[0]->ndim, &dim));
  TRY(check_positions(c, 1, "index", 3));
  TRY(check_within(c, c->in[1], c->in[0], dim));
  return call_output(c, 0, (DType)c->in[0]->dtype, c->in[1]->ndim, c->in[1]->shape);
}

/* scatter, scatter_add, scatter_value: 'dim' comes first in the attributes of all. */
Status infer_scatter(Call *c) {
  const ScatterAttrs *a = c->attrs;
  int dim;
  TRY(resolve_dim(c->info->lua_name, a->dim, c->in[0]->ndim, &dim));
  TRY(check_positions(c, 1, "index", 3));
  TRY(check_within(c, c->in[1], c->in[0], dim));
  if (c->op != OP_SCATTER_VALUE) {
    TRY(check_within(c, c->in[1], c->in[2], -1));
    TRY(check_dtype(c, 2, "src", 4));
  }
  return call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape);
}

static Status check_vector(const Call *c) {
  char text[SHAPE_TEXT];
  TRY(check_positions(c, 1, "index", 3));
  if (c->in[1]->ndim <= 1) return OK;
  return fail(ERROR_ARGUMENT, "%s: 'index' (argument 3): expected 1 dimension, got %s", c->info->lua_name,
              tensor_text(text, c->in[1]));
}

Status infer_index_select(Call *c) {
  const IndexSelectAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int64_t shape[TENSOR_MAX_DIMS];
  int dim;
  TRY(resolve_dim("index_select", a->dim, in->ndim, &dim));
  TRY(check_vector(c));
  memcpy(shape, in->shape, sizeof shape);
  if (in->ndim > 0) shape[dim] = c->in[1]->numel;
  else if (c->in[1]->numel != 1)
    return fail(ERROR_ARGUMENT, "index_select: 'index' (argument 3): expected one position for a 0-dimensional tensor");
  return call_output(c, 0, (DType)in->dtype, in->ndim, shape);
}

Status infer_index_add(Call *c) {
  const IndexAddAttrs *a = c->attrs;
  const Tensor *in = c->in[0], *source = c->in[2];
  char s[SHAPE_TEXT], t[SHAPE_TEXT];
  int dim;
  TRY(resolve_dim("index_add", a->dim, in->ndim, &dim));
  TRY(check_vector(c));
  TRY(check_dtype(c, 2, "source", 4));
  bool good = dims_of(source) == dims_of(in);
  for (int d = 0; good && d < dims_of(in); d++)
    good = size_of(source, d) == (d == dim ? c->in[1]->numel : size_of(in, d));
  if (!good)
    return fail(ERROR_ARGUMENT,
                "index_add: 'source' (argument 4): expected shape %s with size %lld in dimension %d, got %s",
                shape_text(s, in->ndim, in->shape), (long long)c->in[1]->numel, dim + 1, tensor_text(t, source));
  return call_output(c, 0, (DType)in->dtype, in->ndim, in->shape);
}

static Status no_shape(const Call *c, const char *hint) {
  char text[DEVICE_TEXT];
  return fail(ERROR_ARGUMENT, "%s: the shape of the result depends on data, which a tensor on %s has not%s",
              c->info->lua_name, device_text(text, device_of_byte(c->where)), hint);
}

/* How many elements of 'in' are not 0: by the host itself, or by ops of the device. */
static Status nonzero_count(Tensor *in, int64_t *count) {
  OWNED Tensor *zero = NULL, *nonzero = NULL, *sum = NULL;
  Scalar n;
  if (device_is_host(tensor_device(in))) {
    *count = count_nonzero((DType)in->dtype, tensor_data(in), in->numel);
    return OK;
  }
  TRY(tensor_wrap_number(scalar_int(0), &zero));
  TRY(op_ne(in, zero, &nonzero));
  TRY(op_sum(nonzero, ints_none(), false, DTYPE_NONE, &sum));
  TRY(tensor_item("nonzero", sum, &n));
  *count = n.as.i;
  return OK;
}

/* A dry run goes on as if no element were 0, and tells that. */
static Status nonzero_assume(Call *c, int64_t *count) {
  char text[80];
  if (device_placeholder == NULL) return no_shape(c, "");
  *count = c->in[0]->numel;
  snprintf(text, sizeof text, "shape: took %lld of %lld elements", (long long)*count, (long long)*count);
  device_placeholder(text, c->in[0]);
  return OK;
}

Status infer_nonzero(Call *c) {
  int64_t shape[] = {0, c->in[0]->ndim};
  if (!device_has_data(device_of_byte(c->where))) {
    TRY(nonzero_assume(c, &shape[0]));
    return call_output(c, 0, DTYPE_INT64, 2, shape);
  }
  TRY(nonzero_count(c->in[0], &shape[0]));
  return call_output(c, 0, DTYPE_INT64, 2, shape);
}

/* One class more than the largest position; that of wrong positions does not matter, for the kernel refuses them. */
static Status largest_class(const Call *c, int64_t *classes) {
  OWNED Tensor *largest = NULL;
  Scalar most;
  if (c->in[0]->numel == 0)
    return fail(ERROR_ARGUMENT, "one_hot: 'num_classes' (argument 2): needed for an input without elements");
  if (!device_has_data(device_of_byte(c->where))) return no_shape(c, "; give num_classes");
  TRY(op_max(c->in[0], &largest));
  TRY(tensor_item("one_hot", largest, &most));
  *classes = most.as.i < 0 ? 1 : most.as.i + 1;
  return OK;
}

Status infer_one_hot(Call *c) {
  const OneHotAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int64_t shape[TENSOR_MAX_DIMS], classes = a->num_classes;
  TRY(check_positions(c, 0, "input", 1));
  if (in->ndim == TENSOR_MAX_DIMS) return fail(ERROR_ARGUMENT, "one_hot: too many dimensions");
  if (classes < 1 && classes != -1)
    return fail(ERROR_ARGUMENT, "one_hot: 'num_classes' (argument 2): must be positive, got %lld", (long long)classes);
  if (classes == -1) TRY(largest_class(c, &classes));
  memcpy(shape, in->shape, sizeof(int64_t) * in->ndim);
  shape[in->ndim] = classes;
  return call_output(c, 0, DTYPE_INT64, in->ndim + 1, shape);
}

Status infer_triangle(Call *c) {
  char text[SHAPE_TEXT];
  if (c->in[0]->ndim < 2)
    return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): expected at least 2 dimensions, got %s", c->info->lua_name,
                tensor_text(text, c->in[0]));
  return call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape);
}

Status infer_sort(Call *c) {
  const SortAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int dim;
  TRY(resolve_dim(c->info->lua_name, a->dim, in->ndim, &dim));
  TRY(call_output(c, 0, (DType)in->dtype, in->ndim, in->shape));
  return call_output(c, 1, DTYPE_INT64, in->ndim, in->shape);
}

Status infer_topk(Call *c) {
  const TopkAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int64_t shape[TENSOR_MAX_DIMS];
  int dim;
  TRY(resolve_dim("topk", a->dim, in->ndim, &dim));
  if (a->k < 0 || a->k > size_of(in, dim))
    return fail(ERROR_ARGUMENT, "topk: 'k' (argument 2): expected 0 to %lld, the size of dimension %d, got %lld",
                (long long)size_of(in, dim), dim + 1, (long long)a->k);
  memcpy(shape, in->shape, sizeof shape);
  if (in->ndim > 0) shape[dim] = a->k;
  else if (a->k == 0)
    return fail(ERROR_ARGUMENT, "topk: 'k' (argument 2): expected 1 for a 0-dimensional tensor, got 0");
  TRY(call_output(c, 0, (DType)in->dtype, in->ndim, shape));
  return call_output(c, 1, DTYPE_INT64, in->ndim, shape);
}

Status infer_nth_smallest(Call *c) {
  const NthSmallestAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int64_t shape[TENSOR_MAX_DIMS];
  int dim;
  TRY(resolve_dim("nth_smallest", a->dim, in->ndim, &dim));
  const int64_t size = size_of(in, dim);
  if (a->n < -1 || a->n > size || size == 0)
    return fail(ERROR_ARGUMENT,
                "nth_smallest: 'n' (argument 2): expected -1 to %lld, the size of dimension %d, got %lld",
                (long long)size, dim + 1, (long long)a->n);
  memcpy(shape, in->shape, sizeof shape);
  if (in->ndim > 0) shape[dim] = 1;
  TRY(call_output(c, 0, (DType)in->dtype, in->ndim, shape));
  return call_output(c, 1, DTYPE_INT64, in->ndim, shape);
}

/* ---- tensors among the items of x[...] ------------------------------------------- */

/* The dims of the indices, checked: resolved, ascending. */
static Status index_dims(const char *who, const Tensor *in, const Ints *dims, int n, int *out) {
  if (dims->n != n || n == 0)
    return fail(ERROR_ARGUMENT, "%s: expected one dimension for each of %d index tensors, got %d", who, n, dims->n);
  for (int i = 0; i < n; i++) {
    if (in->ndim == 0) return fail(ERROR_ARGUMENT, "%s: a 0-dimensional tensor cannot be indexed", who);
    TRY(resolve_dim(who, dims->v[i], in->ndim, &out[i]));
    if (i > 0 && out[i] <= out[i - 1]) return fail(ERROR_ARGUMENT, "%s: 'dims' must ascend", who);
  }
  return OK;
}

/* The shape of the result: the common shape of the indices stands where their dimensions
** were when these are neighbours, else first. */
static Status index_shape(const char *who, const Tensor *in, const Ints *dims, int n, Tensor *const *indices,
                          Ints *out) {
  int at[TENSOR_MAX_DIMS], ndim, k = 0;
  int64_t common[TENSOR_MAX_DIMS];
  TRY(index_dims(who, in, dims, n, at));
  for (int i = 0; i < n; i++)
    if (indices[i]->dtype != DTYPE_INT64)
      return fail(ERROR_ARGUMENT, "%s: index tensors hold positions (int64), got %s", who,
                  dtype_name((DType)indices[i]->dtype));
  TRY(broadcast_shape(who, n, indices, &ndim, common));
  if (ndim + in->ndim - n > TENSOR_MAX_DIMS) return fail(ERROR_ARGUMENT, "%s: too many dimensions", who);
  bool neighbours = at[n - 1] - at[0] == n - 1;
  out->n = 0;
  for (int d = 0; neighbours && d < at[0]; d++) out->v[out->n++] = in->shape[d];
  for (int d = 0; d < ndim; d++) out->v[out->n++] = common[d];
  for (int d = neighbours ? at[0] : 0; d < in->ndim; d++) {
    if (k < n && at[k] == d) k++;
    else out->v[out->n++] = in->shape[d];
  }
  return OK;
}

Status infer_index(Call *c) {
  const IndexAttrs *a = c->attrs;
  Ints shape;
  TRY(index_shape("index", c->in[0], &a->dims, c->n_in - 1, c->in + 1, &shape));
  return call_output(c, 0, (DType)c->in[0]->dtype, shape.n, shape.v);
}

Status infer_index_put(Call *c) {
  const IndexPutAttrs *a = c->attrs;
  const Tensor *values = c->in[1];
  char s[SHAPE_TEXT], t[SHAPE_TEXT];
  Ints shape;
  TRY(index_shape("index", c->in[0], &a->dims, c->n_in - 2, c->in + 2, &shape));
  bool good = values->ndim <= shape.n;
  for (int d = 1; good && d <= values->ndim; d++)
    good = values->shape[values->ndim - d] == 1 || values->shape[values->ndim - d] == shape.v[shape.n - d];
  if (!good)
    return fail(ERROR_ARGUMENT, "index: values of shape %s do not broadcast to the shape %s that is indexed",
                shape_text(s, values->ndim, values->shape), shape_text(t, shape.n, shape.v));
  return call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape);
}
