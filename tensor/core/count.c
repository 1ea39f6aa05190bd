/* count.c: how many elements of a row are not 0. */
#include "internal.h"

/* Each inclusion makes count_KIND: T is how an element is read, C the counter, MOST how many elements a counter of this
** width can count, BITS(v) what of the element tells that it is not 0. */
#define BODY "core/count_body.h"

#define NAME(x) x##_bytes1
#define T uint8_t
#define C uint8_t
#define MOST 240
#define BITS(v) (v)
#include BODY

#define NAME(x) x##_int16
#define T int16_t
#define C int16_t
#define MOST 4096
#define BITS(v) (v)
#include BODY

#define NAME(x) x##_int32
#define T int32_t
#define C int32_t
#define MOST 4096
#define BITS(v) (v)
#include BODY

#define NAME(x) x##_int64
#define T int64_t
#define C int64_t
#define MOST 4096
#define BITS(v) (v)
#include BODY

/* Of these all bits but the sign, which -0 has too. */
#define NAME(x) x##_half
#define T uint16_t
#define C int16_t
#define MOST 4096
#define BITS(v) (v & 0x7fff)
#include BODY

#define NAME(x) x##_float8
#define T uint8_t
#define C uint8_t
#define MOST 240
#define BITS(v) (v & 0x7f)
#include BODY

#define NAME(x) x##_float32
#define T float
#define C int32_t
#define MOST 4096
#define BITS(v) (v)
#include BODY

#define NAME(x) x##_float64
#define T double
#define C int64_t
#define MOST 4096
#define BITS(v) (v)
#include BODY

#define NAME(x) x##_complex64
#define T float _Complex
#define C int64_t
#define MOST 4096
#define BITS(v) (v)
#include BODY

#define NAME(x) x##_complex128
#define T double _Complex
#define C int64_t
#define MOST 4096
#define BITS(v) (v)
#include BODY

int64_t count_nonzero(DType dtype, const void *data, int64_t n) {
  switch (dtype) {
    case DTYPE_BOOL:
    case DTYPE_UINT8:
    case DTYPE_FLOAT8_E4M3FNUZ: /* these two have no -0 */
    case DTYPE_FLOAT8_E5M2FNUZ:
    case DTYPE_INT8: return count_bytes1(data, n);
    case DTYPE_UINT16:
    case DTYPE_INT16: return count_int16(data, n);
    case DTYPE_UINT32:
    case DTYPE_INT32: return count_int32(data, n);
    case DTYPE_UINT64:
    case DTYPE_INT64: return count_int64(data, n);
    case DTYPE_FLOAT16:
    case DTYPE_BFLOAT16: return count_half(data, n);
    case DTYPE_FLOAT8_E4M3FN:
    case DTYPE_FLOAT8_E5M2: return count_float8(data, n);
    case DTYPE_FLOAT8_E8M0FNU: return n; /* 0 is none of its numbers */
    case DTYPE_FLOAT32: return count_float32(data, n);
    case DTYPE_FLOAT64: return count_float64(data, n);
    case DTYPE_COMPLEX64: return count_complex64(data, n);
    case DTYPE_COMPLEX128: return count_complex128(data, n);
  }
  return 0;
}
