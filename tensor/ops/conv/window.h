/* window.h: the geometry of convolution and pooling, shared by shapes and kernels. */
#ifndef HECATE_WINDOW_H
#define HECATE_WINDOW_H

#include "core/internal.h"

/* Pairs are {height, width}. */
typedef struct {
  int64_t batch, channels, features, groups;
  int64_t in[2], out[2], kernel[2], stride[2], padding[2], dilation[2];
} Window;

typedef struct {
  Ints stride, padding, dilation;
  int64_t groups;
} ConvArgs;

typedef struct {
  Ints kernel_size, stride, padding, dilation;
  bool ceil_mode;
} PoolArgs;

/* Geometry from the operands, checked. */
Status conv_window(const Tensor *input, const Tensor *weight, const ConvArgs *a, Window *w);
Status conv_check_grad(const Tensor *grad, const Tensor *out, const Window *w);
Status pool_window(const char *who, const Tensor *input, const PoolArgs *a, Window *w);

/* Output columns [*low, *high) whose input column at kernel column j lies inside. */
static inline void window_inside(const Window *w, int64_t j, int64_t *low, int64_t *high) {
  int64_t shift = w->padding[1] - j * w->dilation[1], step = w->stride[1], room = w->in[1] + shift;
  *low = shift <= 0 ? 0 : step == 1 ? shift : (shift + step - 1) / step;
  *high = room <= 0 ? 0 : step == 1 ? room : (room + step - 1) / step;
  if (*high > w->out[1]) *high = w->out[1];
  if (*low > *high) *low = *high;
}

#endif
