/* gradient.c: gradients of the angle and the sign of complex numbers, which depend on all directions. */
#include "autograd/gradient.h"

/* grad · iz / |z|². Real numbers: 0. */
Status angle_gradient(Backward *c, Tensor *grad, Tensor *z, Tensor **out) {
  (void)c;
  Tensor *t[5] = {0};
  if (!dtype_is_complex((DType)z->dtype)) return op_zeros_like(grad, DTYPE_NONE, out);
  Status status = op_abs(z, &t[0]);
  if (status == OK) status = op_square(t[0], &t[1]);
  if (status == OK) status = op_div(grad, t[1], &t[2]);
  if (status == OK) status = tensor_wrap_number(scalar_complex(0, 1), &t[3]);
  if (status == OK) status = op_mul(z, t[3], &t[4]);
  if (status == OK) status = op_mul(t[2], t[4], out);
  for (int i = 0; i < 5; i++) tensor_release(t[i]);
  return status;
}

/* (grad - s Re(conj(s) grad)) / |z| with s = sgn(z), and 0 where z is 0. Real numbers: 0. */
Status sgn_gradient(Backward *c, Tensor *grad, Tensor *z, Tensor *s, Tensor **out) {
  (void)c;
  Tensor *t[8] = {0};
  if (!dtype_is_complex((DType)z->dtype)) return op_zeros_like(grad, DTYPE_NONE, out);
  Status status = op_conj_physical(s, &t[0]);
  if (status == OK) status = op_mul(t[0], grad, &t[1]);
  if (status == OK) status = op_real(t[1], &t[2]);
  if (status == OK) status = op_mul(s, t[2], &t[3]);
  if (status == OK) status = op_sub(grad, t[3], scalar_int(1), &t[4]);
  if (status == OK) status = op_abs(z, &t[5]);
  if (status == OK) status = op_div(t[4], t[5], &t[6]);
  if (status == OK) status = op_logical_not(z, &t[7]);
  if (status == OK) status = op_masked_fill(t[6], t[7], scalar_int(0), out);
  for (int i = 0; i < 8; i++) tensor_release(t[i]);
  return status;
}
