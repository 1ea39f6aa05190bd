/* store_body.h: cells, which hold the accumulator A, as n elements of T that lie 'step' elements apart. */
static void NAME(reduce_store)(int64_t n, const void *cells, void *out, int64_t step) {
  const A *cell = cells;
  T *o = out;
  for (int64_t j = 0; j < n; j++) o[j * step] = (T)cell[j];
}
