/* gradient_sums_body.h: what the gradients of batch_norm and group_norm add up for a channel: the gradients g of the
** results, and their products with x̂ = (x - m) s. Each of the GRADIENT_LANES sums takes a few terms in type T, then
** goes on in the accumulator's type.
*/

/* Of n elements side by side; sums and dots have GRADIENT_LANES numbers each. */
static inline void NAME(gradient_sums)(int64_t n, const T *restrict g, const T *restrict x, T m, T s,
                                       A *restrict sums, A *restrict dots) {
  for (int64_t at = 0; at < n; at += GRADIENT_BLOCK) {
    const int64_t end = n - at < GRADIENT_BLOCK ? n : at + GRADIENT_BLOCK;
    T sum[GRADIENT_LANES] = {0}, dot[GRADIENT_LANES] = {0};
    int64_t i = at;
    for (; i + GRADIENT_LANES <= end; i += GRADIENT_LANES) {
#pragma omp simd
      for (int j = 0; j < GRADIENT_LANES; j++) {
        sum[j] += g[i + j];
        dot[j] += g[i + j] * ((x[i + j] - m) * s);
      }
    }
    for (int64_t j = 0; j < end - i; j++) {
      sum[j] += g[i + j];
      dot[j] += g[i + j] * ((x[i + j] - m) * s);
    }
#pragma omp simd
    for (int j = 0; j < GRADIENT_LANES; j++) sums[j] += (A)sum[j], dots[j] += (A)dot[j];
  }
}

/* The sum of the lanes, which are used up. */
static inline A NAME(gradient_total)(A *lanes) {
#pragma omp simd
  for (int j = 0; j < 8; j++) lanes[j] += lanes[j + 8];
#pragma omp simd
  for (int j = 0; j < 4; j++) lanes[j] += lanes[j + 4];
  return (lanes[0] + lanes[2]) + (lanes[1] + lanes[3]);
}
