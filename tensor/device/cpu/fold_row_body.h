/* fold_row_body.h: the fold of a row; see fold.h. */

/* Lanes [width, 2 width) are joined with lanes [0, width). */
static inline __attribute__((always_inline)) void FOLD_NAME(halve)(LANE *lane, const int width) {
#pragma omp simd
  for (int j = 0; j < width; j++) lane[j] = JOIN(lane[j], lane[j + width]);
}

/* The m elements of v into lanes, of which there are FOLD_FEW or FOLD_LANES; returns them joined. */
static inline __attribute__((always_inline)) LANE FOLD_NAME(along)(const T *v, int64_t m, LANE *lane, const int lanes) {
  const LANE neutral = INIT;
  int64_t i = 0;
  if (m >= lanes) { /* Start from memory: clearing the lanes first costs as much as 300 elements. */
#pragma omp simd
    for (int j = 0; j < lanes; j++) {
      const T x = v[j];
      lane[j] = STEP(neutral, x);
    }
    i = lanes;
  } else
    for (int j = 0; j < lanes; j++) lane[j] = neutral;
  for (; i + lanes <= m; i += lanes) {
#pragma omp simd
    for (int j = 0; j < lanes; j++) {
      const T x = v[i + j];
      lane[j] = STEP(lane[j], x);
    }
  }
  for (int64_t j = 0; j < m - i; j++) {
    const T x = v[i + j];
    lane[j] = STEP(lane[j], x);
  }
  if (lanes == FOLD_LANES) {
    FOLD_NAME(halve)(lane, 32);
    FOLD_NAME(halve)(lane, 16);
  }
  FOLD_NAME(halve)(lane, 8);
  FOLD_NAME(halve)(lane, 4);
  FOLD_NAME(halve)(lane, 2);
  FOLD_NAME(halve)(lane, 1);
  return lane[0];
}

static void FOLD_NAME(row)(int64_t n, const char *p, int64_t stride, void *cell) {
  CELL a = *(CELL *)cell;
  const T *v = (const T *)p;
  if (n < FOLD_FEW || stride != (int64_t)sizeof(T)) {
    for (int64_t i = 0; i < n; i++) {
      const T x = *(const T *)(p + i * stride);
      a = STEP(a, x);
    }
  } else if (n <= FOLD_SHORT) {
    LANE lane[FOLD_FEW];
    a = JOIN(a, (CELL)FOLD_NAME(along)(v, n, lane, FOLD_FEW));
  } else {
    LANE lane[FOLD_LANES];
    for (int64_t at = 0; at < n; at += FOLD_BLOCK)
      a = JOIN(a, (CELL)FOLD_NAME(along)(v + at, n - at < FOLD_BLOCK ? n - at : FOLD_BLOCK, lane, FOLD_LANES));
  }
  *(CELL *)cell = a;
}
