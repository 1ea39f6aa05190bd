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
} Plan;

static void plan_free(Plan *p) {
  memory_free(p->outer, sizeof(int64_t) * (size_t)(p->n_outer + p->n_middle + p->n_inner));
}

/* Offsets of all positions of n dimensions, the last one fastest. */
static void write_offsets(int n, const int64_t *shape, const int64_t *stride, int64_t count, int64_t *to) {
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
static void add_index(const Tensor *index, int64_t size, int64_t stride, int dim, int ndim, const int64_t *shape,
                      int64_t count, int64_t *to, int64_t *scratch) {
  int64_t step[TENSOR_MAX_DIMS];
  const int64_t *v = tensor_data(index);
  for (int d = 0; d < ndim; d++) {
    int e = d - (ndim - index->ndim);
    step[d] = e < 0 || index->shape[e] == 1 ? 0 : index->stride[e];
  }
  write_offsets(ndim, shape, step, count, scratch);
  for (int64_t k = 0; k < count; k++) {
    int64_t i = check_index(v[scratch[k]], size, dim);
    if (i >= 0) to[k] += i * stride;
  }
}

static Status plan_middle(Plan *p, const Tensor *in, const int *at, int n, Tensor *const *indices, int ndim, const int64_t *shape) {
  size_t bytes = sizeof(int64_t) * (size_t)p->n_middle;
  int64_t *scratch = memory_alloc(bytes);
  if (scratch == NULL) return ERROR_MEMORY;
  memset(p->middle, 0, bytes);
  for (int i = 0; i < n; i++)
    add_index(indices[i], in->shape[at[i]], in->stride[at[i]], at[i], ndim, shape, p->n_middle, p->middle, scratch);
  memory_free(scratch, bytes);
  return OK;
}

/* The dimensions before, of the indices, and after, in a row. */
static Ints join_shapes(int n_before, const int64_t *before, int n, const int64_t *common, int n_after, const int64_t *after) {
  Ints shape = {.n = 0};
  for (int d = 0; d < n_before; d++) shape.v[shape.n++] = before[d];
  for (int d = 0; d < n; d++) shape.v[shape.n++] = common[d];
  for (int d = 0; d < n_after; d++) shape.v[shape.n++] = after[d];
  return shape;
}

static Status plan_init(Plan *p, const Tensor *in, const Ints *dims, int n, Tensor *const *indices) {
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
  p->shape = join_shapes(n_before, shape[0], ndim, common, n_after, shape[1]);
  p->n_outer = shape_numel(n_before, shape[0]);
  p->n_middle = shape_numel(ndim, common);
  p->n_inner = shape_numel(n_after, shape[1]);
  p->outer = memory_alloc(sizeof(int64_t) * (size_t)(p->n_outer + p->n_middle + p->n_inner));
  if (p->outer == NULL) return ERROR_MEMORY;
  p->middle = p->outer + p->n_outer;
  p->inner = p->middle + p->n_middle;
  write_offsets(n_before, shape[0], stride[0], p->n_outer, p->outer);
  write_offsets(n_after, shape[1], stride[1], p->n_inner, p->inner);
  p->dense = true;
  for (int64_t i = 0; i < p->n_inner && p->dense; i++) p->dense = p->inner[i] == i;
  Status status = plan_middle(p, in, at, n, indices, ndim, common);
  if (status != OK) plan_free(p);
  return status;
}

#define READ(T)                                                                          \
  do {                                                                                   \
    const T *from = (const T *)tensor_data(in) + place;                                  \
    T *to = (T *)tensor_data(out) + row * p.n_inner;                                     \
    for (int64_t i = 0; i < p.n_inner; i++) to[i] = from[p.inner[i]];                    \
  } while (0)

Status KERNEL(index)(Call *c) {
  const IndexAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Tensor *out = c->out[0];
  Plan p;
  if (c->n_in == 2 && tensor_is_contiguous(in) && tensor_is_contiguous(c->in[1])) { /* one dimension selects slices */
    KERNEL(select_slices)(in, a->dims.v[0], tensor_data(c->in[1]), c->in[1]->numel, out);
    return OK;
  }
  TRY(plan_init(&p, in, &a->dims, c->n_in - 1, c->in + 1));
  size_t size = tensor_itemsize(in);
  int64_t rows = kernel_faulted() ? 0 : p.n_outer * p.n_middle;
#pragma omp parallel for if (worth_threads(out->numel, 2))
  for (int64_t row = 0; row < rows; row++) {
    int64_t place = p.outer[row / p.n_middle] + p.middle[row % p.n_middle];
    if (p.dense && p.n_inner > 1)
      memcpy((char *)tensor_data(out) + (size_t)(row * p.n_inner) * size, (const char *)tensor_data(in) + place * (int64_t)size,
             (size_t)p.n_inner * size);
    else BY_SIZE(size, READ);
  }
  plan_free(&p);
  return OK;
}

#define PUT(T, value)                                                                    \
  {                                                                                      \
    const T *from = (const T *)tensor_data(values) + row * p->n_inner;                   \
    T *to = (T *)tensor_data(out) + place;                                               \
    for (int64_t i = 0; i < p->n_inner; i++) to[p->inner[i]] = value;                    \
  }
#define ADD(name, T) PUT(T, (T)(to[p->inner[i]] + from[i]))
#define WRITE(T) PUT(T, from[i])

/* Rows of one outer position are written in order: the last of equal positions stays. */
static void put_rows(const Plan *p, int64_t o, const Tensor *values, Tensor *out, bool add) {
  for (int64_t b = 0; b < p->n_middle && !interrupt_requested(); b++) {
    int64_t row = o * p->n_middle + b, place = p->outer[o] + p->middle[b];
    if (add) ALL_SWITCH(out->dtype, ADD)
    else BY_SIZE(tensor_itemsize(out), WRITE);
  }
}

/* The values in the shape and dtype of the places that they go to. */
static Status values_for(Tensor *values, const Ints *shape, DType dtype, Tensor **out) {
  if (values->dtype == dtype && tensor_is_contiguous(values) && values->ndim == shape->n &&
      memcmp(values->shape, shape->v, sizeof *shape->v * (size_t)shape->n) == 0) {
    *out = tensor_retain(values);
    return OK;
  }
  TRY(tensor_empty_cpu(shape->n, shape->v, dtype, out));
  return tensor_copy_raw(*out, values);
}

/* One dimension selects slices. */
static Status put_slices(const IndexPutAttrs *a, Tensor *out, const Tensor *index, Tensor *in, Tensor **values) {
  const int64_t at = a->dims.v[0] < 0 ? a->dims.v[0] + out->ndim : a->dims.v[0];
  const Ints shape = join_shapes((int)at, out->shape, index->ndim, index->shape, out->ndim - (int)at - 1, out->shape + at + 1);
  if (!KERNEL(positions_hold)(tensor_data(index), index->numel, out->shape[at], (int)at)) return OK;
  TRY(values_for(in, &shape, (DType)out->dtype, values));
  const Scalar one = scalar_int(1);
  KERNEL(put_slices)(out, at, tensor_data(index), index->numel, *values, a->accumulate ? &one : NULL);
  return OK;
}

static Status put_anywhere(const IndexPutAttrs *a, Tensor *out, Tensor *const *indices, int n, Tensor *in, Tensor **values) {
  Plan p;
  TRY(plan_init(&p, out, &a->dims, n, indices));
  Status status = kernel_faulted() ? OK : values_for(in, &p.shape, (DType)out->dtype, values);
  if (status == OK && !kernel_faulted()) {
#pragma omp parallel for if (worth_threads((*values)->numel, 2))
    for (int64_t o = 0; o < p.n_outer; o++) put_rows(&p, o, *values, out, a->accumulate);
  }
  plan_free(&p);
  return status;
}

Status KERNEL(index_put)(Call *c) {
  const IndexPutAttrs *a = c->attrs;
  Tensor *out = c->out[0], *values = NULL;
  if (out->storage != c->in[0]->storage) TRY(tensor_copy_raw(out, c->in[0]));
  Status status = c->n_in == 3 && tensor_is_contiguous(c->in[2]) /* as 'out' is */
                      ? put_slices(a, out, c->in[2], c->in[1], &values)
                      : put_anywhere(a, out, c->in + 2, c->n_in - 2, c->in[1], &values);
  tensor_release(values);
  return status;
}
