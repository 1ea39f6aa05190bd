/* norm/shape.c: shapes of normalisation. */
#include "core/internal.h"

/* Input i, if it is given, has this dtype and this shape. */
static Status check_like(const Call *c, int i, DType dtype, int ndim, const int64_t *shape) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  const Tensor *t = c->in[i];
  if (t == NULL || ((DType)t->dtype == dtype && t->ndim == ndim &&
                    (ndim == 0 || memcmp(t->shape, shape, (size_t)ndim * sizeof *shape) == 0)))
    return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %s %s, got %s", c->info->name, c->info->args[i].name,
              i + 1, dtype_name(dtype), shape_text(b, ndim, shape), tensor_text(a, t));
}

/* Of mean and 1 / √(variance + eps): what is measured of numbers of 16 bits has 32. */
static DType measured(const Tensor *x) { return dtype_compute((DType)x->dtype); }

/* Input i, a parameter of a layer, if it is given: it has the dtype of x, or 32 bits beside numbers of 16. */
static Status check_parameter(const Call *c, int i, const Tensor *x, const int64_t *length) {
  const bool wide = c->in[i] != NULL && (DType)c->in[i]->dtype == measured(x);
  return check_like(c, i, wide ? measured(x) : (DType)x->dtype, 1, length);
}

/* The dtype of the gradients of weight and bias: that of the weight, input i, or of x. */
static DType parameter_dtype(const Call *c, int i, const Tensor *x) {
  return (DType)(c->in[i] != NULL ? c->in[i] : x)->dtype;
}

/* The results: one like x, and two vectors of 'length' numbers. */
static Status normalized(Call *c, const Tensor *x, DType dtype, int64_t length) {
  TRY(call_output(c, 0, (DType)x->dtype, x->ndim, x->shape));
  TRY(call_output(c, 1, dtype, 1, &length));
  return call_output(c, 2, dtype, 1, &length);
}

static Status check_matrix(const Call *c, const Tensor *x, bool more) {
  char a[SHAPE_TEXT];
  if (x->ndim == 2 || (more && x->ndim > 2)) return OK;
  return fail(ERROR_ARGUMENT, "%s: 'input': expected (N×C)%s, got %s", c->info->name, more ? " or (N×C×…)" : "",
              tensor_text(a, x));
}

Status infer_native_batch_norm(Call *c) {
  const NativeBatchNormAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  TRY(check_matrix(c, x, true));
  for (int i = 1; i <= 4; i++) TRY(check_parameter(c, i, x, &x->shape[1]));
  if ((c->in[1] == NULL) != (c->in[2] == NULL) || (c->in[1] == NULL && !a->training))
    return fail(ERROR_ARGUMENT,
                "native_batch_norm: 'running_mean' and 'running_var' (arguments 2 and 3): expected both%s",
                a->training ? " or neither" : "");
  return normalized(c, x, measured(x), x->shape[1]);
}

Status infer_batch_norm_backward(Call *c) {
  const Tensor *x = c->in[1];
  TRY(check_matrix(c, x, true));
  TRY(check_like(c, 0, (DType)x->dtype, x->ndim, x->shape));
  TRY(check_parameter(c, 2, x, &x->shape[1]));
  for (int i = 3; i <= 4; i++) TRY(check_like(c, i, measured(x), 1, &x->shape[1]));
  return normalized(c, x, parameter_dtype(c, 2, x), x->shape[1]);
}

/* ---- layer_norm ------------------------------------------------------------------ */

Status infer_native_layer_norm(Call *c) {
  const Tensor *x = c->in[0];
  TRY(check_matrix(c, x, false));
  for (int i = 1; i <= 2; i++) TRY(check_parameter(c, i, x, &x->shape[1]));
  return normalized(c, x, measured(x), x->shape[0]);
}

Status infer_layer_norm_backward(Call *c) {
  const Tensor *x = c->in[1];
  TRY(check_matrix(c, x, false));
  TRY(check_like(c, 0, (DType)x->dtype, 2, x->shape));
  TRY(check_parameter(c, 2, x, &x->shape[1]));
  for (int i = 3; i <= 4; i++) TRY(check_like(c, i, measured(x), 1, &x->shape[0]));
  return normalized(c, x, parameter_dtype(c, 2, x), x->shape[1]);
}

/* ---- group_norm ------------------------------------------------------------------ */

/* x has samples of channels, which the groups divide. */
static Status check_groups(const Call *c, const Tensor *x, int64_t groups) {
  TRY(check_matrix(c, x, true));
  if (groups > 0 && x->numel > 0 && x->shape[1] % groups == 0) return OK;
  return fail(ERROR_ARGUMENT, "%s: 'groups': expected a divisor of the number of channels, got %lld",
              c->info->name, (long long)groups);
}

Status infer_native_group_norm(Call *c) {
  const NativeGroupNormAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  TRY(check_groups(c, x, a->groups));
  for (int i = 1; i <= 2; i++) TRY(check_parameter(c, i, x, &x->shape[1]));
  return normalized(c, x, measured(x), x->shape[0] * a->groups);
}

Status infer_group_norm_backward(Call *c) {
  const GroupNormBackwardAttrs *a = c->attrs;
  const Tensor *x = c->in[1];
  TRY(check_groups(c, x, a->groups));
  const int64_t statistics = x->shape[0] * a->groups;
  TRY(check_like(c, 0, (DType)x->dtype, x->ndim, x->shape));
  TRY(check_parameter(c, 2, x, &x->shape[1]));
  for (int i = 3; i <= 4; i++) TRY(check_like(c, i, measured(x), 1, &statistics));
  return normalized(c, x, parameter_dtype(c, 2, x), x->shape[1]);
}
