/* create/create.c: creation ops, and the cast. */
#include <math.h>

#include "core/half.h"
#include "core/internal.h"

#define CUT_FUNCTION static inline
#include "device/cut.h"

static DType or_default(DType d, DType otherwise) { return d == DTYPE_NONE ? otherwise : d; }

#define SHARE 16384 /* elements that a thread writes between two looks at the interrupt flag */

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
  return scalar_add(start, scalar_multiply(step, scalar_int(i)));
}

/* STORE(v): the element that a double becomes. */
#define BODY "ops/create/sequence_body.h"
#define STORE(v) ((T)(v))
#include "each_float.h"
#undef STORE
#define BODY "ops/create/sequence_body.h"
#define STORE(v) NAME(store)((float)(v))
#include "each_half.h"
#undef STORE
#define BODY "ops/create/sequence_body.h"
#define STORE(v) ((T)cut_to_int64(v))
#include "each_integer.h"
#undef STORE
#define BODY "ops/create/sequence_integers_body.h"
#include "each_integer.h"

typedef void (*SequenceFn)(char *out, int64_t at, int32_t n, double base, double step, int64_t origin);
typedef void (*SequenceIntegersFn)(char *out, int64_t at, int32_t n, uint64_t start, uint64_t step);
static const SequenceFn sequences[DTYPE_COUNT] = {FLOAT_ENTRIES(sequence), HALF_ENTRIES(sequence),
                                                  INTEGER_ENTRIES(sequence)};
static const SequenceIntegersFn sequences_integers[DTYPE_COUNT] = {INTEGER_ENTRIES(sequence_integers)};

/* Elements number from to end - 1: element i is base + step · (i - origin), in double. A call of few elements does not
** enter a parallel region, which takes 0.1 µs even for one thread. */
static void write_floats(Tensor *t, int64_t from, int64_t end, double base, double step, int64_t origin) {
  const SequenceFn sequence = sequences[t->dtype];
  char *data = t->storage->data;
  if (sequence == NULL) { /* a type without kernels of its own */
    for (int64_t i = from; i < end && !(i % SHARE == 0 && interrupt_requested()); i++)
      element_set((DType)t->dtype, data + (size_t)i * tensor_itemsize(t),
                  scalar_float(base + step * (double)(i - origin)));
    return;
  }
  if (end - from <= SHARE) {
    sequence(data, from, (int32_t)(end - from), base, step, origin);
    return;
  }
#pragma omp parallel for if (worth_threads(end - from, 6))
  for (int64_t at = from; at < end; at += SHARE) {
    const int32_t n = (int32_t)(end - at < SHARE ? end - at : SHARE);
    if (!interrupt_requested()) sequence(data, at, n, base, step, origin);
  }
}

/* Element i is start + step · i, by the rules of unsigned numbers, which wrap. */
static void write_integers(Tensor *t, Scalar start, Scalar step) {
  const SequenceIntegersFn sequence = sequences_integers[t->dtype];
  const uint64_t first = (uint64_t)scalar_to_int(start), each = (uint64_t)scalar_to_int(step);
  char *data = t->storage->data;
  if (sequence == NULL) {
    for (int64_t i = 0; i < t->numel && !(i % SHARE == 0 && interrupt_requested()); i++)
      element_set((DType)t->dtype, data + (size_t)i * tensor_itemsize(t), sequence_at(start, step, i));
    return;
  }
  if (t->numel <= SHARE) {
    sequence(data, 0, (int32_t)t->numel, first, each);
    return;
  }
#pragma omp parallel for if (worth_threads(t->numel, 6))
  for (int64_t at = 0; at < t->numel; at += SHARE) {
    const int32_t n = (int32_t)(t->numel - at < SHARE ? t->numel - at : SHARE);
    if (!interrupt_requested()) sequence(data, at, n, first, each);
  }
}

/* Element i is start + step · i: exactly in integers, for which start and step are integers; by way of double in
** floats. */
static void write_sequence(Tensor *t, Scalar start, Scalar step) {
  if (!dtype_has_gradient((DType)t->dtype)) write_integers(t, start, step);
  else write_floats(t, 0, t->numel, scalar_to_double(start), scalar_to_double(step), 0);
}

/* How many numbers there are from start on, by steps, before end; -1 if the steps lead away from it. */
static double sequence_length(Scalar start, Scalar end, Scalar step) {
  const double low = scalar_to_double(start), high = scalar_to_double(end), by = scalar_to_double(step);
  if (start.kind == SCALAR_FLOAT || end.kind == SCALAR_FLOAT || step.kind == SCALAR_FLOAT)
    return (by > 0 ? high < low : high > low) ? -1 : ceil((high - low) / by);
  const int64_t from = scalar_to_int(start), to = scalar_to_int(end), each = scalar_to_int(step);
  if (each > 0 ? to < from : to > from) return -1;
  const uint64_t way = each > 0 ? (uint64_t)to - (uint64_t)from : (uint64_t)from - (uint64_t)to;
  const uint64_t stride = each > 0 ? (uint64_t)each : 0 - (uint64_t)each;
  return (double)(way / stride + (way % stride != 0));
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
    return fail(ERROR_ARGUMENT, "arange: the bounds must be finite, got %g and %g", shown(low), shown(high));
  const double count = sequence_length(start, end, a->step);
  if (count < 0) return fail(ERROR_ARGUMENT, "arange: no way from %g to %g by steps of %g", low, high, shown(by));
  if (count > 9e15) return fail(ERROR_MEMORY, "arange: %g elements are too many", count);
  int64_t n = (int64_t)count;
  Tensor *host;
  const DType dtype = or_default(a->dtype, floats ? dtype_default() : DTYPE_INT64);
  Scalar step = a->step;
  if (n > 0) TRY(scalar_check("arange", "start", 1, start, dtype));
  if (!dtype_has_gradient(dtype)) { /* integers go by whole steps; how many there are the fractions say */
    TRY(whole_number("start", 1, &start));
    TRY(whole_number("step", 3, &step));
  }
  if (n > 0) TRY(scalar_check("arange", "end", 2, sequence_at(start, step, n - 1), dtype)); /* others lie between */
  TRY(call_output(c, 0, dtype, 1, &n));
  TRY(tensor_stage(c->out[0], &host));
  if (host != NULL) write_sequence(host, start, step);
  return tensor_staged(c->out[0], host);
}

/* Each half begins at its own end, so that both ends are exact. */
static void write_linear(Tensor *t, double low, double high) {
  const int64_t n = t->numel, half = n == 1 ? 1 : n / 2;
  const double step = n > 1 ? (high - low) / (double)(n - 1) : 0;
  write_floats(t, 0, half, low, step, 0);
  write_floats(t, half, n, high, step, n - 1);
}

static Scalar complex_between(Scalar low, Scalar high, double share) {
  const double re = scalar_to_double(low), im = scalar_imag(low);
  return scalar_complex(re + (scalar_to_double(high) - re) * share, im + (scalar_imag(high) - im) * share);
}

static void write_linear_complex(Tensor *t, Scalar low, Scalar high) {
  const int64_t n = t->numel, half = n == 1 ? 1 : n / 2;
  char *data = t->storage->data;
  for (int64_t i = 0; i < n && !(i % SHARE == 0 && interrupt_requested()); i++)
    element_set((DType)t->dtype, data + (size_t)i * tensor_itemsize(t),
                i < half ? complex_between(low, high, n > 1 ? (double)i / (double)(n - 1) : 0)
                         : complex_between(high, low, (double)(n - 1 - i) / (double)(n - 1)));
}

Status create_linspace(Call *c) {
  const LinspaceAttrs *a = c->attrs;
  int64_t n = a->steps;
  Tensor *host;
  if (n < 0)
    return fail(ERROR_ARGUMENT, "linspace: 'steps' (argument 3): must not be negative, got %lld", (long long)n);
  const bool is_complex = a->start.kind == SCALAR_COMPLEX || a->end_.kind == SCALAR_COMPLEX;
  DType dtype = or_default(a->dtype, is_complex ? dtype_complex(dtype_default()) : dtype_default());
  TRY(scalar_check("linspace", "start", 1, a->start, dtype));
  TRY(scalar_check("linspace", "end", 2, a->end_, dtype));
  TRY(call_output(c, 0, dtype, 1, &n));
  TRY(tensor_stage(c->out[0], &host));
  if (host != NULL && dtype_is_complex(dtype)) write_linear_complex(host, a->start, a->end_);
  else if (host != NULL) write_linear(host, scalar_to_double(a->start), scalar_to_double(a->end_));
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
