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

/* The same for rows whose elements lie side by side, four rows at a time. Returns how many rows of the n it took. */
static inline int64_t FOLD_NAME(fours)(int64_t n, int64_t width, const char *p, int64_t row_stride, LANE *tile) {
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
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
  return i;
}

static void FOLD_NAME(column)(int64_t n, int64_t width, const char *p, int64_t row_stride, int64_t stride,
                              void *cells) {
  LANE tile[FOLD_TILE];
  CELL *cell = cells;
  for (int64_t at = 0; at < n; at += FOLD_ROWS) {
    const int64_t m = n - at < FOLD_ROWS ? n - at : FOLD_ROWS;
    const char *q = p + at * row_stride;
    for (int64_t j = 0; j < width; j++) tile[j] = INIT;
    const int64_t done = stride == (int64_t)sizeof(T) ? FOLD_NAME(fours)(m, width, q, row_stride, tile) : 0;
    FOLD_NAME(rows)(m - done, width, q + done * row_stride, row_stride, stride, tile);
    for (int64_t j = 0; j < width; j++) {
      const CELL a = cell[j], b = (CELL)tile[j];
      cell[j] = JOIN(a, b);
    }
  }
}

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
