/* half.h: floats of 16 and 8 bits, as bits, from and to float. What lies between two of them goes to the nearer one,
** of two that are as near to the even one. The functions have no branches, so that loops of them become vector code.
*/
#ifndef HECATE_HALF_H
#define HECATE_HALF_H

#ifndef HALF_FUNCTION /* compilers of other devices define how a function begins, and have the headers' contents */
#include <stdint.h>
#include <string.h>
#define HALF_FUNCTION static inline
#endif

HALF_FUNCTION uint32_t float_to_bits(float f) {
  uint32_t u;
  memcpy(&u, &f, sizeof u);
  return u;
}
HALF_FUNCTION float float_from_bits(uint32_t u) {
  float f;
  memcpy(&f, &u, sizeof f);
  return f;
}

#define INFINITY_BITS 0x7f800000u

/* float16: sign, 5 bits of exponent, 10 of mantissa. With exponent and mantissa in the place of float's the value is
** 2^-112 of what it should be, for subnormal numbers too. */
HALF_FUNCTION float load_float16(uint16_t h) {
  const uint32_t sign = (uint32_t)(h & 0x8000) << 16, rest = (uint32_t)(h & 0x7fff) << 13;
  const uint32_t finite = float_to_bits(float_from_bits(rest) * 0x1p112f);
  return float_from_bits(sign | (rest >= 0x0f800000u ? rest | INFINITY_BITS : finite));
}

/* Below 2^-14 the numbers of float16 lie 2^-24 apart, as floats from 0.5 on do: adding 0.5 rounds. */
HALF_FUNCTION uint16_t store_float16(float f) {
  const uint32_t bits = float_to_bits(f), sign = bits >> 16 & 0x8000, size = bits & 0x7fffffff;
  const uint32_t small = float_to_bits(float_from_bits(size) + 0.5f) - 0x3f000000u;
  const uint32_t rounded = ((size + 0xfff + (size >> 13 & 1)) >> 13) - (112u << 10);
  const uint32_t large = rounded < 0x7c00 ? rounded : 0x7c00; /* infinite */
  const uint32_t number = size < 0x38800000u ? small : large;
  return (uint16_t)(sign | (size > INFINITY_BITS ? 0x7e00 : number));
}

/* bfloat16: the upper half of a float. */
HALF_FUNCTION float load_bfloat16(uint16_t h) { return float_from_bits((uint32_t)h << 16); }
HALF_FUNCTION uint16_t store_bfloat16(float f) {
  const uint32_t bits = float_to_bits(f), number = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (uint16_t)((bits & 0x7fffffff) > INFINITY_BITS ? 0x7fc0 : number);
}

/* float8_e4m3fn: sign, 4 bits of exponent (bias 7), 3 of mantissa. There is no infinity; 0x7f is NaN, and what is too
** large, infinity too, becomes the largest number. Micikevicius et al., "FP8 formats for deep learning", 2022. */
HALF_FUNCTION float load_float8_e4m3fn(uint8_t h) {
  const uint32_t sign = (uint32_t)(h & 0x80) << 24, rest = (uint32_t)(h & 0x7f) << 20;
  const uint32_t finite = float_to_bits(float_from_bits(rest) * 0x1p120f);
  return float_from_bits(sign | ((h & 0x7f) == 0x7f ? 0x7fc00000u : finite));
}
HALF_FUNCTION uint8_t store_float8_e4m3fn(float f) {
  const uint32_t bits = float_to_bits(f), sign = bits >> 24 & 0x80, size = bits & 0x7fffffff;
  const uint32_t small = float_to_bits(float_from_bits(size) + 0x1p14f) - (141u << 23);
  const uint32_t rounded = ((size + 0x7ffff + (size >> 20 & 1)) >> 20) - (120u << 3);
  const uint32_t large = rounded < 0x7e ? rounded : 0x7e;
  const uint32_t number = size < (121u << 23) ? small : large;
  return (uint8_t)(sign | (size > INFINITY_BITS ? 0x7f : number));
}

/* float8_e5m2: the upper half of a float16. */
HALF_FUNCTION float load_float8_e5m2(uint8_t h) { return load_float16((uint16_t)(h << 8)); }
HALF_FUNCTION uint8_t store_float8_e5m2(float f) {
  const uint32_t bits = float_to_bits(f), sign = bits >> 24 & 0x80, size = bits & 0x7fffffff;
  const uint32_t small = float_to_bits(float_from_bits(size) + 0x1p7f) - (134u << 23);
  const uint32_t rounded = ((size + 0xfffff + (size >> 21 & 1)) >> 21) - (112u << 2);
  const uint32_t large = rounded < 0x7c ? rounded : 0x7c;
  const uint32_t number = size < (113u << 23) ? small : large;
  return (uint8_t)(sign | (size > INFINITY_BITS ? 0x7f : number));
}

/* The two "fnuz" kinds have one more step of bias, neither infinity nor -0, and one NaN, which is where -0 would be:
** what is too large becomes it. Noune et al., "8-bit numerical formats for deep neural networks", 2022. */
HALF_FUNCTION float load_fnuz(uint8_t h, int mantissa, float scale) {
  const uint32_t sign = (uint32_t)(h & 0x80) << 24, rest = (uint32_t)(h & 0x7f) << (23 - mantissa);
  const uint32_t finite = float_to_bits(float_from_bits(rest) * scale);
  return float_from_bits(h == 0x80 ? 0x7fc00000u : sign | finite);
}
/* 'small': the power of two from which on floats lie as far apart as the subnormal numbers do. */
HALF_FUNCTION uint8_t store_fnuz(float f, uint32_t mantissa, uint32_t bias, float small) {
  const uint32_t bits = float_to_bits(f), sign = bits >> 24 & 0x80, size = bits & 0x7fffffff;
  const uint32_t shift = 23 - mantissa, least = (128 - bias) << 23; /* the smallest number of full precision */
  const uint32_t below = float_to_bits(float_from_bits(size) + small) - float_to_bits(small);
  const uint32_t above = ((size + (1u << (shift - 1)) - 1 + (size >> shift & 1)) >> shift) - ((127 - bias) << mantissa);
  const uint32_t number = size < least ? below : above;
  return (uint8_t)(number == 0 ? 0 : number > 0x7f ? 0x80 : sign | number);
}

/* float8_e4m3fnuz: bias 8. float8_e5m2fnuz: bias 16. */
HALF_FUNCTION float load_float8_e4m3fnuz(uint8_t h) { return load_fnuz(h, 3, 0x1p119f); }
HALF_FUNCTION uint8_t store_float8_e4m3fnuz(float f) { return store_fnuz(f, 3, 8, 0x1p13f); }
HALF_FUNCTION float load_float8_e5m2fnuz(uint8_t h) { return load_fnuz(h, 2, 0x1p111f); }
HALF_FUNCTION uint8_t store_float8_e5m2fnuz(float f) { return store_fnuz(f, 2, 16, 0x1p6f); }

/* float8_e8m0fnu: the exponent of a float and nothing else, so powers of two from 2^-127 to 2^127; 0xff is NaN. The
** sign is dropped, infinity becomes NaN, and the middle of two powers the larger one. What is below 2^-126 has exponent
** 0: up to 2^-127 it becomes that, 0 too, and else 2^-126. Rouhani et al., "OCP microscaling formats (MX)
** specification", 2023. */
HALF_FUNCTION float load_float8_e8m0fnu(uint8_t h) {
  const uint32_t number = h == 0 ? 0x400000u : (uint32_t)h << 23;
  return float_from_bits(h == 0xff ? 0x7fc00000u : number);
}
HALF_FUNCTION uint8_t store_float8_e8m0fnu(float f) {
  const uint32_t size = float_to_bits(f) & 0x7fffffff, exponent = size >> 23, mantissa = size & 0x7fffff;
  return (uint8_t)(exponent == 0xff ? exponent : exponent + (mantissa + (exponent > 0) > 0x400000));
}

#endif
