/* norm/cpu_layer_norm.c: layer_norm of the rows of a matrix, and its gradient. A row is added up in LANES
** sums, by blocks that go on in double, so all processor levels and numbers of threads add alike.
** The gradients of weight and bias are added up over ROWS rows at a time, then over those.
*/
#include <math.h>

#include "device/cpu/kernel.h"

#define LANES 16
#define BLOCK 2048 /* elements added up in float32 */
#define ROWS 64    /* rows of one task */
#define TILE 512   /* columns of one task */
#define PIECE 8192 /* elements of the rows that are gone over together */

/* total += Σ EXPR over i < n */
#define ADD_UP(T, total, EXPR)                                                    \
  if (n < LANES) {                                                                \
    T few = 0;                                                                    \
    for (int64_t i = 0; i < n; i++) few += (EXPR);                                \
    total += (double)few;                                                         \
  } else                                                                          \
    for (int64_t at = 0; at < n; at += BLOCK) {                                   \
      const int64_t end = n - at < BLOCK ? n : at + BLOCK, whole = end - (end - at) % LANES; \
      T lane[LANES] = {0};                                                        \
      for (int64_t from = at; from < whole; from += LANES)                        \
        _Pragma("omp simd") for (int j = 0; j < LANES; j++) {                     \
          const int64_t i = from + j;                                             \
          lane[j] += (EXPR);                                                      \
        }                                                                         \
      for (int64_t i = whole; i < end; i++) lane[i - whole] += (EXPR);            \
      HALVE(8) HALVE(4) HALVE(2) HALVE(1)                                         \
      total += (double)lane[0];                                                   \
    }
#define HALVE(w) _Pragma("omp simd") for (int j = 0; j < (w); j++) lane[j] += lane[j + (w)];

#define LAYER_NORM(T)                                                             \
  static void forward_##T(int64_t rows, int64_t n, const T *restrict x, const T *restrict weight, \
                          const T *restrict bias, double eps, T *restrict o, T *restrict mean, T *restrict invstd) { \
    double squares[ROWS];                                                         \
    const double each = 1 / (double)n;                                            \
    for (int64_t r = 0; r < rows; r++, x += n) {                                  \
      double sum = 0, square = 0;                                                 \
      ADD_UP(T, sum, x[i])                                                        \
      const T m = mean[r] = (T)(sum * each);                                      \
      ADD_UP(T, square, (x[i] - m) * (x[i] - m))                                  \
      squares[r] = square;                                                        \
    }                                                                             \
    _Pragma("omp simd") for (int64_t r = 0; r < rows; r++) invstd[r] = (T)(1 / sqrt(squares[r] * each + eps)); \
    x -= rows * n;                                                                \
    for (int64_t r = 0; r < rows; r++, x += n, o += n) {                          \
      const T m = mean[r], s = invstd[r];                                         \
      if (weight != NULL && bias != NULL) for (int64_t i = 0; i < n; i++) o[i] = (x[i] - m) * s * weight[i] + bias[i]; \
      else if (weight != NULL) for (int64_t i = 0; i < n; i++) o[i] = (x[i] - m) * s * weight[i]; \
      else if (bias != NULL) for (int64_t i = 0; i < n; i++) o[i] = (x[i] - m) * s + bias[i]; \
      else for (int64_t i = 0; i < n; i++) o[i] = (x[i] - m) * s;                 \
    }                                                                             \
  }                                                                               \
  /* dw and db have the sums of the task's rows so far. */                        \
  static void backward_##T(int64_t n, const T *restrict g, const T *restrict x, const T *restrict weight, T m, T s, \
                           T *restrict dx, T *restrict dw, T *restrict db) {      \
    double sum = 0, dot = 0;                                                      \
    if (weight != NULL) {                                                         \
      ADD_UP(T, sum, g[i] * weight[i])                                            \
      ADD_UP(T, dot, g[i] * weight[i] * ((x[i] - m) * s))                         \
    } else {                                                                      \
      ADD_UP(T, sum, g[i])                                                        \
      ADD_UP(T, dot, g[i] * ((x[i] - m) * s))                                     \
    }                                                                             \
    const T b = (T)(sum / (double)n), c = (T)(dot / (double)n);                   \
    if (weight != NULL) for (int64_t i = 0; i < n; i++) dx[i] = (g[i] * weight[i] - b - (x[i] - m) * s * c) * s; \
    else for (int64_t i = 0; i < n; i++) dx[i] = (g[i] - b - (x[i] - m) * s * c) * s; \
    for (int64_t i = 0; i < n; i++) dw[i] += g[i] * ((x[i] - m) * s), db[i] += g[i]; \
  }                                                                               \
  /* Columns [from, to) of the sum of 'parts' rows of n. */                       \
  static void add_parts_##T(int64_t parts, int64_t n, int64_t from, int64_t to, const T *part, T *o) { \
    double total[TILE] = {0};                                                     \
    for (int64_t p = 0; p < parts; p++)                                           \
      for (int64_t j = from; j < to; j++) total[j - from] += (double)part[p * n + j]; \
    for (int64_t j = from; j < to; j++) o[j] = (T)total[j - from];                \
  }
LAYER_NORM(float)
LAYER_NORM(double)

typedef struct {
  int64_t rows, n, tasks;
} Rows;

static Rows rows_of(const Tensor *x) {
  return (Rows){x->shape[0], x->shape[1], (x->shape[0] + ROWS - 1) / ROWS};
}
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

Status KERNEL(layer_norm_of)(Call *c) {
  const LayerNormOfAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  const Rows r = rows_of(x);
  void *in = tensor_data(x), *weight = data_or_null(c->in[1]), *bias = data_or_null(c->in[2]);
  void *o = tensor_data(c->out[0]), *mean = tensor_data(c->out[1]), *invstd = tensor_data(c->out[2]);
  const int64_t step = r.n < PIECE / ROWS ? ROWS : r.n < PIECE ? PIECE / r.n : 1; /* rows that stay in the cache */
#define TASK(T)                                                                   \
  for (int64_t i = t * ROWS, end = least(r.rows, i + ROWS); i < end && !interrupt_requested(); i += step) \
    forward_##T(least(end - i, step), r.n, (T *)in + i * r.n, weight, bias, a->eps, (T *)o + i * r.n, \
                (T *)mean + i, (T *)invstd + i);
#pragma omp parallel for schedule(static) if (r.tasks > 1 && worth_threads(x->numel, 4))
  for (int64_t t = 0; t < r.tasks; t++) {
    if (x->dtype == DTYPE_FLOAT32) TASK(float)
    else TASK(double)
  }
#undef TASK
  return OK;
}

Status KERNEL(layer_norm_backward)(Call *c) {
  const Tensor *x = c->in[1];
  const Rows r = rows_of(x);
  void *g = tensor_data(c->in[0]), *in = tensor_data(x), *weight = data_or_null(c->in[2]);
  void *mean = tensor_data(c->in[3]), *invstd = tensor_data(c->in[4]), *dx = tensor_data(c->out[0]);
  const size_t bytes = (size_t)(r.tasks * r.n) * dtype_size((DType)x->dtype);
  char *dw = memory_alloc(2 * bytes), *db = dw + bytes;
  if (dw == NULL) return ERROR_MEMORY;
  memset(dw, 0, 2 * bytes);
#define TASK(T)                                                                   \
  for (int64_t i = t * ROWS; i < least(r.rows, (t + 1) * ROWS) && !interrupt_requested(); i++) \
    backward_##T(r.n, (T *)g + i * r.n, (T *)in + i * r.n, weight, ((T *)mean)[i], ((T *)invstd)[i], \
                 (T *)dx + i * r.n, (T *)dw + t * r.n, (T *)db + t * r.n);
#pragma omp parallel for schedule(static) if (r.tasks > 1 && worth_threads(x->numel, 8))
  for (int64_t t = 0; t < r.tasks; t++) {
    if (x->dtype == DTYPE_FLOAT32) TASK(float)
    else TASK(double)
  }
#undef TASK
  const int64_t tiles = (r.n + TILE - 1) / TILE;
#define TASK(T)                                                                   \
  add_parts_##T(r.tasks, r.n, t / 2 * TILE, least(r.n, (t / 2 + 1) * TILE), (T *)(t % 2 ? db : dw), \
                tensor_data(c->out[1 + t % 2]));
#pragma omp parallel for schedule(static) if (worth_threads(2 * r.tasks * r.n, 2))
  for (int64_t t = 0; t < 2 * tiles; t++) {
    if (interrupt_requested()) continue;
    if (x->dtype == DTYPE_FLOAT32) TASK(float)
    else TASK(double)
  }
#undef TASK
  memory_free(dw, 2 * bytes);
  return OK;
}
