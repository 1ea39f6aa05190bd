/* linalg/cpu.c: kernels of matrix products. Operands that BLAS can read where they are,
** transposed ones too, are not copied.
*/
#include "device/cpu/gemm.h"

/* The last two dimensions of 't' (at batch 0); *copy, to be released, where it had to be made. */
static Status linalg_matrix(Tensor *t, Matrix *m, Tensor **copy) {
  int r = t->ndim - 2, c = t->ndim - 1;
  *copy = NULL;
  *m = (Matrix){tensor_data(t), t->shape[r], t->shape[c], t->stride[r], t->stride[c]};
  if (t->numel == 0 || matrix_readable(m)) return OK;
  TRY(tensor_contiguous(t, copy));
  *m = (Matrix){tensor_data(*copy), t->shape[r], t->shape[c], t->shape[c], 1};
  return OK;
}

static Status linalg_multiply(Tensor *a, Tensor *b, double alpha, double beta, Tensor *out) {
  OWNED Tensor *left = NULL, *right = NULL;
  Matrix x, y;
  TRY(linalg_matrix(a, &x, &left));
  TRY(linalg_matrix(b, &y, &right));
  return KERNEL(gemm)((DType)out->dtype, x, y, alpha, beta, tensor_data(out), out->shape[1]);
}

Status KERNEL(mm)(Call *c) { return linalg_multiply(c->in[0], c->in[1], 1, 0, c->out[0]); }

/* to = plus + alpha · to, in the arithmetic of the elements: no factor passes through a double. 'plus': of as many
** elements in order, or NULL for zeros. */
static void scale_exactly(Tensor *to, const Tensor *plus, Scalar alpha) {
  const AddAttrs attrs = {alpha};
  _Alignas(ELEMENT_BYTES) char zero[ELEMENT_BYTES] = {0};
  const int64_t size = (int64_t)tensor_itemsize(to);
  char *operands[] = {tensor_data(to), plus != NULL ? tensor_data(plus) : zero, tensor_data(to)};
  const int64_t strides[] = {size, plus != NULL ? size : 0, size};
  cpu_strips[to->dtype][OP_ADD](to->numel, operands, strides, &attrs);
}

static bool addmm_is_zero(Scalar s) {
  if (s.kind == SCALAR_COMPLEX) return s.as.c.re == 0 && s.as.c.im == 0;
  return s.kind == SCALAR_FLOAT ? s.as.f == 0 : s.as.i == 0;
}

static Status addmm_exactly(Call *c, const AddmmAttrs *a) {
  Tensor *out = c->out[0], *input = NULL;
  TRY(linalg_multiply(c->in[1], c->in[2], 1, 0, out));
  if (!addmm_is_zero(a->beta)) {
    TRY(tensor_empty_cpu(2, out->shape, (DType)out->dtype, &input));
    Status status = tensor_copy_raw(input, c->in[0]);
    if (status != OK) {
      tensor_release(input);
      return status;
    }
    scale_exactly(input, NULL, a->beta);
  }
  scale_exactly(out, input, a->alpha);
  tensor_release(input);
  return OK;
}

/* Whether a factor of integers keeps its value as a double. */
static bool fits_double(Scalar factor) {
  const int64_t most = INT64_C(1) << 53, i = scalar_to_int(factor);
  return i >= -most && i <= most;
}

Status KERNEL(addmm)(Call *c) {
  const AddmmAttrs *a = c->attrs;
  const DType dtype = (DType)c->out[0]->dtype;
  const bool small = dtype_category(dtype) == CATEGORY_INTEGER && fits_double(a->alpha) && fits_double(a->beta);
  if (!dtype_is_float(dtype) && !small) return addmm_exactly(c, a);
  double beta = scalar_to_double(a->beta);
  if (beta != 0) TRY(tensor_copy_raw(c->out[0], c->in[0]));
  return linalg_multiply(c->in[1], c->in[2], scalar_to_double(a->alpha), beta, c->out[0]);
}

/* ---- batches ------------------------------------------------------------------------- */

#define SMALL_FLOP 4e8 /* one matrix product below this is for one thread: the matrices are shared out */

/* Product i of a batch. */
static Status linalg_product(const Tensor *a, const Tensor *b, Matrix x, Matrix y, int64_t i, Tensor *out) {
  const int64_t size = (int64_t)tensor_itemsize(out), step = out->shape[1] * out->shape[2];
  x.data = (const char *)x.data + i * a->stride[0] * size;
  y.data = (const char *)y.data + i * b->stride[0] * size;
  return KERNEL(gemm)((DType)out->dtype, x, y, 1, 0, (char *)tensor_data(out) + i * step * size, out->shape[2]);
}

static Status linalg_batch(const Tensor *a, const Tensor *b, Matrix x, Matrix y, Tensor *out) {
  const int64_t n = out->shape[0];
  double flop = 2.0 * (double)out->shape[1] * (double)out->shape[2] * (double)x.columns;
  const double work = (double)n * flop / 8;
  bool small = n > 1 && flop < SMALL_FLOP && worth_threads((int64_t)(work < 1e15 ? work : 1e15), 1);
  atomic_int worst = OK;
  if (!small) { /* outside of any parallel region, see tasks.c */
    for (int64_t i = 0; i < n && worst == OK && !interrupt_requested(); i++) worst = linalg_product(a, b, x, y, i, out);
  } else {
#pragma omp parallel for
    for (int64_t i = 0; i < n; i++) {
      if (interrupt_requested() || worst != OK) continue;
      Status status = linalg_product(a, b, x, y, i, out);
      if (status != OK) worst = status;
    }
  }
  if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
  return worst == OK ? OK : fail(ERROR_ARGUMENT, "bmm: a matrix is too large for BLAS");
}

Status KERNEL(bmm)(Call *c) {
  OWNED Tensor *left = NULL, *right = NULL;
  Tensor *out = c->out[0];
  Matrix x, y;
  if (out->numel == 0) return OK;
  TRY(linalg_matrix(c->in[0], &x, &left));
  TRY(linalg_matrix(c->in[1], &y, &right));
  return linalg_batch(left != NULL ? left : c->in[0], right != NULL ? right : c->in[1], x, y, out);
}

/* ---- linear ---------------------------------------------------------------------------- */

/* The bias as first content of each row. */
static Status linalg_fill_rows(Tensor *bias, Tensor *out, int64_t rows, int64_t columns) {
  Tensor *dense;
  size_t bytes = (size_t)columns * tensor_itemsize(out);
  TRY(tensor_contiguous(bias, &dense));
  const char *from = tensor_data(dense);
  char *to = tensor_data(out);
#pragma omp parallel for if (worth_threads(rows *columns, 1))
  for (int64_t i = 0; i < rows; i++) memcpy(to + (size_t)i * bytes, from, bytes);
  tensor_release(dense);
  return OK;
}

/* 't' as a matrix of so many rows of k elements; one of two dimensions is a matrix already. */
static Status rows_of(Tensor *t, int64_t rows, int64_t k, Matrix *m, Tensor **copy) {
  if (t->ndim == 2) return linalg_matrix(t, m, copy);
  TRY(tensor_contiguous(t, copy));
  *m = (Matrix){tensor_data(*copy), rows, k, k, 1};
  return OK;
}

Status KERNEL(linear)(Call *c) {
  Tensor *in = c->in[0], *weight = c->in[1], *bias = c->n_in > 2 ? c->in[2] : NULL, *out = c->out[0];
  OWNED Tensor *dense_in = NULL, *dense_weight = NULL;
  int64_t k = in->shape[in->ndim - 1], columns = weight->ndim == 2 ? weight->shape[0] : 1, rows = 1;
  for (int d = 0; d < in->ndim - 1; d++) rows *= in->shape[d];
  Matrix x, w;
  if (rows == 0 || columns == 0) return OK;
  TRY(rows_of(in, rows, k, &x, &dense_in));
  TRY(rows_of(weight, 1, k, &w, &dense_weight));
  if (bias != NULL) TRY(linalg_fill_rows(bias, out, rows, columns));
  return KERNEL(gemm)((DType)out->dtype, x, matrix_t(w), 1, bias != NULL ? 1 : 0, tensor_data(out), columns);
}
