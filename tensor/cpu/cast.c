/* cast.c: strips from one element type to another, and the tables of this level. */
#include <math.h>

#define KERNEL_TABLE
#include "kernel.h"

/* Out-of-range floats would be undefined in C: they saturate, NaN becomes 0. */
#define TO_INT(type, low, high) \
  static inline type to_##type(double v) { return v >= (high) ? (type)(high) : v <= (low) ? (type)(low) : v == v ? (type)v : 0; }
static inline uint8_t to_uint8_t(double v) {
  return v != v ? 0 : (uint8_t)(v >= 9.2e18 ? INT64_MAX : v <= -9.2e18 ? INT64_MIN : (int64_t)v);
}
TO_INT(int32_t, -2147483648.0, 2147483647.0)
static inline int64_t to_int64_t(double v) {
  return v >= 9223372036854775807.0 ? INT64_MAX : v <= -9223372036854775808.0 ? INT64_MIN : v == v ? (int64_t)v : 0;
}

#define PLAIN(To, v) ((To)(v))
#define TRUTH(To, v) ((v) != 0)
#define SATURATE(To, v) to_##To(v)

#define CAST(name, To, From, HOW)                                                   \
  static void name(int64_t n, char *to, int64_t ts, const char *from, int64_t fs) { \
    if (ts == (int64_t)sizeof(To) && fs == (int64_t)sizeof(From)) {                 \
      To *o = (To *)to;                                                             \
      const From *i = (const From *)from;                                           \
      for (int64_t k = 0; k < n; k++) o[k] = HOW(To, i[k]);                         \
    } else                                                                          \
      for (int64_t k = 0; k < n; k++)                                               \
        *(To *)(to + k * ts) = HOW(To, *(const From *)(from + k * fs));             \
  }

#define CASTS_TO(to, To, FROM_FLOAT, FROM_INT)      \
  CAST(bool_##to, To, bool, FROM_INT)               \
  CAST(uint8_##to, To, uint8_t, FROM_INT)           \
  CAST(int32_##to, To, int32_t, FROM_INT)           \
  CAST(int64_##to, To, int64_t, FROM_INT)           \
  CAST(float32_##to, To, float, FROM_FLOAT)         \
  CAST(float64_##to, To, double, FROM_FLOAT)

CASTS_TO(bool, bool, TRUTH, TRUTH)
CASTS_TO(uint8, uint8_t, SATURATE, PLAIN)
CASTS_TO(int32, int32_t, SATURATE, PLAIN)
CASTS_TO(int64, int64_t, SATURATE, PLAIN)
CASTS_TO(float32, float, PLAIN, PLAIN)
CASTS_TO(float64, double, PLAIN, PLAIN)

#define ROW(from) {from##_bool, from##_uint8, from##_int32, from##_int64, from##_float32, from##_float64}
CastFn KERNEL(casts)[DTYPE_COUNT][DTYPE_COUNT] = {ROW(bool), ROW(uint8), ROW(int32), ROW(int64), ROW(float32), ROW(float64)};

#define X(NAME, name, ctype, category, title) extern const StripFn KERNEL(strips_##name)[OP_COUNT];
DTYPE_LIST(X)
#undef X
const StripFn *const KERNEL(strips)[DTYPE_COUNT] = {
#define X(NAME, name, ctype, category, title) KERNEL(strips_##name),
    DTYPE_LIST(X)
#undef X
};
const KernelFn *const KERNEL(kernels) = kernel_table;
