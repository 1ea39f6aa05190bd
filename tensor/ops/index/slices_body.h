/* slices_body.h: slices of elements of the size of T; included by cpu_slices.c. */

/* Rows [row, last) of the result where a slice is one element: row r is element index[r % n] of outer position
** r / n. */
static void NAME(select_singles)(const Slices *s, const int64_t *index, int64_t n, int64_t row, int64_t last,
                                 const void *in, void *out) {
  for (int64_t m, k = row % n, outer = row / n; row < last; row += m, k = 0, outer++) {
    const int64_t *v = index + k;
    const T *from = (const T *)in + outer * s->size;
    T *to = (T *)out + row;
    m = n - k < last - row ? n - k : last - row;
    if (positions_within(v, m, s->size)) {
#pragma GCC unroll 8
      for (int64_t j = 0; j < m; j++) to[j] = from[v[j]];
    } else {
      for (int64_t j = 0; j < m; j++) {
        const int64_t i = slices_check(s, v[j]);
        if (i >= 0) to[j] = from[i];
      }
    }
  }
}

static void NAME(slices_write)(const SlicesTask *t, const void *in, void *out) {
  const int64_t inner = t->s->inner,
      turn = LOOK / (inner + 1) + 1; /* slices between two looks at the interrupt flag */
  const T *from = in;
  for (int64_t k = 0; k < t->n; k++, from += inner) {
    if (k % turn == 0 && interrupt_requested()) return;
    const int64_t i = slices_check(t->s, t->index[k]);
    if (i < 0) continue;
    T *to = (T *)out + i * inner;
    if (inner == 1) *to = *from;
    else
      for (int64_t j = t->first; j < t->last; j++) to[j] = from[j];
  }
}
