/* strip.h: loops of elementwise kernels. Included by the generated strips_DTYPE.c
** with T (the element type), T_IS_INTEGER and the like, LOWEST and HIGHEST defined; compiled once per processor level. p[0] is the
** output, p[1].. the inputs, s their strides in bytes. The contiguous loop is the one
** the compiler turns into vector code; math functions go to the C library's vector
** versions (libmvec), at most 4 ulp from the exact value.
*/
#include <math.h>
#include <stdlib.h>

#include "kernel.h"

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
#define SIMD __attribute__((simd("notinbranch")))
SIMD double exp(double); SIMD float expf(float);
SIMD double exp2(double); SIMD float exp2f(float);
SIMD double expm1(double); SIMD float expm1f(float);
SIMD double log(double); SIMD float logf(float);
SIMD double log2(double); SIMD float log2f(float);
SIMD double log10(double); SIMD float log10f(float);
SIMD double log1p(double); SIMD float log1pf(float);
SIMD double sin(double); SIMD float sinf(float);
SIMD double cos(double); SIMD float cosf(float);
SIMD double tan(double); SIMD float tanf(float);
SIMD double asin(double); SIMD float asinf(float);
SIMD double acos(double); SIMD float acosf(float);
SIMD double atan(double); SIMD float atanf(float);
SIMD double sinh(double); SIMD float sinhf(float);
SIMD double cosh(double); SIMD float coshf(float);
SIMD double tanh(double); SIMD float tanhf(float);
SIMD double erf(double); SIMD float erff(float);
SIMD double pow(double, double); SIMD float powf(float, float);
SIMD double atan2(double, double); SIMD float atan2f(float, float);
#endif

#ifdef T_FLOAT32
#define exp expf
#define exp2 exp2f
#define expm1 expm1f
#define log logf
#define log2 log2f
#define log10 log10f
#define log1p log1pf
#define sin sinf
#define cos cosf
#define tan tanf
#define asin asinf
#define acos acosf
#define atan atanf
#define sinh sinhf
#define cosh coshf
#define tanh tanhf
#define erf erff
#define pow powf
#define atan2 atan2f
#define sqrt sqrtf
#define floor floorf
#define ceil ceilf
#define trunc truncf
#define rint rintf
#define fabs fabsf
#define fmod fmodf
#define copysign copysignf
#endif

#define K(x) ((T)(x)) /* a constant of the element type */

#ifdef T_IS_FLOAT
#define SCALAR(x) ((T)scalar_to_double(x))
#define ABS(x) fabs(x)
#define ROUND(f, x) f(x)
#elif defined(T_IS_BOOL)
#define SCALAR(x) (scalar_to_double(x) != 0)
#define ABS(x) (x)
#else
#define SCALAR(x) ((T)scalar_to_int(x))
#define ABS(x) ((x) < 0 ? (T)-(x) : (x))
#define ROUND(f, x) (x)
#endif

/* Both sides are evaluated, so that the loop stays free of branches. */
static inline T choose(bool c, T a, T b) { return c ? a : b; }
/* A NaN stays. */
static inline T at_least(T a, T b) { return a < b ? b : a; }
static inline T at_most(T a, T b) { return a > b ? b : a; }

#ifdef T_IS_FLOAT
/* Of quotients that the type holds exactly the rest is exact too: a - q · b in one rounding, with
** q one too far at most. The library divides bit by bit instead. */
#ifdef __FMA__
static inline T fmod_near(T a, T b) {
  const T q = trunc(a / b);
  const T rest = sizeof(T) == 4 ? (T)__builtin_fmaf(-(float)q, (float)b, (float)a) : (T)__builtin_fma(-q, b, a);
  const T back = choose((rest != 0) & ((rest < 0) != (a < 0)), (T)copysign(b, a), K(-0.0));
  return (T)copysign(rest + back, a);
}
static inline bool fmod_is_far(T a, T b) {
  return !((fabs(trunc(a / b)) < (sizeof(T) == 4 ? K(0x1p22) : K(0x1p51))) & (b - b == 0));
}
#else
#define fmod_near(a, b) fmod(a, b)
#define fmod_is_far(a, b) true
#endif
static inline T fmod_of(T a, T b) { return fmod_is_far(a, b) ? fmod(a, b) : fmod_near(a, b); }
static inline T floor_divide_of(T a, T b) {
  if (b == 0) return a / b;
  T mod = fmod_of(a, b), div = (a - mod) / b;
  if (mod != 0 && (b < 0) != (mod < 0)) div -= 1;
  if (div == 0) return copysign(0, a / b);
  T floored = floor(div);
  return div - floored > K(0.5) ? floored + 1 : floored;
}
static inline T trunc_divide_of(T a, T b) { return trunc(a / b); }
static inline T remainder_from(T rest, T b) {
  return rest + choose((rest != 0) & ((b < 0) != (rest < 0)), b, K(-0.0));
}
static inline T remainder_of(T a, T b) { return remainder_from(fmod_of(a, b), b); }
/* The power of |a|, then what the sign of a does: vector code has no other way for negative ones. */
static inline T pow_of(T a, T b) {
  const T power = pow(fabs(a), b), half = b * K(0.5);
  const bool whole = trunc(b) == b, odd = whole & (trunc(half) != half);
  const T turned = choose(odd, copysign(power, a), power);
  return choose((a < 0) & (a > -INFINITY) & !whole, K(NAN), turned);
}
static inline T maximum_of(T a, T b) { return (a != a) | (a > b) ? a : b; }
static inline T minimum_of(T a, T b) { return (a != a) | (a < b) ? a : b; }
#elif defined(T_IS_INTEGER)
#define IS_MINUS_1(b) ((b) + 1 == 0) /* never of an unsigned type narrower than int */
static inline T floor_divide_of(T a, T b) {
  if (b == 0) { kernel_fault("division by zero"); return 0; }
  if (IS_MINUS_1(b)) return (T)-a; /* the smallest / -1 would trap */
  T q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}
static inline T trunc_divide_of(T a, T b) {
  if (b == 0) { kernel_fault("division by zero"); return 0; }
  return IS_MINUS_1(b) ? (T)-a : a / b;
}
static inline T remainder_of(T a, T b) {
  if (b == 0) { kernel_fault("division by zero"); return 0; }
  if (IS_MINUS_1(b)) return 0;
  T mod = a % b;
  return mod != 0 && (b < 0) != (mod < 0) ? mod + b : mod;
}
static inline T fmod_of(T a, T b) {
  if (b == 0) { kernel_fault("division by zero"); return 0; }
  return IS_MINUS_1(b) ? 0 : a % b;
}
static inline T pow_of(T a, T b) {
  if (b < 0) return a == 1 ? 1 : a == (T)-1 ? (b % 2 ? -1 : 1) : 0;
  T result = 1;
  for (; b > 0; b >>= 1, a *= a) if (b & 1) result *= a;
  return result;
}
static inline T maximum_of(T a, T b) { return a > b ? a : b; }
static inline T minimum_of(T a, T b) { return a < b ? a : b; }
#else
static inline T maximum_of(T a, T b) { return a || b; }
static inline T minimum_of(T a, T b) { return a && b; }
#endif

#define AT(type, i, k) (*(type *)(p[k] + (i) * s[k]))
#define DENSE(k, type) (s[k] == (int64_t)sizeof(type))

/* The loop of dense operands. The lines of the output are asked for a block ahead, for writing:
** what is not asked for is fetched when it is stored to, and on 1 M float32 add waits 8 % longer. */
#define BLOCK 256
static inline void fetch_block(const void *at, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch((const char *)at + i, 1);
}
#define LOOP(...)                                                 \
  for (int64_t from = 0, to = BLOCK; from < n; from = to, to += BLOCK) { \
    if (to < n && p[0] != p[1]) fetch_block(o + to, BLOCK * sizeof *o); \
    else to = n;                                                  \
    _Pragma("omp simd") for (int64_t i = from; i < to; i++) { __VA_ARGS__ } \
  }

/* Loops that load bool as such are not turned into vector code, those that load bytes are. */
#define IN_MEMORY(A) __typeof__(_Generic((A){0}, bool: (uint8_t){0}, default: (A){0}))

#define STRIP0(R, ...)                                            \
  for (int64_t i = 0; i < n; i++) AT(R, i, 0) = (R)(__VA_ARGS__);

#define STRIP1(R, A, ...)                                         \
  if (DENSE(0, R) && DENSE(1, A)) {                               \
    R *o = (R *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1];              \
    LOOP(const A a = pa[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && s[1] == 0 && n > 0) {                 \
    R *o = (R *)p[0]; const A a = *(const A *)p[1]; const R r = (R)(__VA_ARGS__); \
    LOOP(o[i] = r;)                                               \
  } else                                                          \
    for (int64_t i = 0; i < n; i++) {                             \
      const A a = AT(A, i, 1); AT(R, i, 0) = (R)(__VA_ARGS__);    \
    }

#define STRIP2(R, A, B, ...)                                      \
  if (DENSE(0, R) && DENSE(1, A) && DENSE(2, B)) {                \
    R *o = (R *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1]; const IN_MEMORY(B) *pb = (const void *)p[2]; \
    LOOP(const A a = pa[i]; const B b = pb[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && DENSE(1, A) && s[2] == 0) {           \
    R *o = (R *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1]; const B b = *(const B *)p[2]; \
    LOOP(const A a = pa[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && s[1] == 0 && DENSE(2, B)) {           \
    R *o = (R *)p[0]; const A a = *(const A *)p[1]; const IN_MEMORY(B) *pb = (const void *)p[2]; \
    LOOP(const B b = pb[i]; o[i] = (R)(__VA_ARGS__);) \
  } else                                                          \
    for (int64_t i = 0; i < n; i++) {                             \
      const A a = AT(A, i, 1); const B b = AT(B, i, 2);           \
      AT(R, i, 0) = (R)(__VA_ARGS__);                             \
    }

/* Before STRIP2: dense operands take the expression 'quick'. A block with an element where 'far' holds
** is done again by the one that is right for all. */
#define STRIP2_QUICK(R, A, B, quick, far, ...)                    \
  if (n > 0 && DENSE(0, R) && DENSE(1, A) && (DENSE(2, B) || s[2] == 0)) { \
    R *o = (R *)p[0], part[BLOCK]; const A *pa = (const A *)p[1]; const B *pb = (const B *)p[2]; B same[BLOCK]; \
    if (s[2] == 0) for (int64_t i = 0; i < BLOCK; i++) same[i] = *pb; \
    for (int64_t from = 0; from < n; from += BLOCK) {             \
      const int64_t m = n - from < BLOCK ? n - from : BLOCK;      \
      const A *ua = pa + from; const B *ub = s[2] == 0 ? same : pb + from; \
      int any = 0;                                                \
      _Pragma("omp simd reduction(|: any)") for (int64_t i = 0; i < m; i++) { \
        const A a = ua[i]; const B b = ub[i];                     \
        any |= (far); part[i] = (R)(quick);                       \
      }                                                           \
      for (int64_t i = 0; any && i < m; i++) {                    \
        const A a = ua[i]; const B b = ub[i]; part[i] = (R)(__VA_ARGS__); \
      }                                                           \
      memcpy(o + from, part, (size_t)m * sizeof(R));              \
    }                                                             \
    return;                                                       \
  }

#define STRIP3(R, A, B, C, ...)                                   \
  if (DENSE(0, R) && DENSE(1, A) && DENSE(2, B) && DENSE(3, C)) { \
    R *o = (R *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1];              \
    const IN_MEMORY(B) *pb = (const void *)p[2]; const IN_MEMORY(C) *pc = (const void *)p[3]; \
    LOOP(const A a = pa[i]; const B b = pb[i]; const C c = pc[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && DENSE(1, A) && DENSE(2, B) && s[3] == 0) { \
    R *o = (R *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1]; \
    const IN_MEMORY(B) *pb = (const void *)p[2]; const C c = *(const C *)p[3]; \
    LOOP(const A a = pa[i]; const B b = pb[i]; o[i] = (R)(__VA_ARGS__);) \
  } else if (DENSE(0, R) && DENSE(1, A) && s[2] == 0 && DENSE(3, C)) { \
    R *o = (R *)p[0]; const IN_MEMORY(A) *pa = (const void *)p[1]; \
    const B b = *(const B *)p[2]; const IN_MEMORY(C) *pc = (const void *)p[3]; \
    LOOP(const A a = pa[i]; const C c = pc[i]; o[i] = (R)(__VA_ARGS__);) \
  } else                                                          \
    for (int64_t i = 0; i < n; i++) {                             \
      const A a = AT(A, i, 1); const B b = AT(B, i, 2); const C c = AT(C, i, 3); \
      AT(R, i, 0) = (R)(__VA_ARGS__);                             \
    }
