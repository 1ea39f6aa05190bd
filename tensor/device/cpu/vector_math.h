/* vector_math.h: lets the compiler use the C library's vector functions (libmvec, at
** most 4 ulp from the exact value) in loops. exp(x) is expf(x) where x is a float.
*/
#ifndef HECATE_VECTOR_MATH_H
#define HECATE_VECTOR_MATH_H

#include <math.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define VECTOR_FUNCTION __attribute__((simd("notinbranch")))
VECTOR_FUNCTION double exp(double);
VECTOR_FUNCTION float expf(float);
VECTOR_FUNCTION double exp2(double);
VECTOR_FUNCTION float exp2f(float);
VECTOR_FUNCTION double expm1(double);
VECTOR_FUNCTION float expm1f(float);
VECTOR_FUNCTION double log(double);
VECTOR_FUNCTION float logf(float);
VECTOR_FUNCTION double log2(double);
VECTOR_FUNCTION float log2f(float);
VECTOR_FUNCTION double log10(double);
VECTOR_FUNCTION float log10f(float);
VECTOR_FUNCTION double log1p(double);
VECTOR_FUNCTION float log1pf(float);
VECTOR_FUNCTION double sin(double);
VECTOR_FUNCTION float sinf(float);
VECTOR_FUNCTION double cos(double);
VECTOR_FUNCTION float cosf(float);
VECTOR_FUNCTION double tan(double);
VECTOR_FUNCTION float tanf(float);
VECTOR_FUNCTION double asin(double);
VECTOR_FUNCTION float asinf(float);
VECTOR_FUNCTION double acos(double);
VECTOR_FUNCTION float acosf(float);
VECTOR_FUNCTION double atan(double);
VECTOR_FUNCTION float atanf(float);
VECTOR_FUNCTION double sinh(double);
VECTOR_FUNCTION float sinhf(float);
VECTOR_FUNCTION double cosh(double);
VECTOR_FUNCTION float coshf(float);
VECTOR_FUNCTION double acosh(double);
VECTOR_FUNCTION float acoshf(float);
VECTOR_FUNCTION double asinh(double);
VECTOR_FUNCTION float asinhf(float);
VECTOR_FUNCTION double atanh(double);
VECTOR_FUNCTION float atanhf(float);
VECTOR_FUNCTION double tanh(double);
VECTOR_FUNCTION float tanhf(float);
VECTOR_FUNCTION double erf(double);
VECTOR_FUNCTION float erff(float);
VECTOR_FUNCTION double erfc(double);
VECTOR_FUNCTION float erfcf(float);
VECTOR_FUNCTION double hypot(double, double);
VECTOR_FUNCTION float hypotf(float, float);
VECTOR_FUNCTION double pow(double, double);
VECTOR_FUNCTION float powf(float, float);
VECTOR_FUNCTION double atan2(double, double);
VECTOR_FUNCTION float atan2f(float, float);
#endif

/* After the declarations, for it makes macros of their names. */
#include <tgmath.h>

#endif
