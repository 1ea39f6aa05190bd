/* gemm.c: matrix products of one pair of matrices. Floats by BLAS (blas.h), tiny ones and
** integers by the loops below. Long products are cut into panels of rows, and of columns where
** few rows are long already, so that an interrupt is seen within a fraction of a second.
*/
#include <limits.h>

#include "blas.h"
#include "gemm.h"

#define TINY 2048 /* multiplications; below, packing costs more than multiplying */

/* Row by row; B is walked along its rows or, transposed, along its columns. */
#define PLAIN_GEMM(T, S, suffix)                                                       \
  static void plain_##suffix(Matrix a, Matrix b, S alpha, S beta, T *c, int64_t ldc) { \
    for (int64_t i = 0; i < a.rows; i++, c += ldc) {                                   \
      const T *x = (const T *)a.data + i * a.row;                                      \
      const T *y = b.data;                                                             \
      if (b.column == 1) {                                                             \
        for (int64_t j = 0; j < b.columns; j++) c[j] = beta == 0 ? 0 : (T)(beta * c[j]); \
        for (int64_t p = 0; p < a.columns; p++) {                                      \
          const T v = (T)(alpha * x[p * a.column]), *q = y + p * b.row;                \
          for (int64_t j = 0; j < b.columns; j++) c[j] = (T)(c[j] + v * q[j]);         \
        }                                                                              \
      } else                                                                           \
        for (int64_t j = 0; j < b.columns; j++) {                                      \
          T sum = 0;                                                                   \
          for (int64_t p = 0; p < a.columns; p++)                                      \
            sum = (T)(sum + x[p * a.column] * y[p * b.row + j * b.column]);            \
          c[j] = (T)(alpha * sum + (beta == 0 ? 0 : beta * c[j]));                     \
        }                                                                              \
    }                                                                                  \
  }
PLAIN_GEMM(float, float, float32)
PLAIN_GEMM(double, double, float64)
PLAIN_GEMM(uint8_t, int64_t, uint8)
PLAIN_GEMM(int8_t, int64_t, int8)
PLAIN_GEMM(int16_t, int64_t, int16)
PLAIN_GEMM(int32_t, int64_t, int32)
PLAIN_GEMM(int64_t, int64_t, int64)

static void plain(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *c, int64_t ldc) {
#define PLAIN_INTEGER(name, T) plain_##name(a, b, (int64_t)alpha, (int64_t)beta, c, ldc);
#define PLAIN_FLOAT(name, T) plain_##name(a, b, (T)alpha, (T)beta, c, ldc);
  if (dtype_is_float(dtype)) FLOAT_SWITCH(dtype, PLAIN_FLOAT)
  else INTEGER_SWITCH(dtype, PLAIN_INTEGER)
}

/* ---- matrix times vector -------------------------------------------------------------
** Memory sets the pace, so plain loops do, over four rows at a time. OpenBLAS takes one thread
** for 1024² (276 µs; these loops 90 µs) and two for 100², where the hand-over costs more than the product. */

#define GEMV_TILE 256 /* results that one task makes */

#define GEMV(T, suffix)                                                                            \
  /* y[i] = A[i] · x for the rows of a, whose elements lie side by side */                         \
  static void gemv_rows_##suffix(Matrix a, const T *x, T alpha, T beta, T *y) {                    \
    const T *v = a.data;                                                                           \
    int64_t n = a.columns, i = 0;                                                                  \
    for (; i + 4 <= a.rows; i += 4, v += 4 * a.row) {                                              \
      const T *v1 = v + a.row, *v2 = v1 + a.row, *v3 = v2 + a.row;                                 \
      T s0 = 0, s1 = 0, s2 = 0, s3 = 0;                                                            \
      _Pragma("omp simd reduction(+ : s0, s1, s2, s3)") for (int64_t j = 0; j < n; j++) {          \
        s0 += v[j] * x[j];                                                                         \
        s1 += v1[j] * x[j];                                                                        \
        s2 += v2[j] * x[j];                                                                        \
        s3 += v3[j] * x[j];                                                                        \
      }                                                                                            \
      const T s[4] = {s0, s1, s2, s3};                                                             \
      for (int k = 0; k < 4; k++) y[i + k] = alpha * s[k] + (beta == 0 ? 0 : beta * y[i + k]);     \
    }                                                                                              \
    for (; i < a.rows; i++, v += a.row) {                                                          \
      T s = 0;                                                                                     \
      _Pragma("omp simd reduction(+ : s)") for (int64_t j = 0; j < n; j++) s += v[j] * x[j];       \
      y[i] = alpha * s + (beta == 0 ? 0 : beta * y[i]);                                            \
    }                                                                                              \
  }                                                                                                \
  /* the same where the elements of a column lie side by side */                                   \
  static void gemv_columns_##suffix(Matrix a, const T *x, T alpha, T beta, T *y) {                 \
    const T *v = a.data;                                                                           \
    int64_t n = a.rows, j = 0, step = a.column;                                                    \
    T sum[GEMV_TILE] = {0};                                                                        \
    for (; j + 4 <= a.columns; j += 4, v += 4 * step) {                                            \
      const T *v1 = v + step, *v2 = v1 + step, *v3 = v2 + step;                                    \
      _Pragma("omp simd") for (int64_t i = 0; i < n; i++)                                          \
        sum[i] += v[i] * x[j] + v1[i] * x[j + 1] + (v2[i] * x[j + 2] + v3[i] * x[j + 3]);          \
    }                                                                                              \
    for (; j < a.columns; j++, v += step)                                                          \
      _Pragma("omp simd") for (int64_t i = 0; i < n; i++) sum[i] += v[i] * x[j];                   \
    for (int64_t i = 0; i < n; i++) y[i] = alpha * sum[i] + (beta == 0 ? 0 : beta * y[i]);         \
  }
GEMV(float, float32)
GEMV(double, float64)

/* y = alpha · A x + beta · y, the strides of x and y in elements. */
static void gemv(DType dtype, Matrix a, const void *x, int64_t step, double alpha, double beta, void *y, int64_t ystep) {
  bool rows = a.column == 1 || a.columns == 1, dense = (step == 1 || a.columns == 1) && (ystep == 1 || a.rows == 1);
  if (!dense || !(rows || a.row == 1)) {
    BLAS(gemv)(dtype, a, x, step, alpha, beta, y, ystep);
    return;
  }
  int64_t tasks = (a.rows + GEMV_TILE - 1) / GEMV_TILE;
#pragma omp parallel for if (tasks > 1 && worth_threads(a.rows * a.columns, 1))
  for (int64_t t = 0; t < tasks; t++) {
    int64_t first = t * GEMV_TILE;
    Matrix part = a;
    part.data = (const char *)a.data + (size_t)(first * a.row) * dtype_size(dtype);
    part.rows = a.rows - first < GEMV_TILE ? a.rows - first : GEMV_TILE;
    if (dtype == DTYPE_FLOAT32) (rows ? gemv_rows_float32 : gemv_columns_float32)(part, x, (float)alpha, (float)beta, (float *)y + first);
    else (rows ? gemv_rows_float64 : gemv_columns_float64)(part, x, alpha, beta, (double *)y + first);
  }
}

static bool fits(const Matrix *m) {
  return m->rows <= INT_MAX && m->columns <= INT_MAX && m->row <= INT_MAX && m->column <= INT_MAX;
}

static void one_panel(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *c, int64_t ldc) {
  const bool real = dtype_is_float(dtype);
  if (real && b.columns == 1) gemv(dtype, a, b.data, b.row > 0 ? b.row : 1, alpha, beta, c, ldc);
  else if (real && a.rows == 1) gemv(dtype, matrix_t(b), a.data, a.column > 0 ? a.column : 1, alpha, beta, c, 1);
  else if (!real || (double)a.rows * (double)a.columns * (double)b.columns <= TINY) plain(dtype, a, b, alpha, beta, c, ldc);
  else BLAS(gemm)(dtype, a, b, alpha, beta, c, ldc);
}

Status KERNEL(gemm)(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *out, int64_t ldc) {
  if (a.rows == 0 || b.columns == 0) return OK;
  if (!fits(&a) || !fits(&b) || ldc > INT_MAX) return fail(ERROR_ARGUMENT, "matmul: a matrix is too large for BLAS (2^31 rows or columns)");
  size_t size = dtype_size(dtype);
  double row_flop = 2.0 * (double)b.columns * (double)(a.columns > 0 ? a.columns : 1);
  if (!dtype_is_float(dtype)) row_flop *= 16; /* plain loops are slower */
  int64_t rows = a.rows, columns = b.columns;
  if (row_flop * (double)a.rows > BLAS_PANEL_FLOP) rows = (int64_t)(BLAS_PANEL_FLOP / row_flop) / 64 * 64;
  if (rows < 64 && rows < a.rows) {
    rows = a.rows < 256 ? a.rows : 256;
    columns = (int64_t)(BLAS_PANEL_FLOP / (row_flop * (double)rows) * (double)b.columns) / 64 * 64;
    if (columns < 256) columns = 256;
  }
  for (int64_t i = 0; i < a.rows; i += rows)
    for (int64_t j = 0; j < b.columns; j += columns) {
      if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
      Matrix x = a, y = b;
      x.data = (const char *)a.data + (size_t)(i * a.row) * size;
      x.rows = a.rows - i < rows ? a.rows - i : rows;
      y.data = (const char *)b.data + (size_t)(j * b.column) * size;
      y.columns = b.columns - j < columns ? b.columns - j : columns;
      one_panel(dtype, x, y, alpha, beta, (char *)out + (size_t)(i * ldc + j) * size, ldc);
    }
  return OK;
}
