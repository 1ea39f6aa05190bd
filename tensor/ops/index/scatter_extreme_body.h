/* scatter_extreme_body.h: lines of positions where the larger or the smaller of an element of type T and what is there
** stays; NaN wins. Included by cpu_scatter.c; see gather_body.h.
*/
static inline __attribute__((always_inline)) void NAME(scatter_extreme)(const bool largest, const Lines *l,
    const int64_t *index, const T *from, bool one, T *to) {
  const int64_t length = l->length, step = l->step, move = l->stride[l->ndim - 1];
  const bool within = positions_within(index, length, l->size);
  for (int64_t j = 0; j < length; j++) {
    const int64_t i = within ? index[j] : check_position(index[j], l->size, l->dim);
    if (i < 0) continue;
    T *p = to + i * step + j * move;
    const T v = from[one ? 0 : j];
    *p = (largest ? v > *p : v < *p) || IS_NAN(v) ? v : *p;
  }
}

static void NAME(scatter_largest)(const Lines *l, const int64_t *index, const void *from, bool one, void *to) {
  NAME(scatter_extreme)(true, l, index, from, one, to);
}

static void NAME(scatter_least)(const Lines *l, const int64_t *index, const void *from, bool one, void *to) {
  NAME(scatter_extreme)(false, l, index, from, one, to);
}
