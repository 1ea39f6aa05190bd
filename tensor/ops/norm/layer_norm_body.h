/* layer_norm_body.h: layer_norm of rows of n elements of type T: x the input, g the gradient of the result, m the
** mean of a row and s 1 / its standard deviation.
*/
#include "ops/norm/statistics_body.h"

typedef struct {
  const T *x, *g, *weight;
  T m, s;
} NAME(LayerNormRow);

/* Term i of a sum over a row. */
static inline __attribute__((always_inline)) T NAME(layer_norm_term)(const LayerNormTerm term,
    const NAME(LayerNormRow) *r, int64_t i) {
  switch (term) {
    case TERM_GRAD: return r->g[i];
    case TERM_PRODUCT: return r->g[i] * ((r->x[i] - r->m) * r->s);
    case TERM_WEIGHTED_GRAD: return r->g[i] * r->weight[i];
    default: return r->g[i] * r->weight[i] * ((r->x[i] - r->m) * r->s); /* TERM_WEIGHTED_PRODUCT */
  }
}

/* Lanes [width, 2 width) are added to lanes [0, width). */
static inline __attribute__((always_inline)) void NAME(layer_norm_halve)(T *lane, const int width) {
#pragma omp simd
  for (int j = 0; j < width; j++) lane[j] += lane[j + width];
}

static inline __attribute__((always_inline)) A NAME(layer_norm_sum)(const LayerNormTerm term, int64_t n,
    const NAME(LayerNormRow) row) {
  A total = 0;
  if (n < LANES) {
    T few = 0;
    for (int64_t i = 0; i < n; i++) few += NAME(layer_norm_term)(term, &row, i);
    return total + (A)few;
  }
  for (int64_t at = 0; at < n; at += BLOCK) {
    const int64_t end = n - at < BLOCK ? n : at + BLOCK, whole = end - (end - at) % LANES;
    T lane[LANES] = {0};
    for (int64_t from = at; from < whole; from += LANES) {
#pragma omp simd
      for (int j = 0; j < LANES; j++) lane[j] += NAME(layer_norm_term)(term, &row, from + j);
    }
    for (int64_t i = whole; i < end; i++) lane[i - whole] += NAME(layer_norm_term)(term, &row, i);
    NAME(layer_norm_halve)(lane, 8);
    NAME(layer_norm_halve)(lane, 4);
    NAME(layer_norm_halve)(lane, 2);
    NAME(layer_norm_halve)(lane, 1);
    total += (A)lane[0];
  }
  return total;
}

/* At most ROWS rows: the sums of all, then one vector loop for the roots, then the results. */
static void NAME(layer_norm_rows)(int64_t rows, int64_t n, const T *restrict x, const T *restrict weight,
                                  const T *restrict bias, double eps, T *restrict o, T *restrict mean,
                                      T *restrict invstd) {
  const A each = 1 / (A)n;
  A squares[ROWS];
  for (int64_t r = 0; r < rows; r++) {
    const NormPlaces row = {.data = (const char *)(x + r * n), .n = 1, .inner = n};
    A m;
    if (sizeof(T) < sizeof(A) && n < LANES) NAME(norm_few)(n, x + r * n, each, &m, &squares[r]);
    else NAME(norm_statistics)(&row, n, eps, &m, &squares[r]);
    mean[r] = (T)m;
  }
#pragma omp simd
  for (int64_t r = 0; r < rows; r++) invstd[r] = (T)(1 / sqrt(squares[r] * each + eps));
  for (int64_t r = 0; r < rows; r++, x += n, o += n) {
    const T m = mean[r], s = invstd[r];
    if (weight != NULL && bias != NULL)
      for (int64_t i = 0; i < n; i++) o[i] = (x[i] - m) * s * weight[i] + bias[i];
    else if (weight != NULL)
      for (int64_t i = 0; i < n; i++) o[i] = (x[i] - m) * s * weight[i];
    else if (bias != NULL)
      for (int64_t i = 0; i < n; i++) o[i] = (x[i] - m) * s + bias[i];
    else
      for (int64_t i = 0; i < n; i++) o[i] = (x[i] - m) * s;
  }
}

static void NAME(layer_norm_forward)(const LayerNormData *data, int64_t from, int64_t rows, int64_t n) {
  const T *x = data->x;
  T *o = data->o, *mean = data->mean, *invstd = data->invstd;
  NAME(layer_norm_rows)(rows, n, x + from * n, data->weight, data->bias, data->eps, o + from * n, mean + from,
                        invstd + from);
}

/* With x̂ = (x - m) s and h = g weight the gradient of x is (h - Σh / n - x̂ Σ(h x̂) / n) s. Those of weight and
** bias, g x̂ and g, are added to dw and db, which hold the sums of the task's rows so far. */
static void NAME(layer_norm_backward_row)(int64_t n, const T *restrict g, const T *restrict x,
                                          const T *restrict weight, T m,
                                          T s, T *restrict dx, T *restrict dw, T *restrict db) {
  const NAME(LayerNormRow) r = {x, g, weight, m, s};
  if (weight != NULL) {
    const T b = (T)(NAME(layer_norm_sum)(TERM_WEIGHTED_GRAD, n, r) / (A)n);
    const T c = (T)(NAME(layer_norm_sum)(TERM_WEIGHTED_PRODUCT, n, r) / (A)n);
    for (int64_t i = 0; i < n; i++) dx[i] = (g[i] * weight[i] - b - (x[i] - m) * s * c) * s;
  } else {
    const T b = (T)(NAME(layer_norm_sum)(TERM_GRAD, n, r) / (A)n);
    const T c = (T)(NAME(layer_norm_sum)(TERM_PRODUCT, n, r) / (A)n);
    for (int64_t i = 0; i < n; i++) dx[i] = (g[i] - b - (x[i] - m) * s * c) * s;
  }
  for (int64_t i = 0; i < n; i++) dw[i] += g[i] * ((x[i] - m) * s), db[i] += g[i];
}

static void NAME(layer_norm_backward)(const LayerNormData *data, int64_t row, int64_t n, void *dw, void *db) {
  const int64_t at = row * n;
  const T *g = data->g, *x = data->x, *mean = data->mean, *invstd = data->invstd;
  NAME(layer_norm_backward_row)(n, g + at, x + at, data->weight, mean[row], invstd[row], (T *)data->o + at, dw, db);
}

/* o[j] = the sum of column j of 'parts' rows of n, for columns [from, to), at most TILE. */
static void NAME(layer_norm_add_parts)(int64_t parts, int64_t n, int64_t from, int64_t to, const void *sums,
                                       void *out) {
  const T *part = sums;
  T *o = out;
  A total[TILE] = {0};
  for (int64_t p = 0; p < parts; p++)
    for (int64_t j = from; j < to; j++) total[j - from] += (A)part[p * n + j];
  for (int64_t j = from; j < to; j++) o[j] = (T)total[j - from];
}
