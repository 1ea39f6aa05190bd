/* norm/gradient.c: the gradients of batch_norm and layer_norm: one fused kernel, or, when the
** gradient is itself to be differentiated, simple ops.
*/
#include "core/internal.h"

typedef struct {
  Ints together; /* the dimensions that are normalised together */
  Ints shared;   /* the dimensions along which weight and bias stay the same */
  Ints along;    /* the shape of weight and bias between those */
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
  return x == NULL ? NULL : keep(w, op_mean(x, w->together, true, DTYPE_NONE, &out), &out);
}
static Tensor *subtract(Work *w, Tensor *a, Tensor *b) {
  Tensor *out;
  return a == NULL || b == NULL ? NULL : keep(w, op_sub(a, b, scalar_int(1), &out), &out);
}
static Tensor *multiply(Work *w, Tensor *a, Tensor *b) {
  Tensor *out;
  return a == NULL || b == NULL ? NULL : keep(w, op_mul(a, b, &out), &out);
}
static Tensor *along_input(Work *w, Tensor *x) {
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
  Tensor *scaled = weight != NULL ? multiply(w, g, along_input(w, weight)) : g;
  if (!training) return multiply(w, scaled, invstd);
  Tensor *off = subtract(w, scaled, mean_of(w, scaled));
  Tensor *along = multiply(w, normal, mean_of(w, multiply(w, scaled, normal)));
  return multiply(w, subtract(w, off, along), invstd);
}

/* The gradients for input, weight and bias, in this order in 'input'; mean and invstd are
** constants outside training. */
static Status by_ops(Backward *c, Work *w, const int input[3], bool training, double eps) {
  Tensor *x = c->input[0], *g = c->grad[0], *dx = NULL;
  Tensor *mean = training ? mean_of(w, x) : along_input(w, c->output[1]);
  Tensor *centred = subtract(w, x, mean);
  Tensor *invstd = training ? inverse_deviation(w, centred, eps) : along_input(w, c->output[2]);
  Tensor *normal = multiply(w, centred, invstd);
  Status status = normal != NULL ? OK : ERROR_MEMORY;
  if (status == OK && c->needs >> input[0] & 1) {
    dx = for_input(w, g, c->input[input[1]], normal, invstd, training);
    if (dx == NULL) status = ERROR_MEMORY;
    else c->result[input[0]] = tensor_retain(dx);
  }
  if (status == OK && c->needs >> input[1] & 1) {
    Tensor *part = multiply(w, g, normal);
    status = part == NULL ? ERROR_MEMORY : op_sum(part, w->shared, false, DTYPE_NONE, &c->result[input[1]]);
  }
  if (status == OK && c->needs >> input[2] & 1) status = op_sum(g, w->shared, false, DTYPE_NONE, &c->result[input[2]]);
  for (int i = 0; i < w->n; i++) tensor_release(w->t[i]);
  return status;
}

/* Hands out what a fused kernel made for the same three. */
static Status fused(Backward *c, const int input[3], Status status, Tensor *const d[3]) {
  for (int i = 0; i < 3 && status == OK; i++) {
    if (c->needs >> input[i] & 1) c->result[input[i]] = d[i];
    else tensor_release(d[i]);
  }
  return status;
}

Status backward_batch_norm_of(Backward *c) {
  static const int input[3] = {0, 3, 4};
  const BatchNormOfAttrs *a = c->attrs;
  const Tensor *x = c->input[0];
  Tensor *d[3];
  if (!grad_enabled())
    return fused(c, input, op_batch_norm_backward(c->grad[0], c->input[0], c->input[3], c->output[1], c->output[2],
                                                  a->training, &d[0], &d[1], &d[2]), d);
  Work w = {.along = {.n = x->ndim}};
  for (int k = 0; k < x->ndim; k++) {
    w.along.v[k] = k == 1 ? x->shape[1] : 1;
    if (k != 1) w.together.v[w.together.n++] = k;
  }
  w.shared = w.together;
  return by_ops(c, &w, input, a->training, a->eps);
}

Status backward_layer_norm_of(Backward *c) {
  static const int input[3] = {0, 1, 2};
  const LayerNormOfAttrs *a = c->attrs;
  Tensor *d[3];
  if (!grad_enabled())
    return fused(c, input, op_layer_norm_backward(c->grad[0], c->input[0], c->input[1], c->output[1], c->output[2],
                                                  &d[0], &d[1], &d[2]), d);
  Work w = {.together = {1, {1}}, .shared = {1, {0}}, .along = {2, {1, c->input[0]->shape[1]}}};
  return by_ops(c, &w, input, true, a->eps);
}
