/* reduce/cuda.c: reductions on CUDA. */
#include <math.h>
#include <stdio.h>

#include "device/cuda/cuda.h"
#include "ops/reduce/cuda.h"

#define REDUCE_PART 4096 /* the fewest elements of a part */
#define REDUCE_PARTS 256

/* Adds a dimension of 'more' elements, 'step' bytes apart, to a list that goes from the innermost dimension outwards.
** If it only continues the last dimension of the list, that one becomes longer instead. */
static void reduce_add(int *n, int64_t *size, int64_t *stride, int64_t more, int64_t step) {
  if (more == 1) return;
  if (*n > 0 && step == stride[*n - 1] * size[*n - 1]) {
    size[*n - 1] *= more;
    return;
  }
  size[*n] = more;
  stride[(*n)++] = step;
}

/* The reduction of 'in' over the dimensions whose bits are set in 'bits'. */
static Reduction reduce_of(const Tensor *in, uint32_t bits) {
  Reduction r = {.in = tensor_data(in), .results = 1, .length = 1, .parts = 1, .divisor = 1};
  const int64_t element = (int64_t)tensor_itemsize(in);
  for (int d = in->ndim - 1; d >= 0; d--) {
    const int64_t n = in->shape[d], step = in->stride[d] * element;
    if (bits >> d & 1) reduce_add(&r.n_reduced, r.reduced, r.reduced_stride, n, step);
    else reduce_add(&r.n_kept, r.kept, r.kept_stride, n, step);
    *(bits >> d & 1 ? &r.length : &r.results) *= n;
  }
  return r;
}

/* Whether elements of neighbouring results lie side by side in memory, and those of one result do not: then threads
** that work side by side take results, not elements of one. */
static bool reduce_is_across(const Reduction *r) {
  const int64_t kept = r->n_kept > 0 ? r->kept_stride[0] : INT64_MAX;
  const int64_t reduced = r->n_reduced > 0 ? r->reduced_stride[0] : INT64_MAX;
  return r->results > 1 && kept < reduced;
}

/* How many parts each result is made in: enough to keep the device busy; 1 where a result has few elements. */
static int reduce_parts(const Reduction *r, const CudaShape *s) {
  const int64_t wanted = 512 / ((int64_t)s->grid[0]), possible = r->length / REDUCE_PART;
  const int64_t parts = wanted < possible ? wanted : possible;
  return (int)(parts < 2 ? 1 : parts < REDUCE_PARTS ? parts : REDUCE_PARTS);
}

/* Runs "reduce_NAME" on elements of a dtype; the result goes to 'out'. */
static Status reduce_run(const char *name, Reduction *r, DType dtype, Device device, DType out_dtype, void *out) {
  char kernel[48];
  void *cells = NULL;
  CudaShape s = launch_lines(r->results, r->length, reduce_is_across(r), REDUCE_THREADS);
  r->parts = reduce_parts(r, &s);
  r->out = out;
  r->out_dtype = out_dtype;
  r->out_size = (int32_t)dtype_size(out_dtype);
  const size_t bytes = (size_t)r->parts * (size_t)r->results * 8;
  if (r->parts > 1) TRY(cuda_allocate(device.index, bytes, &cells));
  r->cells = cells;
  s.grid[1] = (unsigned)r->parts;
  snprintf(kernel, sizeof kernel, "reduce_%s", name);
  Status status = launch_named(device, dtype, "reduce", kernel, &s, 0, (void *[]){r});
  if (status == OK && r->parts > 1) {
    const CudaShape join = {{(unsigned)((r->results + 255) / 256), 1, 1}, {256, 1, 1}};
    snprintf(kernel, sizeof kernel, "reduce_%s_join", name);
    status = launch_named(device, dtype, "reduce", kernel, &join, 0, (void *[]){r});
  }
  /* The memory may be given out again at once: what uses it next is on the same stream, so behind the kernels. */
  if (cells != NULL) cuda_free(device.index, cells, bytes);
  return status;
}

static Status reduce_tensor(const char *name, int finish, Tensor *in, Tensor *out, const Ints *dim) {
  uint32_t bits;
  TRY(host->resolve_dims("reduce", dim, in->ndim, &bits));
  if (out->numel == 0) return OK;
  Reduction r = reduce_of(in, bits);
  r.finish = finish;
  r.divisor = (double)in->numel / (double)out->numel;
  return reduce_run(name, &r, (DType)in->dtype, tensor_device(in), (DType)out->dtype, tensor_data(out));
}

/* The input is cast first where it is an integer and the result a float, or the other way round. */
static Status reduce_as(Call *c, const char *name, int finish) {
  const SumAttrs *a = c->attrs; /* those of mean and prod are the same */
  const DType want = (DType)c->out[0]->dtype, is = (DType)c->in[0]->dtype;
  Tensor *in;
  TRY(host->tensor_cast(c->in[0], dtype_is_float(is) == dtype_is_float(want) ? is : want, &in));
  Status status = reduce_tensor(name, finish, in, c->out[0], &a->dim);
  host->tensor_release(in);
  return status;
}
Status cuda_sum(Call *c) { return reduce_as(c, "sum", REDUCE_PLAIN); }
Status cuda_mean(Call *c) { return reduce_as(c, "sum", REDUCE_DIVIDE); }
Status cuda_prod(Call *c) { return reduce_as(c, "prod", REDUCE_PLAIN); }

/* amax, amin, any and all have the attributes of amax; max and min of a whole tensor have none. */
static Status reduce_plain(Call *c, const char *name) {
  const AmaxAttrs *a = c->attrs;
  const Ints every = {.n = -1};
  return reduce_tensor(name, REDUCE_PLAIN, c->in[0], c->out[0], a != NULL ? &a->dim : &every);
}
Status cuda_amax(Call *c) { return reduce_plain(c, "max"); }
Status cuda_amin(Call *c) { return reduce_plain(c, "min"); }
Status cuda_any(Call *c) { return reduce_plain(c, "any"); }
Status cuda_all(Call *c) { return reduce_plain(c, "all"); }

/* The root of a sum of squares that double may not hold: of the elements divided by a power of 2 near the largest. */
static Status reduce_root_scaled(Call *c, Tensor *scale, Tensor *scaled) {
  const NativeNormAttrs *a = c->attrs;
  const Device device = tensor_device(c->in[0]);
  Tensor *out = c->out[0], flat = *scale; /* in the shape of the result, which may lack dimensions */
  memcpy(flat.shape, out->shape, sizeof flat.shape);
  memcpy(flat.stride, out->stride, sizeof flat.stride);
  flat.ndim = out->ndim;
  TRY(reduce_tensor("larger_abs", REDUCE_POWER, c->in[0], scale, &a->dim));
  TRY(walk_run(host->op_info(OP_DIV), NULL, DTYPE_FLOAT64, 3, (Tensor *[]){scaled, c->in[0], scale}, device));
  TRY(reduce_tensor("plus_square", REDUCE_ROOT, scaled, out, &a->dim));
  return walk_run(host->op_info(OP_MUL), NULL, DTYPE_FLOAT64, 3, (Tensor *[]){out, out, &flat}, device);
}

static Status reduce_norm_scaled(Call *c) {
  const NativeNormAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Tensor *scale = NULL, *scaled = NULL;
  int64_t shape[TENSOR_MAX_DIMS];
  uint32_t bits;
  if (c->out[0]->numel == 0) return OK;
  TRY(host->resolve_dims(c->info->lua_name, &a->dim, in->ndim, &bits));
  for (int d = 0; d < in->ndim; d++) shape[d] = bits >> d & 1 ? 1 : in->shape[d];
  Status status = host->tensor_empty("norm", in->ndim, shape, DTYPE_FLOAT64, tensor_device(in), &scale);
  if (status == OK)
    status = host->tensor_empty("norm", in->ndim, in->shape, DTYPE_FLOAT64, tensor_device(in), &scaled);
  if (status == OK) status = reduce_root_scaled(c, scale, scaled);
  host->tensor_release(scale);
  host->tensor_release(scaled);
  return status;
}

Status cuda_native_norm(Call *c) {
  static const char *const names[] = {"count", "plus_abs", "plus_square", "larger_abs", "smaller_abs", "larger_abs",
                                      "smaller_abs"};
  const NativeNormAttrs *a = c->attrs;
  if (a->which == 2 && c->in[0]->dtype == DTYPE_FLOAT64) return reduce_norm_scaled(c);
  const int finish = a->which == 2 ? REDUCE_ROOT : a->which > 4 ? REDUCE_SCALE : REDUCE_PLAIN;
  return reduce_tensor(names[a->which], finish, c->in[0], c->out[0], &a->dim);
}

/* The squared distances from the mean, summed and divided: in two passes. */
static Status reduce_var(Call *c, Tensor *mean, Tensor *distance) {
  const NativeVarAttrs *a = c->attrs;
  const SubAttrs once = {.alpha = scalar_int(1)};
  Tensor *in = c->in[0], *out = c->out[0];
  uint32_t bits;
  TRY(reduce_tensor("sum", REDUCE_DIVIDE, in, mean, &a->dim));
  TRY(walk_run(host->op_info(OP_SUB), &once, (DType)in->dtype, 3, (Tensor *[]){distance, in, mean},
               tensor_device(in)));
  TRY(host->resolve_dims(c->info->lua_name, &a->dim, in->ndim, &bits));
  Reduction r = reduce_of(distance, bits);
  r.finish = a->deviation ? REDUCE_DEVIATION : REDUCE_DIVIDE;
  r.divisor = fmax((double)r.length - a->correction, 0);
  return reduce_run("plus_square", &r, (DType)in->dtype, tensor_device(in), (DType)out->dtype, tensor_data(out));
}

Status cuda_native_var(Call *c) {
  const NativeVarAttrs *a = c->attrs;
  Tensor *in = c->in[0], *mean = NULL, *distance = NULL;
  int64_t shape[TENSOR_MAX_DIMS];
  uint32_t bits;
  if (c->out[0]->numel == 0) return OK;
  TRY(host->resolve_dims(c->info->lua_name, &a->dim, in->ndim, &bits));
  for (int d = 0; d < in->ndim; d++) shape[d] = bits >> d & 1 ? 1 : in->shape[d];
  Status status = host->tensor_empty("var", in->ndim, shape, (DType)in->dtype, tensor_device(in), &mean);
  if (status == OK)
    status = host->tensor_empty("var", in->ndim, in->shape, (DType)in->dtype, tensor_device(in), &distance);
  if (status == OK) status = reduce_var(c, mean, distance);
  host->tensor_release(mean);
  host->tensor_release(distance);
  return status;
}

/* ---- positions of extremes: inputs are contiguous ------------------------------------------------------------- */

static Status reduce_best(Call *c, int64_t dim, bool largest, Tensor *value, Tensor *index) {
  const Tensor *in = c->in[0];
  uint32_t bits = (1u << in->ndim) - 1;
  int at;
  if (index->numel == 0) return OK;
  if (dim != INT64_MIN) {
    TRY(host->resolve_dim(c->info->lua_name, dim, in->ndim, &at));
    bits = in->ndim > 0 ? 1u << at : 0;
  }
  Reduction r = reduce_of(in, bits);
  r.largest = largest;
  r.out = value != NULL ? tensor_data(value) : NULL;
  r.cells = tensor_data(index);
  const CudaShape s = launch_lines(r.results, r.length, reduce_is_across(&r), REDUCE_THREADS);
  return launch_named(tensor_device(in), (DType)in->dtype, "reduce", "reduce_best", &s, 0, (void *[]){&r});
}

Status cuda_argmax(Call *c) {
  return reduce_best(c, ((const ArgmaxAttrs *)c->attrs)->dim, true, NULL, c->out[0]);
}
Status cuda_argmin(Call *c) {
  return reduce_best(c, ((const ArgminAttrs *)c->attrs)->dim, false, NULL, c->out[0]);
}
Status cuda_max_dim(Call *c) {
  return reduce_best(c, ((const MaxDimAttrs *)c->attrs)->dim, true, c->out[0], c->out[1]);
}
Status cuda_min_dim(Call *c) {
  return reduce_best(c, ((const MinDimAttrs *)c->attrs)->dim, false, c->out[0], c->out[1]);
}

/* ---- norms of gradients ---------------------------------------------------------------------------------- */

/* The sums that kernels have: of |x|, of x² and the largest |x|; others are made of |x|ᵖ. */
Status cuda_power_sum(const Tensor *t, double p, double *sum) {
  const Device device = tensor_device(t);
  CudaState *state;
  void *cell;
  *sum = 0;
  if (t->numel == 0) return OK;
  if (p != 1 && p != 2 && p != INFINITY)
    return host->fail(ERROR_ARGUMENT, "a norm of gradients with p = %g: not there on cuda yet, but 1, 2 and infinity",
                      p);
  TRY(devices_use(device.index, &state));
  TRY(cuda_allocate(device.index, 8, &cell));
  Reduction r = {.in = tensor_data(t), .results = 1, .length = t->numel, .n_reduced = 1, .reduced = {t->numel},
                 .reduced_stride = {(int64_t)tensor_itemsize(t)}};
  Status status = reduce_run(p == 1 ? "plus_abs" : p == 2 ? "plus_square" : "larger_abs", &r, (DType)t->dtype, device,
                             DTYPE_FLOAT64, cell);
  if (status == OK)
    status = driver_check(driver.to_host(sum, (CudaAddress)(uintptr_t)cell, 8, state->stream), "to the host");
  if (status == OK) status = driver_check(driver.stream_synchronize(state->stream), "to the host");
  cuda_free(device.index, cell, 8);
  return status;
}
