/* linear_body.h: s(i) = x(i) + f(i) s(i - 1) for columns of elements of type T, from the first row or from the last.
** The factor of the row with which it begins is not read.
*/
static void NAME(scan_linear)(const Scan *s) {
  const int64_t step = s->flag ? -s->inner : s->inner, start = s->first + (s->flag ? (s->n - 1) * s->inner : 0);
  const T *x = (const T *)s->in + start, *f = (const T *)s->factor + start;
  T *o = (T *)s->out + start;
  A sum[SCAN_TILE];
  for (int64_t j = 0; j < s->width; j++) o[j] = (T)(sum[j] = x[j]);
  for (int64_t i = 1; i < s->n && !(i % SCAN_TILE == 0 && interrupt_requested()); i++) {
    x += step, f += step, o += step;
    for (int64_t j = 0; j < s->width; j++) o[j] = (T)(sum[j] = x[j] + f[j] * sum[j]);
  }
}
