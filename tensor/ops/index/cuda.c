/* index/cuda.c: indexing, joining, triangles and sorting on CUDA. A position that is out of range is noted, and told
** by the next call that waits. Sums at equal places are added up in any order.
*/
#include "device/cuda/cuda.h"
#include "ops/index/cuda.h"

/* ---- places that tensors of positions name --------------------------------------------------------------- */

/* Dimension 'd' of a tensor of ndim dimensions, counted from the innermost. */
static int places_from_inside(int ndim, int d) { return ndim - 1 - d; }

/* The elements of a tensor of positions, each at the same coordinates of 'big' but for dimension 'dim'. */
static Status places_along(Call *c, int64_t dim, const Tensor *index, const Tensor *big, Places *p) {
  int at;
  TRY(host->resolve_dim(c->info->lua_name, dim, big->ndim, &at));
  *p = (Places){.numel = index->numel, .ndim = index->ndim, .n = 1, .index = {tensor_data(index)},
                .big = tensor_data(big)};
  p->size[0] = big->ndim > 0 ? big->shape[at] : 1;
  p->step[0] = big->ndim > 0 ? big->stride[at] : 1;
  for (int d = 0; d < index->ndim; d++) {
    const int to = places_from_inside(index->ndim, d);
    p->shape[to] = index->shape[d];
    p->index_stride[0][to] = index->stride[d];
    p->big_stride[to] = d == at || big->ndim == 0 ? 0 : big->stride[d];
  }
  return OK;
}

/* The strides of a tensor of as many dimensions as the walk has, or of one that broadcasts to it. */
static void places_take_values(Places *p, const Tensor *values) {
  p->value = tensor_data(values);
  for (int d = 0; d < values->ndim; d++)
    p->value_stride[places_from_inside(values->ndim, d)] = values->shape[d] == 1 ? 0 : values->stride[d];
}

/* Slices of 'big' along 'dim', which a vector of positions names: as many dimensions as 'big' has. */
static Status places_slices(Call *c, int64_t dim, const Tensor *index, const Tensor *big, Places *p) {
  int at;
  TRY(host->resolve_dim(c->info->lua_name, dim, big->ndim, &at));
  *p = (Places){.numel = index->numel, .ndim = big->ndim > 0 ? big->ndim : 1, .n = 1, .index = {tensor_data(index)},
                .big = tensor_data(big), .shape = {index->numel}, .index_stride = {{1}}, .size = {1}, .step = {1}};
  for (int d = 0; d < big->ndim; d++) {
    const int to = places_from_inside(big->ndim, d);
    p->shape[to] = d == at ? index->numel : big->shape[d];
    p->big_stride[to] = d == at ? 0 : big->stride[d];
    p->index_stride[0][to] = d == at ? 1 : 0;
    if (d != at) p->numel *= big->shape[d];
    else p->size[0] = big->shape[d], p->step[0] = big->stride[d];
  }
  return OK;
}

static Status places_launch(const Places *p, const char *kernel, const Tensor *big) {
  if (p->numel == 0) return OK;
  return launch_named(tensor_device(big), (DType)big->dtype, "index", kernel, NULL, p->numel, (void *[]){(void *)p});
}

/* Elements of any dtype are read as those of their size. */
static Status places_read(Places *p, const Tensor *big, const Tensor *out) {
  p->value = tensor_data(out);
  if (p->numel == 0) return OK;
  return launch_named(tensor_device(big), cuda_move_dtype(tensor_itemsize(big)), "index", "places_read", NULL, p->numel,
                      (void *[]){p});
}

/* Output 0 is what input 0 is, before some of it is changed. */
static Status places_begin(Call *c) {
  return c->in[0]->storage == c->out[0]->storage ? OK : host->tensor_copy(c->out[0], c->in[0]);
}

/* Writes; where equal places may get different values, those of the last element. */
static Status places_put(Places *p, const Tensor *big) {
  const Device device = tensor_device(big);
  const size_t bytes = (size_t)big->numel * sizeof *p->owner;
  CudaState *state;
  void *owner = NULL;
  if (p->numel == 0) return OK;
  if (p->value == NULL) return places_launch(p, "places_write", big);
  TRY(devices_use(device.index, &state));
  TRY(cuda_allocate(device.index, bytes, &owner));
  p->owner = owner;
  Status status = driver_check(driver.set_bytes((CudaAddress)(uintptr_t)owner, 0, bytes, state->stream), "a fill");
  if (status == OK) status = places_launch(p, "places_own", big);
  if (status == OK) status = places_launch(p, "places_write", big);
  cuda_free(device.index, owner, bytes);
  return status;
}

static Status places_sum(Places *p, Scalar factor, const Tensor *big) {
  host->element_set((DType)big->dtype, p->factor, factor);
  return places_launch(p, "places_add", big);
}

Status cuda_gather(Call *c) {
  Places p;
  TRY(places_along(c, ((const GatherAttrs *)c->attrs)->dim, c->in[1], c->in[0], &p));
  return places_read(&p, c->in[0], c->out[0]);
}

/* 'values' may be larger than the positions; NULL: the number of p. The choices of 'reduce' are none, add, multiply. */
static Status scatter_run(Call *c, int64_t dim, int reduce, const Tensor *values, Scalar number) {
  Tensor *out = c->out[0];
  Places p;
  TRY(places_begin(c));
  TRY(places_along(c, dim, c->in[1], out, &p));
  if (values == NULL) host->element_set((DType)out->dtype, p.number, number);
  else if (p.numel > 0) {
    p.value = tensor_data(values);
    for (int d = 0; d < values->ndim; d++) p.value_stride[places_from_inside(values->ndim, d)] = values->stride[d];
  }
  if (reduce == 1) return places_sum(&p, scalar_int(1), out);
  return reduce == 2 ? places_launch(&p, "places_multiply", out) : places_put(&p, out);
}

Status cuda_scatter_add(Call *c) {
  return scatter_run(c, ((const ScatterAddAttrs *)c->attrs)->dim, 1, c->in[2], scalar_int(0));
}
Status cuda_scatter(Call *c) {
  const ScatterAttrs *a = c->attrs;
  return scatter_run(c, a->dim, a->reduce, c->in[2], scalar_int(0));
}
Status cuda_scatter_value(Call *c) {
  const ScatterValueAttrs *a = c->attrs;
  return scatter_run(c, a->dim, a->reduce, NULL, a->value);
}

Status cuda_index_select(Call *c) {
  Places p;
  TRY(places_slices(c, ((const IndexSelectAttrs *)c->attrs)->dim, c->in[1], c->in[0], &p));
  return places_read(&p, c->in[0], c->out[0]);
}

Status cuda_index_add(Call *c) {
  const IndexAddAttrs *a = c->attrs;
  Places p;
  TRY(places_begin(c));
  TRY(places_slices(c, a->dim, c->in[1], c->out[0], &p));
  if (p.numel == 0) return OK;
  p.value = tensor_data(c->in[2]);
  for (int d = 0; d < c->in[2]->ndim; d++)
    p.value_stride[places_from_inside(c->in[2]->ndim, d)] = c->in[2]->stride[d];
  return places_sum(&p, a->alpha, c->out[0]);
}

/* ---- x[...] with tensors among the items: see cpu_advanced.c --------------------------------------------- */

/* The shape that the tensors of positions have together. */
static int places_common(int n, Tensor *const *indices, int64_t *shape) {
  int ndim = 0;
  for (int k = 0; k < n; k++)
    if (indices[k]->ndim > ndim) ndim = indices[k]->ndim;
  for (int d = 0; d < ndim; d++) {
    shape[d] = 1;
    for (int k = 0; k < n; k++) {
      const int own = d - (ndim - indices[k]->ndim);
      if (own >= 0 && indices[k]->shape[own] != 1) shape[d] = indices[k]->shape[own];
    }
  }
  return ndim;
}

/* Adds dimensions from the outermost on; *at counts down. */
static void places_own_dimension(Places *p, int *at, int64_t size, int64_t stride) {
  --*at;
  p->shape[*at] = size;
  p->big_stride[*at] = stride;
}
static void places_common_dimensions(Places *p, int *at, int ndim, const int64_t *shape, Tensor *const *indices) {
  for (int d = 0; d < ndim; d++) {
    --*at;
    p->shape[*at] = shape[d];
    for (int k = 0; k < p->n; k++) {
      const int own = d - (ndim - indices[k]->ndim);
      p->index_stride[k][*at] = own < 0 || indices[k]->shape[own] == 1 ? 0 : indices[k]->stride[own];
    }
  }
}

static void places_of_items(const Tensor *big, const Ints *dims, int n, Tensor *const *indices, Places *p) {
  int64_t common[TENSOR_MAX_DIMS];
  const int ndim = places_common(n, indices, common);
  int at[TENSOR_MAX_DIMS];
  *p = (Places){.numel = 1, .ndim = ndim + big->ndim - n, .n = n, .from_end = 1, .big = tensor_data(big)};
  for (int k = 0; k < n; k++) {
    at[k] = (int)(dims->v[k] < 0 ? dims->v[k] + big->ndim : dims->v[k]);
    p->index[k] = tensor_data(indices[k]);
    p->size[k] = big->shape[at[k]];
    p->step[k] = big->stride[at[k]];
  }
  const int first = at[n - 1] - at[0] == n - 1 ? at[0] : 0; /* the common dimensions stand here */
  int to = p->ndim;
  for (int d = 0, k = 0; d <= big->ndim; d++) {
    if (d == first) places_common_dimensions(p, &to, ndim, common, indices);
    if (d == big->ndim) break;
    if (k < n && at[k] == d) k++;
    else places_own_dimension(p, &to, big->shape[d], big->stride[d]);
  }
  for (int d = 0; d < p->ndim; d++) p->numel *= p->shape[d];
}

Status cuda_index(Call *c) {
  Places p;
  places_of_items(c->in[0], &((const IndexAttrs *)c->attrs)->dims, c->n_in - 1, c->in + 1, &p);
  return places_read(&p, c->in[0], c->out[0]);
}

Status cuda_index_put(Call *c) {
  const IndexPutAttrs *a = c->attrs;
  Tensor *out = c->out[0], *values;
  Places p;
  TRY(places_begin(c));
  places_of_items(out, &a->dims, c->n_in - 2, c->in + 2, &p);
  if (p.numel == 0) return OK;
  TRY(host->tensor_cast(c->in[1], (DType)out->dtype, &values));
  places_take_values(&p, values);
  const Status status = a->accumulate ? places_sum(&p, scalar_int(1), out) : places_put(&p, out);
  host->tensor_release(values);
  return status;
}

/* ---- joining, triangles, elements that are not 0 --------------------------------------------------------- */

/* Sizes along the dimension are numbers of the host. */
Status cuda_join(Call *c) {
  const JoinAttrs *a = c->attrs;
  const Tensor *out = c->out[0];
  const int dim = (int)(a->dim < 0 ? a->dim + out->ndim : a->dim);
  const int64_t *sizes = tensor_data(c->out[1]);
  Tensor part = *out; /* the place of one input; not counted, lives only here */
  for (int i = 0; i < c->n_in; i++) {
    part.shape[dim] = sizes[i];
    part.numel = 1;
    for (int d = 0; d < part.ndim; d++) part.numel *= part.shape[d];
    if (part.numel > 0) TRY(host->tensor_copy(&part, c->in[i]));
    part.offset += sizes[i] * part.stride[dim];
  }
  return OK;
}

static Status triangle_run(Call *c, int64_t diagonal, bool lower) {
  const Tensor *in = c->in[0], *out = c->out[0];
  Triangles k = {.x = tensor_data(in), .out = tensor_data(out), .numel = out->numel,
                 .height = out->shape[out->ndim - 2], .width = out->shape[out->ndim - 1], .diagonal = diagonal,
                 .lower = lower};
  if (k.numel == 0) return OK;
  return launch_named(tensor_device(out), cuda_move_dtype(tensor_itemsize(out)), "index", "triangle", NULL, k.numel,
                      (void *[]){&k});
}
Status cuda_tril(Call *c) { return triangle_run(c, ((const TrilAttrs *)c->attrs)->diagonal, true); }
Status cuda_triu(Call *c) { return triangle_run(c, ((const TriuAttrs *)c->attrs)->diagonal, false); }

Status cuda_nonzero(Call *c) {
  const CudaShape one = {{1, 1, 1}, {FOUND_THREADS, 1, 1}};
  const Tensor *in = c->in[0];
  Found f = {.x = tensor_data(in), .out = tensor_data(c->out[0]), .n = in->numel, .ndim = in->ndim};
  memcpy(f.shape, in->shape, sizeof *f.shape * in->ndim);
  if (c->out[0]->numel == 0) return OK;
  return launch_named(tensor_device(in), (DType)in->dtype, "index", "nonzero", &one, 0, (void *[]){&f});
}

Status cuda_one_hot(Call *c) {
  const Tensor *in = c->in[0];
  Tensor *out = c->out[0];
  Found f = {.x = tensor_data(in), .out = tensor_data(out), .n = in->numel, .classes = out->shape[out->ndim - 1]};
  TRY(cuda_clear(out));
  if (f.n == 0) return OK;
  return launch_named(tensor_device(in), (DType)in->dtype, "index", "one_hot", NULL, f.n, (void *[]){&f});
}

/* ---- sorting --------------------------------------------------------------------------------------------- */

static Status sort_launch(const SortLines *s, const char *kernel, const Tensor *t, int64_t n) {
  return launch_named(tensor_device(t), (DType)t->dtype, "index", kernel, NULL, n, (void *[]){(void *)s});
}

static Status sort_steps(SortLines *s, const Tensor *in) {
  TRY(sort_launch(s, "sort_begin", in, s->lines * s->room));
  for (s->size = 2; s->size <= s->room; s->size *= 2)
    for (s->distance = s->size / 2; s->distance > 0; s->distance /= 2)
      TRY(sort_launch(s, "sort_step", in, s->lines * s->room / 2));
  return sort_launch(s, "sort_end", in, s->lines * s->kept);
}

/* The first 'kept' of the sorted lines along 'dim', or the one that 'wanted' names. */
static Status sort_run(Call *c, int64_t dim, bool descending, int64_t kept, const int64_t *wanted) {
  const Tensor *in = c->in[0];
  const Device device = tensor_device(in);
  SortLines s = {.x = tensor_data(in), .out = tensor_data(c->out[0]), .index = tensor_data(c->out[1]), .lines = 1,
                 .n = 1, .inner = 1, .room = 1, .kept = kept, .descending = descending, .one = wanted != NULL,
                 .wanted = wanted != NULL ? *wanted : 0};
  int at;
  TRY(host->resolve_dim(c->info->lua_name, dim, in->ndim, &at));
  for (int d = 0; d < in->ndim; d++) *(d < at ? &s.lines : d == at ? &s.n : &s.inner) *= in->shape[d];
  s.lines *= s.inner;
  if (c->out[0]->numel == 0) return OK;
  while (s.room < s.n) s.room *= 2;
  const size_t count = (size_t)(s.lines * s.room), key_bytes = count * tensor_itemsize(in), place_bytes = count * 8;
  void *places = NULL;
  TRY(cuda_allocate(device.index, key_bytes, &s.keys));
  Status status = cuda_allocate(device.index, place_bytes, &places);
  s.places = places;
  if (status == OK) {
    status = sort_steps(&s, in);
    cuda_free(device.index, places, place_bytes);
  }
  cuda_free(device.index, s.keys, key_bytes);
  return status;
}

Status cuda_sort(Call *c) {
  const SortAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int at;
  TRY(host->resolve_dim("sort", a->dim, in->ndim, &at));
  return sort_run(c, a->dim, a->descending, in->ndim > 0 ? in->shape[at] : 1, NULL);
}

Status cuda_topk(Call *c) {
  const TopkAttrs *a = c->attrs;
  return sort_run(c, a->dim, a->largest, a->k, NULL);
}

Status cuda_nth_smallest(Call *c) {
  const NthSmallestAttrs *a = c->attrs;
  return sort_run(c, a->dim, false, 1, &a->n);
}
