/* logcumsumexp_complex_body.h: log of running sums of exp of columns of complex elements of type T. To the larger one,
** by the real parts, log(1 + exp of the difference) is added, so that angles go on without a jump.
*/
static void NAME(scan_logcumsumexp)(const Scan *s) {
  const T *x = (const T *)s->in + s->first;
  T *o = (T *)s->out + s->first;
  A so_far[SCAN_TILE];
  for (int64_t j = 0; j < s->width; j++) so_far[j] = -INFINITY;
  for (int64_t i = 0; i < s->n && !(i % SCAN_TILE == 0 && interrupt_requested()); i++, x += s->inner, o += s->inner)
    for (int64_t j = 0; j < s->width; j++) {
      const A v = x[j];
      const bool above = __real__(v) >= __real__(so_far[j]) || isnan(__real__(v)) || isnan(__imag__(v));
      const A larger = above ? v : so_far[j], smaller = above ? so_far[j] : v;
      const double ratio = exp(__real__(smaller) - __real__(larger)), angle = __imag__(smaller) - __imag__(larger);
      if (__real__(larger) == -INFINITY) so_far[j] = -INFINITY;
      else if (ratio == 0) so_far[j] = larger;
      else {
        const double re = ratio * cos(angle), im = ratio * sin(angle); /* |1 + re + i im|² is 1 + 2 re + ratio² */
        __real__ so_far[j] = __real__(larger) + 0.5 * log1p(2 * re + ratio * ratio);
        __imag__ so_far[j] = __imag__(larger) + atan2(im, 1 + re);
      }
      o[j] = (T)so_far[j];
    }
}
