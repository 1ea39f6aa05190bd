/* blas.h: matrix products by cuBLAS. */
#ifndef HECATE_CUDA_BLAS_H
#define HECATE_CUDA_BLAS_H

#include "cuda.h"

/* Element (i, j) lies at data[i · row + j · column], that of the next of a batch 'batch' elements behind. */
typedef struct {
  const void *data;
  int64_t rows, columns, row, column, batch;
} BlasMatrix;

static inline BlasMatrix blas_transposed(BlasMatrix m) {
  return (BlasMatrix){m.data, m.columns, m.rows, m.column, m.row, m.batch};
}
/* Whether one of the strides is 1 and the other at least as long as a line. */
bool blas_readable(const BlasMatrix *m);
bool blas_has(DType dtype);
/* 'out', dense and row after row, becomes alpha · a b + beta · out, for each of 'batch'. */
Status blas_multiply(Device device, DType dtype, BlasMatrix a, BlasMatrix b, double alpha, double beta, void *out,
                     int64_t batch);

#endif
