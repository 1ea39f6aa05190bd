/* reduce/shape.c: shapes of reductions, and those made of others. */
#include <math.h>

#include "core/internal.h"

/* The shape of 'in' without the dimensions of 'bits', or with size 1 there. */
static int reduced_shape(const Tensor *in, uint32_t bits, bool keepdim, int64_t *shape) {
  int n = 0;
  for (int d = 0; d < in->ndim; d++)
    if (!(bits >> d & 1)) shape[n++] = in->shape[d];
    else if (keepdim) shape[n++] = 1;
  return n;
}

static Status reduced_output(Call *c, const Ints *dim, bool keepdim, DType dtype) {
  int64_t shape[TENSOR_MAX_DIMS];
  uint32_t bits;
  TRY(resolve_dims(c->info->lua_name, dim, c->in[0]->ndim, &bits));
  int n = reduced_shape(c->in[0], bits, keepdim, shape);
  return call_output(c, 0, dtype, n, shape);
}

/* sum, mean and prod, whose attributes are the same. */
Status infer_reduce(Call *c) {
  const SumAttrs *a = c->attrs;
  DType dtype = a->dtype != DTYPE_NONE ? a->dtype : (DType)c->in[0]->dtype;
  if (c->op == OP_MEAN && !dtype_is_float(dtype))
    return fail(ERROR_ARGUMENT, "mean: 'input' (argument 1): expected a float tensor, got %s; give dtype or use :float()",
                dtype_name(dtype));
  if (a->dtype == DTYPE_NONE && !dtype_is_float(dtype)) dtype = DTYPE_INT64;
  return reduced_output(c, &a->dim, a->keepdim, dtype);
}

/* A reduction that has no value for no elements. */
static Status check_not_empty(const Call *c, uint32_t bits) {
  char text[SHAPE_TEXT];
  const Tensor *in = c->in[0];
  for (int d = 0; d < in->ndim; d++)
    if (in->shape[d] == 0 && bits >> d & 1)
      return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): no elements along dimension %d, got %s",
                  c->info->lua_name, d + 1, tensor_text(text, in));
  return OK;
}

/* amax and amin; max and min without attributes. */
Status infer_extreme(Call *c) {
  const AmaxAttrs *a = c->attrs;
  Ints dim = a != NULL ? a->dim : ints_none();
  uint32_t bits;
  TRY(resolve_dims(c->info->lua_name, &dim, c->in[0]->ndim, &bits));
  TRY(check_not_empty(c, bits));
  return reduced_output(c, &dim, a != NULL && a->keepdim, (DType)c->in[0]->dtype);
}

Status infer_logic(Call *c) {
  const AnyAttrs *a = c->attrs;
  DType dtype = c->in[0]->dtype == DTYPE_UINT8 ? DTYPE_UINT8 : DTYPE_BOOL;
  return reduced_output(c, &a->dim, a->keepdim, dtype);
}

Status infer_norm_of(Call *c) {
  const NormOfAttrs *a = c->attrs;
  uint32_t bits;
  TRY(resolve_dims("norm", &a->dim, c->in[0]->ndim, &bits));
  if (a->which >= 3) TRY(check_not_empty(c, bits));
  return reduced_output(c, &a->dim, a->keepdim, (DType)c->in[0]->dtype);
}

/* max and min along one dimension: values and positions. */
Status infer_extreme_dim(Call *c) {
  const MaxDimAttrs *a = c->attrs;
  int64_t shape[TENSOR_MAX_DIMS];
  int d;
  TRY(resolve_dim(c->info->lua_name, a->dim, c->in[0]->ndim, &d));
  TRY(check_not_empty(c, 1u << d));
  int n = reduced_shape(c->in[0], 1u << d, a->keepdim, shape);
  TRY(call_output(c, 0, (DType)c->in[0]->dtype, n, shape));
  return call_output(c, 1, DTYPE_INT64, n, shape);
}

Status infer_arg_extreme(Call *c) {
  const ArgmaxAttrs *a = c->attrs;
  int64_t shape[TENSOR_MAX_DIMS];
  uint32_t bits = (1u << c->in[0]->ndim) - 1;
  int d;
  if (a->dim != INT64_MIN) {
    TRY(resolve_dim(c->info->lua_name, a->dim, c->in[0]->ndim, &d));
    bits = 1u << d;
  }
  TRY(check_not_empty(c, bits));
  int n = reduced_shape(c->in[0], bits, a->keepdim, shape);
  return call_output(c, 0, DTYPE_INT64, n, shape);
}

Status infer_cumulate(Call *c) {
  const CumsumAttrs *a = c->attrs;
  DType dtype = (DType)c->in[0]->dtype;
  int d;
  TRY(resolve_dim(c->info->lua_name, a->dim, c->in[0]->ndim, &d));
  if (a->dtype != DTYPE_NONE) dtype = a->dtype;
  else if (!dtype_is_float(dtype)) dtype = DTYPE_INT64;
  return call_output(c, 0, dtype, c->in[0]->ndim, c->in[0]->shape);
}

/* ---- composites that have a gradient of their own -------------------------------- */

/* Runs 'f' without the tape: the row's own gradient is noted by the engine. */
static Status untaped(Call *c, Status (*f)(Call *c)) {
  bool on = grad_set_enabled(false);
  Status status = f(c);
  grad_set_enabled(on);
  return status;
}

/* Σ (x - mean)² / (n - correction) */
static Status variance(Call *c) {
  const VarAttrs *a = c->attrs;
  Tensor *in = c->in[0], *mean = NULL, *off = NULL, *square = NULL;
  int64_t correction = a->unbiased ? a->correction : 0;
  Status status = op_mean(in, a->dim, true, DTYPE_NONE, &mean);
  if (status == OK) status = op_sub(in, mean, scalar_int(1), &off);
  if (status == OK) status = op_square(off, &square);
  if (status == OK) status = op_sum(square, a->dim, a->keepdim, DTYPE_NONE, &c->out[0]);
  tensor_release(mean);
  tensor_release(off);
  tensor_release(square);
  if (status != OK || c->out[0]->numel == 0) return status;
  double n = (double)in->numel / (double)c->out[0]->numel - (double)correction;
  Tensor *by, *sum = c->out[0];
  TRY(tensor_wrap_number(scalar_float(n > 0 ? n : 0), &by));
  c->out[0] = NULL;
  status = op_div(sum, by, &c->out[0]);
  tensor_release(by);
  tensor_release(sum);
  return status;
}

static Status deviation(Call *c) {
  TRY(variance(c));
  Tensor *var = c->out[0];
  c->out[0] = NULL;
  Status status = op_sqrt(var, &c->out[0]);
  tensor_release(var);
  return status;
}

Status composite_var(Call *c) { return untaped(c, variance); }
Status composite_std(Call *c) { return untaped(c, deviation); }

Status composite_var_unbiased(Call *c) {
  const VarUnbiasedAttrs *a = c->attrs;
  return op_var(c->in[0], a->dim, a->unbiased, a->keepdim, true, &c->out[0]);
}
Status composite_std_unbiased(Call *c) {
  const StdUnbiasedAttrs *a = c->attrs;
  return op_std(c->in[0], a->dim, a->unbiased, a->keepdim, true, &c->out[0]);
}
Status composite_var_of_all(Call *c) {
  return op_var(c->in[0], ints_none(), ((const VarOfAllAttrs *)c->attrs)->unbiased, false, true, &c->out[0]);
}
Status composite_std_of_all(Call *c) {
  return op_std(c->in[0], ints_none(), ((const StdOfAllAttrs *)c->attrs)->unbiased, false, true, &c->out[0]);
}

/* m + log Σ exp(x - m), m the largest element, or 0 where that is infinite. */
static Status log_sum_exp(Call *c) {
  const LogsumexpAttrs *a = c->attrs;
  Tensor *t[8] = {0}, *in = c->in[0];
  uint32_t bits;
  int64_t shape[TENSOR_MAX_DIMS];
  TRY(resolve_dims("logsumexp", &a->dim, in->ndim, &bits));
  int n = reduced_shape(in, bits, a->keepdim, shape);
  Status status = in->numel > 0 ? op_amax(in, a->dim, true, &t[0]) /* there is none of no elements */
                                : op_sum(in, a->dim, true, DTYPE_NONE, &t[0]);
  if (status == OK) status = op_isinf(t[0], &t[1]);
  if (status == OK) status = op_masked_fill(t[0], t[1], scalar_int(0), &t[2]);
  if (status == OK) status = op_sub(in, t[2], scalar_int(1), &t[3]);
  if (status == OK) status = op_exp(t[3], &t[4]);
  if (status == OK) status = op_sum(t[4], a->dim, true, DTYPE_NONE, &t[5]);
  if (status == OK) status = op_log(t[5], &t[6]);
  if (status == OK) status = op_add(t[6], t[2], scalar_int(1), &t[7]);
  if (status == OK) status = op_reshape(t[7], ints_of(n, shape), &c->out[0]);
  for (int i = 0; i < 8; i++) tensor_release(t[i]);
  return status;
}

Status composite_logsumexp(Call *c) {
  if (dtype_is_float((DType)c->in[0]->dtype)) return untaped(c, log_sum_exp);
  Tensor *real; /* integers are taken as the default float */
  TRY(tensor_cast(c->in[0], dtype_default(), &real));
  Call inner = *c;
  inner.in = &real;
  Status status = untaped(&inner, log_sum_exp);
  c->out[0] = inner.out[0];
  tensor_release(real);
  return status;
}

/* (Σ|x|^p)^(1/p) for a p that has no fold of its own. */
static Status norm_general(Call *c, double p) {
  const NormAttrs *a = c->attrs;
  Tensor *t[5] = {0};
  Status status = op_abs(c->in[0], &t[0]);
  if (status == OK) status = tensor_wrap_number(scalar_float(p), &t[1]);
  if (status == OK) status = op_pow(t[0], t[1], &t[2]);
  if (status == OK) status = op_sum(t[2], a->dim, a->keepdim, DTYPE_NONE, &t[3]);
  if (status == OK) status = tensor_wrap_number(scalar_float(1 / p), &t[4]);
  if (status == OK) status = op_pow(t[3], t[4], &c->out[0]);
  for (int i = 0; i < 5; i++) tensor_release(t[i]);
  return status;
}

static Status norm(Call *c) {
  const NormAttrs *a = c->attrs;
  double p = scalar_to_double(a->p);
  int which = p == 0 ? 0 : p == 1 ? 1 : p == 2 ? 2 : !isinf(p) ? -1 : p > 0 ? 3 : 4;
  if (which < 0) return norm_general(c, p);
  return op_norm_of(c->in[0], which, a->dim, a->keepdim, &c->out[0]);
}

Status composite_norm(Call *c) { return untaped(c, norm); }

Status composite_matrix_norm(Call *c) {
  const MatrixNormAttrs *a = c->attrs;
  if (a->dim.n > 2) return fail(ERROR_ARGUMENT, "norm: 'dim' (argument 3): expected at most 2 dimensions for \"fro\", got %d", a->dim.n);
  return op_norm(c->in[0], scalar_int(2), a->dim, a->keepdim, &c->out[0]);
}
