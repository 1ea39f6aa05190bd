/* cumulate_body.h: running sums of a slice of n × inner elements of type T, from its first row on or from its last.
*/

/* A column: the sum is kept in the accumulator A. */
static inline __attribute__((always_inline)) void NAME(cumulate_line)(const T *x, T *o, int64_t n, const int64_t step) {
  A sum = 0;
  for (int64_t from = 0; from < n && !interrupt_requested(); from += CUMULATE_BLOCK) {
    const int64_t to = n - from < CUMULATE_BLOCK ? n : from + CUMULATE_BLOCK;
    for (int64_t i = from; i < to; i++) o[i * step] = (T)(sum += x[i * step]);
  }
}
static void NAME(cumulate_column)(const T *x, T *o, int64_t n, int64_t step) {
  if (step == 1) NAME(cumulate_line)(x, o, n, 1);
  else NAME(cumulate_line)(x, o, n, step);
}

/* Rows from x on, 'step' elements apart: adds the m elements of each to the sums of their columns, which go to o. */
static void NAME(cumulate_row)(const T *x, T *o, int64_t m, A *sums) {
#pragma omp simd
  for (int64_t j = 0; j < m; j++) o[j] = (T)(sums[j] += x[j]);
}

/* Four rows at a time: the sums are loaded and stored once for them, which takes half the time. */
static void NAME(cumulate_rows)(const T *x, T *o, int64_t m, int64_t step, A *sums) {
  const T *x1 = x + step, *x2 = x1 + step, *x3 = x2 + step;
  T *o1 = o + step, *o2 = o1 + step, *o3 = o2 + step;
#pragma omp simd
  for (int64_t j = 0; j < m; j++) {
    const A a = sums[j] + x[j], b = a + x1[j], c = b + x2[j], d = c + x3[j];
    o[j] = (T)a;
    o1[j] = (T)b;
    o2[j] = (T)c;
    o3[j] = (T)d;
    sums[j] = d;
  }
}

/* 'width' columns that lie side by side, few enough for their sums to stay in registers. */
static inline __attribute__((always_inline)) void NAME(cumulate_strip)(const T *x, T *o, int64_t n, int64_t step,
                                                                       const int width) {
  A sums[CUMULATE_STRIP] = {0};
  for (int64_t from = 0; from < n && !interrupt_requested(); from += CUMULATE_BLOCK) {
    const int64_t to = n - from < CUMULATE_BLOCK ? n : from + CUMULATE_BLOCK;
    for (int64_t i = from; i < to; i++, x += step, o += step) /* without the flag, which would send sums to memory */
#pragma omp simd
      for (int j = 0; j < width; j++) o[j] = (T)(sums[j] += x[j]);
  }
}

/* Strip after strip, of a slice that fits in the cache. */
static void NAME(cumulate_strips)(const T *x, T *o, int64_t n, int64_t inner, int64_t step) {
  int64_t j = 0;
  for (; j + CUMULATE_STRIP <= inner; j += CUMULATE_STRIP) NAME(cumulate_strip)(x + j, o + j, n, step, CUMULATE_STRIP);
  for (; j + 4 <= inner; j += 4) NAME(cumulate_strip)(x + j, o + j, n, step, 4);
  for (; j < inner; j++) NAME(cumulate_column)(x + j, o + j, n, step);
}

/* A larger slice, in which strips would jump through memory: CUMULATE_TILE columns at a time. */
static void NAME(cumulate_tiles)(const T *x, T *o, int64_t n, int64_t inner, int64_t step) {
  A sums[CUMULATE_TILE];
  for (int64_t first = 0; first < inner; first += CUMULATE_TILE) {
    const int64_t width = inner - first < CUMULATE_TILE ? inner - first : CUMULATE_TILE;
    int64_t i = 0;
    for (int64_t j = 0; j < width; j++) sums[j] = 0;
    for (; i + 4 <= n && !(i % CUMULATE_TILE == 0 && interrupt_requested()); i += 4)
      NAME(cumulate_rows)(x + i * step + first, o + i * step + first, width, step, sums);
    for (; i < n && !interrupt_requested(); i++)
      NAME(cumulate_row)(x + i * step + first, o + i * step + first, width, sums);
  }
}

static void NAME(cumulate)(const void *x, void *o, int64_t n, int64_t inner, bool reverse) {
  const int64_t step = reverse ? -inner : inner, first = reverse ? (n - 1) * inner : 0;
  if (inner == 1) NAME(cumulate_column)((const T *)x + first, (T *)o + first, n, step);
  else if (n * inner <= CUMULATE_SMALL) NAME(cumulate_strips)((const T *)x + first, (T *)o + first, n, inner, step);
  else NAME(cumulate_tiles)((const T *)x + first, (T *)o + first, n, inner, step);
}
