/* softmax_body.h: softmax, log_softmax and their gradients for element type T: rows whose elements lie side by side,
** several short ones at once, and columns. x is the input, o the result; g is the gradient of the result y.
*/
#define LANE T
#define CELL A
#define FOLD softmax_max
#define INIT -INFINITY
#define STEP LARGER
#define JOIN LARGER
#include "device/cpu/fold_row_body.h"
#undef FOLD
#undef INIT
#undef STEP
#undef JOIN
#define FOLD softmax_sum
#define INIT 0
#define STEP PLUS
#define JOIN PLUS
#define TERM VALUE
#include "device/cpu/fold_row_body.h"
#undef TERM
#undef FOLD
#undef INIT
#undef STEP
#undef JOIN
#undef LANE
#undef CELL

static T NAME(softmax_max)(int64_t n, const T *v) {
  A most = -INFINITY;
  NAME(softmax_max_row)(n, (const char *)v, sizeof(T), &most);
  return (T)most;
}
static A NAME(softmax_sum)(int64_t n, const T *v) {
  A sum = 0;
  NAME(softmax_sum_row)(n, (const char *)v, sizeof(T), &sum);
  return sum;
}
/* The same for rows of which many are short: a fold pays from FEW elements on. */
static T NAME(softmax_max_short)(int64_t n, const T *v) {
  if (n >= FEW) return NAME(softmax_max)(n, v);
  T most = v[0];
  for (int64_t i = 1; i < n; i++) most = LARGER(most, v[i]);
  return most;
}
static T NAME(softmax_sum_short)(int64_t n, const T *v) {
  if (n >= FEW) return (T)NAME(softmax_sum)(n, v);
  T sum = 0;
  for (int64_t i = 0; i < n; i++) sum += v[i];
  return sum;
}

/* ---- forward ----------------------------------------------------------------------- */

/* log Σ exp(x - most), of a row whose largest element is 'most': terms of elements equal to it are 1 each, and are
** counted apart ('ones'), so that the digits of a small rest are kept. Where most is infinite the result is NaN. */
static inline T NAME(softmax_rest)(T d) {
  const T e = exp(d); /* of all elements, for vector code */
  return d == 0 ? 0 : e;
}
static inline T NAME(softmax_log)(T rest, T ones) { return log1p(rest + (ones - 1)); }

/* A long row. The interrupt flag is looked at now and then; what is left undone then is noticed when the call ends. */
static void NAME(softmax_row)(int64_t n, const T *x, T *o) {
  const T most = NAME(softmax_max)(n, x);
  for (int64_t at = 0; at < n && !interrupt_requested(); at += PIECE) {
    const int64_t to = n - at < PIECE ? n : at + PIECE;
#pragma omp simd
    for (int64_t i = at; i < to; i++) o[i] = exp(x[i] - most);
  }
  const T scale = (T)(1 / NAME(softmax_sum)(n, o));
  for (int64_t at = 0; at < n && !interrupt_requested(); at += PIECE) {
    const int64_t to = n - at < PIECE ? n : at + PIECE;
#pragma omp simd
    for (int64_t i = at; i < to; i++) o[i] *= scale;
  }
}

static void NAME(log_softmax_row)(int64_t n, const T *x, T *o) {
  const T most = NAME(softmax_max)(n, x);
  T rest = 0, part[ROW_PART];
  int64_t ones = 0;
  for (int64_t at = 0; at < n && !interrupt_requested(); at += ROW_PART) {
    const int64_t m = n - at < ROW_PART ? n - at : ROW_PART;
    int equal = 0;
#pragma omp simd reduction(+ : equal)
    for (int64_t i = 0; i < m; i++) {
      equal += x[at + i] == most;
      part[i] = NAME(softmax_rest)(x[at + i] - most);
    }
    ones += equal;
    rest += (T)NAME(softmax_sum)(m, part);
  }
  const T shift = NAME(softmax_log)(rest, (T)ones);
  for (int64_t at = 0; at < n && !interrupt_requested(); at += PIECE) {
    const int64_t to = n - at < PIECE ? n : at + PIECE;
#pragma omp simd
    for (int64_t i = at; i < to; i++) o[i] = x[i] - most - shift;
  }
}

/* Several short rows at once: one vector loop takes the exponentials of all, and one the logarithms, of a multiple of
** 16 rows, for the rest of a loop is no vector code. */
static void NAME(log_softmax_short)(int64_t rows, int64_t n, T *o) {
  T e[SHORT_BLOCK], rest[SHORT_BLOCK], ones[SHORT_BLOCK];
  const int64_t whole = (rows + 15) / 16 * 16;
#pragma omp simd
  for (int64_t i = 0; i < rows * n; i++) e[i] = NAME(softmax_rest)(o[i]);
  for (int64_t r = 0; r < rows; r++) {
    int equal = 0; /* an integer: floats are added up in order, one by one */
    rest[r] = NAME(softmax_sum_short)(n, e + r * n);
    for (int64_t i = 0; i < n; i++) equal += o[r * n + i] == 0;
    ones[r] = (T)equal;
  }
  for (int64_t r = rows; r < whole; r++) rest[r] = 0, ones[r] = 1;
#pragma omp simd
  for (int64_t r = 0; r < whole; r++) rest[r] = NAME(softmax_log)(rest[r], ones[r]);
  for (int64_t r = 0; r < rows; r++)
    for (int64_t i = 0; i < n; i++) o[r * n + i] -= rest[r];
}

static void NAME(softmax_short)(const Lines *l, int64_t rows, const T *x, T *o) {
  const int64_t n = l->n, total = rows * n;
  for (int64_t r = 0; r < rows; r++) {
    const T *v = x + r * n;
    const T most = NAME(softmax_max_short)(n, v);
    for (int64_t i = 0; i < n; i++) o[r * n + i] = v[i] - most;
  }
  if (l->log) {
    NAME(log_softmax_short)(rows, n, o);
    return;
  }
#pragma omp simd
  for (int64_t i = 0; i < total; i++) o[i] = exp(o[i]);
  for (int64_t r = 0; r < rows; r++) {
    const T sum = NAME(softmax_sum_short)(n, o + r * n);
    for (int64_t i = 0; i < n; i++) o[r * n + i] /= sum;
  }
}

/* 'width' neighbouring columns, whose elements lie l->inner apart. */
static void NAME(softmax_columns)(const Lines *l, int64_t width, const T *x, T *o) {
  const int64_t n = l->n, step = l->inner;
  T most[TILE], sum[TILE], ones[TILE];
  for (int64_t j = 0; j < width; j++) most[j] = x[j], sum[j] = 0, ones[j] = 0;
  for (int64_t i = 1; i < n; i++)
    for (int64_t j = 0; j < width; j++) most[j] = LARGER(most[j], x[i * step + j]);
  for (int64_t i = 0; i < n; i++) {
    const T *v = x + i * step;
    T *r = o + i * step;
    if (l->log) {
#pragma omp simd
      for (int64_t j = 0; j < width; j++) {
        const T d = v[j] - most[j];
        r[j] = d;
        ones[j] += d == 0;
        sum[j] += NAME(softmax_rest)(d);
      }
    } else {
#pragma omp simd
      for (int64_t j = 0; j < width; j++) {
        const T e = exp(v[j] - most[j]);
        r[j] = e;
        sum[j] += e;
      }
    }
  }
  for (int64_t j = 0; j < width && l->log; j++) sum[j] = NAME(softmax_log)(sum[j], ones[j]);
  for (int64_t i = 0; i < n; i++) {
    T *r = o + i * step;
    if (l->log)
      for (int64_t j = 0; j < width; j++) r[j] -= sum[j];
    else
      for (int64_t j = 0; j < width; j++) r[j] /= sum[j];
  }
}

static void NAME(softmax_task)(const Lines *l, int64_t task, const void *x, void *o) {
  const Part p = softmax_part(l, task);
  const T *from = (const T *)x + p.at;
  T *to = (T *)o + p.at;
  if (l->rows > 1) NAME(softmax_short)(l, p.size, from, to);
  else if (l->inner != 1) NAME(softmax_columns)(l, p.size, from, to);
  else if (l->log) NAME(log_softmax_row)(l->n, from, to);
  else NAME(softmax_row)(l->n, from, to);
}

/* ---- gradients: y (g - Σ g y), and for log_softmax g - exp(y) Σ g ------------------------- */

/* The gradient of log_softmax, g - exp(y) sum, of m elements; sums lie 'step' elements apart, 0 or 1. Where y is near
** 0, g and exp(y) sum are nearly equal in a row that is sure of one class: there 1 - exp(y) is taken by expm1, which
** keeps its digits. Most blocks have no such element and need one exponential only. */
#define SLOPES 64
static inline void NAME(log_softmax_slopes)(int64_t n, const T *g, const T *y, const T *sums, int step, T *o) {
  for (int64_t at = 0; at < n; at += SLOPES) {
    const int64_t to = n - at < SLOPES ? n : at + SLOPES;
    int sure = 0;
#pragma omp simd reduction(| : sure)
    for (int64_t i = at; i < to; i++) sure |= y[i] > (T)-0.5;
    if (sure) {
#pragma omp simd
      for (int64_t i = at; i < to; i++) o[i] = -g[i] * expm1(y[i]) - exp(y[i]) * (sums[i * step] - g[i]);
    } else {
#pragma omp simd
      for (int64_t i = at; i < to; i++) o[i] = g[i] - exp(y[i]) * sums[i * step];
    }
  }
}
#undef SLOPES

static void NAME(softmax_backward_row)(const Lines *l, const T *g, const T *y, T *o) {
  const int64_t n = l->n;
  if (l->log) {
    const T sum = (T)NAME(softmax_sum)(n, g);
    NAME(log_softmax_slopes)(n, g, y, &sum, 0, o);
  } else {
    for (int64_t i = 0; i < n; i++) o[i] = g[i] * y[i];
    const T sum = (T)NAME(softmax_sum)(n, o);
    for (int64_t i = 0; i < n; i++) o[i] = y[i] * (g[i] - sum);
  }
}

static void NAME(softmax_backward_short)(const Lines *l, int64_t rows, const T *g, const T *y, T *o) {
  const int64_t n = l->n, total = rows * n;
  T sums[SHORT_BLOCK];
  for (int64_t r = 0; r < rows && l->log; r++) {
    const T sum = NAME(softmax_sum_short)(n, g + r * n);
    for (int64_t i = 0; i < n; i++) sums[r * n + i] = sum;
  }
  if (l->log) {
    NAME(log_softmax_slopes)(total, g, y, sums, 1, o);
    return;
  }
  for (int64_t r = 0; r < rows; r++) {
    const T *u = g + r * n, *v = y + r * n;
    T *w = o + r * n;
    for (int64_t i = 0; i < n; i++) w[i] = u[i] * v[i];
    const T sum = NAME(softmax_sum_short)(n, w);
    for (int64_t i = 0; i < n; i++) w[i] = v[i] * (u[i] - sum);
  }
}

static void NAME(softmax_backward_columns)(const Lines *l, int64_t width, const T *g, const T *y, T *o) {
  const int64_t n = l->n, step = l->inner;
  T sum[TILE];
  for (int64_t j = 0; j < width; j++) sum[j] = 0;
  for (int64_t i = 0; i < n; i++)
    for (int64_t j = 0; j < width; j++) sum[j] += l->log ? g[i * step + j] : g[i * step + j] * y[i * step + j];
  for (int64_t i = 0; i < n; i++) {
    const T *u = g + i * step, *v = y + i * step;
    T *r = o + i * step;
    if (l->log) NAME(log_softmax_slopes)(width, u, v, sum, 1, r);
    else
      for (int64_t j = 0; j < width; j++) r[j] = v[j] * (u[j] - sum[j]);
  }
}

static void NAME(softmax_backward_task)(const Lines *l, int64_t task, const void *g, const void *y, void *o) {
  const Part p = softmax_part(l, task);
  const T *u = (const T *)g + p.at, *v = (const T *)y + p.at;
  T *to = (T *)o + p.at;
  if (l->rows > 1) NAME(softmax_backward_short)(l, p.size, u, v, to);
  else if (l->inner == 1) NAME(softmax_backward_row)(l, u, v, to);
  else NAME(softmax_backward_columns)(l, p.size, u, v, to);
}
