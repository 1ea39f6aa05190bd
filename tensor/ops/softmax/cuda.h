/* softmax/cuda.h: what the kernels of softmax are told. C and the compilers of kernels read it. */
#ifndef HECATE_SOFTMAX_CUDA_H
#define HECATE_SOFTMAX_CUDA_H

#define SOFTMAX_THREADS 256 /* the most of a block */

/* Lines of n elements, 'inner' elements apart: outer × n × inner. Blocks are x lines wide; y threads share a line. */
typedef struct {
  const void *x, *y; /* the input; of gradients: that of the result, and the result */
  void *out;
  int64_t lines, n, inner;
  int32_t log;
} Softmax;

#endif
