/* fused_optim.c: see fused_optim.h. */
#include "fused_optim.h"

#include <math.h>
#include <stdatomic.h>

/* The resolvers of clones run before a sanitizer is ready. */
#if defined(__x86_64__) && !defined(HECATE_SANITIZE)
#define LEVELS __attribute__((target_clones("avx2", "default")))
#else
#define LEVELS
#endif

#define T float
#define TYPED(name) name##_float
#define SQRT sqrtf
#include "fused_optim_body.h"
#undef T
#undef TYPED
#undef SQRT

#define T double
#define TYPED(name) name##_double
#define SQRT sqrt
#include "fused_optim_body.h"
#undef T
#undef TYPED
#undef SQRT

#define SHARE 65536 /* elements of one thread's turn */

/* Element 'at' of the tensor, NULL for NULL. */
static void *element(const Tensor *t, int64_t at) {
  return t == NULL ? NULL : (char *)tensor_data(t) + at * (int64_t)tensor_itemsize(t);
}

static void changed(Tensor *t) {
  if (t != NULL) atomic_fetch_add(&t->storage->version, 1);
}

void fused_sgd(Tensor *p, const Tensor *grad, Tensor *velocity, const SgdStep *step) {
  int64_t n = p->numel;
  bool single = p->dtype == DTYPE_FLOAT32;
#pragma omp parallel for schedule(static) num_threads(threads_get()) if (n >= 2 * SHARE)
  for (int64_t at = 0; at < n; at += SHARE) {
    int64_t length = n - at < SHARE ? n - at : SHARE;
    if (single) sgd_float(length, element(p, at), element(grad, at), element(velocity, at), step);
    else sgd_double(length, element(p, at), element(grad, at), element(velocity, at), step);
  }
  changed(p);
  changed(velocity);
}

void fused_adam(Tensor *p, const Tensor *grad, Tensor *mean, Tensor *square, Tensor *largest,
                const AdamStep *step) {
  int64_t n = p->numel;
  bool single = p->dtype == DTYPE_FLOAT32;
#pragma omp parallel for schedule(static) num_threads(threads_get()) if (n >= 2 * SHARE)
  for (int64_t at = 0; at < n; at += SHARE) {
    int64_t length = n - at < SHARE ? n - at : SHARE;
    if (single)
      adam_float(length, element(p, at), element(grad, at), element(mean, at),
                 element(square, at), element(largest, at), step);
    else
      adam_double(length, element(p, at), element(grad, at), element(mean, at),
                  element(square, at), element(largest, at), step);
  }
  changed(p);
  changed(mean);
  changed(square);
  changed(largest);
}

double fused_power_sum(const Tensor *t, double p) {
  bool single = t->dtype == DTYPE_FLOAT32;
  const float *f = tensor_data(t);
  const double *d = tensor_data(t);
  double result = 0;
  if (p == 2)
    return single ? sum_squares_float(t->numel, f) : sum_squares_double(t->numel, d);
  for (int64_t i = 0; i < t->numel; i++) {
    double x = fabs(single ? (double)f[i] : d[i]);
    if (isinf(p)) result = x > result || isnan(x) ? x : result;
    else result += p == 1 ? x : pow(x, p);
  }
  return result;
}
