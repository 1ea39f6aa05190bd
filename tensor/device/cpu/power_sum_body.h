/* power_sum_body.h: for power_sum.c: Σ |x|^p, or max |x| for p = infinity, in double. */
POWER_SUM_LEVELS static double NAME(power_sum_squares)(const T *x, int64_t n) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}

static double NAME(power_sum)(const void *data, int64_t n, double p) {
  const T *x = data;
  double result = 0;
  if (p == 2) return NAME(power_sum_squares)(x, n);
  for (int64_t i = 0; i < n; i++) {
    const double size = fabs((double)x[i]);
    if (isinf(p)) result = size > result || isnan(size) ? size : result;
    else result += p == 1 ? size : pow(size, p);
  }
  return result;
}
