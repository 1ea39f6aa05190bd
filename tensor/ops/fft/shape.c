/* fft/shape.c: shape of fourier. */
#include "core/internal.h"

Status infer_fourier(Call *c) {
  const FourierAttrs *a = c->attrs;
  const Tensor *in = c->in[0];
  int dim;
  if (in->ndim == 0)
    return fail(ERROR_ARGUMENT, "fourier: 'input' (argument 1): expected at least 1 dimension, got 0");
  TRY(resolve_dim("fourier", a->dim, in->ndim, &dim));
  if (in->shape[dim] == 0)
    return fail(ERROR_ARGUMENT, "fourier: 'input' (argument 1): dimension %d has no elements", dim + 1);
  return call_output(c, 0, (DType)in->dtype, in->ndim, in->shape);
}
