/* reduce/shape.c: shapes of reductions. */
#include "call/road.h"
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

/* The dtype asked for must be one that numbers are added in. */
static Status reduce_check_dtype(const Call *c, DType dtype) {
  return dtype != DTYPE_NONE && dtype_is_stored(dtype) ? call_undefined_for(c, 0, dtype) : OK;
}

/* sum, mean and prod, whose attributes are the same. */
Status infer_reduce(Call *c) {
  const SumAttrs *a = c->attrs;
  DType dtype = a->dtype != DTYPE_NONE ? a->dtype : (DType)c->in[0]->dtype;
  TRY(reduce_check_dtype(c, a->dtype));
  if (c->op == OP_MEAN && !dtype_has_gradient(dtype))
    return fail(ERROR_ARGUMENT,
                "mean: 'input' (argument 1): expected a float tensor, got %s; give dtype or use :float()",
                dtype_name(dtype));
  if (a->dtype == DTYPE_NONE && !dtype_has_gradient(dtype)) dtype = DTYPE_INT64;
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

Status infer_native_norm(Call *c) {
  const NativeNormAttrs *a = c->attrs;
  uint32_t bits;
  if (a->which < 0 || a->which > 6)
    return fail(ERROR_ARGUMENT, "native_norm: 'which' (argument 2): expected 0 to 6, got %lld", (long long)a->which);
  TRY(resolve_dims("norm", &a->dim, c->in[0]->ndim, &bits));
  if (a->which >= 3) TRY(check_not_empty(c, bits));
  return reduced_output(c, &a->dim, a->keepdim, (DType)c->in[0]->dtype);
}

Status infer_native_var(Call *c) {
  const NativeVarAttrs *a = c->attrs;
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
  TRY(reduce_check_dtype(c, a->dtype));
  if (a->dtype != DTYPE_NONE) dtype = a->dtype;
  else if (!dtype_has_gradient(dtype)) dtype = DTYPE_INT64;
  return call_output(c, 0, dtype, c->in[0]->ndim, c->in[0]->shape);
}

Status infer_hash_tensor(Call *c) {
  const Tensor *in = c->in[0];
  char text[SHAPE_TEXT];
  if (in->ndim != 2 || (in->dtype != DTYPE_FLOAT64 && in->dtype != DTYPE_INT64))
    return fail(ERROR_ARGUMENT, "hash_tensor: 'input' (argument 1): expected a matrix of float64 or int64, got %s",
                tensor_text(text, in));
  return call_output(c, 0, DTYPE_UINT64, 1, in->shape);
}
