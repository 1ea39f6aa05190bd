/* fold_lanes_body.h: elements that lie side by side, by LANES lanes; included by fold_row_body.h for few and for many
** lanes. LANES is a constant and the lanes are an array of the function: with a parameter in their place the loops of
** extremes took three times as long.
*/

/* The m elements of v in one lane. LANES is FOLD_FEW or FOLD_LANES. */
static LANE ALONG(const T *v, int64_t m) {
  LANE lane[LANES];
  const LANE neutral = INIT;
  int64_t i = 0;
  if (m >= LANES) { /* Start from memory: clearing the lanes first costs as much as 300 elements. */
#pragma omp simd
    for (int j = 0; j < LANES; j++) {
      const T x = v[j];
      lane[j] = STEP(neutral, x);
    }
    i = LANES;
  } else
    for (int j = 0; j < LANES; j++) lane[j] = neutral;
  for (; i + LANES <= m; i += LANES) {
#pragma omp simd
    for (int j = 0; j < LANES; j++) {
      const T x = v[i + j];
      lane[j] = STEP(lane[j], x);
    }
  }
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
