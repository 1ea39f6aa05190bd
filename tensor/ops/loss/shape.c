/* loss/shape.c: shapes of nll_loss, and the losses that are made of other ops. */
#include "core/internal.h"

/* ---- nll_loss -------------------------------------------------------------------- */

/* Whether target has the shape of input without its classes. */
static bool target_fits(int ndim, const int64_t *shape, const Tensor *target) {
  int classes = ndim == 1 ? 0 : 1, n = 0;
  if (target->ndim != ndim - 1) return false;
  for (int d = 0; d < ndim; d++)
    if (d != classes && target->shape[n++] != shape[d]) return false;
  return true;
}

static Status check_classes(const char *who, const Tensor *input, const Tensor *target, const Tensor *weight) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (input->ndim < 1)
    return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): expected (C), (N×C) or (N×C×d…), got a tensor of 0 dimensions", who);
  if (target->dtype != DTYPE_INT64)
    return fail(ERROR_ARGUMENT, "%s: 'target' (argument 2): expected int64 classes, got %s", who, tensor_text(a, target));
  if (!target_fits(input->ndim, input->shape, target))
    return fail(ERROR_ARGUMENT, "%s: 'target' (argument 2): expected the shape of the input %s without its classes, got %s",
                who, shape_text(a, input->ndim, input->shape), shape_text(b, target->ndim, target->shape));
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
  bool each = a->reduction == 0;
  TRY(call_output(c, 0, (DType)input->dtype, each ? target->ndim : 0, target->shape));
  return call_output(c, 1, (DType)input->dtype, 0, NULL);
}

Status infer_nll_loss_backward(Call *c) {
  const NllLossBackwardAttrs *a = c->attrs;
  return call_output(c, 0, (DType)c->in[0]->dtype, a->size.n, a->size.v);
}

/* ---- reductions of losses -------------------------------------------------------- */

/* What "none", "mean" or "sum" makes of the losses. */
static Status reduced(Tensor *losses, int reduction, Tensor **out) {
  Ints all = ints_none();
  if (reduction == 1) return op_mean(losses, all, false, DTYPE_NONE, out);
  if (reduction == 2) return op_sum(losses, all, false, DTYPE_NONE, out);
  *out = tensor_retain(losses);
  return OK;
}

static Status check_float(const char *who, const Tensor *t, const char *name, int position) {
  char text[SHAPE_TEXT];
  if (dtype_is_float((DType)t->dtype)) return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected a float tensor, got %s", who, name, position,
              tensor_text(text, t));
}

static Status check_same(const char *who, const Tensor *input, const Tensor *target) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  TRY(check_float(who, input, "input", 1));
  if (tensor_same_shape(input, target)) return OK;
  return fail(ERROR_ARGUMENT, "%s: 'target' (argument 2): expected the shape of the input %s, got %s", who,
              shape_text(a, input->ndim, input->shape), shape_text(b, target->ndim, target->shape));
}

/* ---- cross_entropy ------------------------------------------------------------------ */

/* A tensor over the classes, shaped to broadcast along dimension 'dim' of 'like'. */
static Status along(Tensor *weight, const Tensor *like, int dim, Tensor **out) {
  Ints shape = {.n = like->ndim};
  for (int d = 0; d < like->ndim; d++) shape.v[d] = d == dim ? like->shape[d] : 1;
  return op_reshape(weight, shape, out);
}

static Status scaled(Tensor *t, double factor, Tensor **out) {
  Tensor *number;
  *out = NULL;
  TRY(tensor_wrap_number(scalar_float(factor), &number));
  Status status = op_mul(t, number, out);
  tensor_release(number);
  return status;
}

/* -Σ weight · log-probability over the classes, 0 where the target is ignored; then
** reduced, "mean" by the sum of the targets' weights as in nll_loss. */
static Status smooth_part(Tensor *logp, const CrossEntropyAttrs *a, Tensor *target, Tensor *weight, Tensor *total,
                          Tensor **out) {
  Tensor *t[8] = {0};
  int dim = logp->ndim == 1 ? 0 : 1;
  Status status = OK;
  if (weight != NULL) {
    status = along(weight, logp, dim, &t[0]);
    if (status == OK) status = op_mul(logp, t[0], &t[1]);
  } else t[1] = tensor_retain(logp);
  if (status == OK) status = op_sum(t[1], (Ints){1, {dim}}, false, DTYPE_NONE, &t[2]);
  if (status == OK) status = op_neg(t[2], &t[3]);
  if (status == OK) status = tensor_wrap_number(scalar_int(a->ignore_index), &t[4]);
  if (status == OK) status = op_eq(target, t[4], &t[5]);
  if (status == OK) status = op_masked_fill(t[3], t[5], scalar_int(0), &t[6]);
  if (status == OK) status = reduced(t[6], a->reduction == 0 ? 0 : 2, &t[7]);
  if (status == OK && a->reduction == 1) status = op_div(t[7], total, out);
  else if (status == OK) *out = tensor_retain(t[7]);
  for (int i = 0; i < 8; i++) tensor_release(t[i]);
  return status;
}

static Status smoothed(Tensor *logp, const CrossEntropyAttrs *a, Tensor *target, Tensor *weight, Tensor **out) {
  Tensor *t[5] = {0};
  int64_t classes = logp->shape[logp->ndim == 1 ? 0 : 1];
  double e = a->label_smoothing;
  Status status = op_nll_loss(logp, target, weight, a->ignore_index, a->reduction, &t[0], &t[1]);
  if (status == OK) status = smooth_part(logp, a, target, weight, t[1], &t[2]);
  if (status == OK) status = scaled(t[0], 1 - e, &t[3]);
  if (status == OK) status = scaled(t[2], e / (double)classes, &t[4]);
  if (status == OK) status = op_add(t[3], t[4], scalar_int(1), out);
  for (int i = 0; i < 5; i++) tensor_release(t[i]);
  return status;
}

/* -Σ weight · (target (1 - e) + e / C) · log-probability */
static Status of_probabilities(Tensor *logp, const CrossEntropyAttrs *a, Tensor *target, Tensor *weight, Tensor **out) {
  Tensor *t[9] = {0};
  int dim = logp->ndim == 1 ? 0 : 1;
  double e = a->label_smoothing, classes = (double)logp->shape[dim];
  Status status = OK;
  if (e > 0) {
    status = scaled(target, 1 - e, &t[0]);
    if (status == OK) status = tensor_wrap_number(scalar_float(e / classes), &t[1]);
    if (status == OK) status = op_add(t[0], t[1], scalar_int(1), &t[2]);
  } else t[2] = tensor_retain(target);
  if (status == OK) status = op_mul(logp, t[2], &t[3]);
  if (status == OK && weight != NULL) {
    status = along(weight, logp, dim, &t[4]);
    if (status == OK) status = op_mul(t[3], t[4], &t[5]);
  } else t[5] = tensor_retain(t[3]);
  if (status == OK) status = op_sum(t[5], (Ints){1, {dim}}, false, DTYPE_NONE, &t[6]);
  if (status == OK) status = op_neg(t[6], &t[7]);
  if (status == OK) status = reduced(t[7], a->reduction, out);
  for (int i = 0; i < 9; i++) tensor_release(t[i]);
  return status;
}

static Status check_cross_entropy(const CrossEntropyAttrs *a, Tensor *input, Tensor *target, Tensor *weight, bool soft) {
  TRY(check_float("cross_entropy", input, "input", 1));
  if (input->ndim < 1) return fail(ERROR_ARGUMENT, "cross_entropy: 'input' (argument 1): expected (C), (N×C) or (N×C×d…)");
  if (!(a->label_smoothing >= 0 && a->label_smoothing <= 1))
    return fail(ERROR_ARGUMENT, "cross_entropy: 'label_smoothing': expected a number from 0 to 1, got %g", a->label_smoothing);
  if (!soft) return check_classes("cross_entropy", input, target, weight);
  return check_same("cross_entropy", input, target);
}

Status composite_cross_entropy(Call *c) {
  const CrossEntropyAttrs *a = c->attrs;
  Tensor *input = c->in[0], *target = c->in[1], *weight = c->in[2], *logp = NULL, *total = NULL;
  bool soft = dtype_is_float((DType)target->dtype);
  TRY(check_cross_entropy(a, input, target, weight, soft));
  TRY(op_log_softmax(input, input->ndim == 1 ? 0 : 1, DTYPE_NONE, &logp));
  Status status;
  if (soft) status = of_probabilities(logp, a, target, weight, &c->out[0]);
  else if (a->label_smoothing > 0) status = smoothed(logp, a, target, weight, &c->out[0]);
  else status = op_nll_loss(logp, target, weight, a->ignore_index, a->reduction, &c->out[0], &total);
  tensor_release(logp);
  tensor_release(total);
  return status;
}

Status composite_cross_entropy_soft(Call *c) {
  return composite_cross_entropy(c); /* the attributes are the same */
}

/* ---- of differences ------------------------------------------------------------------ */

typedef Status (*Unary)(Tensor *d, Tensor **out);

static Status of_difference(Call *c, Unary f, int reduction) {
  Tensor *d = NULL, *losses = NULL;
  TRY(check_float(c->info->lua_name, c->in[0], "input", 1));
  Status status = op_sub(c->in[0], c->in[1], scalar_int(1), &d);
  if (status == OK) status = f(d, &losses);
  if (status == OK) status = reduced(losses, reduction, &c->out[0]);
  tensor_release(d);
  tensor_release(losses);
  return status;
}

Status composite_mse_loss(Call *c) {
  return of_difference(c, op_square, ((const MseLossAttrs *)c->attrs)->reduction);
}
Status composite_l1_loss(Call *c) {
  return of_difference(c, op_abs, ((const L1LossAttrs *)c->attrs)->reduction);
}

static Status smooth(Call *c, double beta, double factor, int reduction) {
  Tensor *t[3] = {0};
  TRY(check_float(c->info->lua_name, c->in[0], "input", 1));
  Status status = op_sub(c->in[0], c->in[1], scalar_int(1), &t[0]);
  if (status == OK) status = op_smooth_l1_of(t[0], beta, &t[1]);
  if (status == OK) status = reduced(t[1], reduction, &t[2]);
  if (status == OK && factor != 1) status = scaled(t[2], factor, &c->out[0]);
  else if (status == OK) c->out[0] = tensor_retain(t[2]);
  for (int i = 0; i < 3; i++) tensor_release(t[i]);
  return status;
}

Status composite_smooth_l1_loss(Call *c) {
  const SmoothL1LossAttrs *a = c->attrs;
  if (!(a->beta >= 0)) return fail(ERROR_ARGUMENT, "smooth_l1_loss: 'beta': expected a number of at least 0, got %g", a->beta);
  if (a->beta == 0) return of_difference(c, op_abs, a->reduction);
  return smooth(c, a->beta, 1, a->reduction);
}
Status composite_huber_loss(Call *c) {
  const HuberLossAttrs *a = c->attrs;
  if (!(a->delta > 0)) return fail(ERROR_ARGUMENT, "huber_loss: 'delta': expected a number above 0, got %g", a->delta);
  return smooth(c, a->delta, a->delta, a->reduction);
}

/* ---- binary cross entropy -------------------------------------------------------------- */

static Status weighted(Tensor *losses, Tensor *weight, int reduction, Tensor **out) {
  if (weight == NULL) return reduced(losses, reduction, out);
  Tensor *t;
  TRY(op_mul(losses, weight, &t));
  Status status = reduced(t, reduction, out);
  tensor_release(t);
  return status;
}

/* All elements of 'input' lie between 0 and 1. */
static Status check_probabilities(Tensor *input) {
  Tensor *t[2] = {0};
  Scalar low, high;
  if (input->numel == 0) return OK;
  bool on = grad_set_enabled(false);
  Status status = op_min(input, &t[0]);
  if (status == OK) status = op_max(input, &t[1]);
  if (status == OK) status = tensor_item("binary_cross_entropy", t[0], &low);
  if (status == OK) status = tensor_item("binary_cross_entropy", t[1], &high);
  grad_set_enabled(on);
  tensor_release(t[0]);
  tensor_release(t[1]);
  if (status != OK || !(low.as.f < 0 || high.as.f > 1)) return status;
  return fail(ERROR_ARGUMENT, "binary_cross_entropy: 'input' (argument 1): expected numbers from 0 to 1, got %g",
              low.as.f < 0 ? low.as.f : high.as.f);
}

Status composite_binary_cross_entropy(Call *c) {
  const BinaryCrossEntropyAttrs *a = c->attrs;
  Tensor *losses;
  TRY(check_same("binary_cross_entropy", c->in[0], c->in[1]));
  TRY(check_probabilities(c->in[0]));
  TRY(op_bce_of(c->in[0], c->in[1], &losses));
  Status status = weighted(losses, c->in[2], a->reduction, &c->out[0]);
  tensor_release(losses);
  return status;
}

/* (1 - y) x + (1 + (p - 1) y) softplus(-x) */
static Status with_pos_weight(Tensor *x, Tensor *y, Tensor *p, Tensor **out) {
  Tensor *t[9] = {0};
  Status status = tensor_wrap_number(scalar_int(1), &t[0]);
  if (status == OK) status = op_sub(p, t[0], scalar_int(1), &t[1]);
  if (status == OK) status = op_mul(t[1], y, &t[2]);
  if (status == OK) status = op_add(t[2], t[0], scalar_int(1), &t[3]);
  if (status == OK) status = op_neg(x, &t[4]);
  if (status == OK) status = op_softplus(t[4], 1, 20, &t[5]);
  if (status == OK) status = op_mul(t[3], t[5], &t[6]);
  if (status == OK) status = op_sub(t[0], y, scalar_int(1), &t[7]);
  if (status == OK) status = op_mul(t[7], x, &t[8]);
  if (status == OK) status = op_add(t[6], t[8], scalar_int(1), out);
  for (int i = 0; i < 9; i++) tensor_release(t[i]);
  return status;
}

Status composite_binary_cross_entropy_with_logits(Call *c) {
  const BinaryCrossEntropyWithLogitsAttrs *a = c->attrs;
  Tensor *losses = NULL, *p = c->in[3];
  TRY(check_same("binary_cross_entropy_with_logits", c->in[0], c->in[1]));
  Status status = p != NULL ? with_pos_weight(c->in[0], c->in[1], p, &losses) : op_bce_logits_of(c->in[0], c->in[1], &losses);
  if (status == OK) status = weighted(losses, c->in[2], a->reduction, &c->out[0]);
  tensor_release(losses);
  return status;
}
