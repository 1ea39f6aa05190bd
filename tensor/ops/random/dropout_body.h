/* dropout_body.h: for elements of type T of contiguous tensors. */

/* The n uniform numbers o become 1 where they are below their probability, else 0. Returns false where one is no
** probability. */
static bool NAME(bernoulli_compare)(int64_t n, const void *probability, void *result) {
  const T *p = probability;
  T *o = result;
  int wrong = 0;
#pragma omp simd reduction(| : wrong)
  for (int64_t i = 0; i < n; i++) {
    wrong |= !((p[i] >= 0) & (p[i] <= 1));
    o[i] = o[i] < p[i];
  }
  return !wrong;
}

/* The error that names the first of n numbers that is no probability. */
static Status NAME(bernoulli_fault)(int64_t n, const void *probability) {
  const T *p = probability;
  for (int64_t i = 0; i < n; i++) TRY(KERNEL(random_check_probability)("bernoulli", (double)p[i]));
  return OK;
}

/* o[i] = scale x[i] where keep[i], else 0. The mask is read as bytes: a loop that loads bool is no vector code. */
static void NAME(dropout_piece)(int64_t n, const void *in, const uint8_t *keep, double factor, void *out) {
  const T *x = in, scale = (T)factor;
  T *o = out;
#pragma omp simd
  for (int64_t i = 0; i < n; i++) o[i] = keep[i] ? x[i] * scale : 0;
}
