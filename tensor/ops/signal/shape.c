/* signal/shape.c: shapes of filters. */
#include "core/internal.h"

/* A tensor of 'ndim' dimensions; 'form' is what the message says. */
static Status check_signal(const Call *c, int i, int ndim, const char *form) {
  char text[SHAPE_TEXT];
  const Tensor *t = c->in[i];
  if (t->ndim == ndim && t->dtype == c->in[0]->dtype) return OK;
  return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected %s %s, got %s", c->info->lua_name,
              c->info->args[i].name, i + 1, dtype_name((DType)c->in[0]->dtype), form, tensor_text(text, t));
}

Status infer_lag_filter(Call *c) {
  char text[SHAPE_TEXT];
  const Tensor *x = c->in[0], *weight = c->in[1];
  TRY(check_signal(c, 0, 3, "(N×C×L)"));
  TRY(check_signal(c, 1, 2, "(C×lags)"));
  if (weight->shape[0] != x->shape[1] || weight->shape[1] < 1)
    return fail(ERROR_ARGUMENT, "%s: 'weight' (argument 2): expected weights of %lld channels, got %s",
                c->info->lua_name, (long long)x->shape[1], tensor_text(text, weight));
  return call_output(c, 0, (DType)x->dtype, 3, x->shape);
}

Status infer_lag_products(Call *c) {
  const LagProductsAttrs *a = c->attrs;
  char text[SHAPE_TEXT];
  const Tensor *x = c->in[0], *other = c->in[1];
  TRY(check_signal(c, 0, 3, "(N×C×L)"));
  if (other->dtype != x->dtype || !tensor_same_shape(x, other))
    return fail(ERROR_ARGUMENT, "lag_products: 'other' (argument 2): expected the shape and dtype of 'input', got %s",
                tensor_text(text, other));
  if (a->lags < 1)
    return fail(ERROR_ARGUMENT, "lag_products: 'lags' (argument 3): expected 1 or more, got %lld", (long long)a->lags);
  return call_output(c, 0, (DType)x->dtype, 2, (int64_t[]){x->shape[1], a->lags});
}

Status infer_polyphase(Call *c) {
  const PolyphaseAttrs *a = c->attrs; /* the adjoint has the same */
  char text[SHAPE_TEXT];
  const Tensor *x = c->in[0], *weight = c->in[1];
  TRY(check_signal(c, 0, 2, "(B×L)"));
  TRY(check_signal(c, 1, 2, "(phases×taps)"));
  if (weight->shape[0] < 1 || weight->shape[1] < 2 || weight->shape[1] % 2 != 0)
    return fail(ERROR_ARGUMENT, "%s: 'weight' (argument 2): expected an even number of taps, got %s", c->info->lua_name,
                tensor_text(text, weight));
  if (a->stride < 1 || a->stride > INT32_MAX || a->length < 0 || a->length > INT64_MAX >> 32)
    return fail(ERROR_ARGUMENT, "%s: 'stride' and 'length' (arguments 3 and 4): expected 1 to 2^31 - 1 and 0 to 2^31, "
                "got %lld and %lld", c->info->lua_name, (long long)a->stride, (long long)a->length);
  return call_output(c, 0, (DType)x->dtype, 2, (int64_t[]){x->shape[0], a->length});
}
