/* special_math.h: special functions that expressions of float types call, all of them in double: so those of float32
** are exact to the last digit. Included by scalar_math.h, whose rules hold here. They are long, so a LONG_FUNCTION is
** called, and not put into each loop of each op. Coefficients of series were computed with 50 digits. */

/* c[0] + c[1] t + c[2] t² + … for |t| <= 1: even and odd powers apart, so that two chains run side by side. */
SCALAR_FUNCTION double series_sum(const double *c, int n, double t) {
  const double square = t * t;
  double even = 0, odd = 0;
  for (int i = (n - 1) / 2 * 2; i >= 0; i -= 2) even = even * square + c[i];
  for (int i = n / 2 * 2 - 1; i > 0; i -= 2) odd = odd * square + c[i];
  return even + t * odd;
}
#define SERIES_SUM(table, t) series_sum(table, (int)(sizeof table / sizeof table[0]), t)

/* c[0] + c[1] T1(t) + … by Clenshaw's recurrence, where powers would cancel each other. */
SCALAR_FUNCTION double chebyshev_sum(const double *c, int n, double t) {
  double now = 0, last = 0;
  for (int i = n - 1; i > 0; i--) {
    const double next = 2 * t * now - last + c[i];
    last = now;
    now = next;
  }
  return t * now - last + c[0];
}
#define CHEBYSHEV_SUM(table, t) chebyshev_sum(table, (int)(sizeof table / sizeof table[0]), t)

#include "device/special/airy.h"
#include "device/special/bessel.h"
#include "device/special/error.h"
#include "device/special/gamma.h"
#include "device/special/incomplete.h"
#include "device/special/polynomial.h"
