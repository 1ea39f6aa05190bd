/* loss/cpu.c: nll_loss and its gradient. input is N × C × inner, target N × inner. */
#include "device/cpu/kernel.h"

typedef struct {
  int64_t n, classes, inner, ignore;
} Classes;

static Classes classes_of(int ndim, const int64_t *shape, int64_t ignore) {
  Classes k = {1, shape[0], 1, ignore};
  if (ndim == 1) return k;
  k.n = shape[0];
  k.classes = shape[1];
  for (int d = 2; d < ndim; d++) k.inner *= shape[d];
  return k;
}

/* The class of a target, -1 when it is ignored or wrong (a fault is noted then). */
static int64_t class_of(const Classes *k, int64_t target) {
  if (target >= 0 && target < k->classes) {
    return target == k->ignore ? -1 : target;
  }
  if (target == k->ignore) return -1;
  if (target == POSITION_ZERO) kernel_fault("'target' (argument 2): 0 is not a class; classes count from 1");
  else
    kernel_fault("'target' (argument 2): class %lld is not among the %lld classes",
                 (long long)(target < 0 ? target : target + 1), (long long)k->classes);
  return -1;
}

/* Sums go in order of the targets, in double. */
#define NLL(T)                                                                           \
  static void forward_##T(const Classes *k, const T *x, const int64_t *target, const T *weight, \
                          int reduction, T *out, T *total) {                             \
    double sum = 0, weights = 0;                                                         \
    for (int64_t i = 0; i < k->n; i++)                                                   \
      for (int64_t j = 0; j < k->inner; j++) {                                           \
        int64_t at = i * k->inner + j, class = class_of(k, target[at]);                  \
        T w = class < 0 ? 0 : weight != NULL ? weight[class] : 1;                        \
        T loss = class < 0 ? 0 : -w * x[(i * k->classes + class) * k->inner + j];        \
        if (reduction == 0) out[at] = loss;                                              \
        sum += (double)loss;                                                             \
        weights += (double)w;                                                            \
      }                                                                                  \
    *total = (T)weights;                                                                 \
    if (reduction == 1) out[0] = (T)(sum / weights);                                     \
    if (reduction == 2) out[0] = (T)sum;                                                 \
  }                                                                                      \
  static void backward_##T(const Classes *k, const T *g, const int64_t *target, const T *weight, \
                           const T *total, int reduction, T *out) {                      \
    const T scale = reduction == 1 ? *g / *total : *g;                                   \
    for (int64_t i = 0; i < k->n; i++)                                                   \
      for (int64_t j = 0; j < k->inner; j++) {                                           \
        int64_t at = i * k->inner + j, class = class_of(k, target[at]);                  \
        if (class < 0) continue;                                                         \
        T w = weight != NULL ? weight[class] : 1;                                        \
        out[(i * k->classes + class) * k->inner + j] = -w * (reduction == 0 ? g[at] : scale); \
      }                                                                                  \
  }
NLL(float)
NLL(double)

Status KERNEL(nll_loss)(Call *c) {
  const NllLossAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Classes k = classes_of(in->ndim, in->shape, a->ignore_index);
  const int64_t *target = tensor_data(c->in[1]);
  void *x = tensor_data(in), *w = data_or_null(c->in[2]);
  void *out = tensor_data(c->out[0]), *total = tensor_data(c->out[1]);
  if (in->dtype == DTYPE_FLOAT32) forward_float(&k, x, target, w, a->reduction, out, total);
  else forward_double(&k, x, target, w, a->reduction, out, total);
  return OK;
}

Status KERNEL(nll_loss_backward)(Call *c) {
  const NllLossBackwardAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  Classes k = classes_of(out->ndim, out->shape, a->ignore_index);
  const int64_t *target = tensor_data(c->in[1]);
  void *g = tensor_data(c->in[0]), *w = data_or_null(c->in[2]), *total = data_or_null(c->in[3]);
  void *o = tensor_data(out);
  memset(o, 0, (size_t)out->numel * tensor_itemsize(out));
  if (out->numel == 0) return OK;
  if (out->dtype == DTYPE_FLOAT32) backward_float(&k, g, target, w, total, a->reduction, o);
  else backward_double(&k, g, target, w, total, a->reduction, o);
  return OK;
}
