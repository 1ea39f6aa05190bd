/* each_size.h: includes the file BODY once for each size that an element can have, with T, a type of that size, and
** NAME(x) (x_bytes4) defined: for kernels that only move elements. SIZE_TABLE(f): the functions so made by size.
*/
#ifndef SIZE_TABLE
#define SIZE_TABLE(f) \
  {[1] = f##_bytes1, [2] = f##_bytes2, [4] = f##_bytes4, [8] = f##_bytes8, [16] = f##_bytes16}
#define SIZE_TABLE_LENGTH 17
typedef struct {
  uint64_t half[2];
} Bytes16;
#endif

#define T uint8_t
#define NAME(x) x##_bytes1
#include BODY
#undef T
#undef NAME
#define T uint16_t
#define NAME(x) x##_bytes2
#include BODY
#undef T
#undef NAME
#define T uint32_t
#define NAME(x) x##_bytes4
#include BODY
#undef T
#undef NAME
#define T uint64_t
#define NAME(x) x##_bytes8
#include BODY
#undef T
#undef NAME
#define T Bytes16
#define NAME(x) x##_bytes16
#include BODY
#undef T
#undef NAME
#undef BODY
