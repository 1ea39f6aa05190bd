/* norm/cuda.c: batch_norm, layer_norm and their gradients on CUDA. */
#include "device/cuda/cuda.h"
#include "ops/norm/cuda.h"

static void *norm_data(const Tensor *t) { return t != NULL ? tensor_data(t) : NULL; }

/* The channels of a batch. */
static Norm norm_of_channels(const Tensor *x, bool training) {
  Norm k = {.x = tensor_data(x), .groups = x->shape[1], .n = x->shape[0], .inner = 1, .training = training};
  for (int d = 2; d < x->ndim; d++) k.inner *= x->shape[d];
  k.group_step = k.inner;
  k.run_step = k.groups * k.inner;
  return k;
}

/* The rows of a matrix. */
static Norm norm_of_rows(const Tensor *x) {
  return (Norm){.x = tensor_data(x), .groups = x->shape[0], .n = 1, .inner = x->shape[1], .group_step = x->shape[1],
                .training = true, .across = true};
}

static Status norm_launch(const Norm *k, const char *kernel, const Tensor *x) {
  const int64_t blocks = k->groups < 65535 ? k->groups : 65535;
  const CudaShape shape = {{(unsigned)blocks, 1, 1}, {NORM_THREADS, 1, 1}};
  if (blocks == 0) return OK;
  return launch_named(tensor_device(x), (DType)x->dtype, "norm", kernel, &shape, 0, (void *[]){(void *)k});
}

static Status norm_forward(Call *c, Norm *k, const Tensor *weight, const Tensor *bias) {
  k->weight = norm_data(weight);
  k->bias = norm_data(bias);
  k->out = tensor_data(c->out[0]);
  k->mean = tensor_data(c->out[1]);
  k->invstd = tensor_data(c->out[2]);
  return norm_launch(k, "norm_forward", c->in[0]);
}

Status cuda_native_batch_norm(Call *c) {
  const NativeBatchNormAttrs *a = c->attrs;
  Norm k = norm_of_channels(c->in[0], a->training);
  k.running_mean = norm_data(c->in[1]);
  k.running_var = norm_data(c->in[2]);
  k.momentum = a->momentum;
  k.eps = a->eps;
  return norm_forward(c, &k, c->in[3], c->in[4]);
}

Status cuda_native_layer_norm(Call *c) {
  Norm k = norm_of_rows(c->in[0]);
  k.eps = ((const NativeLayerNormAttrs *)c->attrs)->eps;
  return norm_forward(c, &k, c->in[1], c->in[2]);
}

/* Inputs of both gradients: the gradient of the result, x, weight, mean, 1 / standard deviation. */
static Status norm_backward(Call *c, Norm *k) {
  k->g = tensor_data(c->in[0]);
  k->weight = norm_data(c->in[2]);
  k->mean = tensor_data(c->in[3]);
  k->invstd = tensor_data(c->in[4]);
  k->out = tensor_data(c->out[0]);
  k->dw = tensor_data(c->out[1]);
  k->db = tensor_data(c->out[2]);
  return norm_launch(k, "norm_backward", c->in[1]);
}

Status cuda_batch_norm_backward(Call *c) {
  Norm k = norm_of_channels(c->in[1], ((const BatchNormBackwardAttrs *)c->attrs)->training);
  return norm_backward(c, &k);
}

Status cuda_layer_norm_backward(Call *c) {
  const Tensor *x = c->in[1];
  Norm k = norm_of_rows(x);
  TRY(norm_backward(c, &k));
  if (k.inner == 0) return OK;
  return launch_named(tensor_device(x), (DType)x->dtype, "norm", "norm_weights", NULL, k.inner, (void *[]){&k});
}
