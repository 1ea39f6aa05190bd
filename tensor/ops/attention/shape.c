/* attention/shape.c: shapes of attention. */
#include "core/internal.h"

static Status attention_wrong(const Call *c, int i, const char *expected) {
  char text[SHAPE_TEXT];
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %s, got %s", c->info->name, c->info->args[i].name,
              i + 1, expected, tensor_text(text, c->in[i]));
}

/* Queries, keys, values and the mask are the inputs from 'first' on. */
static Status check_attention(const Call *c, int first) {
  const Tensor *q = c->in[first], *k = c->in[first + 1], *v = c->in[first + 2], *mask = c->in[first + 3];
  if (q->ndim != 4 || q->shape[1] == 0) return attention_wrong(c, first, "(N×H×L×E) with at least one head");
  if (k->ndim != 4 || k->dtype != q->dtype || k->shape[0] != q->shape[0] || k->shape[1] == 0 ||
      q->shape[1] % k->shape[1] != 0 || k->shape[3] != q->shape[3])
    return attention_wrong(c, first + 1, "the dtype of 'query' and (N×G×S×E), where G divides H");
  if (v->ndim != 4 || v->dtype != q->dtype || memcmp(v->shape, k->shape, 3 * sizeof *v->shape) != 0)
    return attention_wrong(c, first + 2, "the dtype of 'query' and (N×G×S×V) as 'key'");
  if (mask == NULL) return OK;
  const int64_t scores[4] = {q->shape[0], q->shape[1], q->shape[2], k->shape[2]};
  if (mask->ndim != 4 || memcmp(mask->shape, scores, sizeof scores) != 0 ||
      (mask->dtype != q->dtype && mask->dtype != DTYPE_BOOL))
    return attention_wrong(c, first + 3, "bools or the dtype of 'query' of shape (N×H×L×S)");
  return OK;
}

Status infer_attention(Call *c) {
  TRY(check_attention(c, 0));
  const Tensor *q = c->in[0], *v = c->in[2];
  TRY(call_output(c, 0, (DType)q->dtype, 4, (int64_t[]){q->shape[0], q->shape[2], q->shape[1], v->shape[3]}));
  return call_output(c, 1, dtype_compute((DType)q->dtype), 3, q->shape);
}

Status infer_attention_backward(Call *c) {
  TRY(check_attention(c, 1));
  const Tensor *q = c->in[1], *v = c->in[3];
  const int64_t out[4] = {q->shape[0], q->shape[2], q->shape[1], v->shape[3]};
  for (int i = 0; i <= 5; i += 5)
    if (c->in[i]->ndim != 4 || c->in[i]->dtype != q->dtype || memcmp(c->in[i]->shape, out, sizeof out) != 0)
      return attention_wrong(c, i, "the dtype of 'query' and (N×L×H×V)");
  if (c->in[6]->ndim != 3 || memcmp(c->in[6]->shape, q->shape, 3 * sizeof *q->shape) != 0 ||
      (DType)c->in[6]->dtype != dtype_compute((DType)q->dtype))
    return attention_wrong(c, 6, "one number for each row of scores (N×H×L)");
  for (int i = 0; i < 3; i++) TRY(call_output(c, i, (DType)q->dtype, 4, c->in[1 + i]->shape));
  return OK;
}
