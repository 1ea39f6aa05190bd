/* cpu_prod_complex.c: products of complex numbers: one walk over the input in the order of its elements. They
** are rare, so that plain loops on one thread do.
*/
#include "cpu_prod_complex.h"

static double _Complex prod_read(DType dtype, const char *at) {
  if (dtype == DTYPE_COMPLEX64) return *(const float _Complex *)at;
  return *(const double _Complex *)at;
}

static void prod_multiply(const Tensor *in, const int64_t *step, Tensor *out, double _Complex *product) {
  int64_t index[TENSOR_MAX_DIMS] = {0}, from = 0, to = 0;
  const size_t size = tensor_itemsize(in);
  const char *data = tensor_data(in);
  for (int64_t i = 0; i < out->numel; i++) product[i] = 1;
  for (int64_t i = 0; i < in->numel && !interrupt_requested(); i++) {
    product[to] *= prod_read((DType)in->dtype, data + from * (int64_t)size);
    for (int d = in->ndim - 1; d >= 0; d--) {
      from += in->stride[d];
      to += step[d];
      if (++index[d] < in->shape[d]) break;
      from -= in->stride[d] * in->shape[d];
      to -= step[d] * in->shape[d];
      index[d] = 0;
    }
  }
}

Status KERNEL(prod_complex)(const Tensor *in, Tensor *out, const Ints *dim) {
  int64_t step[TENSOR_MAX_DIMS] = {0}, each = 1;
  uint32_t bits;
  TRY(resolve_dims("prod", dim, in->ndim, &bits));
  for (int d = in->ndim - 1; d >= 0; d--) { /* reduced dimensions do not move in the output */
    if (bits >> d & 1) continue;
    step[d] = each;
    each *= in->shape[d];
  }
  const size_t bytes = sizeof(double _Complex) * (size_t)out->numel;
  double _Complex *product = memory_alloc(bytes);
  if (product == NULL) return ERROR_MEMORY;
  prod_multiply(in, step, out, product);
  for (int64_t i = 0; i < out->numel; i++)
    if (out->dtype == DTYPE_COMPLEX64) ((float _Complex *)tensor_data(out))[i] = (float _Complex)product[i];
    else ((double _Complex *)tensor_data(out))[i] = product[i];
  memory_free(product, bytes);
  return OK;
}
