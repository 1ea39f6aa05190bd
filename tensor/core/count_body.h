/* count_body.h: for count.c. Counts in blocks whose counts fit into a counter as wide as an element, so
** that vectors of counters are as wide as the data.
*/
static int64_t NAME(count)(const void *data, int64_t n) {
  int64_t count = 0;
  for (int64_t at = 0; at < n; at += MOST) {
    const T *v = (const T *)data + at;
    const int64_t m = n - at < MOST ? n - at : MOST;
    C part = 0;
#pragma omp simd reduction(+ : part)
    for (int64_t i = 0; i < m; i++) part = (C)(part + (BITS(v[i]) != 0));
    count += (int64_t)part;
  }
  return count;
}
#undef NAME
#undef T
#undef C
#undef MOST
#undef BITS
