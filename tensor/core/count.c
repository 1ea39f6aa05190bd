/* count.c: how many elements of a row are not 0. */
#include "internal.h"

int64_t count_nonzero(DType dtype, const void *data, int64_t n) {
  int64_t count = 0;
/* In blocks whose counts fit into an element, so that vectors of the counts are as wide as the data. */
#define COUNT(T, C, most, test)                                     \
  for (int64_t at = 0; at < n; at += (most)) {                      \
    const T *v = (const T *)data + at;                              \
    const int64_t m = n - at < (most) ? n - at : (most);            \
    C part = 0;                                                     \
    _Pragma("omp simd reduction(+ : part)") for (int64_t i = 0; i < m; i++) part = (C)(part + ((test) != 0)); \
    count += (int64_t)part;                                         \
  }                                                                 \
  break
  switch (dtype) {
    case DTYPE_BOOL:
    case DTYPE_UINT8:
    case DTYPE_FLOAT8_E4M3FNUZ: /* these two have no -0 */
    case DTYPE_FLOAT8_E5M2FNUZ:
    case DTYPE_INT8: COUNT(uint8_t, uint8_t, 240, v[i]);
    case DTYPE_UINT16:
    case DTYPE_INT16: COUNT(int16_t, int16_t, 4096, v[i]);
    case DTYPE_UINT32:
    case DTYPE_INT32: COUNT(int32_t, int32_t, 4096, v[i]);
    case DTYPE_UINT64:
    case DTYPE_INT64: COUNT(int64_t, int64_t, 4096, v[i]);
    case DTYPE_FLOAT16: /* all but the sign, which -0 has too */
    case DTYPE_BFLOAT16: COUNT(uint16_t, int16_t, 4096, v[i] & 0x7fff);
    case DTYPE_FLOAT8_E4M3FN:
    case DTYPE_FLOAT8_E5M2: COUNT(uint8_t, uint8_t, 240, v[i] & 0x7f);
    case DTYPE_FLOAT8_E8M0FNU: return n; /* 0 is none of its numbers */
    case DTYPE_FLOAT32: COUNT(float, int32_t, 4096, v[i]);
    case DTYPE_FLOAT64: COUNT(double, int64_t, 4096, v[i]);
    case DTYPE_COMPLEX64: COUNT(float _Complex, int64_t, 4096, v[i]);
    case DTYPE_COMPLEX128: COUNT(double _Complex, int64_t, 4096, v[i]);
  }
#undef COUNT
  return count;
}
