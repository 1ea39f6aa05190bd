/* blas.cpp: cublasGemmStridedBatchedEx of the emulated device: columns first, plain loops, sums in double. */
#include <stdint.h>
#include <string.h>

#include "core/half.h"

#define EXPORT extern "C" __attribute__((visibility("default")))

void emulated_open_memory(bool open); /* driver.cpp */

static double get(const void *p, int type, int64_t i) {
  switch (type) {
    case 0: return ((const float *)p)[i];
    case 1: return ((const double *)p)[i];
    case 2: return load_float16(((const uint16_t *)p)[i]);
    default: return load_bfloat16(((const uint16_t *)p)[i]);
  }
}
static void set(void *p, int type, int64_t i, double v) {
  switch (type) {
    case 0: ((float *)p)[i] = (float)v; break;
    case 1: ((double *)p)[i] = v; break;
    case 2: ((uint16_t *)p)[i] = store_float16((float)v); break;
    default: ((uint16_t *)p)[i] = store_bfloat16((float)v);
  }
}

EXPORT int cublasCreate_v2(void **handle) { *handle = (void *)1; return 0; }
EXPORT int cublasSetStream_v2(void *, void *) { return 0; }
EXPORT int cublasGemmStridedBatchedEx(void *, int op_a, int op_b, int m, int n, int k, const void *alpha, const void *a,
                                      int type_a, int lda, long long stride_a, const void *b, int type_b, int ldb,
                                      long long stride_b, const void *beta, void *c, int type_c, int ldc,
                                      long long stride_c, int batch, int compute, int) {
  const bool wide = compute == 70;
  const double x = wide ? *(const double *)alpha : *(const float *)alpha;
  const double y = wide ? *(const double *)beta : *(const float *)beta;
  if (lda < (op_a ? k : m) || ldb < (op_b ? n : k) || ldc < m || lda < 1 || ldb < 1) return 7; /* invalid value */
  emulated_open_memory(true);
  for (int64_t q = 0; q < batch; q++)
    for (int64_t j = 0; j < n; j++)
      for (int64_t i = 0; i < m; i++) {
        double sum = 0;
        for (int64_t l = 0; l < k; l++)
          sum += get(a, type_a, q * stride_a + (op_a ? l + i * lda : i + l * lda)) *
                 get(b, type_b, q * stride_b + (op_b ? j + l * ldb : l + j * ldb));
        const int64_t at = q * stride_c + i + j * ldc;
        set(c, type_c, at, x * sum + (y != 0 ? y * get(c, type_c, at) : 0));
      }
  emulated_open_memory(false);
  return 0;
}
