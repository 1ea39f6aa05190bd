/* gemm.h: the one entry to matrix products for kernels: C = alpha · A · B + beta · C. */
#ifndef HECATE_GEMM_H
#define HECATE_GEMM_H

#include "kernel.h"
#include "matrix.h"

/* 'out' has rows of a.rows × b.columns at distance 'ldc'. A and B must be readable.
** Fails on sizes beyond BLAS and on an interrupt. */
Status KERNEL(gemm)(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *out, int64_t ldc);

#endif
