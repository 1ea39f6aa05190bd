/* resample.h: which neighbours make each element of a resized edge, and the kernels that sum them. */
#ifndef HECATE_RESAMPLE_H
#define HECATE_RESAMPLE_H

#include "tensor.h"

typedef struct {
  bool cubic, antialias, align; /* align: the corners of both are the same points */
  DType dtype;
} Resample;

/* Element i of the result is the sum of weights[i * width + k] times element first[i] + k, for k < width. All of these
** elements exist. */
typedef struct {
  int64_t from, count; /* elements before and after */
  int64_t width;
  int64_t *first;
  double *weights;
  int bits; /* of bytes: the weights are integers, in units of 2^-bits */
} Windows;

/* Resizes 'planes' planes of y->from × x->from elements. */
typedef Status (*ResampleFn)(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x);

Status resample_uint8(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x);
Status resample_float32(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x);
Status resample_float64(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x);

#endif
