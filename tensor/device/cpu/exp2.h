/* exp2.h: powers of two in loops of kernels. That of float is an eighth of the instructions of the C library's: it
** is for exponents up to 127, right to 2 units in the last place, and 0 where the power is below 2^-126. NaN stays.
*/
#ifndef HECATE_EXP2_H
#define HECATE_EXP2_H

#include <stdint.h>
#include <string.h>

#include "vector_math.h"

/* 2^x = 2^n · 2^r with n whole and |r| ≤ ½. Adding 1.5 · 2^23 rounds x to n, and leaves n in the lowest bits. */
static inline float quick_exp2_float32(float x) {
  const float whole = 0x1.8p23f, bounded = x < -127 ? -127 : x, shifted = bounded + whole;
  const float r = bounded - (shifted - whole);
  float power = 0x1.41d332p-13f;
  power = power * r + 0x1.5f456ap-10f;
  power = power * r + 0x1.3b2dbcp-7f;
  power = power * r + 0x1.c6aed4p-5f;
  power = power * r + 0x1.ebfbdap-3f;
  power = power * r + 0x1.62e43p-1f;
  power = power * r + 1;
  uint32_t bits;
  float scale;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits + 127) << 23;
  memcpy(&scale, &bits, sizeof scale);
  return scale * power;
}
static inline double quick_exp2_float64(double x) { return exp2(x); }

#endif
