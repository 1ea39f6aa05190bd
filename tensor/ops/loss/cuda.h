/* loss/cuda.h: what the kernels of nll_loss are told. C and the compilers of kernels read it. */
#ifndef HECATE_LOSS_CUDA_H
#define HECATE_LOSS_CUDA_H

#define NLL_THREADS 256

enum { NLL_NONE, NLL_MEAN, NLL_SUM }; /* the choices of the row, in order */

/* x is n × classes × inner, target n × inner. */
typedef struct {
  const void *x, *weight, *total; /* of the gradient x is that of the loss; weight may be NULL */
  const int64_t *target;
  void *out, *used; /* used: the sum of the weights */
  int64_t n, classes, inner, ignore;
  int32_t reduction;
} Nll;

#endif
