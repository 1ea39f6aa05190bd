/* margin/cpu.c: multilabel_margin_loss and its gradient, row by row. */
#include "device/cpu/kernel.h"

/* How many labels a row has: up to the first that is negative, or all. Each must be a class. */
static int64_t labels_of(int64_t classes, const int64_t *target) {
  int64_t n = 0;
  while (n < classes && (target[n] >= 0 || target[n] == POSITION_ZERO)) {
    if (target[n] == POSITION_ZERO) kernel_fault("'target' (argument 2): 0 is not a class; classes count from 1");
    else if (target[n] >= classes)
      kernel_fault("'target' (argument 2): class %lld is not among the %lld classes", (long long)target[n] + 1,
                   (long long)classes);
    if (target[n] < 0 || target[n] >= classes) return 0;
    n++;
  }
  return n;
}

#define BODY "ops/margin/labels_body.h"
#include "each_float.h"

typedef void (*LabelsFn)(int64_t rows, int64_t classes, const void *x, const int64_t *target, bool *is_label,
                         void *out);
typedef void (*LabelsBackwardFn)(int64_t rows, int64_t classes, const void *g, const void *x, const int64_t *target,
                                 bool *is_label, void *out);
static const LabelsFn labels_losses[DTYPE_COUNT] = FLOAT_TABLE(labels_loss);
static const LabelsBackwardFn labels_gradients[DTYPE_COUNT] = FLOAT_TABLE(labels_gradient);

Status KERNEL(native_multilabel_margin_loss)(Call *c) {
  const Tensor *x = c->in[0];
  const size_t bytes = (size_t)x->shape[1] + 1;
  bool *is_label = memory_alloc(bytes);
  if (is_label == NULL) return ERROR_MEMORY;
  memset(is_label, 0, bytes);
  labels_losses[x->dtype](x->shape[0], x->shape[1], tensor_data(x), tensor_data(c->in[1]), is_label,
                          tensor_data(c->out[0]));
  memory_free(is_label, bytes);
  return OK;
}

Status KERNEL(multilabel_margin_loss_backward)(Call *c) {
  const Tensor *x = c->in[1];
  const size_t bytes = (size_t)x->shape[1] + 1;
  bool *is_label = memory_alloc(bytes);
  if (is_label == NULL) return ERROR_MEMORY;
  memset(is_label, 0, bytes);
  labels_gradients[x->dtype](x->shape[0], x->shape[1], tensor_data(c->in[0]), tensor_data(x), tensor_data(c->in[2]),
                             is_label, tensor_data(c->out[0]));
  memory_free(is_label, bytes);
  return OK;
}
