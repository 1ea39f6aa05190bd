/* norm/cuda.h: what the kernels of normalisation are told. C and the compilers of kernels read it. */
#ifndef HECATE_NORM_CUDA_H
#define HECATE_NORM_CUDA_H

#define NORM_THREADS 256

/* 'groups' groups of numbers are normalised together, each of n runs of 'inner' neighbours: element e of run i of
** group g lies at g · group_step + i · run_step + e. The weight of an element is that of its group, or, across, that
** of its place in the run. */
typedef struct {
  const void *x, *g; /* the input; the gradient of the result */
  const void *weight, *bias;
  void *running_mean, *running_var; /* NULL: there are none */
  void *mean, *invstd;
  void *out;         /* the result, or the gradient of x */
  void *dw, *db;     /* of weight and bias */
  int64_t groups, n, inner, group_step, run_step;
  double momentum, eps;
  int32_t training, across;
} Norm;

#endif
