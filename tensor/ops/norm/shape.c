/* norm/shape.c: shapes of normalisation. */
#include "core/internal.h"

Status infer_batch_norm_of(Call *c) {
  const Tensor *x = c->in[0];
  DType dtype = (DType)x->dtype;
  TRY(call_output(c, 0, dtype, x->ndim, x->shape));
  TRY(call_output(c, 1, dtype, 1, &x->shape[1]));
  return call_output(c, 2, dtype, 1, &x->shape[1]);
}

Status infer_batch_norm_backward(Call *c) {
  const Tensor *x = c->in[1];
  DType dtype = (DType)x->dtype;
  TRY(call_output(c, 0, dtype, x->ndim, x->shape));
  TRY(call_output(c, 1, dtype, 1, &x->shape[1]));
  return call_output(c, 2, dtype, 1, &x->shape[1]);
}

/* ---- layer_norm ------------------------------------------------------------------ */

Status infer_layer_norm_of(Call *c) {
  const Tensor *x = c->in[0];
  DType dtype = (DType)x->dtype;
  TRY(call_output(c, 0, dtype, 2, x->shape));
  TRY(call_output(c, 1, dtype, 1, x->shape));
  return call_output(c, 2, dtype, 1, x->shape);
}

Status infer_layer_norm_backward(Call *c) {
  const Tensor *x = c->in[1];
  DType dtype = (DType)x->dtype;
  TRY(call_output(c, 0, dtype, 2, x->shape));
  TRY(call_output(c, 1, dtype, 1, &x->shape[1]));
  return call_output(c, 2, dtype, 1, &x->shape[1]);
}
