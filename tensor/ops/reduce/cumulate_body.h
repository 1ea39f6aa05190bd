/* cumulate_body.h: running sums of a slice of n × inner elements of type T, from its first row on or from its last.
*/

/* A column: the sum is kept in the accumulator A. */
static void NAME(cumulate_column)(const T *x, T *o, int64_t n, int64_t step) {
  A sum = 0;
  for (int64_t from = 0; from < n && !interrupt_requested(); from += CUMULATE_BLOCK) {
    const int64_t to = n - from < CUMULATE_BLOCK ? n : from + CUMULATE_BLOCK;
    for (int64_t i = from; i < to; i++) o[i * step] = (T)(sum += x[i * step]);
  }
}

/* Columns that lie side by side, CUMULATE_TILE at a time: a sum for each is kept in the accumulator A. */
static void NAME(cumulate_columns)(const T *x, T *o, int64_t n, int64_t inner, int64_t step) {
  for (int64_t first = 0; first < inner; first += CUMULATE_TILE) {
    const int64_t width = inner - first < CUMULATE_TILE ? inner - first : CUMULATE_TILE;
    A sum[CUMULATE_TILE] = {0};
    for (int64_t i = 0; i < n && !(i % CUMULATE_TILE == 0 && interrupt_requested()); i++) {
      const T *from = x + i * step + first;
      T *to = o + i * step + first;
      for (int64_t j = 0; j < width; j++) to[j] = (T)(sum[j] += from[j]);
    }
  }
}

static void NAME(cumulate)(const void *x, void *o, int64_t n, int64_t inner, bool reverse) {
  const int64_t step = reverse ? -inner : inner, first = reverse ? (n - 1) * inner : 0;
  if (inner == 1) NAME(cumulate_column)((const T *)x + first, (T *)o + first, n, step);
  else NAME(cumulate_columns)((const T *)x + first, (T *)o + first, n, inner, step);
}
