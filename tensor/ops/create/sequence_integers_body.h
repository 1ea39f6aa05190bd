/* sequence_integers_body.h: for create.c: elements number at to at + n - 1, of which number i is start + step · i. */
static void NAME(sequence_integers)(char *out, int64_t at, int32_t n, uint64_t start, uint64_t step) {
  T *o = (T *)out + at;
  const uint64_t first = start + (uint64_t)at * step;
#pragma omp simd
  for (int32_t k = 0; k < n; k++) o[k] = (T)(first + (uint64_t)k * step);
}
