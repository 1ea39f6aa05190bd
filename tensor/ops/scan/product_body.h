/* product_body.h: running products of columns of elements of type T, kept in the accumulator A. */
static void NAME(scan_product)(const Scan *s) {
  const T *x = (const T *)s->in + s->first;
  T *o = (T *)s->out + s->first;
  A product[SCAN_TILE];
  for (int64_t j = 0; j < s->width; j++) product[j] = 1;
  for (int64_t i = 0; i < s->n && !(i % SCAN_TILE == 0 && interrupt_requested()); i++, x += s->inner, o += s->inner)
    for (int64_t j = 0; j < s->width; j++) o[j] = (T)(product[j] *= x[j]);
}
