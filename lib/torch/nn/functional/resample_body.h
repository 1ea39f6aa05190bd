/* resample_body.h: private to resample_floats.c, which includes it once for each type. */

/* Row i of what lies between: a sum of rows of n elements. */
CLONES static void NAME(resample_down)(const T *in, int64_t n, const Windows *y, int64_t i, T *out) {
  memset(out, 0, (size_t)n * sizeof(T));
  for (int64_t k = 0; k < y->width; k++) {
    const T *row = in + (y->first[i] + k) * n;
    const T w = (T)y->weights[i * y->width + k];
    if (w == 0) continue;
    for (int64_t j = 0; j < n; j++) out[j] += row[j] * w;
  }
}

/* One row of x->from elements becomes one of x->count. */
static void NAME(resample_across)(const T *row, const Windows *x, const T *weights, T *out) {
  for (int64_t i = 0; i < x->count; i++) {
    const T *w = weights + i * x->width, *from = row + x->first[i];
    T sums[4] = {0};
    int64_t k = 0;
    for (; k + 4 <= x->width; k += 4)
      for (int l = 0; l < 4; l++) sums[l] += from[k + l] * w[k + l];
    for (; k < x->width; k++) sums[0] += from[k] * w[k];
    out[i] = sums[0] + sums[1] + (sums[2] + sums[3]);
  }
}

Status NAME(resample)(const void *in, void *out, int64_t planes, const Windows *y, const Windows *x) {
  const int64_t n = x->count * x->width;
  const size_t bytes = (size_t)(n + x->from) * sizeof(T);
  T *weights = memory_alloc(bytes), *row = weights + n;
  if (weights == NULL) return ERROR_MEMORY;
  for (int64_t i = 0; i < n; i++) weights[i] = (T)x->weights[i];
  Status status = OK;
  for (int64_t p = 0; p < planes && status == OK; p++) {
    for (int64_t i = 0; i < y->count; i++) {
      NAME(resample_down)((const T *)in + p * y->from * x->from, x->from, y, i, row);
      NAME(resample_across)(row, x, weights, (T *)out + (p * y->count + i) * x->count);
    }
    if (interrupt_requested()) status = fail(ERROR_INTERRUPT, "interrupted");
  }
  memory_free(weights, bytes);
  return status;
}
