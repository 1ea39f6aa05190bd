/* sort_integer_body.h: sort keys of bool and integers; included by cpu_sort.c. */

/* The sign bit is inverted, so that negative numbers come before positive ones. LOWEST is that bit, or 0 without
** sign. */
static void NAME(sort_keys)(const void *data, int64_t n, int64_t stride, uint64_t flip, bool narrow, void *to) {
  const T *v = data;
  const uint64_t mask = UINT64_MAX >> (64 - 8 * sizeof(T));
  if (narrow)
    EACH_BLOCKWISE(i, 0, n)
      ((Narrow *)to)[i] = (((uint64_t)(v[i * stride] ^ LOWEST) & mask) ^ flip) << 32 | (Narrow)i;
  else
    EACH_BLOCKWISE(i, 0, n)
      ((Wide *)to)[i] = (Wide)(((uint64_t)(v[i * stride] ^ LOWEST) & mask) ^ flip) << 64 | (Wide)i;
}
