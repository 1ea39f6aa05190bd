/* cut.h: what a float becomes as an integer. Every compiler of kernels reads it, as scalar_math.h; CUT_FUNCTION,
** defined before, is how a function begins.
**
** Integers keep their low bits. Floats are cut toward zero; where C leaves the result open
** (NaN and what the type cannot hold) it is the smallest int32 or int64; the narrower types take the low bits
** of that, those of 16 bits and int8 of the int32, uint8, uint32 and uint64 of the int64. These are the values of
** PyTorch on x86.
*/
CUT_FUNCTION int32_t cut_to_int32(double v) { return v >= -0x1p31 && v < 0x1p31 ? (int32_t)v : INT32_MIN; }
CUT_FUNCTION int64_t cut_to_int64(double v) { return v >= -0x1p63 && v < 0x1p63 ? (int64_t)v : INT64_MIN; }
CUT_FUNCTION uint8_t cut_to_uint8(double v) { return (uint8_t)cut_to_int64(v); }
CUT_FUNCTION int8_t cut_to_int8(double v) { return (int8_t)cut_to_int32(v); }
CUT_FUNCTION int16_t cut_to_int16(double v) { return (int16_t)cut_to_int32(v); }
CUT_FUNCTION uint16_t cut_to_uint16(double v) { return (uint16_t)cut_to_int32(v); }
CUT_FUNCTION uint32_t cut_to_uint32(double v) { return (uint32_t)cut_to_int64(v); }
CUT_FUNCTION uint64_t cut_to_uint64(double v) {
  return v >= 0x1p63 && v < 0x1p64 ? (uint64_t)v : (uint64_t)cut_to_int64(v);
}
