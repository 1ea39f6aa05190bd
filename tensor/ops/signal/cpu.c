/* signal/cpu.c: filters of signals along the last dimension, one channel after another. */
#include "device/cpu/kernel.h"

/* What the lines of a polyphase filter share: P phases of K taps. */
typedef struct {
  int64_t phases, taps, stride, in_length, out_length;
} Polyphase;

#define BODY "ops/signal/filter_body.h"
#include "each_float.h"
#define BODY "ops/signal/polyphase_body.h"
#include "each_float.h"

typedef void (*LagFn)(int64_t length, int64_t lags, const void *x, const void *weight, void *y);
typedef void (*LagProductsFn)(const int64_t *shape, int64_t channel, int64_t lags, const void *x, const void *y,
                              void *out);
typedef void (*PolyphaseFn)(const Polyphase *p, int64_t begin, int64_t end, const void *x, const void *weight,
                            void *y);
typedef void (*PolyphaseAdjointFn)(const Polyphase *p, const void *x, const void *weight, void *y);

static const LagFn lag_filters[DTYPE_COUNT] = FLOAT_TABLE(lag_filter_line);
static const LagFn all_poles[DTYPE_COUNT] = FLOAT_TABLE(all_pole_line);
static const LagProductsFn lag_products[DTYPE_COUNT] = FLOAT_TABLE(lag_products_channel);
static const PolyphaseFn polyphases[DTYPE_COUNT] = FLOAT_TABLE(polyphase_frames);
static const PolyphaseAdjointFn polyphase_adjoints[DTYPE_COUNT] = FLOAT_TABLE(polyphase_adjoint_line);

/* Runs a filter over all lines of (N×C×L). */
static Status filter_lines(Call *c, const LagFn *filters, int cost) {
  const Tensor *x = c->in[0], *weight = c->in[1];
  const int64_t lines = x->shape[0] * x->shape[1], channels = x->shape[1], length = x->shape[2];
  const int64_t lags = weight->shape[1], size = (int64_t)tensor_itemsize(x);
  const LagFn filter = filters[x->dtype];
  const char *in = tensor_data(x), *w = tensor_data(weight);
  char *out = tensor_data(c->out[0]);
#pragma omp parallel for schedule(static) if (lines > 1 && worth_threads(x->numel, cost * (int)(lags < 64 ? lags : 64)))
  for (int64_t l = 0; l < lines; l++)
    if (!interrupt_requested())
      filter(length, lags, in + l * length * size, w + l % channels * lags * size, out + l * length * size);
  return OK;
}

Status KERNEL(lag_filter)(Call *c) { return filter_lines(c, lag_filters, 1); }
Status KERNEL(all_pole)(Call *c) { return filter_lines(c, all_poles, 3); }

Status KERNEL(lag_products)(Call *c) {
  const LagProductsAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  const int64_t channels = x->shape[1];
  const LagProductsFn products = lag_products[x->dtype];
#pragma omp parallel for schedule(static) if (channels > 1 && worth_threads(x->numel, 8))
  for (int64_t channel = 0; channel < channels; channel++)
    products(x->shape, channel, a->lags, tensor_data(x), tensor_data(c->in[1]), tensor_data(c->out[0]));
  return OK;
}

/* Of the inputs of both: what lines share. */
static Polyphase polyphase_of(const Call *c) {
  const PolyphaseAttrs *a = c->attrs;
  const Tensor *x = c->in[0], *weight = c->in[1];
  return (Polyphase){weight->shape[0], weight->shape[1], a->stride, x->shape[1], a->length};
}

/* Portions of all lines, so that threads share one long line too. */
Status KERNEL(polyphase)(Call *c) {
  const Tensor *x = c->in[0];
  const Polyphase p = polyphase_of(c);
  const int64_t lines = x->shape[0], size = (int64_t)tensor_itemsize(x);
  const int64_t frames = (p.out_length + p.phases - 1) / p.phases, portion = 16384 / p.phases + 1;
  const int64_t portions = (frames + portion - 1) / portion;
  const PolyphaseFn filter = polyphases[x->dtype];
  const char *in = tensor_data(x);
  char *out = tensor_data(c->out[0]);
#pragma omp parallel for schedule(static) if (portions * lines > 1 && worth_threads(lines * p.out_length, (int)p.taps))
  for (int64_t i = 0; i < lines * portions; i++) {
    if (interrupt_requested()) continue;
    const int64_t l = i / portions, begin = i % portions * portion;
    filter(&p, begin, begin + portion < frames ? begin + portion : frames, in + l * p.in_length * size,
           tensor_data(c->in[1]), out + l * p.out_length * size);
  }
  return OK;
}

Status KERNEL(polyphase_adjoint)(Call *c) {
  const Tensor *x = c->in[0];
  const Polyphase p = polyphase_of(c);
  const int64_t lines = x->shape[0], size = (int64_t)tensor_itemsize(x);
  const PolyphaseAdjointFn filter = polyphase_adjoints[x->dtype];
  const char *in = tensor_data(x);
  char *out = tensor_data(c->out[0]);
#pragma omp parallel for schedule(static) if (lines > 1 && worth_threads(lines * p.in_length, (int)p.taps))
  for (int64_t l = 0; l < lines; l++)
    filter(&p, in + l * p.in_length * size, tensor_data(c->in[1]), out + l * p.out_length * size);
  return OK;
}
