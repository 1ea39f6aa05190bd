/* window.h: the geometry of convolution and pooling, shared by shapes and kernels. */
#ifndef HECATE_WINDOW_H
#define HECATE_WINDOW_H

#include "internal.h"

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
Status conv_check_grad(const Tensor *grad, const Window *w);
Status pool_window(const char *who, const Tensor *input, const PoolArgs *a, Window *w);

#endif
