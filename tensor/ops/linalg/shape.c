/* linalg/shape.c: shapes of matrix products. */
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
    return fail(ERROR_ARGUMENT, "linear: 'weight' (argument 2): expected (out × in) or (in), got %s",
                tensor_text(text, weight));
  TRY(check_same(c, 1, "weight", 2));
  int64_t k = weight->shape[weight->ndim - 1], out = weight->ndim == 2 ? weight->shape[0] : 1;
  if (in->ndim == 0 || in->shape[in->ndim - 1] != k)
    return fail(ERROR_ARGUMENT,
                "linear: 'input' (argument 1): expected a last dimension of size %lld as 'weight' has, got %s",
                (long long)k, tensor_text(text, in));
  if (bias != NULL) {
    TRY(check_same(c, 2, "bias", 3));
    if (bias->ndim > 1 || (bias->ndim == 1 && bias->shape[0] != out) || (bias->ndim == 0 && weight->ndim == 2))
      return fail(ERROR_ARGUMENT, "linear: 'bias' (argument 3): expected (%lld), got %s", (long long)out,
                  tensor_text(text, bias));
  }
  if (weight->ndim == 2) shape.v[shape.n - 1] = out;
  else shape.n--;
  return call_output(c, 0, (DType)in->dtype, shape.n, shape.v);
}
