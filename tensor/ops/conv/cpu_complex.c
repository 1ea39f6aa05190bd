/* cpu_complex.c: convolutions of complex numbers, made of convolutions of their parts. conv2d and its two adjoints are
** linear in each of their first two inputs, so (a + ib)(c + id) is four of them.
*/
#include "cpu.h"

typedef enum { PART_REAL, PART_IMAG } Part;

/* The real or the imaginary parts of t, where they are. */
static Tensor part_view(const Tensor *t, Part part) {
  Tensor view = *t;
  view.dtype = (uint8_t)dtype_real((DType)t->dtype);
  view.offset = 2 * t->offset + part;
  for (int d = 0; d < t->ndim; d++) view.stride[d] *= 2;
  return view;
}

static Status part_empty(const Tensor *t, DType dtype, Tensor **out) {
  return tensor_empty_cpu(t->ndim, t->shape, dtype_real(dtype), out);
}

/* A dense copy of the real or of the imaginary parts of t, for a result of 'dtype'. A real t has imaginary parts 0. */
static Status part_copy(Tensor *t, DType dtype, Part part, Tensor **out) {
  TRY(part_empty(t, dtype, out));
  if (!dtype_is_complex((DType)t->dtype))
    return part == PART_REAL ? tensor_copy_raw(*out, t) : tensor_fill_raw(*out, scalar_int(0));
  Tensor view = part_view(t, part);
  return tensor_copy_raw(*out, &view);
}

static Status part_store(const Tensor *t, Part part, Tensor *from) {
  Tensor view = part_view(t, part);
  return tensor_copy_raw(&view, from);
}

/* The product of two parts, and the part of a bias, or NULL, that is added to it. */
static Status part_product(const Call *c, ConvKernel kernel, Tensor *a, Tensor *b, Tensor *bias, Tensor **out) {
  Tensor *in[] = {a, b, bias};
  Call inner = *c;
  TRY(part_empty(c->out[0], (DType)c->out[0]->dtype, out));
  inner.in = in;
  inner.out[0] = *out;
  return kernel(&inner);
}

/* to = x + sign y, of dense tensors, which goes into x. */
static void part_add(Tensor *x, Tensor *y, int64_t sign) {
  const AddAttrs attrs = {scalar_int(sign)};
  const int64_t size = (int64_t)tensor_itemsize(x), strides[] = {size, size, size};
  char *operands[] = {tensor_data(x), tensor_data(x), tensor_data(y)};
  cpu_strips[x->dtype][OP_ADD](x->numel, operands, strides, &attrs);
}

Status KERNEL(conv_by_parts)(Call *c, ConvKernel kernel) {
  OWNED Tensor *a = NULL, *b = NULL, *p = NULL, *q = NULL, *ac = NULL, *bd = NULL, *ad = NULL, *bc = NULL;
  OWNED Tensor *bias_real = NULL, *bias_imag = NULL;
  const DType dtype = (DType)c->out[0]->dtype;
  Tensor *bias = c->n_in > 2 ? c->in[2] : NULL;
  TRY(part_copy(c->in[0], dtype, PART_REAL, &a));
  TRY(part_copy(c->in[0], dtype, PART_IMAG, &b));
  TRY(part_copy(c->in[1], dtype, PART_REAL, &p));
  TRY(part_copy(c->in[1], dtype, PART_IMAG, &q));
  if (bias != NULL) TRY(part_copy(bias, dtype, PART_REAL, &bias_real));
  if (bias != NULL) TRY(part_copy(bias, dtype, PART_IMAG, &bias_imag));
  TRY(part_product(c, kernel, a, p, bias_real, &ac));
  TRY(part_product(c, kernel, b, q, NULL, &bd));
  TRY(part_product(c, kernel, a, q, bias_imag, &ad));
  TRY(part_product(c, kernel, b, p, NULL, &bc));
  part_add(ac, bd, -1);
  part_add(ad, bc, 1);
  TRY(part_store(c->out[0], PART_REAL, ac));
  return part_store(c->out[0], PART_IMAG, ad);
}
