/* linalg/shape_lapack.c: shapes of factorisations. Matrices are the last two dimensions. LAPACK's integers have 32
** bits: a matrix with more than INT_MAX elements is refused.
*/
#include <limits.h>

#include "core/internal.h"

static Status lapack_matrices(const Call *c, int input, const char *name, bool square) {
  const Tensor *t = c->in[input];
  char text[SHAPE_TEXT];
  const int64_t rows = t->ndim >= 2 ? t->shape[t->ndim - 2] : 0, columns = t->ndim >= 2 ? t->shape[t->ndim - 1] : 0;
  if (t->ndim < 2 || (square && rows != columns))
    return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %s, got %s", c->info->lua_name, name, input + 1,
                square ? "square matrices" : "matrices", tensor_text(text, t));
  if (!dtype_is_float((DType)t->dtype) && !dtype_is_complex((DType)t->dtype))
    return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected floats, got %s", c->info->lua_name, name, input + 1,
                tensor_text(text, t));
  if (rows > INT_MAX || columns > INT_MAX || rows * columns > INT_MAX)
    return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): a matrix of %lld × %lld is too large for LAPACK",
                c->info->lua_name, name, input + 1, (long long)rows, (long long)columns);
  return OK;
}

static DType lapack_real(DType dtype) {
  return dtype == DTYPE_COMPLEX64 ? DTYPE_FLOAT32 : dtype == DTYPE_COMPLEX128 ? DTYPE_FLOAT64 : dtype;
}

static DType lapack_complex(DType dtype) {
  return dtype == DTYPE_FLOAT64 || dtype == DTYPE_COMPLEX128 ? DTYPE_COMPLEX128 : DTYPE_COMPLEX64;
}

/* Output i: the batch of input 0 and then rows and columns where these are not negative. */
static Status lapack_output(Call *c, int i, DType dtype, int64_t rows, int64_t columns) {
  const Tensor *t = c->in[0];
  Ints shape = ints_of(t->ndim - 2, t->shape);
  if (rows >= 0) shape.v[shape.n++] = rows;
  if (columns >= 0) shape.v[shape.n++] = columns;
  TRY(call_output(c, i, dtype, shape.n, shape.v));
  if (dtype == DTYPE_INT32 && c->device != NULL && device_has_data(tensor_device(c->out[i])))
    return tensor_fill_raw(c->out[i], scalar_int(0));
  return OK;
}

/* The right side: the same batch and dtype, and as many rows. */
static Status lapack_right(Call *c, int input, const char *name) {
  const Tensor *a = c->in[0], *b = c->in[input];
  char s[SHAPE_TEXT], t[SHAPE_TEXT];
  TRY(lapack_matrices(c, input, name, false));
  bool same = a->dtype == b->dtype && a->ndim == b->ndim;
  for (int d = 0; d < a->ndim - 1 && same; d++) same = a->shape[d] == b->shape[d];
  if (same) return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected as many matrices and rows as %s has, got %s",
              c->info->lua_name, name, input + 1, tensor_text(s, a), tensor_text(t, b));
}

/* One row for each matrix of input 0, of the dtype. */
static Status lapack_vectors(Call *c, int input, const char *name, DType dtype) {
  const Tensor *a = c->in[0], *t = c->in[input];
  char text[SHAPE_TEXT];
  bool good = t->dtype == dtype && t->ndim == a->ndim - 1;
  for (int d = 0; d < a->ndim - 2 && good; d++) good = a->shape[d] == t->shape[d];
  if (good && t->shape[t->ndim - 1] <= a->shape[a->ndim - 1]) return OK;
  if (good && input == 1 && t->shape[t->ndim - 1] <= a->shape[a->ndim - 2] && dtype == DTYPE_INT32) return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %s numbers for each matrix, got %s", c->info->lua_name,
              name, input + 1, dtype_name(dtype), tensor_text(text, t));
}

static int64_t lapack_size(const Call *c, int from_end) {
  const Tensor *t = c->in[0];
  return t->shape[t->ndim - from_end];
}
static int64_t lapack_smaller(const Call *c) {
  return lapack_size(c, 1) < lapack_size(c, 2) ? lapack_size(c, 1) : lapack_size(c, 2);
}

Status infer_lapack_cholesky(Call *c) {
  TRY(lapack_matrices(c, 0, "input", true));
  TRY(lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), lapack_size(c, 1)));
  return lapack_output(c, 1, DTYPE_INT32, -1, -1);
}

Status infer_lapack_lu(Call *c) {
  TRY(lapack_matrices(c, 0, "input", false));
  TRY(lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), lapack_size(c, 1)));
  TRY(lapack_output(c, 1, DTYPE_INT32, lapack_smaller(c), -1));
  return lapack_output(c, 2, DTYPE_INT32, -1, -1);
}

Status infer_lapack_permutation(Call *c) {
  TRY(lapack_matrices(c, 0, "input", false));
  TRY(lapack_vectors(c, 1, "pivots", DTYPE_INT32));
  return lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), lapack_size(c, 2));
}

Status infer_lapack_solve(Call *c) {
  TRY(lapack_matrices(c, 0, "input", true));
  TRY(lapack_right(c, 1, "other"));
  TRY(lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), c->in[1]->shape[c->in[1]->ndim - 1]));
  return lapack_output(c, 1, DTYPE_INT32, -1, -1);
}

Status infer_lapack_triangular(Call *c) {
  TRY(lapack_matrices(c, 0, "input", true));
  TRY(lapack_right(c, 1, "other"));
  return lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), c->in[1]->shape[c->in[1]->ndim - 1]);
}

Status infer_lapack_geqrf(Call *c) {
  TRY(lapack_matrices(c, 0, "input", false));
  TRY(lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), lapack_size(c, 1)));
  return lapack_output(c, 1, (DType)c->in[0]->dtype, lapack_smaller(c), -1);
}

Status infer_lapack_reflections(Call *c) {
  char text[SHAPE_TEXT];
  TRY(lapack_matrices(c, 0, "input", false));
  if (lapack_size(c, 1) > lapack_size(c, 2))
    return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): expected no more columns than rows, got %s",
                c->info->lua_name, tensor_text(text, c->in[0]));
  TRY(lapack_vectors(c, 1, "tau", (DType)c->in[0]->dtype));
  return lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), lapack_size(c, 1));
}

Status infer_lapack_eigh(Call *c) {
  const LapackEighAttrs *a = c->attrs;
  const DType dtype = (DType)c->in[0]->dtype;
  TRY(lapack_matrices(c, 0, "input", true));
  TRY(lapack_output(c, 0, lapack_real(dtype), lapack_size(c, 1), -1));
  return lapack_output(c, 1, dtype, a->vectors ? lapack_size(c, 1) : 0, a->vectors ? lapack_size(c, 1) : 0);
}

Status infer_lapack_svd(Call *c) {
  const LapackSvdAttrs *a = c->attrs;
  const DType dtype = (DType)c->in[0]->dtype;
  TRY(lapack_matrices(c, 0, "input", false));
  const int64_t m = lapack_size(c, 2), n = lapack_size(c, 1), k = lapack_smaller(c);
  TRY(lapack_output(c, 0, dtype, a->vectors ? m : 0, a->vectors ? (a->full ? m : k) : 0));
  TRY(lapack_output(c, 1, lapack_real(dtype), k, -1));
  return lapack_output(c, 2, dtype, a->vectors ? (a->full ? n : k) : 0, a->vectors ? n : 0);
}

Status infer_lapack_eig(Call *c) {
  const LapackEigAttrs *a = c->attrs;
  const DType dtype = lapack_complex((DType)c->in[0]->dtype);
  TRY(lapack_matrices(c, 0, "input", true));
  TRY(lapack_output(c, 0, dtype, lapack_size(c, 1), -1));
  return lapack_output(c, 1, dtype, a->vectors ? lapack_size(c, 1) : 0, a->vectors ? lapack_size(c, 1) : 0);
}

Status infer_lapack_ldl(Call *c) {
  TRY(lapack_matrices(c, 0, "input", true));
  TRY(lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), lapack_size(c, 1)));
  TRY(lapack_output(c, 1, DTYPE_INT32, lapack_size(c, 1), -1));
  return lapack_output(c, 2, DTYPE_INT32, -1, -1);
}

Status infer_lapack_ldl_solve(Call *c) {
  TRY(lapack_matrices(c, 0, "input", true));
  TRY(lapack_vectors(c, 1, "pivots", DTYPE_INT32));
  TRY(lapack_right(c, 2, "other"));
  return lapack_output(c, 0, (DType)c->in[0]->dtype, lapack_size(c, 2), c->in[2]->shape[c->in[2]->ndim - 1]);
}
