/* norm/cpu.c: batch_norm and its gradient, N × C × inner. Each channel is one task when it
** has an inner part; otherwise tiles of channels go down the rows. Sums are in double,
** in the order of the elements, so they do not depend on the threads.
*/
#include "device/cpu/fold.h"

#define TILE 64 /* channels at a time */

typedef struct {
  int64_t n, channels, inner;
  double count; /* values per channel */
  bool training;
  double momentum, eps;
} Norm;

static Norm norm_of(const Tensor *x) {
  Norm k = {.n = x->shape[0], .channels = x->shape[1], .inner = 1};
  for (int d = 2; d < x->ndim; d++) k.inner *= x->shape[d];
  k.count = (double)(k.n * k.inner);
  return k;
}

FOLD(sum_float, float, float, f, 0, PLUS, PLUS)
FOLD(sum_double, double, double, f, 0, PLUS, PLUS)

/* TOTAL(T, w, EXPR): total[j] = Σ of EXPR over v[], u[] for channels from + j, j < w. */
#define TOTAL(T, w, x1, x2, total, EXPR)                                             \
  do {                                                                               \
    for (int64_t j = 0; j < (w); j++) (total)[j] = 0;                                \
    for (int64_t i = 0; i < k->n; i++)                                               \
      for (int64_t j = 0; j < (w); j++) {                                            \
        const T *pv = (x1) + (i * k->channels + from + j) * k->inner;                \
        const T *pu = (x2) + (i * k->channels + from + j) * k->inner;                \
        if (k->inner == 1) {                                                         \
          const T v = *pv, u = *pu;                                                  \
          (void)u;                                                                   \
          (total)[j] += (double)(EXPR);                                              \
        } else                                                                       \
          for (int64_t at = 0; at < k->inner; at += BLOCK) {                         \
            int64_t rest = k->inner - at < BLOCK ? k->inner - at : BLOCK;               \
            T part[BLOCK];                                                           \
            Cell cell = {.f = 0};                                                    \
            for (int64_t e = 0; e < rest; e++) {                                        \
              const T v = pv[at + e], u = pu[at + e];                                \
              (void)u;                                                               \
              part[e] = (EXPR);                                                      \
            }                                                                        \
            sum_##T.row(rest, (const char *)part, sizeof(T), &cell);                    \
            (total)[j] += cell.f;                                                    \
          }                                                                          \
      }                                                                              \
  } while (0)
#define BLOCK 512

/* o = EXPR of v, u for the same channels. */
#define APPLY(T, w, x1, x2, o, EXPR)                                                 \
  do {                                                                               \
    for (int64_t i = 0; i < k->n; i++)                                               \
      for (int64_t j = 0; j < (w); j++) {                                            \
        int64_t first = (i * k->channels + from + j) * k->inner;                     \
        for (int64_t e = 0; e < k->inner; e++) {                                     \
          const T v = (x1)[first + e], u = (x2)[first + e];                          \
          (void)u;                                                                   \
          (o)[first + e] = (EXPR);                                                   \
        }                                                                            \
      }                                                                              \
  } while (0)

#define BATCH_NORM(T)                                                                \
  static void batch_##T(const Norm *k, int64_t from, int64_t w, const T *x, T *const *running, double *total, \
                        T *mean, T *invstd) {                                        \
    T m[TILE];                                                                       \
    if (!k->training) {                                                              \
      for (int64_t j = 0; j < w; j++) {                                              \
        mean[j] = running[0][from + j];                                              \
        invstd[j] = (T)(1 / sqrt((double)running[1][from + j] + k->eps));            \
      }                                                                              \
      return;                                                                        \
    }                                                                                \
    TOTAL(T, w, x, x, total, v);                                                     \
    for (int64_t j = 0; j < w; j++) mean[j] = m[j] = (T)(total[j] / k->count);       \
    TOTAL(T, w, x, x, total, (v - m[j]) * (v - m[j]));                               \
    for (int64_t j = 0; j < w; j++) invstd[j] = (T)(1 / sqrt(total[j] / k->count + k->eps)); \
    if (running[0] == NULL) return;                                                  \
    for (int64_t j = 0; j < w; j++) {                                                \
      T *rm = &running[0][from + j], *rv = &running[1][from + j];                    \
      *rm = (T)((1 - k->momentum) * (double)*rm + k->momentum * (double)mean[j]);    \
      *rv = (T)((1 - k->momentum) * (double)*rv + k->momentum * (total[j] / (k->count - 1))); \
    }                                                                                \
  }                                                                                  \
  static void forward_##T(const Norm *k, int64_t from, int64_t w, const T *x, T *const *running, \
                          const T *weight, const T *bias, T *o, T *mean, T *invstd) { \
    double total[TILE];                                                              \
    T m[TILE], a[TILE], b[TILE];                                                     \
    batch_##T(k, from, w, x, running, total, m, a);                                  \
    for (int64_t j = 0; j < w; j++) {                                                \
      mean[from + j] = m[j];                                                         \
      invstd[from + j] = a[j];                                                       \
      if (weight != NULL) a[j] *= weight[from + j];                                  \
      b[j] = bias != NULL ? bias[from + j] : 0;                                      \
    }                                                                                \
    APPLY(T, w, x, x, o, (v - m[j]) * a[j] + b[j]);                                  \
  }                                                                                  \
  static void backward_##T(const Norm *k, int64_t from, int64_t w, const T *g, const T *x, const T *weight, \
                           const T *mean, const T *invstd, T *dx, T *dw, T *db) {    \
    double sum[TILE], dot[TILE];                                                     \
    T m[TILE], s[TILE], a[TILE], b[TILE], c[TILE];                                   \
    for (int64_t j = 0; j < w; j++) m[j] = mean[from + j], s[j] = invstd[from + j];  \
    TOTAL(T, w, g, x, sum, v);                                                       \
    TOTAL(T, w, g, x, dot, v * (u - m[j]) * s[j]);                                   \
    for (int64_t j = 0; j < w; j++) {                                                \
      dw[from + j] = (T)dot[j];                                                      \
      db[from + j] = (T)sum[j];                                                      \
      a[j] = s[j] * (weight != NULL ? weight[from + j] : 1);                         \
      b[j] = k->training ? (T)(sum[j] / k->count) : 0;                               \
      c[j] = k->training ? (T)(dot[j] / k->count) * s[j] : 0;                        \
    }                                                                                \
    APPLY(T, w, g, x, dx, (v - b[j] - (u - m[j]) * c[j]) * a[j]);                    \
  }
BATCH_NORM(float)
BATCH_NORM(double)

static void *data_or_null(const Tensor *t) { return t != NULL ? tensor_data(t) : NULL; }

/* How many channels one task takes, and how many tasks that makes. */
static int64_t task_width(const Norm *k) { return k->inner > 1 ? 1 : TILE; }

Status KERNEL(batch_norm_of)(Call *c) {
  const BatchNormOfAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  Norm k = norm_of(x);
  k.training = a->training;
  k.momentum = a->momentum;
  k.eps = a->eps;
  void *in = tensor_data(x), *weight = data_or_null(c->in[3]), *bias = data_or_null(c->in[4]);
  void *o = tensor_data(c->out[0]), *mean = tensor_data(c->out[1]), *invstd = tensor_data(c->out[2]);
  void *rm = data_or_null(c->in[1]), *rv = data_or_null(c->in[2]);
  int64_t step = task_width(&k), tasks = (k.channels + step - 1) / step;
#pragma omp parallel for schedule(static) if (tasks > 1 && worth_threads(x->numel, 10))
  for (int64_t t = 0; t < tasks; t++) {
    int64_t from = t * step, w = k.channels - from < step ? k.channels - from : step;
    if (interrupt_requested()) continue;
    if (x->dtype == DTYPE_FLOAT32) forward_float(&k, from, w, in, (float *const[]){rm, rv}, weight, bias, o, mean, invstd);
    else forward_double(&k, from, w, in, (double *const[]){rm, rv}, weight, bias, o, mean, invstd);
  }
  return OK;
}

Status KERNEL(batch_norm_backward)(Call *c) {
  const BatchNormBackwardAttrs *a = c->attrs;
  const Tensor *x = c->in[1];
  Norm k = norm_of(x);
  k.training = a->training;
  void *g = tensor_data(c->in[0]), *in = tensor_data(x), *weight = data_or_null(c->in[2]);
  void *mean = tensor_data(c->in[3]), *invstd = tensor_data(c->in[4]);
  void *dx = tensor_data(c->out[0]), *dw = tensor_data(c->out[1]), *db = tensor_data(c->out[2]);
  int64_t step = task_width(&k), tasks = (k.channels + step - 1) / step;
#pragma omp parallel for schedule(static) if (tasks > 1 && worth_threads(x->numel, 10))
  for (int64_t t = 0; t < tasks; t++) {
    int64_t from = t * step, w = k.channels - from < step ? k.channels - from : step;
    if (interrupt_requested()) continue;
    if (x->dtype == DTYPE_FLOAT32) backward_float(&k, from, w, g, in, weight, mean, invstd, dx, dw, db);
    else backward_double(&k, from, w, g, in, weight, mean, invstd, dx, dw, db);
  }
  return OK;
}
