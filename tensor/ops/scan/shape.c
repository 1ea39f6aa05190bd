/* scan/shape.c: shapes of scans, and shift. */
#include "core/internal.h"

Status infer_scan(Call *c) {
  const LogcumsumexpAttrs *a = c->attrs;
  int dim;
  TRY(resolve_dim(c->info->lua_name, a->dim, c->in[0]->ndim, &dim));
  return call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape);
}

Status infer_scan_extreme(Call *c) {
  TRY(infer_scan(c));
  return call_output(c, 1, DTYPE_INT64, c->in[0]->ndim, c->in[0]->shape);
}

Status infer_linear_scan(Call *c) {
  const LinearScanAttrs *a = c->attrs;
  const Tensor *factor = c->in[0], *in = c->in[1];
  char want[SHAPE_TEXT], got[SHAPE_TEXT];
  int dim;
  if (factor->dtype != in->dtype || factor->ndim != in->ndim ||
      memcmp(factor->shape, in->shape, sizeof(int64_t) * (size_t)in->ndim) != 0)
    return fail(ERROR_ARGUMENT, "linear_scan: 'factor' (argument 1): expected %s as 'input', got %s",
                tensor_text(want, in), tensor_text(got, factor));
  TRY(resolve_dim("linear_scan", a->dim, in->ndim, &dim));
  return call_output(c, 0, (DType)in->dtype, in->ndim, in->shape);
}

Status composite_shift(Call *c) {
  const ShiftAttrs *a = c->attrs;
  Tensor *in = c->in[0];
  OWNED Tensor *kept = NULL, *edge = NULL;
  int dim;
  TRY(resolve_dim("shift", a->dim, in->ndim, &dim));
  if (in->ndim == 0) return op_new_full(in, (Ints){0}, a->value, DTYPE_NONE, &c->out[0]);
  if (in->shape[dim] == 0) return op_clone(in, &c->out[0]);
  Ints shape = ints_of(in->ndim, in->shape);
  shape.v[dim] = 1;
  TRY(op_narrow(in, dim, a->back ? 0 : 1, in->shape[dim] - 1, &kept));
  TRY(op_new_full(in, shape, a->value, DTYPE_NONE, &edge));
  return op_cat(2, a->back ? (Tensor *[]){edge, kept} : (Tensor *[]){kept, edge}, dim, &c->out[0]);
}
