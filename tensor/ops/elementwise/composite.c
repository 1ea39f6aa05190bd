/* elementwise/composite.c: composites of elementwise ops. The kernels come from the rows' expressions. */
#include "core/internal.h"

Status composite_gelu(Call *c) {
  const GeluAttrs *a = c->attrs;
  return a->approximate == 1 ? op_gelu_tanh(c->in[0], &c->out[0]) : op_gelu_exact(c->in[0], &c->out[0]);
}
Status composite_max_other(Call *c) { return op_maximum(c->in[0], c->in[1], &c->out[0]); }
Status composite_min_other(Call *c) { return op_minimum(c->in[0], c->in[1], &c->out[0]); }

/* Where min > max the result is max, so min comes first. */
Status composite_clamp_tensor(Call *c) {
  Tensor *min = c->in[1], *max = c->in[2], *low = NULL;
  if (min == NULL && max == NULL) return fail(ERROR_ARGUMENT, "clamp: 'min' or 'max' must be given");
  if (max == NULL) return op_maximum(c->in[0], min, &c->out[0]);
  if (min == NULL) return op_minimum(c->in[0], max, &c->out[0]);
  TRY(op_maximum(c->in[0], min, &low));
  Status status = op_minimum(low, max, &c->out[0]);
  tensor_release(low);
  return status;
}

/* grad where 'mask' holds (a NULL mask holds nowhere), else 0. */
static Status where_mask(Tensor *grad, Tensor *mask, bool holds, Tensor **out) {
  Tensor *other = NULL;
  if (holds) TRY(op_logical_not(mask, &other));
  Status status = op_masked_fill(grad, holds ? other : mask, scalar_int(0), out);
  tensor_release(other);
  return status;
}

/* input gets the gradient where min <= input <= max, min where input < min < max, max where
** it limits or lies below min. */
Status backward_clamp_tensor(Backward *c) {
  Tensor *grad = c->grad[0], *x = c->input[0], *min = c->input[1], *max = c->input[2];
  Tensor *below = NULL, *above = NULL, *crossed = NULL, *limited = NULL, *t[2] = {0};
  Status status = OK;
  if (min != NULL) status = op_lt(x, min, &below);
  if (status == OK && max != NULL) status = op_gt(x, max, &above);
  if (status == OK && min != NULL && max != NULL) status = op_ge(min, max, &crossed);
  if (status == OK && (c->needs & 1)) {
    if (below != NULL && above != NULL) status = op_logical_or(below, above, &limited);
    else limited = tensor_retain(below != NULL ? below : above);
    if (status == OK) status = where_mask(grad, limited, false, &c->result[0]);
  }
  if (status == OK && (c->needs & 2)) {
    status = where_mask(grad, below, true, crossed != NULL ? &t[0] : &c->result[1]);
    if (status == OK && crossed != NULL) status = where_mask(t[0], crossed, false, &c->result[1]);
  }
  if (status == OK && (c->needs & 4)) {
    if (min != NULL) {
      Tensor *lower = NULL;
      status = op_gt(min, max, &lower);
      if (status == OK) status = op_logical_or(above, lower, &t[1]);
      tensor_release(lower);
    } else t[1] = tensor_retain(above);
    if (status == OK) status = where_mask(grad, t[1], true, &c->result[2]);
  }
  tensor_release(below);
  tensor_release(above);
  tensor_release(crossed);
  tensor_release(limited);
  tensor_release(t[0]);
  tensor_release(t[1]);
  return status;
}

Status composite_masked_fill_tensor(Call *c) {
  Tensor *input = c->in[0], *value = c->in[2], *cast = NULL;
  char text[SHAPE_TEXT];
  if (value->ndim != 0)
    return fail(ERROR_ARGUMENT, "masked_fill: 'value' (argument 3): expected a number or a tensor of no dimensions, got %s",
                tensor_text(text, value));
  if (c->in[1]->dtype != DTYPE_BOOL)
    return fail(ERROR_ARGUMENT, "masked_fill: 'mask' (argument 2): expected a tensor of bool, got %s", tensor_text(text, c->in[1]));
  TRY(tensor_cast(value, (DType)input->dtype, &cast));
  Status status = op_where(c->in[1], cast, input, &c->out[0]);
  tensor_release(cast);
  return status;
}
