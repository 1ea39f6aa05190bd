/* test_blas.c: OpenBLAS uses the instructions of the processor, also of one that it does not know by its model. */
#include <stdlib.h>

#include "check.h"

extern char *openblas_get_corename(void) __attribute__((weak));

static void test_core(void) {
#if defined(__x86_64__)
  const char *asked = getenv("OPENBLAS_CORETYPE");
  __builtin_cpu_init();
  if (openblas_get_corename == NULL || (asked != NULL && *asked != '\0')) return;
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return;
  CHECK(strcmp(openblas_get_corename(), "Prescott") != 0);
  CHECK(getenv("OPENBLAS_CORETYPE") == NULL || asked != NULL);
#endif
}

static void test_product(void) {
  enum { N = 40 };
  Tensor *a, *b, *product;
  CHECK_OK(tensor_empty_cpu(2, (int64_t[]){N, N}, DTYPE_FLOAT32, &a));
  CHECK_OK(tensor_empty_cpu(2, (int64_t[]){N, N}, DTYPE_FLOAT32, &b));
  float *x = tensor_data(a), *y = tensor_data(b);
  for (int i = 0; i < N * N; i++) x[i] = (float)(i % 7 - 3), y[i] = (float)(i % 5 - 2);
  CHECK_OK(op_matmul(a, b, &product));
  const float *z = tensor_data(product);
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      float sum = 0;
      for (int k = 0; k < N; k++) sum += x[i * N + k] * y[k * N + j];
      if (z[i * N + j] != sum) CHECK(z[i * N + j] == sum);
    }
  CHECK(z[0] != 0 || z[1] != 0);
  tensor_release(a);
  tensor_release(b);
  tensor_release(product);
}

int main(void) {
  test_core();
  test_product();
  return check_result();
}
