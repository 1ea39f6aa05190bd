/* extreme_body.h: the largest or least element so far of columns of elements of type T, and its last place. NaN
** stays.
*/
static void NAME(scan_extreme)(const Scan *s) {
  const T *x = (const T *)s->in + s->first;
  T *o = (T *)s->out + s->first, best[SCAN_TILE];
  int64_t *index = s->index + s->first, place[SCAN_TILE];
  for (int64_t j = 0; j < s->width; j++) best[j] = x[j], place[j] = 0;
  for (int64_t i = 0; i < s->n && !(i % SCAN_TILE == 0 && interrupt_requested()); i++) {
    for (int64_t j = 0; j < s->width; j++) {
      const T v = x[j];
      const bool ordered = s->flag ? v >= best[j] : v <= best[j];
      if (IS_NAN(v) || (ordered && !IS_NAN(best[j]))) best[j] = v, place[j] = i;
      o[j] = best[j], index[j] = place[j];
    }
    x += s->inner, o += s->inner, index += s->inner;
  }
}
