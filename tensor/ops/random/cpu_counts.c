/* cpu_counts.c: the laws of Poisson and the binomial one. Small means are drawn by inversion, large ones by transformed
** rejection (Hörmann 1993). Probabilities of large counts are written as deviances (Loader 2000), since differences of
** logarithms of factorials would lose all digits.
*/
#include <math.h>

#include "cpu_draw.h"

/* log n! less Stirling's formula (n + 1/2) log n - n + log(2 π) / 2, for n >= 1. */
static double stirling_error(double n) {
  const double s = 1 / (n * n);
  if (n < 10) return lgamma(n + 1) - (n + 0.5) * log(n) + n - 0.91893853320467274178;
  return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s / 1188)))) / n;
}

/* k log(k / mean) + mean - k. */
static double count_deviance(double k, double mean) {
  const double d = (mean - k) / k;
  return k * (d - log1p(d));
}

static double poisson_logarithm(double k, double mean) {
  if (k == 0) return -mean;
  return -stirling_error(k) - count_deviance(k, mean) - 0.5 * log(6.283185307179586476925 * k);
}

/* The first k at which the sum of the probabilities exceeds a uniform number. */
static double poisson_inversion(DrawStream *s, double mean) {
  double p = exp(-mean), k = 0;
  for (double u = draw_unit(s); u > p && p > 0; p *= mean / k) {
    u -= p;
    k++;
  }
  return k;
}

/* The algorithm PTRS. */
static double poisson_rejection(DrawStream *s, double mean) {
  const double b = 0.931 + 2.53 * sqrt(mean), a = -0.059 + 0.02483 * b;
  const double inverse = 1.1239 + 1.1328 / (b - 3.4), quick = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = draw_unit(s) - 0.5, v = draw_unit(s), rest = 0.5 - fabs(u);
    const double k = floor((2 * a / rest + b) * u + mean + 0.43);
    if (rest >= 0.07 && v <= quick) return k;
    if (k < 0 || (rest < 0.013 && v > rest)) continue;
    if (log(v * inverse / (a / (rest * rest) + b)) <= poisson_logarithm(k, mean)) return k;
  }
}

static double draw_poisson(DrawStream *s, const double *parameters) {
  const double mean = parameters[0];
  if (!(mean >= 0 && mean < INFINITY)) {
    kernel_fault("'input' (argument 1): expected finite rates of at least 0, got %g", shown(mean));
    return NAN;
  }
  return mean < 10 ? poisson_inversion(s, mean) : poisson_rejection(s, mean);
}

Status KERNEL(poisson)(Call *c) {
  const PoissonAttrs *a = c->attrs;
  return KERNEL(draw_elements)(c->out[0], a->generator, draw_poisson, c->in, 1, 200);
}

static double binomial_logarithm(double k, double n, double p) {
  if (k == 0) return n * log1p(-p);
  if (k == n) return n * log(p);
  const double errors = stirling_error(n) - stirling_error(k) - stirling_error(n - k);
  const double root = 0.5 * log(6.283185307179586476925 * k * ((n - k) / n));
  return errors - count_deviance(k, n * p) - count_deviance(n - k, n * (1 - p)) - root;
}

static double binomial_inversion(DrawStream *s, double n, double p) {
  double chance = exp(n * log1p(-p)), k = 0;
  for (double u = draw_unit(s); u > chance && k < n; chance *= (n - k + 1) / k * (p / (1 - p))) {
    u -= chance;
    k++;
  }
  return k;
}

/* The algorithm BTRS, for p <= 1/2. */
static double binomial_rejection(DrawStream *s, double n, double p) {
  const double deviation = sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * deviation;
  const double a = -0.0873 + 0.0248 * b + 0.01 * p, alpha = (2.83 + 5.1 / b) * deviation;
  const double quick = 0.92 - 4.2 / b, top = binomial_logarithm(floor((n + 1) * p), n, p);
  while (true) {
    const double u = draw_unit(s) - 0.5, v = draw_unit(s), rest = 0.5 - fabs(u);
    const double k = floor((2 * a / rest + b) * u + n * p + 0.5);
    if (rest >= 0.07 && v <= quick) return k;
    if (k < 0 || k > n) continue;
    if (log(v * alpha / (a / (rest * rest) + b)) <= binomial_logarithm(k, n, p) - top) return k;
  }
}

static double draw_binomial(DrawStream *s, const double *parameters) {
  const double n = parameters[0], p = parameters[1], less = p <= 0.5 ? p : 1 - p;
  if (!(n >= 0 && n < INFINITY && floor(n) == n)) {
    kernel_fault("'count' (argument 1): expected whole numbers of at least 0, got %g", shown(n));
    return NAN;
  }
  if (!(p >= 0 && p <= 1)) {
    kernel_fault("'prob' (argument 2): expected probabilities from 0 to 1, got %g", shown(p));
    return NAN;
  }
  const double k = n * less < 10 ? binomial_inversion(s, n, less) : binomial_rejection(s, n, less);
  return p <= 0.5 ? k : n - k;
}

Status KERNEL(binomial_sample)(Call *c) {
  const BinomialSampleAttrs *a = c->attrs;
  return KERNEL(draw_elements)(c->out[0], a->generator, draw_binomial, c->in, 2, 300);
}
