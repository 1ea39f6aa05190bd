/* blas.h: products of large matrices of floats. OpenBLAS computes them (openblas.c, the one file that calls it) or,
** in a build without it, our own loops (blocked.c, compiled once for each processor level).
*/
#ifndef HECATE_BLAS_H
#define HECATE_BLAS_H

#include "matrix.h"

#ifdef HECATE_WITH_OPENBLAS
#define BLAS(name) blas_##name
#define BLAS_PANEL_FLOP 4e9 /* the work between two looks for an interrupt, about 0.1 s */
#else
#include "kernel.h"
#define BLAS(name) KERNEL(blas_##name)
#define BLAS_PANEL_FLOP 5e8
#endif

/* C = alpha · A · B + beta · C of float32 or float64, or of complex numbers. Both matrices are readable
** (matrix_readable), and no number in them exceeds INT_MAX. Where beta is 0, C is not read. */
void BLAS(gemm)(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *c, int64_t ldc);
/* y = alpha · A · x + beta · y. The elements of x and y lie 'step' and 'ystep' elements apart. */
void BLAS(gemv)(DType dtype, Matrix a, const void *x, int64_t step, double alpha, double beta, void *y, int64_t ystep);
/* In the deterministic mode what OpenBLAS does between the two is done by one thread: its sums depend on how many there
** are. The first one's result is for the second. */
int blas_steady_begin(void);
void blas_steady_end(int threads);
/* How many threads OpenBLAS takes; ours are told by OpenMP. */
void blas_set_threads(int n);
/* onednn_gemm.c, in builds with oneDNN: the same of float32, where oneDNN is there and faster; false: it is not, and
** nothing was done. */
bool onednn_gemm(Matrix a, Matrix b, float alpha, float beta, float *c, int64_t ldc);
/* When the program starts, before any product: lets OpenBLAS take the loops that suit the processor. */
void blas_begin(void);

#endif
