/* reduce/gradient.c: gradients of reductions, made of ops. */
#include <math.h>

#include "core/internal.h"

/* Gives a reduced tensor its reduced dimensions back, with size 1. */
static Status restore(Tensor *t, const Ints *input_shape, const Ints *dim, bool keepdim, Tensor **out) {
  *out = NULL;
  if (keepdim) {
    *out = tensor_retain(t);
    return OK;
  }
  uint32_t bits;
  TRY(resolve_dims("reduce", dim, input_shape->n, &bits));
  Ints shape = *input_shape;
  for (int d = 0; d < shape.n; d++)
    if (bits >> d & 1) shape.v[d] = 1;
  return op_reshape(t, shape, out);
}

Status unreduce(Backward *c, Tensor *grad, const Ints *dim, bool keepdim, Tensor **out) {
  Ints shape = backward_input_shape(c, 0);
  return restore(grad, &shape, dim, keepdim, out);
}

/* How many elements one result was made of. */
static double count_of(Backward *c) {
  Ints in = backward_input_shape(c, 0);
  int64_t n = shape_numel(in.n, in.v);
  return c->grad[0]->numel > 0 ? (double)n / (double)c->grad[0]->numel : 0;
}

static Status times(Tensor *t, double factor, Tensor **out) {
  Tensor *number;
  *out = NULL;
  TRY(tensor_wrap_number(scalar_float(factor), &number));
  Status status = op_mul(t, number, out);
  tensor_release(number);
  return status;
}

Status backward_mean(Backward *c) {
  const MeanAttrs *a = c->attrs;
  Tensor *t[2] = {0};
  Status status = unreduce(c, c->grad[0], &a->dim, a->keepdim, &t[0]);
  if (status == OK) status = times(t[0], 1 / count_of(c), &t[1]);
  if (status == OK) status = op_expand(t[1], backward_input_shape(c, 0), &c->result[0]);
  for (int i = 0; i < 2; i++) tensor_release(t[i]);
  return status;
}

/* The gradient of an extreme, shared evenly by the elements equal to it; where it is NaN, by those
** that are NaN. */
static Status share_extreme(Backward *c, const Ints *dim, bool keepdim) {
  Tensor *t[7] = {0}, *x = c->input[0];
  Status status = unreduce(c, c->grad[0], dim, keepdim, &t[0]);
  if (status == OK) status = unreduce(c, c->output[0], dim, keepdim, &t[1]);
  if (status == OK) status = op_eq(x, t[1], &t[5]);
  if (status == OK) status = op_isnan(x, &t[6]);
  if (status == OK) status = op_logical_or(t[5], t[6], &t[2]);
  if (status == OK) status = op_sum(t[2], *dim, true, DTYPE_NONE, &t[3]);
  if (status == OK) status = op_div(t[0], t[3], &t[4]);
  if (status == OK) status = op_mul(t[4], t[2], &c->result[0]);
  for (int i = 0; i < 7; i++) tensor_release(t[i]);
  return status;
}

Status backward_extreme(Backward *c) {
  const AmaxAttrs *a = c->attrs;
  return share_extreme(c, &a->dim, a->keepdim);
}

Status backward_extreme_all(Backward *c) {
  Ints all = ints_none();
  return share_extreme(c, &all, false);
}

/* The gradient goes to the element that was chosen. */
static Status to_chosen(Backward *c, int64_t dim, bool keepdim) {
  Ints shape = backward_input_shape(c, 0), dims = {1, {dim}};
  if (shape.n == 0) return op_reshape(c->grad[0], shape, &c->result[0]);
  Tensor *t[3] = {0};
  Status status = unreduce(c, c->grad[0], &dims, keepdim, &t[0]);
  if (status == OK) status = restore(c->output[1], &shape, &dims, keepdim, &t[1]);
  if (status == OK) status = op_zeros(shape, (DType)c->grad[0]->dtype, &t[2]);
  if (status == OK) status = op_scatter_add(t[2], dim, t[1], t[0], &c->result[0]);
  for (int i = 0; i < 3; i++) tensor_release(t[i]);
  return status;
}

Status backward_max_dim(Backward *c) {
  const MaxDimAttrs *a = c->attrs;
  return to_chosen(c, a->dim, a->keepdim);
}
Status backward_min_dim(Backward *c) {
  const MinDimAttrs *a = c->attrs;
  return to_chosen(c, a->dim, a->keepdim);
}

/* t · (x - mean(x)) · factor */
static Status times_distance(Backward *c, Tensor *t, const Ints *dim, double factor) {
  Tensor *s[3] = {0}, *x = c->input[0];
  Status status = op_mean(x, *dim, true, DTYPE_NONE, &s[0]);
  if (status == OK) status = op_sub(x, s[0], scalar_int(1), &s[1]);
  if (status == OK) status = times(t, factor, &s[2]);
  if (status == OK) status = op_mul(s[1], s[2], &c->result[0]);
  for (int i = 0; i < 3; i++) tensor_release(s[i]);
  return status;
}

/* d var / dx = 2 (x - mean) / (n - correction); the mean's own part sums to 0. */
Status backward_var(Backward *c) {
  const VarAttrs *a = c->attrs;
  double n = count_of(c) - (a->unbiased ? (double)a->correction : 0);
  Tensor *g = NULL;
  Status status = unreduce(c, c->grad[0], &a->dim, a->keepdim, &g);
  if (status == OK) status = times_distance(c, g, &a->dim, 2 / n);
  tensor_release(g);
  return status;
}

/* d std / dx = (x - mean) / ((n - correction) std), 0 where std is 0. */
Status backward_std(Backward *c) {
  const StdAttrs *a = c->attrs;
  double n = count_of(c) - (a->unbiased ? (double)a->correction : 0);
  Tensor *t[4] = {0};
  Status status = op_div(c->grad[0], c->output[0], &t[0]);
  if (status == OK) status = op_logical_not(c->output[0], &t[1]);
  if (status == OK) status = op_masked_fill(t[0], t[1], scalar_int(0), &t[2]);
  if (status == OK) status = unreduce(c, t[2], &a->dim, a->keepdim, &t[3]);
  if (status == OK) status = times_distance(c, t[3], &a->dim, 1 / n);
  for (int i = 0; i < 4; i++) tensor_release(t[i]);
  return status;
}

/* grad · exp(x - logsumexp), 0 where all x are -inf */
Status backward_logsumexp(Backward *c) {
  const LogsumexpAttrs *a = c->attrs;
  Tensor *t[7] = {0};
  Status status = unreduce(c, c->grad[0], &a->dim, a->keepdim, &t[0]);
  if (status == OK) status = unreduce(c, c->output[0], &a->dim, a->keepdim, &t[1]);
  if (status == OK) status = tensor_wrap_number(scalar_float(-INFINITY), &t[6]);
  if (status == OK) status = op_eq(t[1], t[6], &t[2]);
  if (status == OK) status = op_masked_fill(t[1], t[2], scalar_int(0), &t[3]);
  if (status == OK) status = op_sub(c->input[0], t[3], scalar_int(1), &t[4]);
  if (status == OK) status = op_exp(t[4], &t[5]);
  if (status == OK) status = op_mul(t[0], t[5], &c->result[0]);
  for (int i = 0; i < 7; i++) tensor_release(t[i]);
  return status;
}

/* grad · sign(x) |x|^(p-1) / norm^(p-1), 0 where the norm is 0. */
static Status norm_general(Backward *c, double p, Tensor *g, Tensor *norm) {
  Tensor *t[10] = {0}, *x = c->input[0];
  Status status = tensor_wrap_number(scalar_float(p - 1), &t[0]);
  if (status == OK) status = tensor_wrap_number(scalar_int(0), &t[1]);
  if (status == OK) status = op_eq(norm, t[1], &t[2]);
  if (status == OK) status = op_masked_fill(norm, t[2], scalar_int(1), &t[3]);
  if (status == OK) status = op_div(x, t[3], &t[4]);
  if (p == 2) {
    if (status == OK) status = op_mul(g, t[4], &t[8]);
  } else {
    if (status == OK) status = op_abs(t[4], &t[5]);
    if (status == OK) status = op_pow(t[5], t[0], &t[6]);
    if (status == OK) status = op_sign(x, &t[7]);
    if (status == OK) status = op_mul(t[6], t[7], &t[9]);
    if (status == OK) status = op_mul(g, t[9], &t[8]);
  }
  if (status == OK) status = op_masked_fill(t[8], t[2], scalar_int(0), &c->result[0]);
  for (int i = 0; i < 10; i++) tensor_release(t[i]);
  return status;
}

/* p of ±infinity: grad · sign(x), shared by the elements whose |x| is the norm. */
static Status norm_extreme(Backward *c, const Ints *dim, Tensor *g, Tensor *norm) {
  Tensor *t[6] = {0}, *x = c->input[0];
  Status status = op_abs(x, &t[0]);
  if (status == OK) status = op_eq(t[0], norm, &t[1]);
  if (status == OK) status = op_sum(t[1], *dim, true, DTYPE_NONE, &t[2]);
  if (status == OK) status = op_div(g, t[2], &t[3]);
  if (status == OK) status = op_sign(x, &t[4]);
  if (status == OK) status = op_mul(t[4], t[1], &t[5]);
  if (status == OK) status = op_mul(t[3], t[5], &c->result[0]);
  for (int i = 0; i < 6; i++) tensor_release(t[i]);
  return status;
}

Status backward_norm(Backward *c) {
  const NormAttrs *a = c->attrs;
  double p = scalar_to_double(a->p);
  Tensor *t[3] = {0};
  Status status = unreduce(c, c->grad[0], &a->dim, a->keepdim, &t[0]);
  if (status == OK) status = unreduce(c, c->output[0], &a->dim, a->keepdim, &t[1]);
  if (status == OK && isinf(p)) status = norm_extreme(c, &a->dim, t[0], t[1]);
  else if (status == OK && p == 0) status = op_zeros(backward_input_shape(c, 0), (DType)c->grad[0]->dtype, &c->result[0]);
  else if (status == OK && p == 1) {
    status = op_sign(c->input[0], &t[2]);
    if (status == OK) status = op_mul(t[0], t[2], &c->result[0]);
  } else if (status == OK) status = norm_general(c, p, t[0], t[1]);
  for (int i = 0; i < 3; i++) tensor_release(t[i]);
  return status;
}
