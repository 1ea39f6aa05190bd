/* loss/gradient.c: gradients of nll_loss, which is linear in its input. */
#include "core/internal.h"

Status backward_nll_loss(Backward *c) {
  const NllLossAttrs *a = c->attrs;
  return op_nll_loss_backward(c->grad[0], c->input[1], c->input[2], c->output[1], backward_input_shape(c, 0),
                              a->ignore_index, a->reduction, &c->result[0]);
}

Status backward_nll_loss_backward(Backward *c) {
  const NllLossBackwardAttrs *a = c->attrs;
  Tensor *total = NULL;
  Status status = op_nll_loss(c->grad[0], c->input[1], c->input[2], a->ignore_index, a->reduction, &c->result[0], &total);
  tensor_release(total);
  return status;
}
