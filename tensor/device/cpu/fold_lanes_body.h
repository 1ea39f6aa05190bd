/* fold_lanes_body.h: elements that lie side by side, by LANES lanes; included by fold_row_body.h for few and for many
** lanes. LANES is a constant and the lanes are an array of the function: with a parameter in their place the loops of
** extremes took three times as long.
*/
#ifdef TERM
#define TERM_AT(k) TERM((LANE)v[i + j + (k) * LANES])
#define TREE (((TERM_AT(0) + TERM_AT(1)) + (TERM_AT(2) + TERM_AT(3))) + \
              ((TERM_AT(4) + TERM_AT(5)) + (TERM_AT(6) + TERM_AT(7))))
#endif

/* The m elements of v in one lane. LANES is FOLD_FEW or FOLD_LANES. */
static LANE ALONG(const T *v, int64_t m) {
  LANE lane[LANES];
  const LANE neutral = INIT;
  int64_t i = 0, single = m - m % LANES;
#ifdef TERM
  single %= 8 * LANES;
#endif
  if (single > 0) { /* Start from memory: clearing the lanes first costs as much as 300 elements. */
#pragma omp simd
    for (int j = 0; j < LANES; j++) {
      const T x = v[j];
      lane[j] = STEP(neutral, x);
    }
    i = LANES;
#ifdef TERM
  } else if (m >= 8 * LANES) {
#pragma omp simd
    for (int j = 0; j < LANES; j++) lane[j] = TREE;
    i = 8 * LANES;
#endif
  } else
    for (int j = 0; j < LANES; j++) lane[j] = neutral;
  for (; i < single; i += LANES) {
#pragma omp simd
    for (int j = 0; j < LANES; j++) {
      const T x = v[i + j];
      lane[j] = STEP(lane[j], x);
    }
  }
#ifdef TERM
  for (; i + 8 * LANES <= m; i += 8 * LANES) {
#pragma omp simd
    for (int j = 0; j < LANES; j++) lane[j] += TREE;
  }
#endif
  for (int64_t j = 0; j < m - i; j++) {
    const T x = v[i + j];
    lane[j] = STEP(lane[j], x);
  }
#if LANES == FOLD_LANES
#pragma omp simd
  for (int j = 0; j < 32; j++) lane[j] = JOIN(lane[j], lane[j + 32]);
#pragma omp simd
  for (int j = 0; j < 16; j++) lane[j] = JOIN(lane[j], lane[j + 16]);
#endif
#pragma omp simd
  for (int j = 0; j < 8; j++) lane[j] = JOIN(lane[j], lane[j + 8]);
#pragma omp simd
  for (int j = 0; j < 4; j++) lane[j] = JOIN(lane[j], lane[j + 4]);
#pragma omp simd
  for (int j = 0; j < 2; j++) lane[j] = JOIN(lane[j], lane[j + 2]);
  return JOIN(lane[0], lane[1]);
}

#undef LANES
#undef ALONG
#ifdef TERM
#undef TERM_AT
#undef TREE
#endif
