/* softmax/cpu.c: softmax, log_softmax and their gradients along one dimension of contiguous
** tensors. A row that lies in one piece is worked on alone; columns are worked on in
** tiles, so that the inner loop runs along memory.
*/
#include "device/cpu/fold.h"
#include "device/cpu/vector_math.h"

#define TILE FOLD_TILE
#define SHORT 512        /* the longest of short rows */
#define FEW 16           /* elements from which on a fold pays */
#define SHORT_BLOCK 1024 /* elements of the short rows that are worked on together */

typedef struct {
  int64_t outer, n, inner;
  int64_t rows;  /* short rows that one task takes; 1: rows are long, or columns */
  int64_t tasks;
  bool log;
} Lines;

/* What one task works on: where it begins, and how many rows or columns. */
typedef struct {
  int64_t at, size;
} Part;

static Part part_of(const Lines *l, int64_t task) {
  if (l->rows > 1) {
    int64_t row = task * l->rows, rest = l->outer - row;
    return (Part){row * l->n, rest < l->rows ? rest : l->rows};
  }
  int64_t tiles = (l->inner + TILE - 1) / TILE, from = task % tiles * TILE, rest = l->inner - from;
  return (Part){task / tiles * l->n * l->inner + from, rest < TILE ? rest : TILE};
}

static Status lines_of(const Call *c, int64_t dim, bool log, Lines *l) {
  const Tensor *t = c->out[0];
  int at;
  *l = (Lines){.outer = 1, .n = 1, .inner = 1, .rows = 1, .log = log};
  TRY(resolve_dim(c->info->lua_name, dim, t->ndim, &at));
  for (int d = 0; d < t->ndim; d++) *(d < at ? &l->outer : d == at ? &l->n : &l->inner) *= t->shape[d];
  if (l->inner == 1 && l->n > 0 && l->n <= SHORT) l->rows = SHORT_BLOCK / l->n;
  l->tasks = l->rows > 1 ? (l->outer + l->rows - 1) / l->rows : l->outer * ((l->inner + TILE - 1) / TILE);
  return OK;
}

FOLD(max_float, float, float, f, -INFINITY, LARGER, LARGER)
FOLD(max_double, double, double, f, -INFINITY, LARGER, LARGER)
FOLD(sum_float, float, float, f, 0, PLUS, PLUS)
FOLD(sum_double, double, double, f, 0, PLUS, PLUS)

static double fold_row(const Fold *fold, int64_t n, const void *p, int64_t size) {
  Cell cell;
  fold->start(1, &cell);
  fold->row(n, p, size, &cell);
  return cell.f;
}

/* Elements i of a row, with a look at the interrupt flag now and then; what is left undone
** then is noticed when the call ends. */
#define PIECE 65536
#define ALONG_ROW(BODY)                                                               \
  for (int64_t at = 0; at < n && !interrupt_requested(); at += PIECE) {               \
    int64_t to = n - at < PIECE ? n : at + PIECE;                                     \
    _Pragma("omp simd") for (int64_t i = at; i < to; i++) BODY;                       \
  }

#define SOFTMAX(T, EXP, LOG)                                                          \
  static T most_##T(int64_t n, const T *v) {                                          \
    T most = v[0];                                                                    \
    if (n >= FEW) return (T)fold_row(&max_##T, n, v, sizeof(T));                      \
    for (int64_t i = 1; i < n; i++) most = LARGER(most, v[i]);                        \
    return most;                                                                      \
  }                                                                                   \
  static T sum_of_##T(int64_t n, const T *v) {                                        \
    T sum = 0;                                                                        \
    if (n >= FEW) return (T)fold_row(&sum_##T, n, v, sizeof(T));                      \
    for (int64_t i = 0; i < n; i++) sum += v[i];                                      \
    return sum;                                                                       \
  }                                                                                   \
  static void forward_row_##T(const Lines *l, const T *x, T *o) {                     \
    int64_t n = l->n;                                                                 \
    const T most = (T)fold_row(&max_##T, n, x, sizeof(T));                            \
    if (l->log) {                                                                     \
      T sum = 0, part[TILE];                                                          \
      for (int64_t at = 0; at < n && !interrupt_requested(); at += TILE) {            \
        int64_t m = n - at < TILE ? n - at : TILE;                                    \
        _Pragma("omp simd") for (int64_t i = 0; i < m; i++) part[i] = EXP(x[at + i] - most); \
        sum += (T)fold_row(&sum_##T, m, part, sizeof(T));                             \
      }                                                                               \
      const T shift = LOG(sum);                                                       \
      ALONG_ROW(o[i] = x[i] - most - shift)                                           \
    } else {                                                                          \
      ALONG_ROW(o[i] = EXP(x[i] - most))                                              \
      const T scale = (T)(1 / fold_row(&sum_##T, n, o, sizeof(T)));                   \
      ALONG_ROW(o[i] *= scale)                                                        \
    }                                                                                 \
  }                                                                                   \
  /* Several short rows at once: one vector loop takes the exponentials of all. */      \
  static void forward_short_##T(const Lines *l, int64_t rows, const T *x, T *o) {     \
    int64_t n = l->n, total = rows * n;                                               \
    T e[SHORT_BLOCK], shift[SHORT_BLOCK];                                             \
    for (int64_t r = 0; r < rows; r++) {                                              \
      const T *v = x + r * n;                                                         \
      const T most = most_##T(n, v);                                                  \
      for (int64_t i = 0; i < n; i++) o[r * n + i] = v[i] - most;                     \
    }                                                                                 \
    _Pragma("omp simd") for (int64_t i = 0; i < total; i++) e[i] = EXP(o[i]);         \
    for (int64_t r = 0; r < rows; r++) shift[r] = sum_of_##T(n, e + r * n);         \
    if (l->log) {                                                                     \
      _Pragma("omp simd") for (int64_t r = 0; r < rows; r++) shift[r] = LOG(shift[r]); \
      for (int64_t r = 0; r < rows; r++)                                              \
        for (int64_t i = 0; i < n; i++) o[r * n + i] -= shift[r];                     \
    } else                                                                            \
      for (int64_t r = 0; r < rows; r++)                                              \
        for (int64_t i = 0; i < n; i++) o[r * n + i] = e[r * n + i] / shift[r];       \
  }                                                                                   \
  static void backward_short_##T(const Lines *l, int64_t rows, const T *g, const T *y, T *o) { \
    int64_t n = l->n, total = rows * n;                                               \
    if (l->log) {                                                                     \
      _Pragma("omp simd") for (int64_t i = 0; i < total; i++) o[i] = EXP(y[i]);       \
    }                                                                                 \
    for (int64_t r = 0; r < rows; r++) {                                              \
      const T *u = g + r * n, *v = y + r * n;                                         \
      T *w = o + r * n;                                                               \
      if (!l->log) for (int64_t i = 0; i < n; i++) w[i] = u[i] * v[i];                \
      const T sum = sum_of_##T(n, l->log ? u : w);                                    \
      if (l->log) for (int64_t i = 0; i < n; i++) w[i] = u[i] - w[i] * sum;           \
      else for (int64_t i = 0; i < n; i++) w[i] = v[i] * (u[i] - sum);                \
    }                                                                                 \
  }                                                                                   \
  static void forward_columns_##T(const Lines *l, int64_t w, const T *x, T *o) {      \
    T most[TILE], sum[TILE];                                                          \
    int64_t n = l->n, step = l->inner;                                                \
    for (int64_t j = 0; j < w; j++) most[j] = x[j], sum[j] = 0;                       \
    for (int64_t i = 1; i < n; i++)                                                   \
      for (int64_t j = 0; j < w; j++) most[j] = LARGER(most[j], x[i * step + j]);     \
    for (int64_t i = 0; i < n; i++) {                                                 \
      const T *v = x + i * step;                                                      \
      T *r = o + i * step;                                                            \
      _Pragma("omp simd") for (int64_t j = 0; j < w; j++) {                           \
        const T e = EXP(v[j] - most[j]);                                              \
        r[j] = e;                                                                     \
        sum[j] += e;                                                                  \
      }                                                                               \
    }                                                                                 \
    if (l->log)                                                                       \
      for (int64_t j = 0; j < w; j++) sum[j] = LOG(sum[j]);                           \
    for (int64_t i = 0; i < n; i++) {                                                 \
      const T *v = x + i * step;                                                      \
      T *r = o + i * step;                                                            \
      if (l->log)                                                                     \
        for (int64_t j = 0; j < w; j++) r[j] = v[j] - most[j] - sum[j];               \
      else                                                                            \
        for (int64_t j = 0; j < w; j++) r[j] /= sum[j];                               \
    }                                                                                 \
  }                                                                                   \
  static void backward_row_##T(const Lines *l, const T *g, const T *y, T *o) {        \
    int64_t n = l->n;                                                                 \
    if (l->log) {                                                                     \
      const T sum = (T)fold_row(&sum_##T, n, g, sizeof(T));                           \
      _Pragma("omp simd") for (int64_t i = 0; i < n; i++) o[i] = g[i] - EXP(y[i]) * sum; \
    } else {                                                                          \
      for (int64_t i = 0; i < n; i++) o[i] = g[i] * y[i];                             \
      const T sum = (T)fold_row(&sum_##T, n, o, sizeof(T));                           \
      for (int64_t i = 0; i < n; i++) o[i] = y[i] * (g[i] - sum);                     \
    }                                                                                 \
  }                                                                                   \
  static void backward_columns_##T(const Lines *l, int64_t w, const T *g, const T *y, T *o) { \
    T sum[TILE];                                                                      \
    int64_t n = l->n, step = l->inner;                                                \
    for (int64_t j = 0; j < w; j++) sum[j] = 0;                                       \
    for (int64_t i = 0; i < n; i++)                                                   \
      for (int64_t j = 0; j < w; j++)                                                 \
        sum[j] += l->log ? g[i * step + j] : g[i * step + j] * y[i * step + j];       \
    for (int64_t i = 0; i < n; i++) {                                                 \
      const T *u = g + i * step, *v = y + i * step;                                   \
      T *r = o + i * step;                                                            \
      if (l->log)                                                                     \
        _Pragma("omp simd") for (int64_t j = 0; j < w; j++) r[j] = u[j] - EXP(v[j]) * sum[j]; \
      else                                                                            \
        for (int64_t j = 0; j < w; j++) r[j] = v[j] * (u[j] - sum[j]);                \
    }                                                                                 \
  }                                                                                   \
  static void forward_##T(const Lines *l, int64_t task, const T *x, T *o) {           \
    Part p = part_of(l, task);                                                        \
    if (l->rows > 1) forward_short_##T(l, p.size, x + p.at, o + p.at);                \
    else if (l->inner == 1) forward_row_##T(l, x + p.at, o + p.at);                   \
    else forward_columns_##T(l, p.size, x + p.at, o + p.at);                          \
  }                                                                                   \
  static void backward_##T(const Lines *l, int64_t task, const T *g, const T *y, T *o) { \
    Part p = part_of(l, task);                                                        \
    if (l->rows > 1) backward_short_##T(l, p.size, g + p.at, y + p.at, o + p.at);     \
    else if (l->inner == 1) backward_row_##T(l, g + p.at, y + p.at, o + p.at);        \
    else backward_columns_##T(l, p.size, g + p.at, y + p.at, o + p.at);               \
  }
SOFTMAX(float, expf, logf)
SOFTMAX(double, exp, log)

static Status forward(Call *c, int64_t dim, bool log) {
  Tensor *out = c->out[0], *in;
  Lines l;
  TRY(lines_of(c, dim, log, &l));
  if (out->numel == 0) return OK;
  TRY(tensor_cast(c->in[0], (DType)out->dtype, &in));
  void *x = tensor_data(in), *o = tensor_data(out);
#pragma omp parallel for schedule(static) if (l.tasks > 1 && worth_threads(out->numel, 8))
  for (int64_t t = 0; t < l.tasks; t++) {
    if (interrupt_requested()) continue;
    if (out->dtype == DTYPE_FLOAT32) forward_float(&l, t, x, o);
    else forward_double(&l, t, x, o);
  }
  tensor_release(in);
  return OK;
}

static Status backward(Call *c, int64_t dim, bool log) {
  Tensor *out = c->out[0];
  Lines l;
  TRY(lines_of(c, dim, log, &l));
  if (out->numel == 0) return OK;
  void *g = tensor_data(c->in[0]), *y = tensor_data(c->in[1]), *o = tensor_data(out);
#pragma omp parallel for schedule(static) if (l.tasks > 1 && worth_threads(out->numel, log ? 8 : 2))
  for (int64_t t = 0; t < l.tasks; t++) {
    if (interrupt_requested()) continue;
    if (out->dtype == DTYPE_FLOAT32) backward_float(&l, t, g, y, o);
    else backward_double(&l, t, g, y, o);
  }
  return OK;
}

Status KERNEL(softmax)(Call *c) { return forward(c, ((const SoftmaxAttrs *)c->attrs)->dim, false); }
Status KERNEL(log_softmax)(Call *c) { return forward(c, ((const LogSoftmaxAttrs *)c->attrs)->dim, true); }
Status KERNEL(softmax_backward)(Call *c) {
  return backward(c, ((const SoftmaxBackwardAttrs *)c->attrs)->dim, false);
}
Status KERNEL(log_softmax_backward)(Call *c) {
  return backward(c, ((const LogSoftmaxBackwardAttrs *)c->attrs)->dim, true);
}
