/* create/create.c: creation ops, and the cast. */
#include <math.h>

#include "core/internal.h"

static DType or_default(DType d, DType otherwise) { return d == DTYPE_NONE ? otherwise : d; }

#define BLOCK 65536 /* elements written between two looks at the interrupt flag */
#define SHARE 16384 /* … by one of several threads */

/* 'argument': the place of fill_value in the call. */
static Status filled_with(Call *c, const Ints *size, DType dtype, Scalar value, int argument) {
  TRY(scalar_check(c->info->lua_name, "fill_value", argument, value, dtype));
  TRY(call_output(c, 0, dtype, size->n, size->v));
  return tensor_fill_raw(c->out[0], value);
}
static Status filled(Call *c, const Ints *size, DType dtype, int value) {
  return filled_with(c, size, dtype, scalar_int(value), 0);
}

/* Any bytes are numbers, but not booleans: those are false. */
static Status unfilled(Call *c, const Ints *size, DType dtype) {
  if (dtype == DTYPE_BOOL) return filled(c, size, dtype, 0);
  return call_output(c, 0, dtype, size->n, size->v);
}

Status create_empty(Call *c) {
  const EmptyAttrs *a = c->attrs;
  return unfilled(c, &a->size, or_default(a->dtype, dtype_default()));
}
Status create_zeros(Call *c) {
  const ZerosAttrs *a = c->attrs;
  return filled(c, &a->size, or_default(a->dtype, dtype_default()), 0);
}
Status create_ones(Call *c) {
  const OnesAttrs *a = c->attrs;
  return filled(c, &a->size, or_default(a->dtype, dtype_default()), 1);
}
Status create_full(Call *c) {
  const FullAttrs *a = c->attrs;
  return filled_with(c, &a->size, or_default(a->dtype, scalar_dtype(a->fill_value)), a->fill_value, 2);
}

static Ints size_like(const Tensor *t) { return ints_of(t->ndim, t->shape); }
Status create_empty_like(Call *c) {
  const EmptyLikeAttrs *a = c->attrs;
  Ints size = size_like(c->in[0]);
  return unfilled(c, &size, or_default(a->dtype, (DType)c->in[0]->dtype));
}
Status create_zeros_like(Call *c) {
  const ZerosLikeAttrs *a = c->attrs;
  Ints size = size_like(c->in[0]);
  return filled(c, &size, or_default(a->dtype, (DType)c->in[0]->dtype), 0);
}
Status create_ones_like(Call *c) {
  const OnesLikeAttrs *a = c->attrs;
  Ints size = size_like(c->in[0]);
  return filled(c, &size, or_default(a->dtype, (DType)c->in[0]->dtype), 1);
}
Status create_full_like(Call *c) {
  const FullLikeAttrs *a = c->attrs;
  Ints size = size_like(c->in[0]);
  return filled_with(c, &size, or_default(a->dtype, (DType)c->in[0]->dtype), a->fill_value, 2);
}
Status create_new_zeros(Call *c) {
  const NewZerosAttrs *a = c->attrs;
  return filled(c, &a->size, or_default(a->dtype, (DType)c->in[0]->dtype), 0);
}
Status create_new_empty(Call *c) {
  const NewEmptyAttrs *a = c->attrs;
  return unfilled(c, &a->size, or_default(a->dtype, (DType)c->in[0]->dtype));
}
Status create_new_ones(Call *c) {
  const NewOnesAttrs *a = c->attrs;
  return filled(c, &a->size, or_default(a->dtype, (DType)c->in[0]->dtype), 1);
}
Status create_new_full(Call *c) {
  const NewFullAttrs *a = c->attrs;
  return filled_with(c, &a->size, or_default(a->dtype, (DType)c->in[0]->dtype), a->fill_value, 3);
}

/* Number i of the sequence that begins with start. */
static Scalar sequence_at(Scalar start, Scalar step, int64_t i) {
  const bool exact = start.kind != SCALAR_FLOAT && step.kind != SCALAR_FLOAT;
  if (exact) return scalar_add(start, scalar_multiply(step, scalar_int(i)));
  return scalar_float(scalar_to_double(start) + (double)i * scalar_to_double(step));
}

/* Writes f(i) = start + i · step: integers exactly, floats in double. */
static void write_sequence(Tensor *t, Scalar start, Scalar step) {
  size_t size = tensor_itemsize(t);
  char *p = t->storage->data;
  bool exact = start.kind != SCALAR_FLOAT && step.kind != SCALAR_FLOAT;
  const double low = scalar_to_double(start), by = scalar_to_double(step);
#define SEQUENCE(T, value)                                                                        \
  _Pragma("omp parallel for if (worth_threads(t->numel, 2))")                                     \
  for (int64_t from = 0; from < t->numel; from += SHARE) {                                        \
    const int64_t to = t->numel - from < SHARE ? t->numel : from + SHARE;                         \
    if (interrupt_requested()) continue;                                                          \
    T *o = (T *)p + from;                                                                         \
    const double first = (double)from;                                                            \
    (void)first;                                                                                  \
    _Pragma("omp simd") for (int32_t k = 0; k < (int32_t)(to - from); k++) o[k] = (T)(value);     \
  }
/* The position as a double: of 32 bits vectors can be converted, of 64 not. */
#define AT (first + (double)k)
  if (exact && t->dtype == DTYPE_INT64) { /* by the rules of unsigned numbers, which wrap */
    const uint64_t begin = (uint64_t)scalar_to_int(start), each = (uint64_t)scalar_to_int(step);
    SEQUENCE(uint64_t, begin + (uint64_t)(from + k) * each)
    return;
  }
  if (!exact && t->dtype == DTYPE_FLOAT32) SEQUENCE(float, low + AT * by)
  else if (!exact && t->dtype == DTYPE_FLOAT64) SEQUENCE(double, low + AT * by)
  else
    for (int64_t i = 0; i < t->numel && !(i % BLOCK == 0 && interrupt_requested()); i++)
      element_set((DType)t->dtype, p + (size_t)i * size, sequence_at(start, step, i));
}

/* Cuts a number toward zero. */
static Status whole_number(const char *name, int position, Scalar *number) {
  if (number->kind != SCALAR_FLOAT) return OK;
  const Scalar cut = scalar_float(trunc(number->as.f));
  TRY(scalar_check("arange", name, position, cut, DTYPE_INT64));
  *number = scalar_int((int64_t)cut.as.f);
  return OK;
}

Status create_arange(Call *c) {
  const ArangeAttrs *a = c->attrs;
  Scalar start = a->end_.given ? a->start : scalar_int(0);
  Scalar end = a->end_.given ? a->end_.value : a->start;
  double low = scalar_to_double(start), high = scalar_to_double(end), by = scalar_to_double(a->step);
  bool floats = start.kind == SCALAR_FLOAT || end.kind == SCALAR_FLOAT || a->step.kind == SCALAR_FLOAT;
  if (by == 0 || by != by) return fail(ERROR_ARGUMENT, "arange: 'step' (argument 3): must not be 0");
  if (!isfinite(low) || !isfinite(high))
    return fail(ERROR_ARGUMENT, "arange: the bounds must be finite, got %g and %g", low, high);
  if ((by > 0 && high < low) || (by < 0 && high > low))
    return fail(ERROR_ARGUMENT, "arange: no way from %g to %g by steps of %g", low, high, by);
  double count = ceil((high - low) / by);
  if (count > 9e15) return fail(ERROR_MEMORY, "arange: %g elements are too many", count);
  int64_t n = (int64_t)count;
  Tensor *host;
  const DType dtype = or_default(a->dtype, floats ? dtype_default() : DTYPE_INT64);
  Scalar step = a->step;
  if (!dtype_has_gradient(dtype)) { /* integers go by whole steps; how many there are the fractions say */
    if (n > 0) TRY(scalar_check("arange", "start", 1, start, dtype));
    TRY(whole_number("start", 1, &start));
    TRY(whole_number("step", 3, &step));
  }
  if (n > 0) { /* the others lie between these two */
    TRY(scalar_check("arange", "start", 1, start, dtype));
    TRY(scalar_check("arange", "end", 2, sequence_at(start, step, n - 1), dtype));
  }
  TRY(call_output(c, 0, dtype, 1, &n));
  TRY(tensor_stage(c->out[0], &host));
  if (host != NULL) write_sequence(host, start, step);
  return tensor_staged(c->out[0], host);
}

/* From both ends, so that both are exact. */
static void write_linear(Tensor *t, double low, double high) {
  const int64_t n = t->numel;
  const double step = n > 1 ? (high - low) / (double)(n - 1) : 0;
  const size_t size = tensor_itemsize(t);
#define LINEAR(i) ((i) < half ? low + step * (i) : high - step * (last - (i)))
  const double half = n == 1 ? 1 : (double)(n / 2), last = (double)(n - 1);
  char *p = t->storage->data;
  if (t->dtype == DTYPE_FLOAT32) SEQUENCE(float, LINEAR(AT))
  else if (t->dtype == DTYPE_FLOAT64) SEQUENCE(double, LINEAR(AT))
  else
    for (int64_t i = 0; i < n && !(i % BLOCK == 0 && interrupt_requested()); i++)
      element_set((DType)t->dtype, p + (size_t)i * size, scalar_float(LINEAR((double)i)));
}

Status create_linspace(Call *c) {
  const LinspaceAttrs *a = c->attrs;
  int64_t n = a->steps;
  Tensor *host;
  if (n < 0)
    return fail(ERROR_ARGUMENT, "linspace: 'steps' (argument 3): must not be negative, got %lld", (long long)n);
  DType dtype = or_default(a->dtype, dtype_default());
  TRY(scalar_check("linspace", "start", 1, a->start, dtype));
  TRY(scalar_check("linspace", "end", 2, a->end_, dtype));
  TRY(call_output(c, 0, dtype, 1, &n));
  TRY(tensor_stage(c->out[0], &host));
  if (host != NULL) write_linear(host, scalar_to_double(a->start), scalar_to_double(a->end_));
  return tensor_staged(c->out[0], host);
}

Status create_eye(Call *c) {
  const EyeAttrs *a = c->attrs;
  int64_t m = a->m == INT64_MIN ? a->n : a->m;
  Ints size = {2, {a->n, m}};
  TRY(filled(c, &size, or_default(a->dtype, dtype_default()), 0));
  Tensor diagonal = *c->out[0]; /* seen as one dimension, whose elements lie m + 1 apart */
  diagonal.ndim = 1;
  diagonal.shape[0] = diagonal.numel = a->n < m ? a->n : m;
  diagonal.stride[0] = m + 1;
  return tensor_fill_raw(&diagonal, scalar_int(1));
}

Status infer_cast(Call *c) {
  const CastAttrs *a = c->attrs;
  return call_output(c, 0, a->dtype, c->in[0]->ndim, c->in[0]->shape);
}

Status composite_transfer(Call *c) {
  const TransferAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  if (device_byte(a->device) != in->device) return tensor_copy_to(in, a->device, &c->out[0]);
  return tensor_alias(in, &c->out[0]); /* the input itself cannot have this step as its history */
}
