/* ctc/shape.c: shapes of the loss. Lengths and classes are data, which the kernel looks at. */
#include "core/internal.h"

static Status check_ctc(const Tensor *x, const Tensor *targets, const Tensor *lengths, const Tensor *target_lengths,
                        int64_t blank) {
  char text[SHAPE_TEXT];
  const int64_t batch = x->ndim == 3 ? x->shape[1] : -1;
  if (x->ndim != 3)
    return fail(ERROR_ARGUMENT, "ctc_loss: 'log_probs' (argument 1): expected (T×N×C), got %s", tensor_text(text, x));
  if (targets->dtype != DTYPE_INT64 || targets->ndim < 1 || targets->ndim > 2 ||
      (targets->ndim == 2 && targets->shape[0] != batch))
    return fail(ERROR_ARGUMENT, "ctc_loss: 'targets' (argument 2): expected int64 classes of %lld sequences, got %s",
                (long long)batch, tensor_text(text, targets));
  for (int i = 0; i < 2; i++) {
    const Tensor *t = i == 0 ? lengths : target_lengths;
    if (t->numel != batch)
      return fail(ERROR_ARGUMENT, "ctc_loss: '%s' (argument %d): expected %lld lengths, got %s",
                  i == 0 ? "input_lengths" : "target_lengths", 3 + i, (long long)batch, tensor_text(text, t));
  }
  if (blank < 0 || blank >= x->shape[2])
    return fail(ERROR_ARGUMENT, "ctc_loss: 'blank' (argument 5): class %lld is not among the %lld classes",
                (long long)(blank < 0 ? blank : blank + 1), (long long)x->shape[2]);
  return OK;
}

Status infer_ctc_loss(Call *c) {
  const NativeCtcLossAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  TRY(check_ctc(x, c->in[1], c->in[2], c->in[3], a->blank));
  return call_output(c, 0, (DType)x->dtype, 1, &x->shape[1]);
}

Status infer_ctc_loss_backward(Call *c) {
  const CtcLossBackwardAttrs *a = c->attrs;
  char text[SHAPE_TEXT];
  const Tensor *g = c->in[0], *x = c->in[1], *losses = c->in[5];
  TRY(check_ctc(x, c->in[2], c->in[3], c->in[4], a->blank));
  if (g->ndim != 1 || g->shape[0] != x->shape[1] || g->dtype != x->dtype)
    return fail(ERROR_ARGUMENT, "ctc_loss_backward: 'g' (argument 1): expected %s (%lld), got %s",
                dtype_name((DType)x->dtype), (long long)x->shape[1], tensor_text(text, g));
  if (!tensor_same_shape(g, losses) || losses->dtype != x->dtype)
    return fail(ERROR_ARGUMENT, "ctc_loss_backward: 'losses' (argument 6): expected the shape and dtype of 'g', got %s",
                tensor_text(text, losses));
  return call_output(c, 0, (DType)x->dtype, 3, x->shape);
}
