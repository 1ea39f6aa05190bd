/* sequence_body.h: for create.c: elements number at to at + n - 1, of which number i is base + step · (i - origin).
** The loop counts in int32_t: the compiler makes vectors of double of those, but not of int64_t.
*/
static void NAME(sequence)(char *out, int64_t at, int32_t n, double base, double step, int64_t origin) {
  T *o = (T *)out + at;
  const double first = (double)(at - origin);
#pragma omp simd
  for (int32_t k = 0; k < n; k++) o[k] = STORE(base + step * (first + (double)k));
}
