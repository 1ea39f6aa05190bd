/* gradient.c: gradients of the angle and the sign of complex numbers, which depend on all directions. */
#include "autograd/gradient.h"

/* What is at 0 in the places where z is 0, for there neither function has a slope. */
static Status complex_clear(Tensor *grad, Tensor *z, Tensor **out) {
  OWNED Tensor *zero = NULL;
  TRY(op_logical_not(z, &zero));
  return op_masked_fill(grad, zero, scalar_int(0), out);
}

/* grad · iz / |z|², 0 where z is 0. Real numbers: 0. */
Status angle_gradient(Backward *c, Tensor *grad, Tensor *z, Tensor **out) {
  (void)c;
  OWNED Tensor *size = NULL, *direction = NULL, *by = NULL, *i = NULL, *turned = NULL, *product = NULL;
  if (!dtype_is_complex((DType)z->dtype)) return op_zeros_like(grad, DTYPE_NONE, out);
  TRY(op_abs(z, &size));
  TRY(op_div(grad, size, &by)); /* the square could overflow, or vanish */
  TRY(op_div(z, size, &direction));
  TRY(tensor_wrap_number(scalar_complex(0, 1), &i));
  TRY(op_mul(direction, i, &turned));
  TRY(op_mul(by, turned, &product));
  return complex_clear(product, z, out);
}

/* (grad - s Re(conj(s) grad)) / |z| with s = sgn(z), 0 where z is 0. Real numbers: 0. */
Status sgn_gradient(Backward *c, Tensor *grad, Tensor *z, Tensor *s, Tensor **out) {
  (void)c;
  OWNED Tensor *back = NULL, *product = NULL, *along = NULL, *radial = NULL, *across = NULL, *size = NULL, *all = NULL;
  if (!dtype_is_complex((DType)z->dtype)) return op_zeros_like(grad, DTYPE_NONE, out);
  TRY(op_conj_physical(s, &back));
  TRY(op_mul(back, grad, &product));
  TRY(op_real(product, &along));
  TRY(op_mul(s, along, &radial));
  TRY(op_sub(grad, radial, scalar_int(1), &across));
  TRY(op_abs(z, &size));
  TRY(op_div(across, size, &all));
  return complex_clear(all, z, out);
}
