/* fold_column_body.h: the fold of many columns at once, and of cells; see fold.h. */

/* tile[j] op= element j of n rows, one after the other. */
static inline void FOLD_NAME(rows)(int64_t n, int64_t width, const char *p, int64_t row_stride, int64_t stride,
                                   LANE *tile) {
  for (int64_t i = 0; i < n; i++, p += row_stride)
    for (int64_t j = 0; j < width; j++) {
      const T x = *(const T *)(p + j * stride);
      const LANE a = tile[j];
      tile[j] = STEP(a, x);
    }
}

#ifdef TERM
/* The same for four rows whose elements lie side by side. */
static inline void FOLD_NAME(four)(int64_t width, const char *p, int64_t row_stride, LANE *tile) {
  const T *v0 = (const T *)p, *v1 = (const T *)(p + row_stride);
  const T *v2 = (const T *)(p + 2 * row_stride), *v3 = (const T *)(p + 3 * row_stride);
#pragma omp simd
  for (int64_t j = 0; j < width; j++)
    tile[j] += (TERM((LANE)v0[j]) + TERM((LANE)v1[j])) + (TERM((LANE)v2[j]) + TERM((LANE)v3[j]));
}
#endif

/* The same for rows whose elements lie side by side, TOGETHER rows at a time, of which n is a multiple. */
static inline void FOLD_NAME(together)(int64_t n, int64_t width, const char *p, int64_t row_stride, LANE *tile) {
#ifdef TERM
#define TOGETHER 8
#define TERM_AT(k) TERM((LANE)((const T *)(q + (k) * row_stride))[j])
  for (int64_t i = 0; i < n; i += TOGETHER) {
    const char *q = p + i * row_stride;
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      const LANE low = (TERM_AT(0) + TERM_AT(1)) + (TERM_AT(2) + TERM_AT(3));
      const LANE high = (TERM_AT(4) + TERM_AT(5)) + (TERM_AT(6) + TERM_AT(7));
      tile[j] += low + high;
    }
  }
#undef TERM_AT
#else
#define TOGETHER 4
  for (int64_t i = 0; i < n; i += TOGETHER) {
    const T *v0 = (const T *)(p + i * row_stride), *v1 = (const T *)((const char *)v0 + row_stride);
    const T *v2 = (const T *)((const char *)v1 + row_stride), *v3 = (const T *)((const char *)v2 + row_stride);
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      const T a = v0[j], b = v1[j], c = v2[j], d = v3[j];
      LANE sum = tile[j];
      sum = STEP(sum, a);
      sum = STEP(sum, b);
      sum = STEP(sum, c);
      tile[j] = STEP(sum, d);
    }
  }
#endif
}

static void FOLD_NAME(column)(int64_t n, int64_t width, const char *p, int64_t row_stride, int64_t stride,
                              void *cells) {
  LANE tile[FOLD_TILE];
  CELL *cell = cells;
  const bool dense = stride == (int64_t)sizeof(T);
  const int64_t most = dense ? FOLD_ROWS : FOLD_SPREAD_ROWS;
  for (int64_t at = 0; at < n; at += most) {
    const int64_t m = n - at < most ? n - at : most, single = dense ? m % TOGETHER : m;
    const char *q = p + at * row_stride;
    for (int64_t j = 0; j < width; j++) tile[j] = INIT;
#ifdef TERM
    const int64_t four = dense ? single & 4 : 0; /* rows of the single ones that go together */
    if (four) FOLD_NAME(four)(width, q + (single - four) * row_stride, row_stride, tile);
#else
    const int64_t four = 0;
#endif
    FOLD_NAME(rows)(single - four, width, q, row_stride, stride, tile);
    FOLD_NAME(together)(m - single, width, q + single * row_stride, row_stride, tile);
    for (int64_t j = 0; j < width; j++) {
      const CELL a = cell[j], b = (CELL)tile[j];
      cell[j] = JOIN(a, b);
    }
  }
}
#undef TOGETHER

static void FOLD_NAME(join)(int64_t n, void *cells, const void *others) {
  CELL *cell = cells;
  const CELL *other = others;
  for (int64_t j = 0; j < n; j++) {
    const CELL a = cell[j], b = other[j];
    cell[j] = JOIN(a, b);
  }
}

static void FOLD_NAME(start)(int64_t n, void *cells) {
  CELL *cell = cells;
  for (int64_t j = 0; j < n; j++) cell[j] = INIT;
}
