/* cpu_batch_norm.c: batch_norm and its gradient, N × C × inner. Each channel is one task when it
** has an inner part; otherwise tiles of channels go down the rows. Sums are in double,
** in the order of the elements, so they do not depend on the threads.
*/
#include "cpu_statistics.h"

#define TILE 64 /* channels at a time */

typedef struct {
  int64_t n, channels, inner;
  double count; /* values per channel */
  bool training;
  double momentum, eps;
} Norm;

/* Elements of the call's tensors; those that are not given or not of this op are NULL. */
typedef struct {
  void *x, *weight, *bias, *running_mean, *running_var, *mean, *invstd;
  void *o;           /* the result, or the gradient of x */
  void *g, *dw, *db; /* gradients */
} BatchNormData;

#define BODY "ops/norm/batch_norm_body.h"
#include "each_float.h"

typedef void (*BatchNormFn)(const Norm *k, int64_t from, int64_t width, const BatchNormData *data);
static const BatchNormFn batch_norm_forwards[DTYPE_COUNT] = FLOAT_TABLE(batch_norm_forward);
static const BatchNormFn batch_norm_backwards[DTYPE_COUNT] = FLOAT_TABLE(batch_norm_backward);

static Norm norm_of(const Tensor *x, bool training) {
  Norm k = {.n = x->shape[0], .channels = x->shape[1], .inner = 1, .training = training};
  for (int d = 2; d < x->ndim; d++) k.inner *= x->shape[d];
  k.count = (double)(k.n * k.inner);
  return k;
}

static void batch_norm_tasks(const Norm *k, BatchNormFn work, const BatchNormData *data) {
  const int64_t step = k->inner > 1 ? 1 : TILE, tasks = (k->channels + step - 1) / step; /* step: channels of a task */
  const int64_t numel = k->n * k->channels * k->inner;
#pragma omp parallel for schedule(static) if (tasks > 1 && worth_threads(numel, 3))
  for (int64_t t = 0; t < tasks; t++) {
    const int64_t from = t * step, width = k->channels - from < step ? k->channels - from : step;
    if (!interrupt_requested()) work(k, from, width, data);
  }
}

Status KERNEL(native_batch_norm)(Call *c) {
  const NativeBatchNormAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  Norm k = norm_of(x, a->training);
  k.momentum = a->momentum;
  k.eps = a->eps;
  const BatchNormData data = {
      .x = tensor_data(x), .weight = data_or_null(c->in[3]), .bias = data_or_null(c->in[4]),
      .running_mean = data_or_null(c->in[1]), .running_var = data_or_null(c->in[2]),
      .o = tensor_data(c->out[0]), .mean = tensor_data(c->out[1]), .invstd = tensor_data(c->out[2])};
  batch_norm_tasks(&k, batch_norm_forwards[x->dtype], &data);
  return OK;
}

Status KERNEL(batch_norm_backward)(Call *c) {
  const BatchNormBackwardAttrs *a = c->attrs;
  const Tensor *x = c->in[1];
  const Norm k = norm_of(x, a->training);
  const BatchNormData data = {
      .x = tensor_data(x), .weight = data_or_null(c->in[2]), .mean = tensor_data(c->in[3]),
      .invstd = tensor_data(c->in[4]),
      .g = tensor_data(c->in[0]), .o = tensor_data(c->out[0]), .dw = tensor_data(c->out[1]),
      .db = tensor_data(c->out[2])};
  batch_norm_tasks(&k, batch_norm_backwards[x->dtype], &data);
  return OK;
}
