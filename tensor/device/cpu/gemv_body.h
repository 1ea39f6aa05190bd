/* gemv_body.h: a matrix of floats of type T times a vector; included by gemm.c. */

/* y[i] = alpha · A[i] · x + beta · y[i] for the rows of a, whose elements lie side by side. */
static void NAME(gemv_rows)(Matrix a, const void *in, double factor, double rest, void *out) {
  const T *x = in, alpha = (T)factor, beta = (T)rest;
  T *y = out;
  const T *v = a.data;
  int64_t n = a.columns, i = 0;
  for (; i + 4 <= a.rows; i += 4, v += 4 * a.row) {
    const T *v1 = v + a.row, *v2 = v1 + a.row, *v3 = v2 + a.row;
    T s0 = 0, s1 = 0, s2 = 0, s3 = 0;
#pragma omp simd reduction(+ : s0, s1, s2, s3)
    for (int64_t j = 0; j < n; j++) {
      s0 += v[j] * x[j];
      s1 += v1[j] * x[j];
      s2 += v2[j] * x[j];
      s3 += v3[j] * x[j];
    }
    const T s[4] = {s0, s1, s2, s3};
    for (int k = 0; k < 4; k++) y[i + k] = alpha * s[k] + (beta == 0 ? 0 : beta * y[i + k]);
  }
  for (; i < a.rows; i++, v += a.row) {
    T s = 0;
#pragma omp simd reduction(+ : s)
    for (int64_t j = 0; j < n; j++) s += v[j] * x[j];
    y[i] = alpha * s + (beta == 0 ? 0 : beta * y[i]);
  }
}

/* The same where the elements of a column lie side by side. */
static void NAME(gemv_columns)(Matrix a, const void *in, double factor, double rest, void *out) {
  const T *x = in, alpha = (T)factor, beta = (T)rest;
  T *y = out;
  const T *v = a.data;
  int64_t n = a.rows, j = 0, step = a.column;
  T sum[GEMV_TILE] = {0};
  for (; j + 4 <= a.columns; j += 4, v += 4 * step) {
    const T *v1 = v + step, *v2 = v1 + step, *v3 = v2 + step;
#pragma omp simd
    for (int64_t i = 0; i < n; i++)
      sum[i] += v[i] * x[j] + v1[i] * x[j + 1] + (v2[i] * x[j + 2] + v3[i] * x[j + 3]);
  }
  for (; j < a.columns; j++, v += step)
#pragma omp simd
    for (int64_t i = 0; i < n; i++) sum[i] += v[i] * x[j];
  for (int64_t i = 0; i < n; i++) y[i] = alpha * sum[i] + (beta == 0 ? 0 : beta * y[i]);
}
