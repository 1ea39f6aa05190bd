/* vector_math.h: lets the compiler use the C library's vector functions (libmvec, at
** most 4 ulp from the exact value) in "omp simd" loops of hand-written kernels. exp(x) is
** expf(x) where x is a float.
*/
#ifndef HECATE_VECTOR_MATH_H
#define HECATE_VECTOR_MATH_H

#include <math.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define VECTOR_FUNCTION __attribute__((simd("notinbranch")))
VECTOR_FUNCTION double exp(double);
VECTOR_FUNCTION float expf(float);
VECTOR_FUNCTION double log(double);
VECTOR_FUNCTION float logf(float);
VECTOR_FUNCTION double sin(double);
VECTOR_FUNCTION float sinf(float);
VECTOR_FUNCTION double cos(double);
VECTOR_FUNCTION float cosf(float);
#endif

#include <tgmath.h>

#endif
