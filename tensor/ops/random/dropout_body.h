/* dropout_body.h: for elements of type T of contiguous tensors. */

/* The uniform numbers o become 1 where they are below their probability, else 0. */
static Status NAME(bernoulli_compare)(int64_t n, const void *probability, void *result) {
  const T *p = probability;
  T *o = result;
  for (int64_t i = 0; i < n; i++) {
    TRY(KERNEL(random_check_probability)("bernoulli", (double)p[i]));
    o[i] = o[i] < p[i];
  }
  return OK;
}

/* o[i] = scale x[i] where keep[i], else 0. The mask is read as bytes: a loop that loads bool is no vector code. */
static void NAME(dropout_piece)(int64_t n, const void *in, const uint8_t *keep, double factor, void *out) {
  const T *x = in, scale = (T)factor;
  T *o = out;
#pragma omp simd
  for (int64_t i = 0; i < n; i++) o[i] = keep[i] ? x[i] * scale : 0;
}
