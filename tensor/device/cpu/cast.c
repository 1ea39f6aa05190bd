/* cast.c: strips from one element type to another, and the tables of this level. */
#include <math.h>

#define KERNEL_TABLE
#include "kernel.h"

/* Integers keep their low bits. Floats are cut toward zero; where C leaves the result open
** (NaN and what the type cannot hold) it is the smallest int32 or int64; uint8 takes the
** low byte of the int64. These are the values of PyTorch on x86. */
static inline int32_t to_int32_t(double v) { return v >= -0x1p31 && v < 0x1p31 ? (int32_t)v : INT32_MIN; }
static inline int64_t to_int64_t(double v) { return v >= -0x1p63 && v < 0x1p63 ? (int64_t)v : INT64_MIN; }
static inline uint8_t to_uint8_t(double v) { return (uint8_t)to_int64_t(v); }

#define PLAIN(To, v) ((To)(v))
#define TRUTH(To, v) ((v) != 0)
#define CUT(To, v) to_##To(v)

#define CAST(name, To, From, HOW)                                                   \
  static void name(int64_t n, char *to, int64_t ts, const char *from, int64_t fs) { \
    if (ts == (int64_t)sizeof(To) && fs == (int64_t)sizeof(From)) {                 \
      To *o = (To *)to;                                                             \
      const From *i = (const From *)from;                                           \
      for (int64_t k = 0; k < n; k++) o[k] = HOW(To, i[k]);                         \
    } else if (ts == (int64_t)sizeof(To) && fs == 0) {                              \
      To *o = (To *)to;                                                             \
      const To v = HOW(To, *(const From *)from);                                    \
      for (int64_t k = 0; k < n; k++) o[k] = v;                                     \
    } else                                                                          \
      for (int64_t k = 0; k < n; k++)                                               \
        *(To *)(to + k * ts) = HOW(To, *(const From *)(from + k * fs));             \
  }

#define CASTS_TO(to, To, FROM_FLOAT, FROM_INT)      \
  CAST(bool_##to, To, uint8_t, FROM_INT) /* of 0 and 1 */ \
  CAST(uint8_##to, To, uint8_t, FROM_INT)           \
  CAST(int32_##to, To, int32_t, FROM_INT)           \
  CAST(int64_##to, To, int64_t, FROM_INT)           \
  CAST(float32_##to, To, float, FROM_FLOAT)         \
  CAST(float64_##to, To, double, FROM_FLOAT)

CASTS_TO(bool, bool, TRUTH, TRUTH)
CASTS_TO(uint8, uint8_t, CUT, PLAIN)
CASTS_TO(int32, int32_t, CUT, PLAIN)
CASTS_TO(int64, int64_t, CUT, PLAIN)
CASTS_TO(float32, float, PLAIN, PLAIN)
CASTS_TO(float64, double, PLAIN, PLAIN)

#define ROW(from) {from##_bool, from##_uint8, from##_int32, from##_int64, from##_float32, from##_float64}
CastFn KERNEL(casts)[DTYPE_COUNT][DTYPE_COUNT] = {ROW(bool), ROW(uint8), ROW(int32), ROW(int64), ROW(float32), ROW(float64)};

#define X(NAME, name, T) extern const StripFn KERNEL(strips_##name)[OP_COUNT];
ALL_DTYPES(X)
#undef X
const StripFn *const KERNEL(strips)[DTYPE_COUNT] = {
#define X(NAME, name, T) [DTYPE_##NAME] = KERNEL(strips_##name),
    ALL_DTYPES(X)
#undef X
};
const KernelFn *const KERNEL(kernels) = kernel_table;
