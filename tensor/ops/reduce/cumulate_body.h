/* cumulate_body.h: running sums of a slice of n × inner elements of type T, from its first row on or from its last.
** The interrupt flag is looked at once in CUMULATE_BLOCK elements.
*/

/* A column: the sum is kept in the accumulator A. */
static void NAME(cumulate_column)(const T *x, T *o, int64_t n, int64_t step) {
  A sum = 0;
  for (int64_t from = 0; from < n && !interrupt_requested(); from += CUMULATE_BLOCK) {
    const int64_t to = n - from < CUMULATE_BLOCK ? n : from + CUMULATE_BLOCK;
    for (int64_t i = from; i < to; i++) o[i * step] = (T)(sum += x[i * step]);
  }
}

/* Rows of 'inner' elements: each is the row before it and the input's row. */
static void NAME(cumulate_rows)(const T *x, T *o, int64_t n, int64_t inner, int64_t step) {
  const int64_t block = inner < CUMULATE_BLOCK ? CUMULATE_BLOCK / inner : 1;
  memcpy(o, x, (size_t)inner * sizeof(T));
  for (int64_t from = 1; from < n && !interrupt_requested(); from += block) {
    const int64_t to = n - from < block ? n : from + block;
    for (int64_t i = from; i < to; i++)
      for (int64_t j = 0; j < inner; j++) o[i * step + j] = (T)(o[(i - 1) * step + j] + x[i * step + j]);
  }
}

static void NAME(cumulate)(const void *x, void *o, int64_t n, int64_t inner, bool reverse) {
  const int64_t step = reverse ? -inner : inner, first = reverse ? (n - 1) * inner : 0;
  if (inner == 1) NAME(cumulate_column)((const T *)x + first, (T *)o + first, n, step);
  else NAME(cumulate_rows)((const T *)x + first, (T *)o + first, n, inner, step);
}
