/* fft/shape.c: shapes of transforms. */
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

/* Checks signals, window and hop; 'shape' is batch, frequencies, frames. */
static Status frames_shape(const Call *c, int64_t hop, int64_t *shape) {
  const Tensor *x = c->in[0], *window = c->in[1];
  const char *name = c->info->lua_name;
  char text[SHAPE_TEXT];
  if (x->ndim != 2) return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): expected (B×L), got %s", name,
    tensor_text(text, x));
  if (window->ndim != 1 || window->dtype != x->dtype || window->numel < 1 || window->numel > x->shape[1])
    return fail(ERROR_ARGUMENT, "%s: 'window' (argument 2): expected a vector of 1 to %lld elements of %s, got %s",
                name, (long long)x->shape[1], dtype_name((DType)x->dtype), tensor_text(text, window));
  if (hop < 1)
    return fail(ERROR_ARGUMENT, "%s: 'hop' (argument 3): expected 1 or more, got %lld", name, (long long)hop);
  shape[0] = x->shape[0];
  shape[1] = window->numel / 2 + 1;
  shape[2] = (x->shape[1] - window->numel) / hop + 1;
  return OK;
}

Status infer_frames_spectrum(Call *c) {
  const FramesSpectrumAttrs *a = c->attrs;
  int64_t shape[3];
  TRY(frames_shape(c, a->hop, shape));
  const DType complex = c->in[0]->dtype == DTYPE_FLOAT64 ? DTYPE_COMPLEX128 : DTYPE_COMPLEX64;
  return call_output(c, 0, complex, 3, shape);
}

Status infer_frames_power(Call *c) {
  const FramesPowerAttrs *a = c->attrs;
  const Tensor *filters = c->in[2];
  char text[SHAPE_TEXT];
  int64_t shape[3];
  TRY(frames_shape(c, a->hop, shape));
  if (filters != NULL) {
    if (filters->ndim != 2 || filters->dtype != c->in[0]->dtype || filters->shape[0] != shape[1])
      return fail(ERROR_ARGUMENT, "frames_power: 'filters' (argument 5): expected %s (%lld×bands), got %s",
                  dtype_name((DType)c->in[0]->dtype), (long long)shape[1], tensor_text(text, filters));
    shape[1] = filters->shape[1];
  }
  return call_output(c, 0, (DType)c->in[0]->dtype, 3, shape);
}
