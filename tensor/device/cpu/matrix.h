/* matrix.h: a matrix in memory, as products of matrices see it. */
#ifndef HECATE_MATRIX_H
#define HECATE_MATRIX_H

#include "core/internal.h"

/* Element (i, j) lies at data[i · row + j · column], in elements. */
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

#endif
