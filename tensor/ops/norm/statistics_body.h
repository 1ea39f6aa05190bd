/* statistics_body.h: the statistics of elements of type T, in one pass where their own type is enough for it. Distances
** are taken from the first number: those of equal numbers are exactly 0.
*/

/* The first number, or 0 where there is none. */
static inline T NAME(norm_first)(const NormPlaces *p) { return p->n > 0 && p->inner > 0 ? *(const T *)p->data : 0; }

/* The sums of the distances of m elements from the shift, and of their squares, are added to *sum and *squares. */
static inline void NAME(norm_sums)(int64_t m, const T *restrict v, T shift, A *sum, A *squares) {
  for (int64_t at = 0; at < m; at += STATISTICS_BLOCK) {
    const int64_t end = m - at < STATISTICS_BLOCK ? m : at + STATISTICS_BLOCK;
    T s[STATISTICS_LANES] = {0}, q[STATISTICS_LANES] = {0};
    int64_t i = at;
    for (; i + STATISTICS_LANES <= end; i += STATISTICS_LANES) {
#pragma omp simd
      for (int j = 0; j < STATISTICS_LANES; j++) {
        const T d = v[i + j] - shift;
        s[j] += d;
        q[j] += d * d;
      }
    }
    for (int64_t j = 0; j < end - i; j++) {
      const T d = v[i + j] - shift;
      s[j] += d;
      q[j] += d * d;
    }
#pragma omp simd
    for (int j = 0; j < 8; j++) s[j] += s[j + 8], q[j] += q[j + 8];
#pragma omp simd
    for (int j = 0; j < 4; j++) s[j] += s[j + 4], q[j] += q[j + 4];
    *sum += (A)((s[0] + s[2]) + (s[1] + s[3]));
    *squares += (A)((q[0] + q[2]) + (q[1] + q[3]));
  }
}

/* The same in the accumulator's type, with any shift. */
static void NAME(norm_wide_sums)(const NormPlaces *p, A shift, A *sum, A *squares) {
  A s = 0, q = 0;
  for (int64_t i = 0; i < p->n; i++) {
    const T *v = (const T *)(p->data + i * p->step);
#pragma omp simd reduction(+ : s, q)
    for (int64_t e = 0; e < p->inner; e++) {
      const A d = (A)v[e] - shift;
      s += d;
      q += d * d;
    }
  }
  *sum = s;
  *squares = q;
}

/* Two passes in double, for numbers whose squares leave the range of T or whose first is far from the others. */
static __attribute__((noinline)) void NAME(norm_wide_statistics)(const NormPlaces *p, A count, A *mean, A *squares) {
  A shift = (A)NAME(norm_first)(p), sum;
  NAME(norm_wide_sums)(p, shift, &sum, squares);
  shift += sum / count;
  NAME(norm_wide_sums)(p, shift, &sum, squares);
  *mean = shift + sum / count;
  if (*squares < INFINITY) *squares -= sum / count * sum;
}

/* The mean of 'count' numbers and the sum of the squared distances from it. eps is added to the variance later: a
** variance that is tiny beside it need not be exact. */
static inline void NAME(norm_statistics)(const NormPlaces *p, A count, double eps, A *mean, A *squares) {
  const T shift = NAME(norm_first)(p);
  A sum = 0, about = 0;
  for (int64_t i = 0; i < p->n; i++)
    NAME(norm_sums)(p->inner, (const T *)(p->data + i * p->step), shift, &sum, &about);
  const A off = sum / count, less = off * sum, least = sizeof(T) < sizeof(A) && eps < 1e-20 ? 1e-30 * count : 0;
  *mean = (A)shift + off;
  *squares = about - less;
  if (!(less <= 16 * (about - less) && about >= least && about < INFINITY))
    NAME(norm_wide_statistics)(p, count, mean, squares);
}

/* The mean of few numbers and the sum of its squared distances from it. In a wider type than that of the elements
** nothing overflows, so two plain loops are enough. */
static inline void NAME(norm_few)(int64_t n, const T *x, A each, A *mean, A *squares) {
  A sum = 0, total = 0;
  for (int64_t i = 0; i < n; i++) sum += (A)x[i];
  const A m = sum * each;
  for (int64_t i = 0; i < n; i++) total += ((A)x[i] - m) * ((A)x[i] - m);
  *mean = m;
  *squares = total;
}
