/* cpu/power_sum.c: sums over a whole gradient, for its norm. */
#include <math.h>

#include "cpu.h"

/* The resolvers of clones run before a sanitizer is ready. */
#if defined(__x86_64__) && !defined(HECATE_SANITIZE)
#define POWER_SUM_LEVELS __attribute__((target_clones("avx2", "default")))
#else
#define POWER_SUM_LEVELS
#endif

POWER_SUM_LEVELS static double power_sum_squares_float(int64_t n, const float *x) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

POWER_SUM_LEVELS static double power_sum_squares_double(int64_t n, const double *x) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) sum += x[i] * x[i];
  return sum;
}

Status cpu_power_sum(const Tensor *t, double p, double *sum) {
  bool single = t->dtype == DTYPE_FLOAT32;
  const float *f = tensor_data(t);
  const double *d = tensor_data(t);
  double result = 0;
  if (p == 2) {
    *sum = single ? power_sum_squares_float(t->numel, f) : power_sum_squares_double(t->numel, d);
    return OK;
  }
  for (int64_t i = 0; i < t->numel; i++) {
    double x = fabs(single ? (double)f[i] : d[i]);
    if (isinf(p)) result = x > result || isnan(x) ? x : result;
    else result += p == 1 ? x : pow(x, p);
  }
  *sum = result;
  return OK;
}
