/* random/range.h: the integers that random_ draws, for every device. */
#ifndef HECATE_RANDOM_RANGE_H
#define HECATE_RANDOM_RANGE_H

#include "tensor.h"

typedef struct {
  int64_t low, last; /* the first and the last integer */
  int digits;        /* binary digits of a float type, 0 for integers */
  bool floored;      /* the type does not hold all of them: one between two numbers of the type becomes the lower */
  int64_t first;     /* where they are floored: the first of them that the type holds */
} RandomRange;

/* The largest integer that is not above v and has as many binary digits at most. */
static inline int64_t random_floor(int64_t v, int digits) {
  const uint64_t size = (uint64_t)(v < 0 ? ~v : v);
  const int cut = 64 - (size != 0 ? __builtin_clzll(size) : 64) - digits;
  return cut > 0 ? v & (int64_t)(~(uint64_t)0 << cut) : v;
}

/* Behind the largest number that random_ draws when it is not told: the largest that the type holds exactly,
** as all that are smaller. */
static inline int64_t random_end(const DTypeInfo *info) {
  if (info->digits > 0) return (int64_t)1 << info->digits;
  return info->highest < 0x1p63 ? (int64_t)info->highest + 1 : INT64_MAX;
}

/* From 'from' to to - 1; 'to' is INT64_MIN where it is not given. */
static inline RandomRange random_range(int64_t from, int64_t to, DType dtype) {
  const DTypeInfo *info = &dtype_table[dtype];
  const int64_t exact = (int64_t)1 << info->digits; /* the type holds all integers up to it */
  RandomRange r = {.low = from, .last = (to == INT64_MIN ? random_end(info) : to) - 1, .digits = info->digits};
  r.floored = r.digits > 0 && (dtype_is_computed(dtype) || from < -exact || r.last > exact);
  r.first = !r.floored || from == random_floor(from, r.digits) ? from : -random_floor(-from, r.digits);
  return r;
}

#endif
