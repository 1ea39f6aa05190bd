/* cast.c: strips from one element type to another. */
#include <math.h>

#include "half_rows.h"
#include "kernel.h"

/* Integers keep their low bits. Floats are cut toward zero; where C leaves the result open
** (NaN and what the type cannot hold) it is the smallest int32 or int64; the narrower types take the low bits
** of that, those of 16 bits and int8 of the int32, uint8, uint32 and uint64 of the int64. These are the values of
** PyTorch on x86. */
static inline int32_t cut_to_int32(double v) { return v >= -0x1p31 && v < 0x1p31 ? (int32_t)v : INT32_MIN; }
static inline int64_t cut_to_int64(double v) { return v >= -0x1p63 && v < 0x1p63 ? (int64_t)v : INT64_MIN; }
static inline uint8_t cut_to_uint8(double v) { return (uint8_t)cut_to_int64(v); }
static inline int8_t cut_to_int8(double v) { return (int8_t)cut_to_int32(v); }
static inline int16_t cut_to_int16(double v) { return (int16_t)cut_to_int32(v); }
static inline uint16_t cut_to_uint16(double v) { return (uint16_t)cut_to_int32(v); }
static inline uint32_t cut_to_uint32(double v) { return (uint32_t)cut_to_int64(v); }
static inline uint64_t cut_to_uint64(double v) {
  return v >= 0x1p63 && v < 0x1p64 ? (uint64_t)v : (uint64_t)cut_to_int64(v);
}

#define BODY "device/cpu/cast_body.h"
#define BODY_IN_TWO_STEPS "device/cpu/cast_two_steps_body.h"
#include "each_cast.h"
CastFn KERNEL(casts)[DTYPE_COUNT][DTYPE_COUNT] = CAST_TABLE(cast);
