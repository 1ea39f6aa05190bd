/* loss/cpu.c: nll_loss and its gradient. input is N × C × inner, target N × inner. */
#include "device/cpu/kernel.h"

typedef struct {
  int64_t n, classes, inner, ignore;
} Classes;

typedef enum { NLL_NONE, NLL_MEAN, NLL_SUM } NllReduction; /* the choices of the row, in order */

static Classes nll_classes(int ndim, const int64_t *shape, int64_t ignore) {
  Classes k = {1, shape[0], 1, ignore};
  if (ndim == 1) return k;
  k.n = shape[0];
  k.classes = shape[1];
  for (int d = 2; d < ndim; d++) k.inner *= shape[d];
  return k;
}

/* The class of a target, -1 when it is ignored or wrong (a fault is noted then). */
static int64_t nll_class(const Classes *k, int64_t target) {
  if (target >= 0 && target < k->classes) return target == k->ignore ? -1 : target;
  if (target == k->ignore) return -1;
  if (target == POSITION_ZERO)
    kernel_fault("'target' (argument 2): 0 is not a class; classes count from 1");
  else
    kernel_fault("'target' (argument 2): class %lld is not among the %lld classes",
                 (long long)(target < 0 ? target : target + 1), (long long)k->classes);
  return -1;
}

#define BODY "ops/loss/nll_body.h"
#include "each_float.h"

typedef void (*NllFn)(const Classes *k, const void *x, const int64_t *target, const void *weight,
                      NllReduction reduction, void *out, void *total);
typedef void (*NllBackwardFn)(const Classes *k, const void *g, const int64_t *target, const void *weight,
                              const void *total, NllReduction reduction, void *out);
static const NllFn nll_forwards[DTYPE_COUNT] = FLOAT_TABLE(nll_forward);
static const NllBackwardFn nll_backwards[DTYPE_COUNT] = FLOAT_TABLE(nll_backward);

Status KERNEL(nll_loss)(Call *c) {
  const NllLossAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  Classes k = nll_classes(in->ndim, in->shape, a->ignore_index);
  const int64_t *target = tensor_data(c->in[1]);
  void *x = tensor_data(in), *w = data_or_null(c->in[2]);
  void *out = tensor_data(c->out[0]), *total = tensor_data(c->out[1]);
  nll_forwards[in->dtype](&k, x, target, w, (NllReduction)a->reduction, out, total);
  return OK;
}

Status KERNEL(nll_loss_backward)(Call *c) {
  const NllLossBackwardAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  Classes k = nll_classes(out->ndim, out->shape, a->ignore_index);
  const int64_t *target = tensor_data(c->in[1]);
  void *g = tensor_data(c->in[0]), *w = data_or_null(c->in[2]), *total = data_or_null(c->in[3]);
  void *o = tensor_data(out);
  memset(o, 0, (size_t)out->numel * tensor_itemsize(out));
  if (out->numel == 0) return OK;
  nll_backwards[out->dtype](&k, g, target, w, total, (NllReduction)a->reduction, o);
  return OK;
}
