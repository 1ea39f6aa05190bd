/* random/composite.c: the random ops that are made of the fills of tensor/ops/random/cpu.c. */
#include <math.h>

#include "core/internal.h"
#include "core/philox.h"
#include "device/device.h"

/* ---- creation ------------------------------------------------------------------------- */

static DType float_or(DType dtype, DType otherwise) { return dtype != DTYPE_NONE ? dtype : otherwise; }

static Status made(Call *c, int ndim, const int64_t *shape, DType dtype) {
  return call_output(c, 0, dtype, ndim, shape);
}

/* Both parts of complex numbers are drawn. */
static Status random_fill(OpId op, Tensor *t, const void *attrs) {
  if (!dtype_is_complex((DType)t->dtype)) return op_call_in_place(op, &t, 1, attrs);
  Tensor *parts;
  TRY(op_view_as_real(t, &parts));
  Status status = op_call_in_place(op, &parts, 1, attrs);
  tensor_release(parts);
  return status;
}
static Status random_uniform_into(Call *c, Generator *g) {
  UniformAttrs a = {.from = 0, .to = 1, .generator = g};
  return random_fill(OP_UNIFORM, c->out[0], &a);
}
/* The variance is 1: of complex numbers a half in each part. */
static Status random_normal_into(Call *c, Generator *g) {
  NormalAttrs a = {.mean = 0, .std = dtype_is_complex((DType)c->out[0]->dtype) ? M_SQRT1_2 : 1, .generator = g};
  return random_fill(OP_NORMAL, c->out[0], &a);
}

Status create_rand(Call *c) {
  const RandAttrs *a = c->attrs;
  TRY(made(c, a->size.n, a->size.v, float_or(a->dtype, dtype_default())));
  return random_uniform_into(c, a->generator);
}
Status create_randn(Call *c) {
  const RandnAttrs *a = c->attrs;
  TRY(made(c, a->size.n, a->size.v, float_or(a->dtype, dtype_default())));
  return random_normal_into(c, a->generator);
}
Status create_rand_like(Call *c) {
  const RandLikeAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  TRY(made(c, in->ndim, in->shape, float_or(a->dtype, (DType)in->dtype)));
  return random_uniform_into(c, a->generator);
}
Status create_randn_like(Call *c) {
  const RandnLikeAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  TRY(made(c, in->ndim, in->shape, float_or(a->dtype, (DType)in->dtype)));
  return random_normal_into(c, a->generator);
}

Status create_normal_new(Call *c) {
  const NormalNewAttrs *a = c->attrs;
  if (!(a->std >= 0))
    return fail(ERROR_ARGUMENT, "normal: 'std' (argument 2): expected a number of at least 0, got %g", shown(a->std));
  TRY(made(c, a->size.n, a->size.v, float_or(a->dtype, dtype_default())));
  NormalAttrs normal = {.mean = a->mean, .std = a->std, .generator = a->generator};
  return op_call_in_place(OP_NORMAL, &c->out[0], 1, &normal);
}

static Status integers(Call *c, int64_t low, int64_t high, const Ints *size, Generator *g, DType dtype) {
  if (high <= low)
    return fail(ERROR_ARGUMENT, "randint: expected low < high, got %lld and %lld", (long long)low, (long long)high);
  TRY(made(c, size->n, size->v, float_or(dtype, DTYPE_INT64)));
  RandomAttrs a = {.from = low, .to = high, .generator = g};
  return op_call_in_place(OP_RANDOM, &c->out[0], 1, &a);
}

Status create_randint(Call *c) {
  const RandintAttrs *a = c->attrs;
  return integers(c, a->low, a->high, &a->size, a->generator, a->dtype);
}
Status create_randint_below(Call *c) {
  const RandintBelowAttrs *a = c->attrs;
  return integers(c, 0, a->high, &a->size, a->generator, a->dtype);
}

/* A number below n from one of a run of words. */
static uint64_t below(uint64_t n, uint64_t word) { return (uint64_t)((unsigned __int128)word * n >> 64); }

/* The numbers 0 to n - 1 in random order (Fisher and Yates 1938), from the front: the first k places are final after
** k steps. */
static Status shuffle(Generator *g, int64_t n, int64_t *p) {
  uint32_t words[PHILOX_WORDS];
  for (int64_t i = 0; i < n && !(i % 65536 == 0 && interrupt_requested()); i++) p[i] = i;
  for (int64_t i = 0; i < n - 1; i++) {
    int64_t k = i % (PHILOX_WORDS / 2);
    if (k == 0) {
      if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
      philox_words(g->seed, g->offset, words);
      g->offset += PHILOX_WORDS;
    }
    uint64_t word = (uint64_t)words[2 * k + 1] << 32 | words[2 * k];
    int64_t j = i + (int64_t)below((uint64_t)(n - i), word), t = p[i];
    p[i] = p[j];
    p[j] = t;
  }
  return OK;
}

Status create_randperm(Call *c) {
  const RandpermAttrs *a = c->attrs;
  Generator *g = a->generator != NULL ? a->generator : c->device->generator(device_of_byte(c->where).index);
  DType dtype = float_or(a->dtype, DTYPE_INT64);
  OWNED Tensor *order = NULL;
  if (a->n < 0)
    return fail(ERROR_ARGUMENT, "randperm: 'n' (argument 1): expected a number of at least 0, got %lld",
                (long long)a->n);
  TRY(scalar_check("randperm", "n", 1, scalar_int(a->n), dtype));
  const int digits = dtype_table[dtype].digits;
  if (digits > 0 && a->n > (int64_t)1 << digits)
    return fail(ERROR_ARGUMENT, "randperm: 'n' (argument 1): expected at most %lld, up to which %s holds all integers, "
                "got %lld", (long long)1 << digits, dtype_name(dtype), (long long)a->n);
  TRY(call_output(c, 0, dtype, 1, &a->n));
  if (!device_has_data(tensor_device(c->out[0]))) return OK;
  const bool here = dtype == DTYPE_INT64 && device_is_host(tensor_device(c->out[0]));
  if (here) return shuffle(g, a->n, tensor_data(c->out[0]));
  TRY(tensor_empty_cpu(1, &a->n, DTYPE_INT64, &order));
  TRY(shuffle(g, a->n, tensor_data(order)));
  return tensor_copy_raw(c->out[0], order);
}

/* ---- drawing ------------------------------------------------------------------------------ */

Status infer_same(Call *c) {
  return call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape);
}

/* The result of an op whose inputs have one shape and dtype. */
Status infer_draw(Call *c) {
  const OpInfo *info = c->info;
  char text[SHAPE_TEXT], first[SHAPE_TEXT];
  for (int i = 1; i < c->n_in; i++)
    if (c->in[i]->dtype != c->in[0]->dtype || !tensor_same_shape(c->in[i], c->in[0]))
      return fail(ERROR_ARGUMENT, "%s: expected tensors of one shape and dtype, got %s and %s", info->name,
                  tensor_text(first, c->in[0]), tensor_text(text, c->in[i]));
  return infer_same(c);
}

Status infer_multinomial(Call *c) {
  const MultinomialAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  char text[SHAPE_TEXT];
  if (in->ndim < 1 || in->ndim > 2 || in->shape[in->ndim - 1] == 0)
    return fail(ERROR_ARGUMENT, "multinomial: 'input' (argument 1): expected weights (K) or (N×K), got %s",
                tensor_text(text, in));
  int64_t k = in->shape[in->ndim - 1];
  if (a->num_samples < 1 || (!a->replacement && a->num_samples > k))
    return fail(ERROR_ARGUMENT, "multinomial: 'num_samples' (argument 2): cannot draw %lld of %lld without replacement",
                (long long)a->num_samples, (long long)k);
  int64_t shape[2] = {in->shape[0], a->num_samples};
  return call_output(c, 0, DTYPE_INT64, in->ndim, in->ndim == 2 ? shape : &shape[1]);
}

/* ---- dropout -------------------------------------------------------------------------------- */

Status infer_native_dropout(Call *c) {
  TRY(infer_same(c));
  return call_output(c, 1, DTYPE_BOOL, c->in[0]->ndim, c->in[0]->shape);
}
