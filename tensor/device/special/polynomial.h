/* polynomial.h: orthogonal polynomials and their derivatives, by recurrence. See special_math.h. */

/* The families, as rows number them. V and W are the third and fourth kind of Chebyshev polynomials. */
enum {
  POLYNOMIAL_CHEBYSHEV_T,
  POLYNOMIAL_CHEBYSHEV_U,
  POLYNOMIAL_CHEBYSHEV_V,
  POLYNOMIAL_CHEBYSHEV_W,
  POLYNOMIAL_HERMITE_H,
  POLYNOMIAL_HERMITE_HE,
  POLYNOMIAL_LAGUERRE,
  POLYNOMIAL_LEGENDRE,
  POLYNOMIAL_SHIFTED = 8, /* added to one of Chebyshev's: of 2 x - 1 in place of x */
  POLYNOMIAL_DERIVATIVES = 12, /* so many are computed */
  POLYNOMIAL_DEGREES = 1 << 24 /* NaN beyond: each degree is a turn of the loop */
};

/* P_{k+1} = (slope x + offset) P_k - back P_{k-1}. */
typedef struct {
  double slope, offset, back;
} PolynomialStep;

SCALAR_FUNCTION PolynomialStep polynomial_step(int family, int64_t number) {
  const double k = (double)number;
  switch (family) {
    case POLYNOMIAL_HERMITE_H: {
      const PolynomialStep step = {2, 0, 2 * k};
      return step;
    }
    case POLYNOMIAL_HERMITE_HE: {
      const PolynomialStep step = {1, 0, k};
      return step;
    }
    case POLYNOMIAL_LAGUERRE: {
      const PolynomialStep step = {-1 / (k + 1), (2 * k + 1) / (k + 1), k / (k + 1)};
      return step;
    }
    case POLYNOMIAL_LEGENDRE: {
      const PolynomialStep step = {(2 * k + 1) / (k + 1), 0, k / (k + 1)};
      return step;
    }
    default: {
      const double first = family == POLYNOMIAL_CHEBYSHEV_V ? -1 : family == POLYNOMIAL_CHEBYSHEV_W ? 1 : 0;
      const double slope = number == 0 && family == POLYNOMIAL_CHEBYSHEV_T ? 1 : 2;
      const PolynomialStep step = {slope, number == 0 ? first : 0, 1};
      return step;
    }
  }
}

/* The derivative of an order of the polynomial of degree n, rounded toward 0, at x; 0 for n < 0. Each derivative has
** the recurrence of the polynomial and a term of the derivative below it. */
LONG_FUNCTION double polynomial_of(int family, double x, double degree, int64_t order) {
  double last[POLYNOMIAL_DERIVATIVES + 1] = {0}, now[POLYNOMIAL_DERIVATIVES + 1] = {1};
  const int64_t n = degree < 9e18 ? degree > -9e18 ? (int64_t)degree : -1 : degree != degree ? -1 : INT64_MAX;
  if (n < 0) return degree == degree && degree < 0 ? 0 : (double)NAN;
  if (order < 0 || order > POLYNOMIAL_DERIVATIVES || n > POLYNOMIAL_DEGREES) return (double)NAN;
  const bool shifted = family >= POLYNOMIAL_SHIFTED;
  const double at = shifted ? 2 * x - 1 : x;
  for (int64_t k = 0; k < n; k++) {
    const PolynomialStep step = polynomial_step(shifted ? family - POLYNOMIAL_SHIFTED : family, k);
    const double factor = step.slope * at + step.offset;
    for (int64_t j = order; j >= 0; j--) {
      double next = factor * now[j] - step.back * last[j];
      if (j > 0) next += (double)j * step.slope * now[j - 1];
      last[j] = now[j];
      now[j] = next;
    }
    if (now[order] != now[order]) break;
  }
  return shifted ? ldexp(now[order], (int)order) : now[order];
}
