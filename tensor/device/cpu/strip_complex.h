/* strip_complex.h: what elementwise expressions mean for complex numbers. Included by strip.h with T a
** complex type; REAL is the type of its parts, defined before. The compiler multiplies by the plain formula, which is
** vector code, and divides by Smith's (-fcx-fortran-rules).
*/
#include <tgmath.h> /* exp, sqrt, pow and the like of complex numbers; fabs is the size */

#define K(x) ((T)(x)) /* a constant of the element type */
#define ABS(x) fabs(x)
#define RE(x) (__real__(x))
#define IM(x) (__imag__(x))

static inline T complex_of(REAL re, REAL im) {
  T z;
  __real__ z = re;
  __imag__ z = im;
  return z;
}
static inline T complex_exp2(T a) { return exp(a * (REAL)0.69314718055994530942); }
/* Of small numbers exp(a) - 1 and log(1 + a) would keep no digits. */
static inline T complex_expm1(T a) {
  const REAL half = sin(IM(a) / 2), grown = exp(RE(a));
  return complex_of(expm1(RE(a)) * cos(IM(a)) - 2 * half * half, grown * sin(IM(a)));
}
static inline T complex_log2(T a) { return log(a) * (REAL)1.44269504088896340736; }
static inline T complex_log10(T a) { return log(a) * (REAL)0.43429448190325182765; }
static inline T complex_log1p(T a) {
  if (!(fabs(a) < (REAL)0.5)) return log(1 + a);
  return complex_of(log1p(RE(a) * (2 + RE(a)) + IM(a) * IM(a)) / 2, atan2(IM(a), 1 + RE(a)));
}
#undef exp2
#define exp2 complex_exp2
#undef expm1
#define expm1 complex_expm1
#undef log2
#define log2 complex_log2
#undef log10
#define log10 complex_log10
#undef log1p
#define log1p complex_log1p
/* 0 to a power with a positive real part is 0, which the library makes NaN. */
static inline T pow_of(T a, T b) { return b == 0 ? 1 : a == 0 && RE(b) > 0 ? 0 : pow(a, b); }
/* a / |a|, and 0 of 0. */
static inline T sgn_of(T a) {
  const REAL size = fabs(a);
  return size == 0 ? 0 : complex_of(RE(a) / size, IM(a) / size);
}
/* The one with the larger real part, and the logarithm of 1 + the ratio of the powers. */
static inline T logaddexp_of(T a, T b) {
  const bool first = RE(a) >= RE(b);
  const T larger = first ? a : b, smaller = first ? b : a;
  return RE(larger) == -INFINITY ? larger : larger + log(1 + exp(smaller - larger));
}
static inline T conj_of(T a) { return complex_of(RE(a), -IM(a)); }
static inline T turned(T a) { return complex_of(-IM(a), RE(a)); } /* i a */
