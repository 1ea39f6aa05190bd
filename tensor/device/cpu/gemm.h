/* gemm.h: the one entry to matrix products for kernels: C = alpha · A · B + beta · C. */
#ifndef HECATE_GEMM_H
#define HECATE_GEMM_H

#include "kernel.h"

/* A matrix in memory: element (i, j) at data[i · row + j · column], in elements. */
typedef struct {
  const void *data;
  int64_t rows, columns, row, column;
} Matrix;

static inline Matrix matrix_t(Matrix m) {
  return (Matrix){m.data, m.columns, m.rows, m.column, m.row};
}

/* Whether gemm can read it without a copy: one of the strides is 1. */
static inline bool matrix_readable(const Matrix *m) {
  if (m->columns <= 1 || m->rows <= 1) return (m->row > 0 || m->rows <= 1) && (m->column > 0 || m->columns <= 1);
  return (m->column == 1 && m->row >= m->columns) || (m->row == 1 && m->column >= m->rows);
}

/* 'out' has rows of a.rows × b.columns at distance 'ldc'. A and B must be readable.
** Fails on sizes beyond BLAS and on an interrupt. */
Status KERNEL(gemm)(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *out, int64_t ldc);

#endif
