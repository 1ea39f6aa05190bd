/* linalg/cuda.c: matrix products on CUDA, by cuBLAS. Operands that it can read where they are, transposed ones too,
** are not copied. cuBLAS counts columns first: a row-major product C = A B is its product Cᵀ = Bᵀ Aᵀ.
*/
#include "device/cuda/blas.h"
#include "device/cuda/cuda.h"

/* The last two dimensions; *copy, to be released, where it had to be made. */
static Status linalg_matrix(Tensor *t, BlasMatrix *m, Tensor **copy) {
  const int r = t->ndim - 2, c = t->ndim - 1;
  *copy = NULL;
  *m = (BlasMatrix){tensor_data(t), t->shape[r], t->shape[c], t->stride[r], t->stride[c], 0};
  if (t->numel > 0 && !blas_readable(m)) {
    TRY(host->tensor_contiguous(t, copy));
    *m = (BlasMatrix){tensor_data(*copy), t->shape[r], t->shape[c], t->shape[c], 1, 0};
  }
  if (t->ndim == 3) m->batch = *copy != NULL ? t->shape[1] * t->shape[2] : t->stride[0];
  return OK;
}

/* out = alpha · a b + beta · out */
static Status linalg_multiply(Tensor *a, Tensor *b, double alpha, double beta, Tensor *out) {
  Tensor *left = NULL, *right = NULL;
  BlasMatrix x, y;
  Status status = linalg_matrix(a, &x, &left);
  if (status == OK) status = linalg_matrix(b, &y, &right);
  if (status == OK)
    status = blas_multiply(tensor_device(out), (DType)out->dtype, x, y, alpha, beta, tensor_data(out),
                           out->ndim == 3 ? out->shape[0] : 1);
  host->tensor_release(left);
  host->tensor_release(right);
  return status;
}

Status cuda_mm(Call *c) { return linalg_multiply(c->in[0], c->in[1], 1, 0, c->out[0]); }
Status cuda_bmm(Call *c) { return linalg_multiply(c->in[0], c->in[1], 1, 0, c->out[0]); }

Status cuda_addmm(Call *c) {
  const AddmmAttrs *a = c->attrs;
  const double beta = scalar_to_double(a->beta);
  if (beta != 0) TRY(host->tensor_copy(c->out[0], c->in[0]));
  return linalg_multiply(c->in[1], c->in[2], scalar_to_double(a->alpha), beta, c->out[0]);
}

/* 't' as a matrix of so many rows of k elements. */
static Status linalg_rows(Tensor *t, int64_t rows, int64_t k, BlasMatrix *m, Tensor **copy) {
  if (t->ndim == 2) return linalg_matrix(t, m, copy);
  TRY(host->tensor_contiguous(t, copy));
  *m = (BlasMatrix){tensor_data(*copy), rows, k, k, 1, 0};
  return OK;
}

Status cuda_linear(Call *c) {
  Tensor *in = c->in[0], *weight = c->in[1], *bias = c->n_in > 2 ? c->in[2] : NULL, *out = c->out[0];
  Tensor *dense_in = NULL, *dense_weight = NULL;
  const int64_t k = in->shape[in->ndim - 1], columns = weight->ndim == 2 ? weight->shape[0] : 1;
  int64_t rows = 1;
  for (int d = 0; d < in->ndim - 1; d++) rows *= in->shape[d];
  BlasMatrix x, w;
  if (rows == 0 || columns == 0) return OK;
  Status status = linalg_rows(in, rows, k, &x, &dense_in);
  if (status == OK) status = linalg_rows(weight, 1, k, &w, &dense_weight);
  if (status == OK && bias != NULL) status = host->tensor_copy(out, bias); /* each row begins with the bias */
  if (status == OK)
    status = blas_multiply(tensor_device(out), (DType)out->dtype, x, blas_transposed(w), 1, bias != NULL,
                           tensor_data(out), 1);
  host->tensor_release(dense_in);
  host->tensor_release(dense_weight);
  return status;
}
