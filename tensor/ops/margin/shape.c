/* margin/shape.c: shapes of the rows' margin losses. */
#include "core/internal.h"

static Status check_labels(const char *who, const Tensor *input, const Tensor *target) {
  char text[SHAPE_TEXT];
  if (input->ndim == 2 && target->dtype == DTYPE_INT64 && tensor_same_shape(input, target)) return OK;
  return fail(ERROR_ARGUMENT, "%s: 'target' (argument 2): expected int64 classes in the shape of the input, got %s",
              who, tensor_text(text, target));
}

Status infer_multilabel_margin_loss(Call *c) {
  const Tensor *input = c->in[0];
  TRY(check_labels("multilabel_margin_loss", input, c->in[1]));
  return call_output(c, 0, (DType)input->dtype, 1, input->shape);
}

Status infer_multilabel_margin_loss_backward(Call *c) {
  char text[SHAPE_TEXT];
  const Tensor *g = c->in[0], *input = c->in[1];
  TRY(check_labels("multilabel_margin_loss_backward", input, c->in[2]));
  if (g->ndim != 1 || g->shape[0] != input->shape[0] || g->dtype != input->dtype)
    return fail(ERROR_ARGUMENT, "multilabel_margin_loss_backward: 'g' (argument 1): expected one for each row, got %s",
                tensor_text(text, g));
  return call_output(c, 0, (DType)input->dtype, 2, input->shape);
}
