/* index/cpu_advanced.c: x[...] with tensors among the items: element (o, b, i) of the result is at
** outer[o] + middle[b] + inner[i] of the input: the dimensions before the indices, the
** indices' common shape, the dimensions after. When the indices are not neighbours
** there is nothing before and all other dimensions come after.
*/
#include "cpu.h"

typedef struct {
  int64_t *outer, *middle, *inner; /* one block, in elements */
  int64_t n_outer, n_middle, n_inner;
  bool dense; /* inner[i] == i */
  Ints shape; /* of the result */
} IndexPlan;

static void index_plan_free(IndexPlan *p) {
  memory_free(p->outer, sizeof(int64_t) * (size_t)(p->n_outer + p->n_middle + p->n_inner));
}

/* Offsets of all positions of n dimensions, the last one fastest. */
static void index_offsets(int n, const int64_t *shape, const int64_t *stride, int64_t count, int64_t *to) {
  int64_t at[TENSOR_MAX_DIMS] = {0}, offset = 0;
  for (int64_t k = 0; k < count; k++) {
    to[k] = offset;
    for (int d = n - 1; d >= 0; d--) {
      offset += stride[d];
      if (++at[d] < shape[d]) break;
      offset -= at[d] * stride[d];
      at[d] = 0;
    }
  }
}

/* Adds index · stride to the offsets of the middle. */
static void index_offsets_add(const Tensor *index, int64_t size, int64_t stride, int dim, int ndim,
                              const int64_t *shape, int64_t count, int64_t *to, int64_t *scratch) {
  int64_t step[TENSOR_MAX_DIMS];
  const int64_t *v = tensor_data(index);
  for (int d = 0; d < ndim; d++) {
    int e = d - (ndim - index->ndim);
    step[d] = e < 0 || index->shape[e] == 1 ? 0 : index->stride[e];
  }
  index_offsets(ndim, shape, step, count, scratch);
  for (int64_t k = 0; k < count; k++) {
    int64_t i = check_index(v[scratch[k]], size, dim);
    if (i >= 0) to[k] += i * stride;
  }
}

static Status index_plan_middle(IndexPlan *p, const Tensor *in, const int *at, int n, Tensor *const *indices,
                                int ndim, const int64_t *shape) {
  size_t bytes = sizeof(int64_t) * (size_t)p->n_middle;
  int64_t *scratch = memory_alloc(bytes);
  if (scratch == NULL) return ERROR_MEMORY;
  memset(p->middle, 0, bytes);
  for (int i = 0; i < n; i++)
    index_offsets_add(indices[i], in->shape[at[i]], in->stride[at[i]], at[i], ndim, shape, p->n_middle, p->middle,
                      scratch);
  memory_free(scratch, bytes);
  return OK;
}

/* The dimensions before, of the indices, and after, in a row. */
static Ints index_result_shape(int n_before, const int64_t *before, int n, const int64_t *common, int n_after,
                               const int64_t *after) {
  Ints shape = {.n = 0};
  for (int d = 0; d < n_before; d++) shape.v[shape.n++] = before[d];
  for (int d = 0; d < n; d++) shape.v[shape.n++] = common[d];
  for (int d = 0; d < n_after; d++) shape.v[shape.n++] = after[d];
  return shape;
}

static Status index_plan_init(IndexPlan *p, const Tensor *in, const Ints *dims, int n, Tensor *const *indices) {
  int at[TENSOR_MAX_DIMS], ndim, n_before = 0, n_after = 0;
  int64_t common[TENSOR_MAX_DIMS], shape[2][TENSOR_MAX_DIMS], stride[2][TENSOR_MAX_DIMS];
  for (int i = 0; i < n; i++) at[i] = (int)(dims->v[i] < 0 ? dims->v[i] + in->ndim : dims->v[i]);
  TRY(broadcast_shape("index", n, indices, &ndim, common));
  bool neighbours = at[n - 1] - at[0] == n - 1;
  for (int d = 0, k = 0; d < in->ndim; d++) {
    if (k < n && at[k] == d) {
      k++;
      continue;
    }
    bool before = neighbours && d < at[0];
    int j = before ? n_before++ : n_after++;
    shape[!before][j] = in->shape[d];
    stride[!before][j] = in->stride[d];
  }
  p->shape = index_result_shape(n_before, shape[0], ndim, common, n_after, shape[1]);
  p->n_outer = shape_numel(n_before, shape[0]);
  p->n_middle = shape_numel(ndim, common);
  p->n_inner = shape_numel(n_after, shape[1]);
  p->outer = memory_alloc(sizeof(int64_t) * (size_t)(p->n_outer + p->n_middle + p->n_inner));
  if (p->outer == NULL) return ERROR_MEMORY;
  p->middle = p->outer + p->n_outer;
  p->inner = p->middle + p->n_middle;
  index_offsets(n_before, shape[0], stride[0], p->n_outer, p->outer);
  index_offsets(n_after, shape[1], stride[1], p->n_inner, p->inner);
  p->dense = true;
  for (int64_t i = 0; i < p->n_inner && p->dense; i++) p->dense = p->inner[i] == i;
  Status status = index_plan_middle(p, in, at, n, indices, ndim, common);
  if (status != OK) index_plan_free(p);
  return status;
}

#define BODY "ops/index/rows_body.h"
#include "core/each_size.h"
#define BODY "ops/index/rows_add_body.h"
#include "each_any.h"

/* One row of inner elements. */
typedef void (*IndexRowFn)(const IndexPlan *p, const void *from, void *to);
static const IndexRowFn index_reads[SIZE_TABLE_LENGTH] = SIZE_TABLE(index_read);
static const IndexRowFn index_writes[SIZE_TABLE_LENGTH] = SIZE_TABLE(index_write);
static const IndexRowFn index_adds[DTYPE_COUNT] = ANY_TABLE(index_add_row);

Status KERNEL(index)(Call *c) {
  const IndexAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Tensor *out = c->out[0];
  IndexPlan p;
  if (c->n_in == 2 && tensor_is_contiguous(in) && tensor_is_contiguous(c->in[1])) { /* one dimension selects slices */
    KERNEL(select_slices)(in, a->dims.v[0], true, tensor_data(c->in[1]), c->in[1]->numel, out);
    return OK;
  }
  TRY(index_plan_init(&p, in, &a->dims, c->n_in - 1, c->in + 1));
  const int64_t size = (int64_t)tensor_itemsize(in), row_bytes = p.n_inner * size;
  const int64_t rows = kernel_faulted() ? 0 : p.n_outer * p.n_middle;
  const char *from = tensor_data(in);
  char *to = tensor_data(out);
#pragma omp parallel for if (worth_threads(out->numel, 8))
  for (int64_t row = 0; row < rows; row++) {
    const int64_t place = p.outer[row / p.n_middle] + p.middle[row % p.n_middle];
    if (p.dense && p.n_inner > 1) memcpy(to + row * row_bytes, from + place * size, (size_t)row_bytes);
    else index_reads[size](&p, from + place * size, to + row * row_bytes);
  }
  index_plan_free(&p);
  return OK;
}

/* Rows of one outer position are written in order: the last of equal positions stays. */
static void index_put_rows(const IndexPlan *p, int64_t o, const Tensor *values, Tensor *out, bool add) {
  const int64_t size = (int64_t)tensor_itemsize(out);
  const IndexRowFn put = add ? index_adds[out->dtype] : index_writes[size];
  for (int64_t b = 0; b < p->n_middle && !interrupt_requested(); b++) {
    const int64_t row = o * p->n_middle + b, place = p->outer[o] + p->middle[b];
    put(p, (const char *)tensor_data(values) + row * p->n_inner * size, (char *)tensor_data(out) + place * size);
  }
}

/* The values in the shape and dtype of the places that they go to. */
static Status index_put_values(Tensor *values, const Ints *shape, DType dtype, Tensor **out) {
  if (values->dtype == dtype && tensor_is_contiguous(values) && values->ndim == shape->n &&
      memcmp(values->shape, shape->v, sizeof *shape->v * (size_t)shape->n) == 0) {
    *out = tensor_retain(values);
    return OK;
  }
  TRY(tensor_empty_cpu(shape->n, shape->v, dtype, out));
  return tensor_copy_raw(*out, values);
}

/* One dimension selects slices. */
static Status index_put_slices(const IndexPutAttrs *a, Tensor *out, const Tensor *index, Tensor *in, Tensor **values) {
  const int64_t at = a->dims.v[0] < 0 ? a->dims.v[0] + out->ndim : a->dims.v[0];
  const Ints shape = index_result_shape((int)at, out->shape, index->ndim, index->shape, out->ndim - (int)at - 1,
                                        out->shape + at + 1);
  if (!KERNEL(positions_hold)(tensor_data(index), index->numel, out->shape[at], (int)at, true)) return OK;
  TRY(index_put_values(in, &shape, (DType)out->dtype, values));
  const Scalar one = scalar_int(1);
  KERNEL(put_slices)(out, at, true, tensor_data(index), index->numel, *values, a->accumulate ? &one : NULL);
  return OK;
}

static Status index_put_anywhere(const IndexPutAttrs *a, Tensor *out, Tensor *const *indices, int n, Tensor *in,
                                 Tensor **values) {
  IndexPlan p;
  TRY(index_plan_init(&p, out, &a->dims, n, indices));
  Status status = kernel_faulted() ? OK : index_put_values(in, &p.shape, (DType)out->dtype, values);
  if (status == OK && !kernel_faulted()) {
#pragma omp parallel for if (worth_threads((*values)->numel, 8))
    for (int64_t o = 0; o < p.n_outer; o++) index_put_rows(&p, o, *values, out, a->accumulate);
  }
  index_plan_free(&p);
  return status;
}

Status KERNEL(index_put)(Call *c) {
  const IndexPutAttrs *a = c->attrs;
  Tensor *out = c->out[0], *values = NULL;
  if (out->storage != c->in[0]->storage) TRY(tensor_copy_raw(out, c->in[0]));
  Status status = c->n_in == 3 && tensor_is_contiguous(c->in[2]) /* as 'out' is */
                      ? index_put_slices(a, out, c->in[2], c->in[1], &values)
                      : index_put_anywhere(a, out, c->in + 2, c->n_in - 2, c->in[1], &values);
  tensor_release(values);
  return status;
}
