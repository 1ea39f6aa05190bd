/* gemm.c: matrix products of one pair of matrices. Floats by BLAS (blas.h), tiny ones and
** integers by the loops below. Long products are cut into panels of rows, and of columns where
** few rows are long already, so that an interrupt is seen within a fraction of a second.
*/
#include <limits.h>
#include <math.h>

#include "blas.h"
#include "call/mode.h"
#include "gemm.h"

#define STEADY_TILE 128
#define TINY 2048 /* multiplications; below, packing costs more than multiplying */

/* Factors of integers are int64, those of floats of their own type. */
#define FACTOR A
#define BODY "device/cpu/gemm_plain_body.h"
#include "each_integer.h"
#undef FACTOR
#define FACTOR T
#define BODY "device/cpu/gemm_plain_body.h"
#include "each_float.h"
#undef FACTOR

typedef void (*GemmPlainFn)(Matrix a, Matrix b, double alpha, double beta, void *out, int64_t ldc);
static const GemmPlainFn gemm_plain[DTYPE_COUNT] = NUMBER_TABLE(gemm_plain);

/* ---- matrix times vector -------------------------------------------------------------
** Memory sets the pace, so plain loops do, over four rows at a time. OpenBLAS takes one thread
** for 1024² (276 µs; these loops 90 µs) and two for 100², where the hand-over costs more than the product. */

#define GEMV_TILE 256 /* results that one task makes */

#define BODY "device/cpu/gemv_body.h"
#include "each_float.h"

typedef void (*GemvFn)(Matrix a, const void *x, double alpha, double beta, void *y);
static const GemvFn gemv_rows[DTYPE_COUNT] = FLOAT_TABLE(gemv_rows),
    gemv_columns[DTYPE_COUNT] = FLOAT_TABLE(gemv_columns);

/* y = alpha · A x + beta · y, the strides of x and y in elements. */
static void gemv(DType dtype, Matrix a, const void *x, int64_t step, double alpha, double beta, void *y,
                 int64_t ystep) {
  bool rows = a.column == 1 || a.columns == 1, dense = (step == 1 || a.columns == 1) && (ystep == 1 || a.rows == 1);
  if (!dense || !(rows || a.row == 1)) {
    const int threads = blas_steady_begin();
    BLAS(gemv)(dtype, a, x, step, alpha, beta, y, ystep);
    blas_steady_end(threads);
    return;
  }
  int64_t tasks = (a.rows + GEMV_TILE - 1) / GEMV_TILE;
#pragma omp parallel for if (tasks > 1 && worth_threads(a.rows * a.columns, 2))
  for (int64_t t = 0; t < tasks; t++) {
    int64_t first = t * GEMV_TILE;
    Matrix part = a;
    part.data = (const char *)a.data + (size_t)(first * a.row) * dtype_size(dtype);
    part.rows = a.rows - first < GEMV_TILE ? a.rows - first : GEMV_TILE;
    (rows ? gemv_rows : gemv_columns)[dtype](part, x, alpha, beta, (char *)y + (size_t)first * dtype_size(dtype));
  }
}

/* The stride of a dimension of one element says nothing, and may be any number: it becomes one that BLAS takes. */
static void gemm_tidy(Matrix *m) {
  if (m->columns == 1 && m->column > INT_MAX) m->column = m->row == 1 ? m->rows : 1;
  if (m->rows == 1 && m->row > INT_MAX) m->row = m->column == 1 ? m->columns : 1;
}

static bool gemm_fits(const Matrix *m) {
  return m->rows <= INT_MAX && m->columns <= INT_MAX && m->row <= INT_MAX && m->column <= INT_MAX;
}

static void gemm_blas(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *c, int64_t ldc) {
  const int threads = blas_steady_begin();
  BLAS(gemm)(dtype, a, b, alpha, beta, c, ldc);
  blas_steady_end(threads);
}

static void gemm_panel(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *c, int64_t ldc) {
  const bool real = dtype_is_float(dtype);
  if (real && b.columns == 1) gemv(dtype, a, b.data, b.row > 0 ? b.row : 1, alpha, beta, c, ldc);
  else if (real && a.rows == 1) gemv(dtype, matrix_t(b), a.data, a.column > 0 ? a.column : 1, alpha, beta, c, 1);
  else if (dtype_is_complex(dtype)) gemm_blas(dtype, a, b, alpha, beta, c, ldc);
  else if (!real || (double)a.rows * (double)a.columns * (double)b.columns <= TINY)
    gemm_plain[dtype](a, b, alpha, beta, c, ldc);
#ifdef HECATE_WITH_ONEDNN
  else if (dtype == DTYPE_FLOAT32 && !mode_is_on(MODE_DETERMINISTIC)
           && onednn_gemm(a, b, (float)alpha, (float)beta, c, ldc)) return;
#endif
  else gemm_blas(dtype, a, b, alpha, beta, c, ldc);
}

/* A product in tiles of rows and columns. */
typedef struct {
  DType dtype;
  Matrix a, b;
  double alpha, beta;
  char *out;
  int64_t ldc, rows, columns;
} Tiles;

static int64_t tiles_count(const Tiles *p) {
  return ((p->a.rows + p->rows - 1) / p->rows) * ((p->b.columns + p->columns - 1) / p->columns);
}

static void tiles_compute(const Tiles *p, int64_t tile) {
  const int64_t across = (p->b.columns + p->columns - 1) / p->columns;
  const int64_t i = tile / across * p->rows, j = tile % across * p->columns;
  const size_t size = dtype_size(p->dtype);
  Matrix x = p->a, y = p->b;
  x.data = (const char *)x.data + (size_t)(i * x.row) * size;
  x.rows = x.rows - i < p->rows ? x.rows - i : p->rows;
  y.data = (const char *)y.data + (size_t)(j * y.column) * size;
  y.columns = y.columns - j < p->columns ? y.columns - j : p->columns;
  gemm_panel(p->dtype, x, y, p->alpha, p->beta, p->out + (size_t)(i * p->ldc + j) * size, p->ldc);
}

/* The deterministic mode: tiles of the same size for any number of threads, each by one thread. */
static void tiles_steady(Tiles *p, double flop) {
  if (p->a.rows > 1 && p->b.columns > 1) {
    int64_t *side = p->a.rows >= p->b.columns ? &p->rows : &p->columns;
    if (*side > STEADY_TILE) *side = STEADY_TILE;
  }
  const int64_t n = tiles_count(p);
#pragma omp parallel for schedule(dynamic) if (n > 1 && worth_threads((int64_t)fmin(flop / 8, 1e18), 1))
  for (int64_t tile = 0; tile < n; tile++)
    if (!interrupt_requested()) tiles_compute(p, tile);
}

Status KERNEL(gemm)(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *out, int64_t ldc) {
  if (a.rows == 0 || b.columns == 0) return OK;
  gemm_tidy(&a);
  gemm_tidy(&b);
  if (!gemm_fits(&a) || !gemm_fits(&b) || ldc > INT_MAX)
    return fail(ERROR_ARGUMENT, "matmul: a matrix is too large for BLAS (2^31 rows or columns)");
  double row_flop = 2.0 * (double)b.columns * (double)(a.columns > 0 ? a.columns : 1);
  if (dtype_is_complex(dtype)) row_flop *= 4;
  else if (!dtype_is_float(dtype)) row_flop *= 16; /* plain loops are slower */
  int64_t rows = a.rows, columns = b.columns;
  if (row_flop * (double)a.rows > BLAS_PANEL_FLOP) rows = (int64_t)(BLAS_PANEL_FLOP / row_flop) / 64 * 64;
  if (rows < 64 && rows < a.rows) {
    rows = a.rows < 256 ? a.rows : 256;
    columns = (int64_t)(BLAS_PANEL_FLOP / (row_flop * (double)rows) * (double)b.columns) / 64 * 64;
    if (columns < 256) columns = 256;
  }
  Tiles tiles = {dtype, a, b, alpha, beta, out, ldc, rows, columns};
  if (mode_is_on(MODE_DETERMINISTIC)) tiles_steady(&tiles, row_flop * (double)a.rows);
  else
    for (int64_t tile = 0; tile < tiles_count(&tiles) && !interrupt_requested(); tile++) tiles_compute(&tiles, tile);
  if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
  return OK;
}
