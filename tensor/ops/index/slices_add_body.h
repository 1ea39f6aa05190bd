/* slices_add_body.h: sums of slices of elements of type T; included by cpu_slices.c. */
static void NAME(slices_add)(const SlicesTask *t, Scalar alpha, const void *in, void *out) {
  const int64_t inner = t->s->inner,
      turn = LOOK / (inner + 1) + 1; /* slices between two looks at the interrupt flag */
  const T *from = in;
  T factor;
  element_set(DTYPE, &factor, alpha);
  for (int64_t k = 0; k < t->n; k++, from += inner) {
    if (k % turn == 0 && interrupt_requested()) return;
    const int64_t i = slices_check(t->s, t->index[k]);
    if (i < 0) continue;
    T *to = (T *)out + i * inner;
    if (inner == 1) *to = (T)(*to + factor * *from);
    else
      for (int64_t j = t->first; j < t->last; j++) to[j] = (T)(to[j] + factor * from[j]);
  }
}
