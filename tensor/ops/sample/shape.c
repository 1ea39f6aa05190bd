/* sample/shape.c: shapes of sampling at the places of a grid: input (N×C×sizes), grid (N×places×dimensions). */
#include "core/internal.h"

static Status check_modes(int dims, int64_t mode, int64_t padding) {
  if (mode < 0 || mode > 2)
    return fail(ERROR_ARGUMENT, "grid_sampler: 'interpolation_mode' (argument 3): expected 0, 1 or 2, got %lld",
                (long long)mode);
  if (padding < 0 || padding > 2)
    return fail(ERROR_ARGUMENT, "grid_sampler: 'padding_mode' (argument 4): expected 0, 1 or 2, got %lld",
                (long long)padding);
  if (mode == 2 && dims == 3)
    return fail(ERROR_ARGUMENT, "grid_sampler: bicubic needs planes, input (N×C×H×W)");
  return OK;
}

/* 'input' is the shape of what is read. */
static Status check_sampled(DType dtype, int ndim, const int64_t *input, const Tensor *grid, const Tensor *tangent) {
  char text[SHAPE_TEXT];
  if (ndim != 4 && ndim != 5)
    return fail(ERROR_ARGUMENT, "grid_sampler: 'input' (argument 1): expected (N×C×H×W) or (N×C×D×H×W), got "
                "%d dimensions", ndim);
  for (int d = 2; d < ndim; d++)
    if (input[d] < 1) return fail(ERROR_ARGUMENT, "grid_sampler: 'input' (argument 1): expected sizes of 1 or more");
  if (grid->ndim != ndim || grid->shape[0] != input[0] || grid->shape[ndim - 1] != ndim - 2 || grid->dtype != dtype)
    return fail(ERROR_ARGUMENT, "grid_sampler: 'grid' (argument 2): expected %s of %d dimensions (%lld×…×%d), "
                "got %s",
                dtype_name(dtype), ndim, (long long)input[0], ndim - 2, tensor_text(text, grid));
  if (tangent != NULL && (!tensor_same_shape(tangent, grid) || tangent->dtype != dtype))
    return fail(ERROR_ARGUMENT, "grid_sampler: 'tangent': expected the shape and dtype of 'grid', got %s",
                tensor_text(text, tangent));
  return OK;
}

/* The gradient of the result has its shape: (N×C×places). */
static Status check_sampled_gradient(const Tensor *g, int64_t channels, const Tensor *grid) {
  char text[SHAPE_TEXT];
  bool fits = g->ndim == grid->ndim && g->dtype == grid->dtype && g->shape[0] == grid->shape[0] &&
              g->shape[1] == channels;
  for (int d = 2; d < g->ndim && fits; d++) fits = g->shape[d] == grid->shape[d - 1];
  return fits ? OK : fail(ERROR_ARGUMENT, "grid_sampler: 'grad_output' (argument 1): expected the shape and dtype of "
                          "the result, got %s", tensor_text(text, g));
}

Status infer_grid_sampler_along(Call *c) {
  const GridSamplerAlongAttrs *a = c->attrs;
  const Tensor *in = c->in[0], *grid = c->in[1];
  int64_t shape[TENSOR_MAX_DIMS];
  TRY(check_sampled((DType)in->dtype, in->ndim, in->shape, grid, c->in[2]));
  TRY(check_modes(in->ndim - 2, a->interpolation_mode, a->padding_mode));
  shape[0] = in->shape[0], shape[1] = in->shape[1];
  for (int d = 2; d < in->ndim; d++) shape[d] = grid->shape[d - 1];
  return call_output(c, 0, (DType)in->dtype, in->ndim, shape);
}

Status infer_grid_sampler_spread(Call *c) {
  const GridSamplerSpreadAttrs *a = c->attrs;
  const Tensor *g = c->in[0], *grid = c->in[1];
  TRY(check_sampled((DType)g->dtype, a->size.n, a->size.v, grid, c->in[2]));
  TRY(check_sampled_gradient(g, a->size.v[1], grid));
  TRY(check_modes(a->size.n - 2, a->interpolation_mode, a->padding_mode));
  return call_output(c, 0, (DType)g->dtype, a->size.n, a->size.v);
}

Status infer_grid_sampler_slope(Call *c) {
  const GridSamplerSlopeAttrs *a = c->attrs;
  const Tensor *g = c->in[0], *in = c->in[1], *grid = c->in[2];
  TRY(check_sampled((DType)in->dtype, in->ndim, in->shape, grid, c->in[3]));
  TRY(check_sampled_gradient(g, in->shape[1], grid));
  TRY(check_modes(in->ndim - 2, a->interpolation_mode, a->padding_mode));
  return call_output(c, 0, (DType)grid->dtype, grid->ndim, grid->shape);
}
