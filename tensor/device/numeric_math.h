/* numeric_math.h: what expressions of tensor/ops/numeric/ call. Included by scalar_math.h, whose rules hold here. */

#ifdef T_IS_FLOAT
#define SIGNBIT(x) signbit(x)

/* The other one where one is NaN. */
SCALAR_FUNCTION T fmin_of(T a, T b) { return choose((a <= b) | (b != b), a, b); }
SCALAR_FUNCTION T fmax_of(T a, T b) { return choose((a >= b) | (b != b), a, b); }

SCALAR_FUNCTION T nan_to_num_of(T a, T nan, T posinf, T neginf) {
  const T limited = choose(a == K(INFINITY), posinf, choose(a == K(-INFINITY), neginf, a));
  return choose(a != a, nan, limited);
}

SCALAR_FUNCTION T quantize_of(T a, T scale, T zero_point) { return rint(a * (1 / scale)) + zero_point; }

/* 2^n for -1022 <= n <= 1023, exact, which vector forms of exp2 are not. */
SCALAR_FUNCTION double power_of_2(int n) {
  const uint64_t bits = (uint64_t)(n + 1023) << 52;
  double power;
  memcpy(&power, &bits, sizeof power);
  return power;
}
/* The whole power in three steps, each of which stays in the range of double. */
SCALAR_FUNCTION T ldexp_of(T a, T b) {
  const T limited = at_most(at_least(b, K(-2200)), K(2200)), whole = rint(limited);
  const int n = limited == limited ? (int)whole : 0, third = n / 3;
  const double step = power_of_2(third), scaled = (double)a * exp2((double)(limited - whole));
  return (T)(scaled * step * step * power_of_2(n - 2 * third));
}

/* The number after a towards b among those with so many binary digits, from 2^lowest to highest. */
SCALAR_FUNCTION T next_narrow_of(T a, T b, int digits, int lowest, double highest) {
  if (!(a < b || a > b)) return a == b ? b : a + b;
  if (a - a != 0) return (T)copysign(highest, (double)a);
  int exponent;
  const double part = frexp(fabs((double)a), &exponent); /* a number with part 0.5 is nearer to the one below it */
  if (part == 0.5 && (a > 0) != (b > a)) exponent--;
  const int last = part == 0 || exponent - digits < lowest ? lowest : exponent - digits;
  return (T)((double)a + ldexp(b > a ? 1.0 : -1.0, last));
}

/* The larger one and the logarithm of 1 + the ratio of the powers. Of equal infinities the difference is NaN. */
SCALAR_FUNCTION T logaddexp_of(T a, T b) {
  const T larger = choose(a > b, a, b), ratio = exp(-fabs(a - b));
  return choose(a == b, a + K(0.69314718055994530942), larger + log1p(ratio));
}
SCALAR_FUNCTION T logaddexp2_of(T a, T b) {
  const T larger = choose(a > b, a, b), ratio = exp2(-fabs(a - b));
  return choose(a == b, a + 1, larger + log1p(ratio) * K(1.44269504088896340736));
}

#else /* integers and bool */
#define SIGNBIT(x) ((x) < 0)
SCALAR_FUNCTION T fmin_of(T a, T b) { return a < b ? a : b; }
SCALAR_FUNCTION T fmax_of(T a, T b) { return a > b ? a : b; }
#endif

#ifdef T_IS_INTEGER
/* By Euclid's algorithm. */
SCALAR_FUNCTION T gcd_of(T a, T b) {
  while (b != 0) {
    const T rest = IS_MINUS_1(b) ? 0 : a % b;
    a = b;
    b = rest;
  }
  return ABS(a);
}
SCALAR_FUNCTION T lcm_of(T a, T b) {
  const T divisor = gcd_of(a, b);
  return divisor == 0 ? 0 : ABS((T)(a / divisor * b));
}

/* A shift by more bits than there are has no meaning in C. */
SCALAR_FUNCTION T left_shift_of(T a, T b) {
  return b < 0 || (uint64_t)b >= sizeof(T) * 8 ? 0 : (T)((uint64_t)a << b);
}
SCALAR_FUNCTION T right_shift_of(T a, T b) {
  return b < 0 || (uint64_t)b >= sizeof(T) * 8 ? (T)(a < 0 ? -1 : 0) : (T)(a >> b);
}
#endif
