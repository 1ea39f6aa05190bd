/* gemm.c: a bare cblas_sgemm of 1024², the bar for torch.matmul. */
#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void) {
  enum { N = 1024, RUNS = 30 };
  float *a = malloc(sizeof(float) * N * N), *b = malloc(sizeof(float) * N * N), *c = malloc(sizeof(float) * N * N);
  if (!a || !b || !c) return 1;
  for (int i = 0; i < N * N; i++) a[i] = b[i] = (float)rand() / (float)RAND_MAX;
  double start = 0;
  for (int i = -3; i < RUNS; i++) {
    if (i == 0) start = now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, N, N, N, 1, a, N, b, N, 0, c, N);
  }
  printf("matmul 1024²=%.9g\n", (now() - start) / RUNS);
  return 0;
}
