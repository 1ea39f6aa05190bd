/* logcumsumexp_body.h: log of running sums of exp of columns of elements of type T. The sum so far is kept as its
** largest exponent and the sum of exp of the differences from it.
*/
static void NAME(scan_logcumsumexp)(const Scan *s) {
  const T *x = (const T *)s->in + s->first;
  T *o = (T *)s->out + s->first;
  double most[SCAN_TILE], sum[SCAN_TILE];
  for (int64_t j = 0; j < s->width; j++) most[j] = -INFINITY, sum[j] = 0;
  for (int64_t i = 0; i < s->n && !(i % SCAN_TILE == 0 && interrupt_requested()); i++, x += s->inner, o += s->inner)
    for (int64_t j = 0; j < s->width; j++) {
      const double v = (double)x[j];
      if (v > most[j]) {
        sum[j] = (isinf(v) ? 0 : sum[j] * exp(most[j] - v)) + 1;
        most[j] = v;
      } else if (isnan(v)) most[j] = v;
      else if (v == most[j]) sum[j] += isinf(v) ? 0 : 1;
      else sum[j] += exp(v - most[j]);
      o[j] = (T)(most[j] + (isinf(most[j]) ? 0 : log(sum[j])));
    }
}
