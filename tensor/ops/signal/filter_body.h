/* filter_body.h: filters of one line of numbers of type T. */

/* y(t) = Σ w(i) x(t - i), in portions that stay in the cache. */
static void NAME(lag_filter_line)(int64_t length, int64_t lags, const void *in, const void *weight, void *out) {
  const T *restrict x = in, *restrict w = weight;
  T *restrict y = out;
  for (int64_t start = 0; start < length; start += 1024) {
    const int64_t end = start + 1024 < length ? start + 1024 : length;
    for (int64_t t = start; t < end; t++) y[t] = w[0] * x[t];
    for (int64_t i = 1; i < lags && i < end; i++) {
      const T factor = w[i];
      for (int64_t t = i > start ? i : start; t < end; t++) y[t] += factor * x[t - i];
    }
  }
}

/* The usual order: two poles. What comes before is in registers. */
static void NAME(all_pole_of_two)(int64_t length, T a1, T a2, const T *restrict x, T *restrict y) {
  T y1 = 0, y2 = 0;
  for (int64_t t = 0; t < length; t++) {
    const T now = (x[t] - a2 * y2) - a1 * y1; /* the last product alone waits for the number before */
    y2 = y1, y1 = now;
    y[t] = now;
  }
}

static void NAME(all_pole_line)(int64_t length, int64_t lags, const void *in, const void *weight, void *out) {
  const T *x = in, *w = weight;
  T *y = out;
  if (lags <= 2) {
    NAME(all_pole_of_two)(length, w[0], lags > 1 ? w[1] : (T)0, x, y);
    return;
  }
  for (int64_t t = 0; t < length; t++) {
    T now = x[t];
    for (int64_t i = t < lags ? t : lags; i >= 1; i--) now -= w[i - 1] * y[t - i];
    y[t] = now;
  }
}

/* Row 'channel' of (C×lags). */
static void NAME(lag_products_channel)(const int64_t *shape, int64_t channel, int64_t lags, const void *a,
                                       const void *b, void *out) {
  const int64_t batch = shape[0], channels = shape[1], length = shape[2];
  for (int64_t i = 0; i < lags; i++) {
    double sum = 0;
    for (int64_t n = 0; n < batch; n++) {
      const int64_t at = (n * channels + channel) * length;
      const T *x = (const T *)a + at, *y = (const T *)b + at;
      double lanes[8] = {0};
      int64_t t = i;
      for (; t + 8 <= length; t += 8)
        for (int k = 0; k < 8; k++) lanes[k] += (double)x[t + k] * y[t + k - i];
      for (; t < length; t++) lanes[0] += (double)x[t] * y[t - i];
      for (int k = 0; k < 8; k++) sum += lanes[k];
    }
    ((T *)out)[channel * lags + i] = (T)sum;
  }
}
