/* scalar_math.h: what expressions of elementwise ops may call, for the one element type of the file that includes
** this. Every compiler of kernels reads it: C, nvcc and NVRTC. So it has no text, includes nothing but parts of itself
** and knows no header of the C library: functions of math (exp, floor, fma, …) must be there, and fit the type of
** their argument, as those of <tgmath.h> in C and the overloaded ones of C++ do.
**
** Before it are defined:
**   T                element type
**   T_IS_BOOL, T_IS_INTEGER or T_IS_FLOAT
**   LOWEST, HIGHEST  its first and its last number
**   SCALAR_FUNCTION  how a function begins: static inline
**   LONG_FUNCTION    how one begins that is called and never put into the loop of its caller
**   FAULT(bit)       notes that the data are wrong (fault.h) and goes on
*/
#include "fault.h"

#define K(x) ((T)(x)) /* a constant of the element type */

#ifdef T_IS_FLOAT
#define ABS(x) fabs(x)
#define ROUND(f, x) f(x)
#elif defined(T_IS_BOOL)
#define ABS(x) (x)
#else
#define ABS(x) ((x) < 0 ? (T)-(x) : (x))
#define ROUND(f, x) (x)
#endif

/* Both sides are evaluated, so that the loop stays free of branches. */
SCALAR_FUNCTION T choose(bool c, T a, T b) { return c ? a : b; }
/* A NaN stays. */
SCALAR_FUNCTION T at_least(T a, T b) { return choose(a < b, b, a); }
SCALAR_FUNCTION T at_most(T a, T b) { return choose(a > b, b, a); }
/* A bound that is NaN makes one of every number. The bounds are the same for all elements, so compilers decide it
** before the loop: what is left there is one addition more. */
SCALAR_FUNCTION T clamp_of(T a, T least, T most) {
#ifdef T_IS_FLOAT
  const T addend = least != least ? least : most != most ? most : K(-0.0);
  return at_most(at_least(a, least), most) + addend;
#else
  return at_most(at_least(a, least), most);
#endif
}

#ifdef T_IS_FLOAT
/* Where the type holds the quotient a / b exactly to its last integer digit, the rest a - q b is exact too and comes
** in one rounding. q is a / b rounded toward zero, after a division that was rounded itself: it may be one too
** large, and then the rest has the wrong sign; b is added back. The library's fmod divides bit by bit instead. */
#if defined(__FMA__) || defined(__CUDACC__)
SCALAR_FUNCTION T fmod_near(T a, T b) {
  const T q = trunc(a / b), rest = fma(-q, b, a);
  const T back = choose((rest != 0) & ((rest < 0) != (a < 0)), (T)copysign(b, a), K(-0.0));
  return (T)copysign(rest + back, a);
}
/* Whether the quotient is too large for fmod_near, or not a number. */
SCALAR_FUNCTION bool fmod_is_far(T a, T b) {
  return !((fabs(trunc(a / b)) < (sizeof(T) == 4 ? K(0x1p22) : K(0x1p51))) & (b - b == 0));
}
#else /* without fused multiplication and addition the rest would not be exact */
#define fmod_near(a, b) fmod(a, b)
#define fmod_is_far(a, b) true
#endif

SCALAR_FUNCTION T fmod_of(T a, T b) { return fmod_is_far(a, b) ? fmod(a, b) : fmod_near(a, b); }

/* The quotient rounded down, made of the exact remainder: a / b itself may be rounded up to an integer. */
SCALAR_FUNCTION T floor_divide_of(T a, T b) {
  if (b == 0) return a / b;
  T mod = fmod_of(a, b), div = (a - mod) / b;
  if (mod != 0 && (b < 0) != (mod < 0)) div -= 1;
  if (div == 0) return copysign(K(0), a / b);
  T floored = floor(div);
  return div - floored > K(0.5) ? floored + 1 : floored;
}
SCALAR_FUNCTION T trunc_divide_of(T a, T b) { return trunc(a / b); }

/* The remainder, which has the sign of b, from the rest, which has that of a. */
SCALAR_FUNCTION T remainder_from(T rest, T b) {
  return rest + choose((rest != 0) & ((b < 0) != (rest < 0)), b, K(-0.0));
}
SCALAR_FUNCTION T remainder_of(T a, T b) { return remainder_from(fmod_of(a, b), b); }

/* Powers of ten below 1 are not exact, so the digits that go are moved by one that is not below 1. */
SCALAR_FUNCTION T round_to_decimals(T a, double decimals) {
  const T tens = (T)pow(10.0, fabs(decimals));
  return decimals < 0 ? rint(a / tens) * tens : rint(a * tens) / tens;
}

/* The power of |a|, then what the sign of a does to it: vector code has no other way for negative a. */
SCALAR_FUNCTION T pow_of(T a, T b) {
  const T power = pow(fabs(a), b), half = b * K(0.5);
  const bool whole = trunc(b) == b, odd = whole & (trunc(half) != half);
  const T turned = choose(odd, copysign(power, a), power);
  return choose((a < 0) & (a > LOWEST) & !whole, K(NAN), turned);
}

/* x / (y² + x²), the slope of atan2 at the point (x, y), whose squares may leave the type; 0 at the origin. */
SCALAR_FUNCTION T atan2_slope_of(T y, T x) {
  const T r = hypot(y, x);
  return choose(r == 0, K(0), (x / r) / r);
}

/* At -infinity the limit, 0, in place of infinity divided by infinity. */
SCALAR_FUNCTION T silu_of(T a) { return choose(a == K(-INFINITY), K(0), a / (1 + exp(-a))); }
/* exp(-|a|) is never too large; with it 1 / (1 + exp(-a)) is s, and its slope is exp(-|a|) / (1 + exp(-|a|))². What
** would be infinity times 0 is the limit, 0. */
SCALAR_FUNCTION T silu_slope(T a) {
  const T e = exp(-fabs(a)), s = choose(a > 0, K(1), e) / (1 + e);
  return s + choose(e == 0, K(0), a * (e / ((1 + e) * (1 + e))));
}

/* Beyond 30 the tanh is 1 in every type, and powers of a could be infinite. */
SCALAR_FUNCTION T gelu_tanh_slope(T a) {
  const T x = at_most(at_least(a, K(-30)), K(30));
  const T t = tanh(K(0.79788456080286535588) * (x + K(0.044715) * x * x * x));
  return K(0.5) * (1 + t) + K(0.39894228040143267794) * x * (1 - t * t) * (1 + K(0.134145) * x * x);
}
/* Φ(x) + x φ(x); beyond 40 the density φ is 0. */
SCALAR_FUNCTION T gelu_slope(T a) {
  const T x = at_most(at_least(a, K(-40)), K(40));
  return K(0.5) * (1 + erf(x * K(0.70710678118654752440))) + x * exp(K(-0.5) * x * x) * K(0.39894228040143267794);
}

/* tanh(log(1 + exp(x))) as a fraction of powers of exp(x); beyond 20 it is 1 in every type. */
SCALAR_FUNCTION T tanh_softplus(T a) {
  const T e = exp(at_most(a, K(20))), product = e * (e + 2);
  return product / (product + 2);
}
SCALAR_FUNCTION T mish_slope(T a) {
  const T t = tanh_softplus(a);
  return t + at_most(at_least(a, K(-40)), K(40)) * (1 - t * t) / (1 + exp(-a));
}

/* Binary cross entropy of the logit a: a times what is wrong in b, and log(1 + exp(-|a|)). */
SCALAR_FUNCTION T bce_with_logits(T a, T b) {
  const T wrong = choose(a > 0, 1 - b, -b);
  return choose(wrong == 0, K(0), a * wrong) + log1p(exp(-fabs(a)));
}
/* sigmoid(a) - b, where 1 - sigmoid(a) keeps its digits. */
SCALAR_FUNCTION T bce_with_logits_slope(T a, T b) {
  const T e = exp(-fabs(a)), q = e / (1 + e);
  return choose(a > 0, (1 - b) - q, q - b);
}

/* NaN wins. */
SCALAR_FUNCTION T maximum_of(T a, T b) { return (a != a) | (a > b) ? a : b; }
SCALAR_FUNCTION T minimum_of(T a, T b) { return (a != a) | (a < b) ? a : b; }

#elif defined(T_IS_INTEGER)
/* The smallest number divided by -1 would trap. An unsigned type narrower than int never equals -1 here. */
#define IS_MINUS_1(b) ((b) + 1 == 0)

SCALAR_FUNCTION T floor_divide_of(T a, T b) {
  if (b == 0) {
    FAULT(FAULT_DIVISION);
    return 0;
  }
  if (IS_MINUS_1(b)) return (T)-a;
  T q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}
SCALAR_FUNCTION T trunc_divide_of(T a, T b) {
  if (b == 0) {
    FAULT(FAULT_DIVISION);
    return 0;
  }
  return IS_MINUS_1(b) ? (T)-a : a / b;
}
SCALAR_FUNCTION T remainder_of(T a, T b) {
  if (b == 0) {
    FAULT(FAULT_DIVISION);
    return 0;
  }
  if (IS_MINUS_1(b)) return 0;
  T mod = a % b;
  return mod != 0 && (b < 0) != (mod < 0) ? mod + b : mod;
}
SCALAR_FUNCTION T fmod_of(T a, T b) {
  if (b == 0) {
    FAULT(FAULT_DIVISION);
    return 0;
  }
  return IS_MINUS_1(b) ? 0 : a % b;
}

/* By squaring. A negative power is 0 but for 1 and -1. */
SCALAR_FUNCTION T pow_of(T a, T b) {
  if (b < 0) return a == 1 ? 1 : a == (T)-1 ? (b % 2 ? -1 : 1) : 0;
  T result = 1;
  for (; b > 0; b >>= 1, a *= a)
    if (b & 1) result *= a;
  return result;
}
SCALAR_FUNCTION T maximum_of(T a, T b) { return a > b ? a : b; }
SCALAR_FUNCTION T minimum_of(T a, T b) { return a < b ? a : b; }

#else /* bool */
SCALAR_FUNCTION T maximum_of(T a, T b) { return a || b; }
SCALAR_FUNCTION T minimum_of(T a, T b) { return a && b; }
#endif

#include "device/numeric_math.h"
#ifdef T_IS_FLOAT
#include "device/special_math.h"
#endif
