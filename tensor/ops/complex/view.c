/* view.c: complex numbers shown by their parts, and the other way around. */
#include "core/internal.h"

/* The real part of each number; offset 1 gives the imaginary one. */
static void view_parts(Tensor *out, int64_t offset) {
  out->dtype = dtype_real((DType)out->dtype);
  out->offset = out->offset * 2 + offset;
  for (int d = 0; d < out->ndim; d++) out->stride[d] = wrapping_product(out->stride[d], 2);
}

Status view_real(const Tensor *in, const void *attrs, Tensor *out) {
  (void)attrs;
  if (dtype_is_complex((DType)in->dtype)) view_parts(out, 0);
  return OK;
}

Status view_imag(const Tensor *in, const void *attrs, Tensor *out) {
  (void)attrs;
  if (!dtype_is_complex((DType)in->dtype))
    return fail(ERROR_ARGUMENT, "imag: 'input' (argument 1): expected complex numbers, got %s",
                dtype_name((DType)in->dtype));
  view_parts(out, 1);
  return OK;
}

Status view_view_as_real(const Tensor *in, const void *attrs, Tensor *out) {
  (void)attrs;
  if (!dtype_is_complex((DType)in->dtype))
    return fail(ERROR_ARGUMENT, "view_as_real: 'input' (argument 1): expected complex numbers, got %s",
                dtype_name((DType)in->dtype));
  if (in->ndim == TENSOR_MAX_DIMS)
    return fail(ERROR_ARGUMENT, "view_as_real: 'input' (argument 1): no room for one more dimension than %d",
                TENSOR_MAX_DIMS);
  view_parts(out, 0);
  out->shape[out->ndim] = 2;
  out->stride[out->ndim++] = 1;
  return OK;
}

Status view_view_as_complex(const Tensor *in, const void *attrs, Tensor *out) {
  (void)attrs;
  char text[SHAPE_TEXT];
  const int last = in->ndim - 1;
  if (in->dtype != DTYPE_FLOAT32 && in->dtype != DTYPE_FLOAT64)
    return fail(ERROR_ARGUMENT, "view_as_complex: 'input' (argument 1): expected float32 or float64, got %s",
                dtype_name((DType)in->dtype));
  if (last < 0 || in->shape[last] != 2 || (in->stride[last] != 1 && in->numel > 0))
    return fail(ERROR_ARGUMENT,
                "view_as_complex: 'input' (argument 1): expected a last dimension of 2 that lies in order, got %s",
                tensor_text(text, in));
  bool even = in->offset % 2 == 0;
  for (int d = 0; d < last; d++) even = even && (in->stride[d] % 2 == 0 || in->shape[d] == 1);
  if (!even && in->numel > 0) /* no elements lie in any order */
    return fail(ERROR_ARGUMENT,
                "view_as_complex: 'input' (argument 1): the parts of a number do not lie side by side");
  out->dtype = (uint8_t)dtype_complex((DType)in->dtype);
  out->offset /= 2;
  out->ndim--;
  for (int d = 0; d < last; d++) out->stride[d] /= 2;
  return OK;
}
