/* random/cuda.c: draws on CUDA: the numbers of random/cpu.c, from the generator of the device. */
#include <math.h>

#include "core/half.h"
#include "device/cuda/cuda.h"
#include "ops/random/cuda.h"
#include "ops/random/range.h"

#define DRAW_WORDS 64 /* of a group, see core/philox.h */

static int draw_kind(DType dtype) {
  return dtype == DTYPE_FLOAT16 ? DRAW_FLOAT16 : dtype == DTYPE_BFLOAT16 ? DRAW_BFLOAT16 : DRAW_T;
}

/* Fills contiguous t; a group of 64 words makes 'per_group' elements, a thread 'per_thread'. */
static Status draw_fill(Tensor *t, Generator *g, Draw *d, const char *kernel, int per_group, int per_thread) {
  const Device device = tensor_device(t);
  if (g == NULL) g = devices_generator(device.index);
  if (g == NULL) return ERROR_MEMORY;
  d->out = tensor_data(t);
  d->numel = t->numel;
  d->kind = draw_kind((DType)t->dtype);
  d->seed = g->seed;
  d->offset = g->offset;
  g->offset += (uint64_t)((t->numel + per_group - 1) / per_group) * DRAW_WORDS;
  if (t->numel == 0) return OK;
  const int64_t threads = (t->numel + per_group - 1) / per_group * (per_group / per_thread);
  return launch_named(device, dtype_compute((DType)t->dtype), "random", kernel, NULL, threads, (void *[]){d});
}

static Status draw_floats(Tensor *t, Generator *g, Draw *d, const char *kernel, int share) {
  const int per_group = DRAW_WORDS * 4 / (int)dtype_size(dtype_compute((DType)t->dtype));
  return draw_fill(t, g, d, kernel, per_group, per_group / 16 * share);
}

/* The smallest number of 16 bits that is not below x, as a float. */
static float draw_round_up(DType dtype, float x) {
  const bool half = dtype == DTYPE_FLOAT16;
  uint16_t bits = half ? store_float16(-x) : store_bfloat16(-x);
  if ((half ? load_float16(bits) : load_bfloat16(bits)) > -x) bits = (uint16_t)(bits + (bits >> 15 ? 1 : -1));
  return half ? load_float16(bits ^ 0x8000) : load_bfloat16(bits ^ 0x8000);
}

static Status draw_uniform(Tensor *t, Generator *g, double from, double to) {
  Draw d = {.a = from, .b = to};
  const DType dtype = (DType)t->dtype;
  if (draw_kind(dtype) != DRAW_T) {
    d.least = draw_round_up(dtype, (float)from);
    if (!(d.least < (float)to))
      d.least = dtype == DTYPE_FLOAT16 ? load_float16(store_float16((float)from))
                                       : load_bfloat16(store_bfloat16((float)from));
  }
  return draw_floats(t, g, &d, "draw_uniform", 1);
}

Status cuda_uniform(Call *c) {
  const UniformAttrs *a = c->attrs;
  return draw_uniform(c->out[0], a->generator, a->from, a->to);
}

Status cuda_normal(Call *c) {
  const NormalAttrs *a = c->attrs;
  Draw d = {.a = a->mean, .b = a->std};
  return draw_floats(c->out[0], a->generator, &d, "draw_normal", 2);
}

Status cuda_random(Call *c) {
  const RandomAttrs *a = c->attrs;
  const RandomRange r = random_range(a->from, a->to, (DType)c->out[0]->dtype);
  Draw d = {.low = r.low, .range = (uint64_t)r.last + 1 - (uint64_t)r.low, .digits = r.floored ? r.digits : 0,
            .first = r.first};
  return draw_fill(c->out[0], a->generator, &d, "draw_integers", DRAW_WORDS / 2, 2);
}

static Status draw_bernoulli(Tensor *t, Generator *g, double p) {
  Draw d = {.a = p};
  return draw_fill(t, g, &d, "draw_bernoulli", DRAW_WORDS, 4);
}

Status cuda_bernoulli_fill(Call *c) {
  const BernoulliFillAttrs *a = c->attrs;
  return draw_bernoulli(c->out[0], a->generator, a->p);
}

/* The uniform numbers become 1 where they are below their probability, else 0. */
Status cuda_bernoulli(Call *c) {
  const BernoulliAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  TRY(draw_uniform(out, a->generator, 0, 1));
  if (out->numel == 0) return OK;
  int64_t n = out->numel;
  void *p = tensor_data(c->in[0]), *o = tensor_data(out);
  return launch_named(tensor_device(out), (DType)out->dtype, "random", "draw_compare", NULL, n,
                      (void *[]){&p, &o, &n});
}

Status cuda_native_dropout(Call *c) {
  const NativeDropoutAttrs *a = c->attrs;
  const DropoutApplyAttrs scale = {a->scale};
  TRY(draw_bernoulli(c->out[1], a->generator, 1 - a->p));
  return walk_run(host->op_info(OP_DROPOUT_APPLY), &scale, (DType)c->out[0]->dtype, 3,
                  (Tensor *[]){c->out[0], c->in[0], c->out[1]}, tensor_device(c->out[0]));
}
