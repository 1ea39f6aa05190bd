/* scatter_body.h: lines of positions to which elements of type T are added or by which they are multiplied; included
** by cpu_scatter.c. See gather_body.h.
*/
static inline __attribute__((always_inline)) void NAME(scatter_combine)(const bool adds, T *p, T v) {
  *p = (T)(adds ? *p + v : *p * v);
}

static inline __attribute__((always_inline)) void NAME(scatter_line)(const bool adds, const Lines *l,
    const int64_t *index,
                                                                     const T *from, bool one, T *to) {
  const int64_t length = l->length, step = l->step, move = l->stride[l->ndim - 1];
  const T value = *from;
  if (!positions_within(index, length, l->size)) {
    for (int64_t j = 0; j < length; j++) {
      const int64_t i = check_position(index[j], l->size, l->dim);
      if (i >= 0) NAME(scatter_combine)(adds, to + i * step + j * move, one ? value : from[j]);
    }
  } else if (one) {
#pragma GCC unroll 8
    for (int64_t j = 0; j < length; j++) NAME(scatter_combine)(adds, to + index[j] * step + j * move, value);
  } else {
#pragma GCC unroll 8
    for (int64_t j = 0; j < length; j++) NAME(scatter_combine)(adds, to + index[j] * step + j * move, from[j]);
  }
}

static void NAME(scatter_add)(const Lines *l, const int64_t *index, const void *from, bool one, void *to) {
  NAME(scatter_line)(true, l, index, from, one, to);
}

static void NAME(scatter_multiply)(const Lines *l, const int64_t *index, const void *from, bool one, void *to) {
  NAME(scatter_line)(false, l, index, from, one, to);
}
