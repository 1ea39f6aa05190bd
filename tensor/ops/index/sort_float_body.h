/* sort_float_body.h: sort keys of floats; included by cpu_sort.c. */

/* The bits of positive floats have the order of the floats, those of negative ones the opposite order. No branch on
** the sign, which is random. */
static inline uint64_t NAME(sort_key)(T v) {
  const int bits = 8 * sizeof(T);
  const uint64_t mask = UINT64_MAX >> (64 - bits), sign = (uint64_t)1 << (bits - 1);
  uint64_t u;
  if (v != v) return mask;
  v += 0; /* -0 becomes 0 */
  if (sizeof(T) == sizeof(uint32_t)) {
    uint32_t half;
    memcpy(&half, &v, sizeof half);
    u = half;
  } else
    memcpy(&u, &v, sizeof u);
  const uint64_t negative = 0 - (u >> (bits - 1)); /* all bits set, or none */
  return (u ^ (negative | sign)) & mask;
}

static void NAME(sort_keys)(const void *data, int64_t n, int64_t stride, uint64_t flip, bool narrow, void *to) {
  const T *v = data;
  if (narrow)
    EACH_BLOCKWISE(i, 0, n) ((Narrow *)to)[i] = (NAME(sort_key)(v[i * stride]) ^ flip) << 32 | (Narrow)i;
  else
    EACH_BLOCKWISE(i, 0, n) ((Wide *)to)[i] = (Wide)(NAME(sort_key)(v[i * stride]) ^ flip) << 64 | (Wide)i;
}
