/* gradient_norm.c: the gradient of batch_norm: one fused kernel, or, when the gradient
** is itself to be differentiated, simple ops.
*/
#include "internal.h"

static Status fused(Backward *c) {
  const BatchNormOfAttrs *a = c->attrs;
  Tensor *d[3] = {0};
  TRY(op_batch_norm_backward(c->grad[0], c->input[0], c->input[3], c->output[1], c->output[2], a->training, &d[0], &d[1], &d[2]));
  static const int input[3] = {0, 3, 4};
  for (int i = 0; i < 3; i++) {
    if (c->needs >> input[i] & 1) c->result[input[i]] = d[i];
    else tensor_release(d[i]);
  }
  return OK;
}

typedef struct {
  Ints dims;    /* all but the channels */
  Ints along;   /* the shape of one number per channel */
  Tensor *t[32];
  int n;
} Work;

/* Each adds one tensor to the work; NULL operands mean that an earlier step failed. */
static Tensor *keep(Work *w, Status status, Tensor *const *t) {
  if (status != OK) return NULL;
  return w->t[w->n++] = *t;
}
static Tensor *mean_of(Work *w, Tensor *x) {
  Tensor *out;
  return x == NULL ? NULL : keep(w, op_mean(x, w->dims, true, DTYPE_NONE, &out), &out);
}
static Tensor *subtract(Work *w, Tensor *a, Tensor *b) {
  Tensor *out;
  return a == NULL || b == NULL ? NULL : keep(w, op_sub(a, b, scalar_int(1), &out), &out);
}
static Tensor *multiply(Work *w, Tensor *a, Tensor *b) {
  Tensor *out;
  return a == NULL || b == NULL ? NULL : keep(w, op_mul(a, b, &out), &out);
}
static Tensor *per_channel(Work *w, Tensor *x) {
  Tensor *out;
  return x == NULL ? NULL : keep(w, op_reshape(x, w->along, &out), &out);
}

/* 1 / √(variance + eps) of what has been centred */
static Tensor *inverse_deviation(Work *w, Tensor *centred, double eps) {
  Tensor *number, *sum, *out;
  Tensor *variance = mean_of(w, multiply(w, centred, centred));
  if (variance == NULL) return NULL;
  if (keep(w, tensor_wrap_number(scalar_float(eps), &number), &number) == NULL) return NULL;
  if (keep(w, op_add(variance, number, scalar_int(1), &sum), &sum) == NULL) return NULL;
  return keep(w, op_rsqrt(sum, &out), &out);
}

/* (g' - mean(g') - x' mean(g' x')) invstd with g' = g weight, x' the normalised input;
** outside training only g' invstd. */
static Tensor *for_input(Work *w, Tensor *g, Tensor *weight, Tensor *normal, Tensor *invstd, bool training) {
  Tensor *scaled = weight != NULL ? multiply(w, g, per_channel(w, weight)) : g;
  if (!training) return multiply(w, scaled, invstd);
  Tensor *off = subtract(w, scaled, mean_of(w, scaled));
  Tensor *along = multiply(w, normal, mean_of(w, multiply(w, scaled, normal)));
  return multiply(w, subtract(w, off, along), invstd);
}

static Status by_ops(Backward *c) {
  const BatchNormOfAttrs *a = c->attrs;
  Tensor *x = c->input[0], *g = c->grad[0], *dx = NULL;
  Work w = {.dims = {0}, .along = {.n = x->ndim}};
  for (int d = 0; d < x->ndim; d++) {
    w.along.v[d] = d == 1 ? x->shape[1] : 1;
    if (d != 1) w.dims.v[w.dims.n++] = d;
  }
  Tensor *mean = a->training ? mean_of(&w, x) : per_channel(&w, c->output[1]);
  Tensor *centred = subtract(&w, x, mean);
  Tensor *invstd = a->training ? inverse_deviation(&w, centred, a->eps) : per_channel(&w, c->output[2]);
  Tensor *normal = multiply(&w, centred, invstd);
  Status status = normal != NULL ? OK : ERROR_MEMORY;
  if (status == OK && c->needs & 1) {
    dx = for_input(&w, g, c->input[3], normal, invstd, a->training);
    if (dx == NULL) status = ERROR_MEMORY;
    else c->result[0] = tensor_retain(dx);
  }
  if (status == OK && c->needs >> 3 & 1) {
    Tensor *part = multiply(&w, g, normal);
    status = part == NULL ? ERROR_MEMORY : op_sum(part, w.dims, false, DTYPE_NONE, &c->result[3]);
  }
  if (status == OK && c->needs >> 4 & 1) status = op_sum(g, w.dims, false, DTYPE_NONE, &c->result[4]);
  for (int i = 0; i < w.n; i++) tensor_release(w.t[i]);
  return status;
}

Status backward_batch_norm_of(Backward *c) { return grad_enabled() ? by_ops(c) : fused(c); }
