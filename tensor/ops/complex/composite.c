/* composite.c: complex numbers made of their parts. */
#include "core/internal.h"

/* Both parts are copied into the views of a new tensor. */
Status composite_complex(Call *c) {
  Tensor *real = c->in[0], *imag = c->in[1], *out, *part[2] = {0};
  DType parts = real->flags & TENSOR_WRAPPED_NUMBER ? (DType)imag->dtype : (DType)real->dtype;
  if (real->flags & imag->flags & TENSOR_WRAPPED_NUMBER) parts = dtype_default();
  for (int i = 0; i < 2; i++)
    if (!(c->in[i]->flags & TENSOR_WRAPPED_NUMBER) && (c->in[i]->dtype != parts || !dtype_is_float(parts) ||
                                                     dtype_complex(parts) == DTYPE_NONE))
      return fail(ERROR_ARGUMENT, "complex: '%s' (argument %d): expected floats of one dtype, got %s and %s",
                  i == 0 ? "real" : "imag", i + 1, dtype_name((DType)real->dtype), dtype_name((DType)imag->dtype));
  int ndim = 0;
  int64_t shape[TENSOR_MAX_DIMS];
  TRY(broadcast_shape("complex", 2, c->in, &ndim, shape));
  TRY(tensor_empty("complex", ndim, shape, dtype_complex(parts), tensor_device(real), &c->out[0]));
  out = c->out[0];
  Status status = op_real(out, &part[0]);
  status = status != OK ? status : op_imag(out, &part[1]);
  for (int i = 0; i < 2 && status == OK; i++) status = tensor_copy_raw(part[i], c->in[i]);
  for (int i = 0; i < 2; i++) tensor_release(part[i]);
  return status;
}
