/* recurrent/shape.c: shapes of recurrent layers. */
#include <stdio.h>

#include "kind.h"

static Status recurrent_wrong(const Call *c, int i, const char *expected) {
  char text[SHAPE_TEXT];
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %s, got %s", c->info->name, c->info->args[i].name,
              i + 1, expected, c->in[i] == NULL ? "nothing" : tensor_text(text, c->in[i]));
}

/* Input i has this shape, and the dtype of 'like'. */
static Status recurrent_check(const Call *c, int i, const Tensor *like, int ndim, const int64_t *shape) {
  char text[SHAPE_TEXT + 40], sizes[SHAPE_TEXT];
  const Tensor *t = c->in[i];
  if (t != NULL && t->dtype == like->dtype && t->ndim == ndim &&
      memcmp(t->shape, shape, (size_t)ndim * sizeof *shape) == 0)
    return OK;
  snprintf(text, sizeof text, "%s %s", dtype_name((DType)like->dtype), shape_text(sizes, ndim, shape));
  return recurrent_wrong(c, i, text);
}

Status infer_recurrent(Call *c) {
  const RecurrentAttrs *a = c->attrs;
  const RecurrentKind kind = (RecurrentKind)a->kind;
  const Tensor *x = c->in[0], *h = c->in[1];
  if (x->ndim != 3 || x->shape[0] == 0) return recurrent_wrong(c, 0, "(T×B×I) with at least one step");
  if (h->ndim != 2 || h->shape[0] != x->shape[1] || h->dtype != x->dtype)
    return recurrent_wrong(c, 1, "a state (B×H) of the dtype of 'input'");
  const int64_t size = h->shape[1], gates = recurrent_gates(kind) * size;
  if (kind == RECURRENT_LSTM) TRY(recurrent_check(c, 2, x, 2, h->shape));
  TRY(recurrent_check(c, 3, x, 2, (int64_t[]){gates, x->shape[2]}));
  TRY(recurrent_check(c, 4, x, 2, (int64_t[]){gates, size}));
  if ((c->in[5] == NULL) != (c->in[6] == NULL)) return recurrent_wrong(c, 6, "both biases or none");
  for (int i = 5; i <= 6 && c->in[i] != NULL; i++) TRY(recurrent_check(c, i, x, 1, &gates));
  const int64_t states[3] = {x->shape[0], x->shape[1], size}, all[3] = {x->shape[0], x->shape[1], gates}, none = 0;
  const bool plain = recurrent_is_plain(kind);
  TRY(call_output(c, 0, (DType)x->dtype, 3, states));
  TRY(plain ? call_output(c, 1, (DType)x->dtype, 1, &none) : call_output(c, 1, (DType)x->dtype, 3, states));
  return plain ? call_output(c, 2, (DType)x->dtype, 1, &none) : call_output(c, 2, (DType)x->dtype, 3, all);
}

Status infer_recurrent_backward(Call *c) {
  const RecurrentBackwardAttrs *a = c->attrs;
  const RecurrentKind kind = (RecurrentKind)a->kind;
  const Tensor *out = c->in[2], *h = c->in[5];
  const bool plain = recurrent_is_plain(kind);
  if (out->ndim != 3) return recurrent_wrong(c, 2, "(T×B×H)");
  const int64_t size = out->shape[2], none = 0, all[3] = {out->shape[0], out->shape[1], recurrent_gates(kind) * size};
  for (int i = 0; i < 2; i++)
    if (c->in[i] != NULL) TRY(recurrent_check(c, i, out, 3, out->shape));
  if (!plain) TRY(recurrent_check(c, 3, out, 3, out->shape));
  if (!plain) TRY(recurrent_check(c, 4, out, 3, all));
  TRY(recurrent_check(c, 5, out, 2, &out->shape[1]));
  if (kind == RECURRENT_LSTM) TRY(recurrent_check(c, 6, out, 2, &out->shape[1]));
  TRY(recurrent_check(c, 7, out, 2, (int64_t[]){all[2], size}));
  TRY(call_output(c, 0, (DType)out->dtype, 3, all));
  TRY(kind == RECURRENT_GRU ? call_output(c, 1, (DType)out->dtype, 3, all)
                            : call_output(c, 1, (DType)out->dtype, 1, &none));
  TRY(call_output(c, 2, (DType)out->dtype, 2, h->shape));
  return kind == RECURRENT_LSTM ? call_output(c, 3, (DType)out->dtype, 2, h->shape)
                                : call_output(c, 3, (DType)out->dtype, 1, &none);
}
