/* gemm.c: a bare cblas_sgemm of 1024², the yardstick of the matmul row.
** run.lua compiles it against the OpenBLAS that Hecate itself uses.
*/
#define _POSIX_C_SOURCE 200809L

#include <cblas.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { N = 1024, WARM_UP = 10, CALLS = 60 };

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(void) {
  float *a = aligned_alloc(64, sizeof(float) * N * N);
  float *b = aligned_alloc(64, sizeof(float) * N * N);
  float *c = aligned_alloc(64, sizeof(float) * N * N);
  if (a == NULL || b == NULL || c == NULL) return 1;
  for (int i = 0; i < N * N; i++) {
    a[i] = (float)(rand() / (RAND_MAX + 1.0));
    b[i] = (float)(rand() / (RAND_MAX + 1.0));
    c[i] = 0;
  }
  double best = 1e9;
  for (int i = 0; i < WARM_UP + CALLS; i++) {
    double start = now();
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, N, N, N, 1, a, N, b, N, 0, c, N);
    double seconds = now() - start;
    if (i >= WARM_UP && seconds < best) best = seconds;
  }
  printf("gflops=%.4f\n", 2.0 * N * N * N / best * 1e-9);
  free(a);
  free(b);
  free(c);
  return 0;
}
