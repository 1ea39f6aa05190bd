/* linalg/shape.c: shapes of matrix products, and those made of others. */
#include "core/internal.h"

static Status check_rank(const Call *c, int input, const char *name, int argument, int ndim) {
  char text[SHAPE_TEXT];
  if (c->in[input]->ndim == ndim) return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %d dimension%s, got %s", c->info->lua_name, name,
              argument, ndim, ndim == 1 ? "" : "s", tensor_text(text, c->in[input]));
}

static Status check_same(const Call *c, int input, const char *name, int argument) {
  if (c->in[input]->dtype == c->in[0]->dtype) return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %s as the first argument is, got %s", c->info->lua_name,
              name, argument, dtype_name((DType)c->in[0]->dtype), dtype_name((DType)c->in[input]->dtype));
}

static Status inner_differ(const char *who, const Tensor *a, const Tensor *b, const char *name, int argument) {
  char s[SHAPE_TEXT], t[SHAPE_TEXT];
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): inner dimensions differ: %s × %s", who, name, argument,
              shape_text(s, a->ndim, a->shape), shape_text(t, b->ndim, b->shape));
}

Status infer_mm(Call *c) {
  const Tensor *a = c->in[0], *b = c->in[1];
  TRY(check_rank(c, 0, "input", 1, 2));
  TRY(check_rank(c, 1, "mat2", 2, 2));
  TRY(check_same(c, 1, "mat2", 2));
  if (a->shape[1] != b->shape[0]) return inner_differ("mm", a, b, "mat2", 2);
  int64_t shape[] = {a->shape[0], b->shape[1]};
  return call_output(c, 0, (DType)a->dtype, 2, shape);
}

Status infer_bmm(Call *c) {
  const Tensor *a = c->in[0], *b = c->in[1];
  char s[SHAPE_TEXT], t[SHAPE_TEXT];
  TRY(check_rank(c, 0, "input", 1, 3));
  TRY(check_rank(c, 1, "mat2", 2, 3));
  TRY(check_same(c, 1, "mat2", 2));
  if (a->shape[0] != b->shape[0])
    return fail(ERROR_ARGUMENT, "bmm: 'mat2' (argument 2): the numbers of matrices differ: %s × %s",
                shape_text(s, a->ndim, a->shape), shape_text(t, b->ndim, b->shape));
  if (a->shape[2] != b->shape[1]) return inner_differ("bmm", a, b, "mat2", 2);
  int64_t shape[] = {a->shape[0], a->shape[1], b->shape[2]};
  return call_output(c, 0, (DType)a->dtype, 3, shape);
}

Status infer_addmm(Call *c) {
  const Tensor *in = c->in[0], *a = c->in[1], *b = c->in[2];
  char s[SHAPE_TEXT], t[SHAPE_TEXT];
  TRY(check_rank(c, 1, "mat1", 2, 2));
  TRY(check_rank(c, 2, "mat2", 3, 2));
  TRY(check_same(c, 1, "mat1", 2));
  TRY(check_same(c, 2, "mat2", 3));
  if (a->shape[1] != b->shape[0]) return inner_differ("addmm", a, b, "mat2", 3);
  int64_t shape[] = {a->shape[0], b->shape[1]};
  bool good = in->ndim <= 2;
  for (int d = 1; good && d <= in->ndim; d++)
    good = in->shape[in->ndim - d] == 1 || in->shape[in->ndim - d] == shape[2 - d];
  if (!good)
    return fail(ERROR_ARGUMENT, "addmm: 'input' (argument 1): expected a shape that broadcasts to %s, got %s",
                shape_text(s, 2, shape), tensor_text(t, in));
  return call_output(c, 0, (DType)in->dtype, 2, shape);
}

Status infer_linear(Call *c) {
  const Tensor *in = c->in[0], *weight = c->in[1], *bias = c->n_in > 2 ? c->in[2] : NULL;
  char text[SHAPE_TEXT];
  Ints shape = ints_of(in->ndim, in->shape);
  if (weight->ndim < 1 || weight->ndim > 2)
    return fail(ERROR_ARGUMENT, "linear: 'weight' (argument 2): expected (out × in) or (in), got %s", tensor_text(text, weight));
  TRY(check_same(c, 1, "weight", 2));
  int64_t k = weight->shape[weight->ndim - 1], out = weight->ndim == 2 ? weight->shape[0] : 1;
  if (in->ndim == 0 || in->shape[in->ndim - 1] != k)
    return fail(ERROR_ARGUMENT, "linear: 'input' (argument 1): expected a last dimension of size %lld as 'weight' has, got %s",
                (long long)k, tensor_text(text, in));
  if (bias != NULL) {
    TRY(check_same(c, 2, "bias", 3));
    if (bias->ndim > 1 || (bias->ndim == 1 && bias->shape[0] != out) || (bias->ndim == 0 && weight->ndim == 2))
      return fail(ERROR_ARGUMENT, "linear: 'bias' (argument 3): expected (%lld), got %s", (long long)out, tensor_text(text, bias));
  }
  if (weight->ndim == 2) shape.v[shape.n - 1] = out;
  else shape.n--;
  return call_output(c, 0, (DType)in->dtype, shape.n, shape.v);
}

/* ---- composites --------------------------------------------------------------------- */

Status composite_mv(Call *c) {
  Tensor *column = NULL, *product = NULL;
  TRY(check_rank(c, 0, "input", 1, 2));
  TRY(check_rank(c, 1, "vec", 2, 1));
  if (c->in[0]->shape[1] != c->in[1]->shape[0]) return inner_differ(c->info->lua_name, c->in[0], c->in[1], "vec", 2);
  Status status = op_unsqueeze(c->in[1], 1, &column);
  if (status == OK) status = op_mm(c->in[0], column, &product);
  if (status == OK) status = op_squeeze(product, (Ints){1, {1}}, &c->out[0]);
  tensor_release(column);
  tensor_release(product);
  return status;
}

Status composite_dot(Call *c) {
  Tensor *t[3] = {0};
  TRY(check_rank(c, 0, "input", 1, 1));
  TRY(check_rank(c, 1, "other", 2, 1));
  if (c->in[0]->shape[0] != c->in[1]->shape[0]) return inner_differ(c->info->lua_name, c->in[0], c->in[1], "other", 2);
  Status status = op_unsqueeze(c->in[0], 0, &t[0]);
  if (status == OK) status = op_unsqueeze(c->in[1], 1, &t[1]);
  if (status == OK) status = op_mm(t[0], t[1], &t[2]);
  if (status == OK) status = op_squeeze(t[2], ints_none(), &c->out[0]);
  for (int i = 0; i < 3; i++) tensor_release(t[i]);
  return status;
}

Status composite_outer(Call *c) {
  Tensor *column = NULL, *row = NULL;
  TRY(check_rank(c, 0, "input", 1, 1));
  TRY(check_rank(c, 1, "vec2", 2, 1));
  Status status = op_unsqueeze(c->in[0], 1, &column);
  if (status == OK) status = op_unsqueeze(c->in[1], 0, &row);
  if (status == OK) status = op_mul(column, row, &c->out[0]);
  tensor_release(column);
  tensor_release(row);
  return status;
}

/* A vector on the left counts as a row, on the right as a column, that goes again. */
static Status matmul_vector(Tensor *a, Tensor *b, bool left, Tensor **out) {
  Tensor *matrix = NULL, *product = NULL;
  Status status = left ? op_unsqueeze(a, 0, &matrix) : op_unsqueeze(b, 1, &matrix);
  if (status == OK) status = left ? op_matmul(matrix, b, &product) : op_matmul(a, matrix, &product);
  if (status == OK) status = op_squeeze(product, (Ints){1, {left ? -2 : -1}}, out);
  tensor_release(matrix);
  tensor_release(product);
  return status;
}

/* Many matrices times one: the rows of all in one product. */
static Status matmul_folded(Tensor *a, Tensor *b, Tensor **out) {
  Tensor *rows = NULL, *product = NULL;
  Ints shape = ints_of(a->ndim, a->shape);
  int64_t k = a->shape[a->ndim - 1], n = 1;
  for (int d = 0; d < a->ndim - 1; d++) n *= a->shape[d];
  shape.v[shape.n - 1] = b->shape[1];
  Status status = op_reshape(a, (Ints){2, {n, k}}, &rows);
  if (status == OK) status = op_mm(rows, b, &product);
  if (status == OK) status = op_reshape(product, shape, out);
  tensor_release(rows);
  tensor_release(product);
  return status;
}

/* 't' with its leading dimensions expanded to 'batch' and made one. */
static Status batch_of(Tensor *t, const Ints *batch, Tensor **out) {
  Ints full = *batch;
  Tensor *wide;
  int64_t rows = t->shape[t->ndim - 2], columns = t->shape[t->ndim - 1];
  full.v[full.n++] = rows;
  full.v[full.n++] = columns;
  TRY(op_expand(t, full, &wide));
  Status status = op_reshape(wide, (Ints){3, {shape_numel(batch->n, batch->v), rows, columns}}, out);
  tensor_release(wide);
  return status;
}

static Status matmul_batched(Tensor *a, Tensor *b, Tensor **out) {
  Tensor x = *a, y = *b, *both[] = {&x, &y}, *t[3] = {0}; /* shapes only */
  Ints batch;
  x.ndim -= 2, y.ndim -= 2;
  TRY(broadcast_shape("matmul", 2, both, &batch.n, batch.v));
  Status status = batch_of(a, &batch, &t[0]);
  if (status == OK) status = batch_of(b, &batch, &t[1]);
  if (status == OK) status = op_bmm(t[0], t[1], &t[2]);
  batch.v[batch.n++] = a->shape[a->ndim - 2];
  batch.v[batch.n++] = b->shape[b->ndim - 1];
  if (status == OK) status = op_reshape(t[2], batch, out);
  for (int i = 0; i < 3; i++) tensor_release(t[i]);
  return status;
}

Status composite_matmul(Call *c) {
  Tensor *a = c->in[0], *b = c->in[1], **out = &c->out[0];
  char s[SHAPE_TEXT];
  if (a->ndim == 0 || b->ndim == 0)
    return fail(ERROR_ARGUMENT, "matmul: '%s' (argument %d): expected at least 1 dimension, got %s",
                a->ndim == 0 ? "input" : "other", a->ndim == 0 ? 1 : 2, tensor_text(s, a->ndim == 0 ? a : b));
  TRY(check_same(c, 1, "other", 2));
  if (a->shape[a->ndim - 1] != b->shape[b->ndim > 1 ? b->ndim - 2 : 0]) return inner_differ("matmul", a, b, "other", 2);
  if (a->ndim == 2 && b->ndim == 2) return op_mm(a, b, out);
  if (a->ndim == 1 && b->ndim == 1) return op_dot(a, b, out);
  if (a->ndim == 1) return matmul_vector(a, b, true, out);
  if (b->ndim == 1) return matmul_vector(a, b, false, out);
  return b->ndim == 2 ? matmul_folded(a, b, out) : matmul_batched(a, b, out);
}
