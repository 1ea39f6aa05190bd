/* batch_norm_body.h: batch_norm of the channels from 'from' to from + width - 1, for element type T. Arrays of TILE
** elements hold one element for each of these channels, so element j belongs to channel from + j. All other arrays (x,
** gradients, weight, bias, statistics) begin at channel 0.
*/
#include "ops/norm/statistics_body.h"
#include "ops/norm/gradient_sums_body.h"

/* sum[j] becomes the sum of the gradients g of channel from + j, dot[j] that of g x̂. Where inner is 1 the channels of
** a row lie side by side, and the inner loop goes over them, so that it can be vectorised. */
static void NAME(batch_norm_totals)(const Norm *k, int64_t from, int64_t width, const T *g, const T *x, const T *m,
                                    const T *s, A *sum, A *dot) {
  for (int64_t j = 0; j < width; j++) sum[j] = 0, dot[j] = 0;
  for (int64_t i = 0; i < k->n && k->inner == 1; i++) {
    const T *v = g + i * k->channels + from, *u = x + i * k->channels + from;
    for (int64_t j = 0; j < width; j++) {
      sum[j] += (A)v[j];
      dot[j] += (A)(v[j] * ((u[j] - m[j]) * s[j]));
    }
  }
  for (int64_t j = 0; j < width && k->inner != 1; j++) {
    A sums[GRADIENT_LANES] = {0}, dots[GRADIENT_LANES] = {0};
    for (int64_t i = 0; i < k->n; i++) {
      const int64_t first = (i * k->channels + from + j) * k->inner;
      NAME(gradient_sums)(k->inner, g + first, x + first, m[j], s[j], sums, dots);
    }
    sum[j] = NAME(gradient_total)(sums);
    dot[j] = NAME(gradient_total)(dots);
  }
}

/* The same as norm_statistics for the columns [from, from + width) of a matrix: in double, as sums of distances from
** the first row. Where the first row is far from the means, a second pass takes the distances from these. */
static void NAME(batch_norm_columns)(const Norm *k, int64_t from, int64_t width, const T *x, A *mean, A *squares) {
  A sum[TILE];
  bool again = false;
  for (int64_t j = 0; j < width; j++) mean[j] = k->n > 0 ? (A)x[from + j] : 0;
  for (int pass = 0; pass < 1 + again; pass++) {
    for (int64_t j = 0; j < width; j++) sum[j] = 0, squares[j] = 0;
    for (int64_t i = 0; i < k->n; i++) {
      const T *v = x + i * k->channels + from;
      for (int64_t j = 0; j < width; j++) {
        const A d = (A)v[j] - mean[j];
        sum[j] += d;
        squares[j] += d * d;
      }
    }
    for (int64_t j = 0; j < width; j++) {
      const A off = sum[j] / k->count, less = off * sum[j];
      mean[j] += off;
      again |= !(less <= 16 * (squares[j] - less));
      squares[j] = squares[j] < INFINITY ? squares[j] - less : squares[j];
    }
  }
}

/* The statistics of the batch, and what they make of the running ones. */
static void NAME(batch_norm_measure)(const Norm *k, int64_t from, int64_t width, const T *x, T *running_mean,
                                     T *running_var, T *mean, T *invstd) {
  A exact[TILE], total[TILE];
  if (k->inner == 1) NAME(batch_norm_columns)(k, from, width, x, exact, total);
  for (int64_t j = 0; j < width && k->inner != 1; j++) {
    const NormPlaces channel = {.data = (const char *)(x + (from + j) * k->inner), .n = k->n, .inner = k->inner,
                                .step = k->channels * k->inner * (int64_t)sizeof(T)};
    NAME(norm_statistics)(&channel, k->count, k->eps, &exact[j], &total[j]);
  }
  for (int64_t j = 0; j < width; j++) mean[j] = (T)exact[j];
  for (int64_t j = 0; j < width; j++) invstd[j] = (T)(1 / sqrt(total[j] / k->count + k->eps));
  for (int64_t j = 0; j < width && running_mean != NULL; j++) {
    T *m = &running_mean[from + j], *v = &running_var[from + j];
    *m = (T)((1 - k->momentum) * (A)*m + k->momentum * (A)mean[j]);
    *v = (T)((1 - k->momentum) * (A)*v + k->momentum * (total[j] / (k->count - 1)));
  }
}

static void NAME(batch_norm_forward)(const Norm *k, int64_t from, int64_t width, const BatchNormData *data) {
  const T *x = data->x, *weight = data->weight, *bias = data->bias;
  T *running_mean = data->running_mean, *running_var = data->running_var, *o = data->o;
  T m[TILE], scale[TILE], shift[TILE];
  if (k->training) NAME(batch_norm_measure)(k, from, width, x, running_mean, running_var, m, scale);
  for (int64_t j = 0; j < width && !k->training; j++) {
    m[j] = running_mean[from + j];
    scale[j] = (T)(1 / sqrt((A)running_var[from + j] + k->eps));
  }
  for (int64_t j = 0; j < width; j++) {
    ((T *)data->mean)[from + j] = m[j];
    ((T *)data->invstd)[from + j] = scale[j];
    if (weight != NULL) scale[j] *= weight[from + j];
    shift[j] = bias != NULL ? bias[from + j] : 0;
  }
  for (int64_t i = 0; i < k->n; i++) {
    const int64_t first = (i * k->channels + from) * k->inner, end = k->inner;
    const T *v = x + first;
    T *r = o + first;
    for (int64_t j = 0; j < width && end == 1; j++) r[j] = (v[j] - m[j]) * scale[j] + shift[j];
    for (int64_t j = 0; j < width && end != 1; j++, v += end, r += end)
      for (int64_t e = 0; e < end; e++) r[e] = (v[e] - m[j]) * scale[j] + shift[j];
  }
}

/* With x̂ = (x - m) s the gradient of x is (g - Σg / count - x̂ Σ(g x̂) / count) s weight; without training the
** sums of the batch play no part. */
static void NAME(batch_norm_backward)(const Norm *k, int64_t from, int64_t width, const BatchNormData *data) {
  const T *g = data->g, *x = data->x, *weight = data->weight;
  T *dx = data->o;
  A sum[TILE], dot[TILE];
  T m[TILE], s[TILE], a[TILE], b[TILE], c[TILE];
  for (int64_t j = 0; j < width; j++) m[j] = ((T *)data->mean)[from + j], s[j] = ((T *)data->invstd)[from + j];
  NAME(batch_norm_totals)(k, from, width, g, x, m, s, sum, dot);
  for (int64_t j = 0; j < width; j++) {
    ((T *)data->dw)[from + j] = (T)dot[j];
    ((T *)data->db)[from + j] = (T)sum[j];
    a[j] = s[j] * (weight != NULL ? weight[from + j] : 1);
    b[j] = k->training ? (T)(sum[j] / k->count) : 0;
    c[j] = k->training ? (T)(dot[j] / k->count) * s[j] : 0;
  }
  for (int64_t i = 0; i < k->n; i++) {
    const int64_t first = (i * k->channels + from) * k->inner, end = k->inner;
    const T *v = g + first, *u = x + first;
    T *r = dx + first;
    for (int64_t j = 0; j < width && end == 1; j++) r[j] = (v[j] - b[j] - (u[j] - m[j]) * c[j]) * a[j];
    for (int64_t j = 0; j < width && end != 1; j++, v += end, u += end, r += end)
      for (int64_t e = 0; e < end; e++) r[e] = (v[e] - b[j] - (u[e] - m[j]) * c[j]) * a[j];
  }
}
