/* pool.c: kernels of pooling, one plane after the other. */
#include <math.h>

#include "kernel.h"
#include "window.h"

#define T float
#define NAME(x) x##_float32
#define LOWEST -INFINITY
#define IS_NAN(x) ((x) != (x))
#include "pool_body.h"
#define T double
#define NAME(x) x##_float64
#define LOWEST -INFINITY
#define IS_NAN(x) ((x) != (x))
#include "pool_body.h"
#define T uint8_t
#define NAME(x) x##_uint8
#define LOWEST 0
#define IS_NAN(x) false
#include "pool_body.h"
#define T int32_t
#define NAME(x) x##_int32
#define LOWEST INT32_MIN
#define IS_NAN(x) false
#include "pool_body.h"
#define T int64_t
#define NAME(x) x##_int64
#define LOWEST INT64_MIN
#define IS_NAN(x) false
#include "pool_body.h"

Status KERNEL(max_pool2d)(Call *c) {
  const MaxPool2dAttrs *a = c->attrs;
  PoolArgs args = {a->kernel_size, a->stride, a->padding, a->dilation, a->ceil_mode};
  Window w;
  TRY(pool_window("max_pool2d", c->in[0], &args, &w));
  int64_t planes = w.batch * w.channels, in = w.in[0] * w.in[1], out = w.out[0] * w.out[1];
  const char *from = tensor_data(c->in[0]);
  char *to = tensor_data(c->out[0]);
  int64_t *at = tensor_data(c->out[1]);
  DType dtype = (DType)c->in[0]->dtype;
  int64_t size = (int64_t)dtype_size(dtype);
#pragma omp parallel for if (worth_threads(planes *out, (int)(w.kernel[0] * w.kernel[1] < 1000 ? w.kernel[0] * w.kernel[1] : 1000)))
  for (int64_t p = 0; p < planes; p++) {
    const void *x = from + p * in * size;
    void *y = to + p * out * size;
    if (interrupt_requested()) continue;
    if (dtype == DTYPE_FLOAT32) max_plane_float32(&w, x, y, at + p * out);
    else if (dtype == DTYPE_FLOAT64) max_plane_float64(&w, x, y, at + p * out);
    else if (dtype == DTYPE_UINT8) max_plane_uint8(&w, x, y, at + p * out);
    else if (dtype == DTYPE_INT32) max_plane_int32(&w, x, y, at + p * out);
    else max_plane_int64(&w, x, y, at + p * out);
  }
  return OK;
}

/* 'wide' has the planes of the input, 'narrow' those of the windows. */
static void average(const Window *w, const Tensor *wide, const Tensor *narrow, bool include_pad, int64_t divisor, bool adjoint) {
  int64_t planes = w->batch * w->channels, in = w->in[0] * w->in[1], out = w->out[0] * w->out[1];
  bool small = wide->dtype == DTYPE_FLOAT32;
  int64_t size = small ? 4 : 8;
#pragma omp parallel for if (worth_threads(planes *out, (int)(w->kernel[0] * w->kernel[1] < 1000 ? w->kernel[0] * w->kernel[1] : 1000)))
  for (int64_t p = 0; p < planes; p++) {
    void *x = (char *)tensor_data(wide) + p * in * size, *y = (char *)tensor_data(narrow) + p * out * size;
    if (interrupt_requested()) continue;
    if (adjoint) memset(x, 0, (size_t)(in * size));
    if (small) average_plane_float32(w, x, y, include_pad, divisor, adjoint);
    else average_plane_float64(w, x, y, include_pad, divisor, adjoint);
  }
}

Status KERNEL(avg_pool2d)(Call *c) {
  const AvgPool2dAttrs *a = c->attrs;
  PoolArgs args = {a->kernel_size, a->stride, a->padding, {1, {1}}, a->ceil_mode};
  Window w;
  TRY(pool_window("avg_pool2d", c->in[0], &args, &w));
  average(&w, c->in[0], c->out[0], a->count_include_pad, a->divisor_override, false);
  return OK;
}

Status KERNEL(avg_pool2d_adjoint)(Call *c) {
  const AvgPool2dAdjointAttrs *a = c->attrs;
  PoolArgs args = {a->kernel_size, a->stride, a->padding, {1, {1}}, a->ceil_mode};
  const Tensor *grad = c->in[0];
  Window w;
  TRY(pool_window("avg_pool2d", c->out[0], &args, &w));
  if (grad->numel != w.batch * w.channels * w.out[0] * w.out[1]) return fail(ERROR_ARGUMENT, "avg_pool2d: the gradient does not fit");
  average(&w, c->out[0], grad, a->count_include_pad, a->divisor_override, true);
  return OK;
}
