/* kl_div.c: the divergence of Kullback and Leibler as a loss. */
#include "core/internal.h"

enum { REDUCTION_NONE, REDUCTION_MEAN, REDUCTION_SUM, REDUCTION_BATCHMEAN };

/* exp(target) (target - input) */
static Status of_logarithms(Tensor *input, Tensor *target, Tensor **out) {
  Tensor *difference = NULL, *probability = NULL;
  Status status = op_sub(target, input, scalar_int(1), &difference);
  if (status == OK) status = op_exp(target, &probability);
  if (status == OK) status = op_mul(probability, difference, out);
  tensor_release(difference);
  tensor_release(probability);
  return status;
}

Status composite_kl_div(Call *c) {
  const KlDivAttrs *a = c->attrs;
  char text[SHAPE_TEXT];
  Tensor *losses = NULL, *sum = NULL;
  if (a->reduction == REDUCTION_BATCHMEAN && c->in[0]->ndim == 0)
    return fail(ERROR_ARGUMENT, "kl_div: 'input' (argument 1): reduction = \"batchmean\" needs a batch, got %s", tensor_text(text, c->in[0]));
  TRY(a->log_target ? of_logarithms(c->in[0], c->in[1], &losses) : op_kl_div_of(c->in[0], c->in[1], &losses));
  Status status = OK;
  if (a->reduction == REDUCTION_NONE) c->out[0] = tensor_retain(losses);
  else if (a->reduction == REDUCTION_MEAN) status = op_mean(losses, ints_none(), false, DTYPE_NONE, &c->out[0]);
  else if (a->reduction == REDUCTION_SUM) status = op_sum(losses, ints_none(), false, DTYPE_NONE, &c->out[0]);
  else {
    status = op_sum(losses, ints_none(), false, DTYPE_NONE, &sum);
    Tensor *batch = NULL;
    if (status == OK) status = tensor_wrap_number(scalar_float((double)c->in[0]->shape[0]), &batch);
    if (status == OK) status = op_div(sum, batch, &c->out[0]);
    tensor_release(batch);
    tensor_release(sum);
  }
  tensor_release(losses);
  return status;
}
