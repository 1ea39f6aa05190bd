/* blas.c: opens cuBLAS at the first product. */
#include "blas.h"

#include <limits.h>

typedef struct BlasHandleBox *BlasHandle;
enum { BLAS_PLAIN, BLAS_TRANSPOSED };                   /* cublasOperation_t */
enum { BLAS_R_32F = 0, BLAS_R_64F = 1, BLAS_R_16F = 2, BLAS_R_16BF = 14 }; /* cudaDataType */
enum { BLAS_COMPUTE_32F = 68, BLAS_COMPUTE_64F = 70 }; /* cublasComputeType_t */
enum { BLAS_DEFAULT = -1 };                             /* cublasGemmAlgo_t */

typedef int (*BlasCreateFn)(BlasHandle *handle);
typedef int (*BlasSetStreamFn)(BlasHandle handle, CudaStream stream);
typedef int (*BlasGemmFn)(BlasHandle handle, int op_a, int op_b, int m, int n, int k, const void *alpha, const void *a,
                          int type_a, int lda, long long stride_a, const void *b, int type_b, int ldb,
                          long long stride_b, const void *beta, void *c, int type_c, int ldc, long long stride_c,
                          int batch, int compute, int algorithm);

static struct {
  BlasCreateFn create;
  BlasSetStreamFn set_stream;
  BlasGemmFn gemm;
  BlasHandle handles[DEVICE_MOST];
  CudaStream streams[DEVICE_MOST];
} blas;

static bool blas_find(const char *name, void *place) {
  static void *library;
  static const char *const files[] = {"libcublas.so.13", "libcublas.so.12", "libcublas.so",
                                      "/usr/local/cuda/lib64/libcublas.so", NULL};
  void *address = driver_symbol(name, &library, files);
  memcpy(place, &address, sizeof address);
  return address != NULL;
}

static Status blas_check(int result, const char *what) {
  return result == 0 ? OK : host->fail(ERROR_ARGUMENT, "cuda: cuBLAS: %s failed with %d", what, result);
}

static Status blas_open(int index, BlasHandle *handle) {
  CudaState *state;
  TRY(devices_use(index, &state));
  if (blas.gemm == NULL && (!blas_find("cublasCreate_v2", &blas.create) ||
                            !blas_find("cublasSetStream_v2", &blas.set_stream) ||
                            !blas_find("cublasGemmStridedBatchedEx", &blas.gemm))) {
    blas.gemm = NULL;
    return host->fail(ERROR_ARGUMENT, "matrix products on cuda need cuBLAS (libcublas.so), which was not found");
  }
  if (blas.handles[index] == NULL) TRY(blas_check(blas.create(&blas.handles[index]), "create"));
  if (blas.streams[index] != state->stream)
    TRY(blas_check(blas.set_stream(blas.handles[index], state->stream), "set_stream"));
  blas.streams[index] = state->stream;
  *handle = blas.handles[index];
  return OK;
}

bool blas_readable(const BlasMatrix *m) {
  const int64_t rows = m->columns > 1 ? m->columns : 1, columns = m->rows > 1 ? m->rows : 1;
  return ((m->column == 1 || m->columns <= 1) && (m->row >= rows || m->rows <= 1)) ||
         ((m->row == 1 || m->rows <= 1) && (m->column >= columns || m->columns <= 1));
}

static int blas_type(DType dtype) {
  return dtype == DTYPE_FLOAT32 ? BLAS_R_32F : dtype == DTYPE_FLOAT64 ? BLAS_R_64F
       : dtype == DTYPE_FLOAT16 ? BLAS_R_16F : dtype == DTYPE_BFLOAT16 ? BLAS_R_16BF : -1;
}
bool blas_has(DType dtype) { return blas_type(dtype) >= 0; }

/* How cuBLAS sees a matrix whose rows it takes for columns: as it is, or transposed; and the distance of the lines.
** */
static int blas_operation(const BlasMatrix *m, int64_t *distance) {
  const bool by_rows = (m->column == 1 || m->columns <= 1) && (m->row >= m->columns || m->rows <= 1);
  const int64_t line = by_rows ? m->columns : m->rows, step = by_rows ? m->row : m->column;
  *distance = step > line ? step : line > 1 ? line : 1;
  return by_rows ? BLAS_PLAIN : BLAS_TRANSPOSED;
}

Status blas_multiply(Device device, DType dtype, BlasMatrix a, BlasMatrix b, double alpha, double beta, void *out,
                     int64_t batch) {
  const float alpha_float = (float)alpha, beta_float = (float)beta;
  const bool wide = dtype == DTYPE_FLOAT64;
  const int64_t m = a.rows, n = b.columns, k = a.columns;
  int64_t lda, ldb;
  BlasHandle handle = NULL;
  if (m == 0 || n == 0 || batch == 0) return OK;
  const int op_a = blas_operation(&a, &lda), op_b = blas_operation(&b, &ldb), type = blas_type(dtype);
  if (m > INT_MAX || n > INT_MAX || k > INT_MAX || lda > INT_MAX || ldb > INT_MAX || batch > INT_MAX)
    return host->fail(ERROR_ARGUMENT, "matrix products on cuda: a matrix is too large for cuBLAS");
  TRY(blas_open(device.index, &handle));
  return blas_check(
      blas.gemm(handle, op_b, op_a, (int)n, (int)m, (int)k, wide ? (const void *)&alpha : &alpha_float, b.data, type,
                (int)ldb, b.batch, a.data, type, (int)lda, a.batch, wide ? (const void *)&beta : &beta_float, out, type,
                (int)n, m * n, (int)batch, wide ? BLAS_COMPUTE_64F : BLAS_COMPUTE_32F, BLAS_DEFAULT),
      "a matrix product");
}
