/* gamma.h: derivatives of the logarithm of the gamma function, and Hurwitz' zeta function. See special_math.h. */

/* ψ(x) for 1 <= x <= 2: a series of ψ(x) / (x - x0), where x0 is the zero, in two parts. */
SCALAR_FUNCTION double digamma_near(double x) {
  static const double series[] = {
      0.9510558760318328, -0.2118137106407303, 0.06013562106019684, -0.018550615381735008, 0.005936795278301761,
      -0.0019350666648613071, 0.0006368880303865817, -0.00021074841138175561, 6.995018825112794e-05,
      -2.3258242519113285e-05, 7.741234508636364e-06, -2.578093954045772e-06, 8.589060721930695e-07,
      -2.863161166883193e-07, 9.543298288278275e-08, -3.162911147408454e-08, 1.0527692435026686e-08,
      -3.7083753242807277e-09, 1.2469984616707403e-09, -2.7580994814377e-10, 8.734528429142953e-11,
      -8.50550766013261e-11, 2.918622732168261e-11};
  return (x - 1.4616321449683622 - 9.5499954299656974e-17) * SERIES_SUM(series, 2 * x - 3);
}
/* ψ(x) for x >= 10. */
SCALAR_FUNCTION double digamma_far(double x) {
  const double s = 1 / (x * x);
  const double rest = s * (1.0 / 12 - s * (1.0 / 120 - s * (1.0 / 252 - s * (1.0 / 240 - s * (1.0 / 132 -
    s * (691.0 / 32760 - s / 12))))));
  return log(x) - 0.5 / x - rest;
}
/* Σ (q + k)^-s for q > 0, s > 1: some terms, and the formula of Euler and Maclaurin for the others. */
LONG_FUNCTION double zeta_right(double s, double q) {
  static const double factors[] = { /* B_2j / (2j)! */
    0.083333333333333329, -0.0013888888888888889, 3.3068783068783071e-05, -8.2671957671957675e-07,
    2.08767569878681e-08, -5.2841901386874932e-10, 1.3382536530684679e-11, -3.3896802963225827e-13,
    8.5860620562778452e-15, -2.1748686985580619e-16, 5.5090028283602295e-18, -1.3954464685812522e-19};
  double sum = 0, power = pow(q, -s);
  for (; q < 10 + s; q += 1, power = pow(q, -s)) {
    sum += power;
    if (power <= sum * 1e-17) return sum;
  }
  sum += power * (q / (s - 1) + 0.5);
  double term = power * s / q;
  for (int j = 0; j < 12; j++) {
    const double part = term * factors[j];
    sum += part;
    if (fabs(part) < fabs(sum) * 1e-17) break;
    term *= (s + 2 * j + 1) * (s + 2 * j + 2) / (q * q);
  }
  return sum;
}
/* ψ(x) = ψ(x) - ψ(r) near a zero r left of 0: (x - r) Σ 1 / ((x + k) (r + k)) over k >= 0, where the terms from m
** on are Σ h^2j ζ(2 j + 2, a) with a between x + m and r + m and h half of their distance. NaN: no zero is near. */
LONG_FUNCTION double digamma_at_zero(double x) {
  static const double zeros[][2] = { /* in two parts */
    {-0.5040830082644554, -8.15428206243813e-18}, {-1.5734984731623904, -1.574185691077347e-17},
    {-2.6107208684441447, 9.881960746978353e-17}, {-3.635293366436901, 5.454396163173039e-17},
    {-4.653237761743142, -2.5492686201468193e-16}, {-5.6671624415568855, -3.2153051074948335e-18},
    {-6.678418213073427, 3.470798723495241e-16}, {-7.687788325031626, -1.351562494643672e-16},
    {-8.695764163816401, -3.2859903716289447e-16}, {-9.702672540001863, -3.2563178405401477e-16}};
  if (!(x > -10)) return (double)NAN;
  const int m = (int)-floor(x);
  const double r = zeros[m - 1][0], distance = (x - r) - zeros[m - 1][1];
  if (!(fabs(distance) < 0.005)) return (double)NAN;
  double sum = 0;
  for (int k = 0; k <= m; k++) sum += 1 / ((x + k) * (r + k));
  const double a = 0.5 * (x + r) + (m + 1), h2 = 0.25 * distance * distance;
  return distance * (sum + zeta_right(2, a) + h2 * (zeta_right(4, a) + h2 * zeta_right(6, a)));
}
LONG_FUNCTION double digamma_of(double x) {
  double more = 0;
  if (x == 0) return -copysign((double)INFINITY, x);
  if (x < 0) { /* ψ(x) = ψ(1 - x) - π / tan(π x) */
    const double rest = x - rint(x), near = digamma_at_zero(x);
    if (near == near) return near;
    if (rest == 0) return (double)NAN;
    more = -3.14159265358979323846 / tan(3.14159265358979323846 * rest);
    x = 1 - x;
  }
  if (x < 1) {
    more -= 1 / x;
    x += 1;
  }
  if (x >= 10) return more + digamma_far(x);
  for (; x > 2; more += 1 / x) x -= 1;
  return more + digamma_near(x);
}
LONG_FUNCTION double trigamma_of(double x) {
  double more = 0, sign = 1;
  if (x < 0.5) { /* ψ1(x) = π² / sin²(π x) - ψ1(1 - x) */
    const double s = sin(3.14159265358979323846 * (x - rint(x)));
    more = 9.8696044010893586188 / (s * s);
    sign = -1;
    x = 1 - x;
  }
  double sum = 0;
  for (; x < 10; x += 1) sum += 1 / (x * x);
  const double s = 1 / (x * x);
  const double rest = 1.0 / 6 - s * (1.0 / 30 - s * (1.0 / 42 - s * (1.0 / 30 - s * (5.0 / 66 - s * (691.0 / 2730 -
    s * 7 / 6)))));
  return more + sign * (sum + 1 / x + s / 2 + s / x * rest);
}

/* ζ(s, q) = Σ (q + k)^-s over k from 0. For q < 0 the first terms are powers of negative numbers, which are real for
** an integer s alone. With 'part', the first q + k that is not negative, they are powers of -(1 - part), -(2 - part) up
** to q: the difference of two sums of positive terms. */
LONG_FUNCTION double zeta_of(double s, double q) {
  if (s == 1) return (double)INFINITY;
  if (!(s > 1)) return (double)NAN;
  if (q == (double)INFINITY) return 0;
  if (q > 0) return zeta_right(s, q);
  const double whole = floor(q), part = q - whole;
  if (part == 0) return (double)INFINITY;
  if (!(floor(s) == s)) return (double)NAN;
  const double left = zeta_right(s, 1 - part) - zeta_right(s, 1 - q);
  return zeta_right(s, part) + (fmod(s, 2.0) == 0 ? left : -left);
}

/* (-1)^(n + 1) n! ζ(n + 1, x). */
LONG_FUNCTION double polygamma_of(int64_t n, double x) {
  if (n == 0) return digamma_of(x);
  if (n == 1) return trigamma_of(x);
  const double size = (n < 170 ? tgamma((double)n + 1) : exp(lgamma((double)n + 1))) * zeta_of((double)n + 1, x);
  return n % 2 == 0 ? -size : size;
}

#define MATRIX_SIZES 1000000 /* NaN beyond: each row is a turn of the loop */
/* The logarithm of the gamma function of matrices of p × p. */
LONG_FUNCTION double mvlgamma_of(double a, int64_t p) {
  if (p > MATRIX_SIZES) return (double)NAN;
  double sum = 0.25 * (double)p * (double)(p - 1) * 1.14472988584940017414;
  for (int64_t j = 0; j < p; j++) sum += lgamma(a - 0.5 * (double)j);
  return sum;
}
LONG_FUNCTION double mvpolygamma_of(double a, int64_t n, int64_t p) {
  if (p > MATRIX_SIZES) return (double)NAN;
  double sum = 0;
  for (int64_t j = 0; j < p; j++) sum += polygamma_of(n, a - 0.5 * (double)j);
  return sum;
}
