/* group_norm_body.h: group_norm of one group of channels of one sample, whose elements lie side by side, for element
** type T. Weight and bias may be NULL.
*/
#include "ops/norm/statistics_body.h"
#include "ops/norm/gradient_sums_body.h"

static void NAME(group_norm_forward)(const Groups *k, int64_t group, const GroupNormData *data) {
  const int64_t n = k->channels * k->inner, channel = group % k->groups * k->channels;
  const T *x = (const T *)data->x + group * n, *weight = data->weight, *bias = data->bias;
  T *o = (T *)data->o + group * n;
  const NormPlaces all = {.data = (const char *)x, .n = 1, .inner = n};
  A mean, squares;
  NAME(norm_statistics)(&all, (A)n, k->eps, &mean, &squares);
  const T m = (T)mean, s = (T)(1 / sqrt(squares / (A)n + k->eps));
  ((T *)data->mean)[group] = m;
  ((T *)data->invstd)[group] = s;
  for (int64_t c = 0; c < k->channels; c++, x += k->inner, o += k->inner) {
    const T scale = weight != NULL ? s * weight[channel + c] : s, shift = bias != NULL ? bias[channel + c] : 0;
#pragma omp simd
    for (int64_t e = 0; e < k->inner; e++) o[e] = (x[e] - m) * scale + shift;
  }
}

/* With x̂ = (x - m) s and h = g weight the gradient of x is (h - Σh / n - x̂ Σ(h x̂) / n) s. The sums of g and g x̂ of
** each channel go to data->sums and data->dots. */
static void NAME(group_norm_backward)(const Groups *k, int64_t group, const GroupNormData *data) {
  const int64_t n = k->channels * k->inner, channel = group % k->groups * k->channels;
  const T *x = (const T *)data->x + group * n, *g = (const T *)data->g + group * n, *weight = data->weight;
  const T m = ((const T *)data->mean)[group], s = ((const T *)data->invstd)[group];
  T *o = (T *)data->o + group * n;
  A *sums = (A *)data->sums + group * k->channels, *dots = (A *)data->dots + group * k->channels, sum = 0, dot = 0;
  for (int64_t c = 0; c < k->channels; c++) {
    A sum_lanes[GRADIENT_LANES] = {0}, dot_lanes[GRADIENT_LANES] = {0};
    NAME(gradient_sums)(k->inner, g + c * k->inner, x + c * k->inner, m, s, sum_lanes, dot_lanes);
    sums[c] = NAME(gradient_total)(sum_lanes);
    dots[c] = NAME(gradient_total)(dot_lanes);
    const A w = weight != NULL ? (A)weight[channel + c] : 1;
    sum += w * sums[c];
    dot += w * dots[c];
  }
  const T b = (T)(sum / (A)n), d = (T)(dot / (A)n) * s;
  for (int64_t c = 0; c < k->channels; c++, x += k->inner, g += k->inner, o += k->inner) {
    const T w = weight != NULL ? weight[channel + c] : 1;
#pragma omp simd
    for (int64_t e = 0; e < k->inner; e++) o[e] = (g[e] * w - b - (x[e] - m) * d) * s;
  }
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
