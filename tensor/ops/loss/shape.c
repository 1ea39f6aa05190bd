/* loss/shape.c: shapes of nll_loss, and the check of probabilities. */
#include "core/internal.h"
#include "device/device.h"

/* ---- nll_loss -------------------------------------------------------------------- */

/* Whether target has the shape of input without its classes. */
static bool target_fits(int ndim, const int64_t *shape, const Tensor *target) {
  int classes = ndim == 1 ? 0 : 1, n = 0;
  if (ndim == 1 && target->ndim == 1) return target->numel == 1; /* the class of the only row */
  if (target->ndim != ndim - 1) return false;
  for (int d = 0; d < ndim; d++)
    if (d != classes && target->shape[n++] != shape[d]) return false;
  return true;
}

static Status check_classes(const char *who, const Tensor *input, const Tensor *target, const Tensor *weight) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (input->ndim < 1)
    return fail(ERROR_ARGUMENT,
                "%s: 'input' (argument 1): expected (C), (N×C) or (N×C×d…), got a tensor of 0 dimensions", who);
  if (target->dtype != DTYPE_INT64)
    return fail(ERROR_ARGUMENT, "%s: 'target' (argument 2): expected int64 classes, got %s", who,
                tensor_text(a, target));
  if (!target_fits(input->ndim, input->shape, target))
    return fail(ERROR_ARGUMENT,
                "%s: 'target' (argument 2): expected the shape of the input %s without its classes, got %s", who,
                shape_text(a, input->ndim, input->shape), shape_text(b, target->ndim, target->shape));
  int64_t classes = input->shape[input->ndim == 1 ? 0 : 1];
  if (weight != NULL && (weight->ndim != 1 || weight->shape[0] != classes || weight->dtype != input->dtype))
    return fail(ERROR_ARGUMENT, "%s: 'weight' (argument 3): expected %s (%lld), one for each class, got %s", who,
                dtype_name((DType)input->dtype), (long long)classes, tensor_text(a, weight));
  return OK;
}

Status infer_nll_loss(Call *c) {
  const NllLossAttrs *a = c->attrs;
  const Tensor *input = c->in[0], *target = c->in[1];
  TRY(check_classes("nll_loss", input, target, c->in[2]));
  const bool each = a->reduction == 0 && input->ndim > 1;
  TRY(call_output(c, 0, (DType)input->dtype, each ? target->ndim : 0, target->shape));
  return call_output(c, 1, dtype_compute((DType)input->dtype), 0, NULL); /* of 16 bits it could be infinite */
}

Status infer_nll_loss_backward(Call *c) {
  const NllLossBackwardAttrs *a = c->attrs;
  char text[SHAPE_TEXT];
  const Tensor *g = c->in[0], *target = c->in[1], *total = c->in[3];
  const DType sums = dtype_compute((DType)g->dtype);
  TRY(call_output(c, 0, (DType)g->dtype, a->size.n, a->size.v));
  TRY(check_classes("nll_loss_backward", c->out[0], target, c->in[2]));
  if (a->reduction == 0 && a->size.n > 1 ? !tensor_same_shape(g, target) : g->numel != 1)
    return fail(ERROR_ARGUMENT, "nll_loss_backward: 'g' (argument 1): expected the shape of the loss, got %s",
                tensor_text(text, g));
  if (a->reduction == 1 && total == NULL)
    return fail(ERROR_ARGUMENT, "nll_loss_backward: 'total' (argument 4): needed with reduction = \"mean\"");
  if (total != NULL && (total->numel != 1 || (DType)total->dtype != sums))
    return fail(ERROR_ARGUMENT, "nll_loss_backward: 'total' (argument 4): expected one number of %s, got %s",
                dtype_name(sums), tensor_text(text, total));
  return OK;
}

/* ---- checks of data ---------------------------------------------------------------- */

/* Whether all elements lie between 0 and 1, where the device has a kernel that tells it in one pass. */
static Status are_probabilities(Tensor *input, bool *yes) {
  OWNED Tensor *excess = NULL;
  Scalar most;
  *yes = false;
  if (!device_of(input)->host) return OK;
  TRY(op_unit_excess(input, &excess));
  TRY(tensor_item("probabilities", excess, &most));
  *yes = most.as.f <= 0;
  return OK;
}

/* All elements of the input of a loss, or of its target, lie between 0 and 1. */
static Status check_probabilities(Tensor *input, bool target) {
  OWNED Tensor *least = NULL, *most = NULL;
  Scalar low, high;
  bool yes;
  if (input->numel == 0 || !device_has_data(tensor_device(input))) return OK;
  TRY(are_probabilities(input, &yes));
  if (yes) return OK;
  TRY(op_min(input, &least));
  TRY(op_max(input, &most));
  TRY(tensor_item("probabilities", least, &low));
  TRY(tensor_item("probabilities", most, &high));
  if (low.as.f >= 0 && high.as.f <= 1) return OK; /* NaN is the smallest and the largest one */
  return fail(ERROR_ARGUMENT, "probabilities: '%s' (argument %d): expected numbers from 0 to 1, got %g",
              target ? "target" : "input", target ? 2 : 1, shown(low.as.f >= 0 ? high.as.f : low.as.f));
}

Status composite_probabilities(Call *c) {
  bool was = grad_set_enabled(false);
  Status status = check_probabilities(c->in[0], ((const ProbabilitiesAttrs *)c->attrs)->target);
  grad_set_enabled(was);
  if (status == OK) c->out[0] = tensor_retain(c->in[0]);
  return status;
}

static Status check_variances(Tensor *var) {
  OWNED Tensor *least = NULL;
  Scalar low;
  if (var->numel == 0 || !device_has_data(tensor_device(var))) return OK;
  TRY(op_min(var, &least));
  TRY(tensor_item("variances", least, &low));
  if (!(scalar_to_double(low) < 0)) return OK;
  return fail(ERROR_ARGUMENT, "variances: expected numbers of at least 0 in 'var' (argument 3), got %g",
              shown(scalar_to_double(low)));
}

Status composite_variances(Call *c) {
  bool was = grad_set_enabled(false);
  Status status = check_variances(c->in[0]);
  grad_set_enabled(was);
  if (status == OK) c->out[0] = tensor_retain(c->in[0]);
  return status;
}
