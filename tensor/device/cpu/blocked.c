/* blocked.c: products of large matrices in a build without OpenBLAS. C is computed in square blocks; a thread
** copies the blocks of A and B that it needs next to its stack, where the innermost loops read them in order.
** OpenBLAS is two to four times as fast.
*/
#include "blas.h"
#include "kernel.h"

enum {
  BLOCK = 64,     /* rows, columns and depth of a block: two blocks of doubles are 64 KB */
  BLOCK_ROWS = 4, /* rows of C that the innermost loop holds in registers */
};

#define BODY "device/cpu/blocked_body.h"
#include "each_float.h"
#define BODY "device/cpu/blocked_complex_body.h"
#include "each_complex.h"

void KERNEL(blas_gemm)(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *c, int64_t ldc) {
  int64_t columns = (b.columns + BLOCK - 1) / BLOCK, blocks = (a.rows + BLOCK - 1) / BLOCK * columns;
  double multiplications = (double)a.rows * (double)b.columns * (double)a.columns;
#pragma omp parallel for schedule(dynamic) if (blocks > 1 && worth_threads((int64_t)multiplications, 1))
  for (int64_t block = 0; block < blocks; block++) {
    int64_t row = block / columns * BLOCK, column = block % columns * BLOCK;
    if (dtype == DTYPE_COMPLEX64) blocked_product_complex64(a, b, row, column, (float)alpha, (float)beta, c, ldc);
    else if (dtype == DTYPE_COMPLEX128) blocked_product_complex128(a, b, row, column, alpha, beta, c, ldc);
    else if (dtype == DTYPE_FLOAT32) blocked_product_float32(a, b, row, column, (float)alpha, (float)beta, c, ldc);
    else blocked_product_float64(a, b, row, column, alpha, beta, c, ldc);
  }
}

void KERNEL(blas_gemv)(DType dtype, Matrix a, const void *x, int64_t step, double alpha, double beta, void *y,
                       int64_t ystep) {
  if (dtype == DTYPE_FLOAT32) blocked_vector_float32(a, x, step, (float)alpha, (float)beta, y, ystep);
  else blocked_vector_float64(a, x, step, alpha, beta, y, ystep);
}
