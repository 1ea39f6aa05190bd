/* group_norm_body.h: group_norm of one group of channels of one sample, whose elements lie side by side, for element
** type T. Weight and bias may be NULL.
*/
#include "ops/norm/statistics_body.h"
#include "ops/norm/gradient_sums_body.h"

/* o = (x - m) s weight + bias of the channels of a group. */
static void NAME(group_norm_apply)(const Groups *k, const T *restrict x, T m, T s, const T *restrict weight,
                                   const T *restrict bias, T *restrict o) {
  if (k->inner == 1 && weight != NULL && bias != NULL) {
    for (int64_t c = 0; c < k->channels; c++) o[c] = (x[c] - m) * (s * weight[c]) + bias[c];
    return;
  }
  for (int64_t c = 0; c < k->channels; c++, x += k->inner, o += k->inner) {
    const T scale = weight != NULL ? s * weight[c] : s, shift = bias != NULL ? bias[c] : 0;
    for (int64_t e = 0; e < k->inner; e++) o[e] = (x[e] - m) * scale + shift;
  }
}

static void NAME(group_norm_forward)(const Groups *k, int64_t group, const GroupNormData *data) {
  const int64_t n = k->channels * k->inner, channel = group % k->groups * k->channels;
  const T *x = (const T *)data->x + group * n, *weight = data->weight, *bias = data->bias;
  const NormPlaces all = {.data = (const char *)x, .n = 1, .inner = n};
  A mean, squares;
  if (sizeof(T) < sizeof(A) && n < GRADIENT_LANES) NAME(norm_few)(n, x, 1 / (A)n, &mean, &squares);
  else NAME(norm_statistics)(&all, (A)n, k->eps, &mean, &squares);
  const T m = (T)mean, s = (T)(1 / sqrt(squares / (A)n + k->eps));
  ((T *)data->mean)[group] = m;
  ((T *)data->invstd)[group] = s;
  NAME(group_norm_apply)(k, x, m, s, weight != NULL ? weight + channel : NULL, bias != NULL ? bias + channel : NULL,
                         (T *)data->o + group * n);
}

/* sums[c] and dots[c] are those of g and of g x̂ of the elements of channel c of a group. */
static void NAME(group_norm_totals)(const Groups *k, const T *restrict g, const T *restrict x, T m, T s,
                                    A *restrict sums, A *restrict dots) {
  const int64_t inner = k->inner;
  if (inner == 1) {
    for (int64_t c = 0; c < k->channels; c++) sums[c] = (A)g[c], dots[c] = (A)(g[c] * ((x[c] - m) * s));
    return;
  }
  for (int64_t c = 0; c < k->channels; c++, g += inner, x += inner) {
    A sum[GRADIENT_LANES] = {0}, dot[GRADIENT_LANES] = {0};
    if (inner < GRADIENT_LANES)
      for (int64_t e = 0; e < inner; e++) sum[0] += (A)g[e], dot[0] += (A)(g[e] * ((x[e] - m) * s));
    else
      NAME(gradient_sums)(inner, g, x, m, s, sum, dot);
    sums[c] = inner < GRADIENT_LANES ? sum[0] : NAME(gradient_total)(sum);
    dots[c] = inner < GRADIENT_LANES ? dot[0] : NAME(gradient_total)(dot);
  }
}

/* The gradient of x: o = (g weight - b - (x - m) d) s. */
static void NAME(group_norm_unapply)(const Groups *k, const T *restrict g, const T *restrict x, T m, T s, T b, T d,
                                     const T *restrict weight, T *restrict o) {
  if (k->inner == 1 && weight != NULL) {
    for (int64_t c = 0; c < k->channels; c++) o[c] = (g[c] * weight[c] - b - (x[c] - m) * d) * s;
    return;
  }
  for (int64_t c = 0; c < k->channels; c++, x += k->inner, g += k->inner, o += k->inner) {
    const T w = weight != NULL ? weight[c] : 1;
    for (int64_t e = 0; e < k->inner; e++) o[e] = (g[e] * w - b - (x[e] - m) * d) * s;
  }
}

/* With x̂ = (x - m) s and h = g weight the gradient of x is (h - Σh / n - x̂ Σ(h x̂) / n) s. The sums of g and of
** g x̂ of each channel stay in data->sums and data->dots. */
static void NAME(group_norm_backward)(const Groups *k, int64_t group, const GroupNormData *data) {
  const int64_t n = k->channels * k->inner, channel = group % k->groups * k->channels;
  const T *x = (const T *)data->x + group * n, *g = (const T *)data->g + group * n;
  const T *weight = data->weight != NULL ? (const T *)data->weight + channel : NULL;
  const T m = ((const T *)data->mean)[group], s = ((const T *)data->invstd)[group];
  A *sums = (A *)data->sums + group * k->channels, *dots = (A *)data->dots + group * k->channels, sum = 0, dot = 0;
  NAME(group_norm_totals)(k, g, x, m, s, sums, dots);
  for (int64_t c = 0; c < k->channels; c++) {
    const A w = weight != NULL ? (A)weight[c] : 1;
    sum += w * sums[c];
    dot += w * dots[c];
  }
  NAME(group_norm_unapply)(k, g, x, m, s, (T)(sum / (A)n), (T)(dot / (A)n) * s, weight, (T *)data->o + group * n);
}

/* to[c] = the sum over the samples of channel c of 'from', for channels [first, first + width), at most TILE. */
static void NAME(group_norm_add)(const Groups *k, int64_t first, int64_t width, const void *from, void *to) {
  const int64_t channels = k->groups * k->channels;
  A total[TILE] = {0};
  for (int64_t i = 0; i < k->samples; i++) {
    const A *row = (const A *)from + i * channels + first;
    for (int64_t j = 0; j < width; j++) total[j] += row[j];
  }
  for (int64_t j = 0; j < width; j++) ((T *)to)[first + j] = (T)total[j];
}
