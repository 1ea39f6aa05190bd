/* scan/cuda.cu: scans of lines of elements T: a thread for each line. Neighbouring lines are neighbours in memory
** unless the dimension is the last one.
*/
#include "ops/scan/cuda.h"

static DEVICE int64_t scan_first(const ScanLines &s, int64_t line) {
  const int64_t first = line / s.inner * s.n * s.inner + line % s.inner;
  return s.reverse ? first + (s.n - 1) * s.inner : first;
}
static DEVICE int64_t scan_step(const ScanLines &s) { return s.reverse ? -s.inner : s.inner; }

KERNEL(scan_sum)(PARAMETER ScanLines s) {
  const int64_t step = scan_step(s);
  for (int64_t line = THREAD; line < s.lines; line += THREADS) {
    const T *x = (const T *)s.x + scan_first(s, line);
    T *out = (T *)s.out + scan_first(s, line);
    ACC sum = 0;
    for (int64_t i = 0; i < s.n; i++) out[i * step] = (T)(sum += (ACC)x[i * step]);
  }
}
ENTRY(scan_sum)

KERNEL(scan_product)(PARAMETER ScanLines s) {
  const int64_t step = scan_step(s);
  for (int64_t line = THREAD; line < s.lines; line += THREADS) {
    const T *x = (const T *)s.x + scan_first(s, line);
    T *out = (T *)s.out + scan_first(s, line);
    ACC product = 1;
    for (int64_t i = 0; i < s.n; i++) out[i * step] = (T)(product *= (ACC)x[i * step]);
  }
}
ENTRY(scan_product)

/* The last place among equals; NaN stays. */
KERNEL(scan_extreme)(PARAMETER ScanLines s) {
  for (int64_t line = THREAD; line < s.lines; line += THREADS) {
    const int64_t first = scan_first(s, line);
    const T *x = (const T *)s.x + first;
    T best = x[0];
    int64_t place = 0;
    for (int64_t i = 0; i < s.n; i++) {
      const T v = x[i * s.inner];
      const bool ordered = s.largest ? v >= best : v <= best;
      if (v != v || (ordered && best == best)) best = v, place = i;
      ((T *)s.out)[first + i * s.inner] = best;
      s.index[first + i * s.inner] = place;
    }
  }
}
ENTRY(scan_extreme)

#ifdef T_IS_FLOAT
/* The sum so far is kept as its largest exponent and the sum of exp of the differences from it. */
KERNEL(scan_logcumsumexp)(PARAMETER ScanLines s) {
  for (int64_t line = THREAD; line < s.lines; line += THREADS) {
    const T *x = (const T *)s.x + scan_first(s, line);
    T *out = (T *)s.out + scan_first(s, line);
    double most = -INFINITY, sum = 0;
    for (int64_t i = 0; i < s.n; i++) {
      const double v = (double)x[i * s.inner];
      const bool infinite = v == INFINITY || v == -INFINITY;
      if (v > most) {
        sum = (infinite ? 0 : sum * exp(most - v)) + 1;
        most = v;
      } else if (v != v) most = v;
      else if (v == most) sum += infinite ? 0 : 1;
      else sum += exp(v - most);
      out[i * s.inner] = (T)(most + (most == INFINITY || most == -INFINITY ? 0 : log(sum)));
    }
  }
}
ENTRY(scan_logcumsumexp)

/* s(i) = x(i) + factor(i) s(i - 1); the factor of the element with which it begins is not read. */
KERNEL(scan_linear)(PARAMETER ScanLines s) {
  const int64_t step = scan_step(s);
  for (int64_t line = THREAD; line < s.lines; line += THREADS) {
    const int64_t first = scan_first(s, line);
    const T *x = (const T *)s.x + first, *factor = (const T *)s.factor + first;
    T *out = (T *)s.out + first;
    ACC sum = 0;
    for (int64_t i = 0; i < s.n; i++) {
      sum = i == 0 ? (ACC)x[0] : (ACC)x[i * step] + (ACC)factor[i * step] * sum;
      out[i * step] = (T)sum;
    }
  }
}
ENTRY(scan_linear)
#endif
