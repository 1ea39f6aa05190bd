/* norm/shape.c: checks and shapes of normalisation. */
#include "core/internal.h"

/* A tensor with one element for each channel. */
static Status check_channels(const Tensor *input, const Tensor *t, const char *name, int position) {
  char a[SHAPE_TEXT];
  if (t == NULL || (t->ndim == 1 && t->shape[0] == input->shape[1] && t->dtype == input->dtype)) return OK;
  return fail(ERROR_ARGUMENT, "batch_norm: '%s' (argument %d): expected %s (%lld), one for each channel, got %s", name,
              position, dtype_name((DType)input->dtype), (long long)input->shape[1], tensor_text(a, t));
}

static Status check_batch_norm(const BatchNormAttrs *a, Tensor *const *in) {
  char text[SHAPE_TEXT];
  const Tensor *x = in[0];
  if (!dtype_is_float((DType)x->dtype) || x->ndim < 2)
    return fail(ERROR_ARGUMENT, "batch_norm: 'input' (argument 1): expected a float tensor (N×C) or (N×C×…), got %s",
                tensor_text(text, x));
  TRY(check_channels(x, in[1], "running_mean", 2));
  TRY(check_channels(x, in[2], "running_var", 3));
  TRY(check_channels(x, in[3], "weight", 4));
  TRY(check_channels(x, in[4], "bias", 5));
  if ((in[1] == NULL) != (in[2] == NULL))
    return fail(ERROR_ARGUMENT, "batch_norm: running_mean and running_var come together");
  if (!a->training && in[1] == NULL)
    return fail(ERROR_ARGUMENT, "batch_norm: 'running_mean' (argument 2): needed when not training");
  if (a->training && x->shape[1] > 0 && x->numel == x->shape[1])
    return fail(ERROR_ARGUMENT, "batch_norm: 'input' (argument 1): expected more than 1 value per channel when training, got %s",
                tensor_text(text, x));
  for (int i = 1; a->training && i <= 2; i++)
    if (in[i] != NULL && !tensor_is_contiguous(in[i]))
      return fail(ERROR_ARGUMENT, "batch_norm: '%s' (argument %d): expected a contiguous tensor",
                  i == 1 ? "running_mean" : "running_var", i + 1);
  return OK;
}

Status composite_batch_norm(Call *c) {
  const BatchNormAttrs *a = c->attrs;
  Tensor *mean = NULL, *invstd = NULL;
  TRY(check_batch_norm(a, c->in));
  Status status = op_batch_norm_of(c->in[0], c->in[1], c->in[2], c->in[3], c->in[4], a->training, a->momentum, a->eps,
                                   &c->out[0], &mean, &invstd);
  tensor_release(mean);
  tensor_release(invstd);
  for (int i = 1; status == OK && a->training && i <= 2; i++)
    if (c->in[i] != NULL) atomic_fetch_add_explicit(&c->in[i]->storage->version, 1, memory_order_relaxed);
  return status;
}

Status infer_batch_norm_of(Call *c) {
  const Tensor *x = c->in[0];
  DType dtype = (DType)x->dtype;
  TRY(call_output(c, 0, dtype, x->ndim, x->shape));
  TRY(call_output(c, 1, dtype, 1, &x->shape[1]));
  return call_output(c, 2, dtype, 1, &x->shape[1]);
}

Status infer_batch_norm_backward(Call *c) {
  const Tensor *x = c->in[1];
  DType dtype = (DType)x->dtype;
  TRY(call_output(c, 0, dtype, x->ndim, x->shape));
  TRY(call_output(c, 1, dtype, 1, &x->shape[1]));
  return call_output(c, 2, dtype, 1, &x->shape[1]);
}

/* ---- layer_norm ------------------------------------------------------------------ */

static Status check_layer_norm(const LayerNormAttrs *a, Tensor *const *in) {
  char text[SHAPE_TEXT], want[SHAPE_TEXT];
  const Ints *s = &a->normalized_shape;
  const Tensor *tensors[3] = {in[0], in[1], in[2]};
  static const char *const names[3] = {"input", "weight", "bias"};
  static const int positions[3] = {1, 3, 4};
  for (int i = 0; i < 3; i++) {
    const Tensor *t = tensors[i];
    if (t == NULL) continue;
    bool fits = s->n > 0 && t->ndim >= s->n && (i == 0 || t->ndim == s->n);
    for (int d = 0; fits && d < s->n; d++) fits = t->shape[t->ndim - s->n + d] == s->v[d];
    if (!fits || !dtype_is_float((DType)t->dtype))
      return fail(ERROR_ARGUMENT, "layer_norm: '%s' (argument %d): expected a float tensor %s %s, got %s", names[i],
                  positions[i], i == 0 ? "whose shape ends with" : "of shape", shape_text(want, s->n < 0 ? 0 : s->n, s->v),
                  tensor_text(text, t));
  }
  return OK;
}

/* A matrix of the rows to be normalised, and a row each of weight and bias. */
Status composite_layer_norm(Call *c) {
  const LayerNormAttrs *a = c->attrs;
  Tensor *t[6] = {0}, *x = c->in[0];
  int64_t n = 1;
  TRY(check_layer_norm(a, c->in));
  if (x->numel == 0) return op_clone(x, &c->out[0]);
  for (int i = 0; i < a->normalized_shape.n; i++) n *= a->normalized_shape.v[i];
  Status status = op_reshape(x, (Ints){2, {x->numel / n, n}}, &t[0]);
  for (int i = 1; i < 3 && status == OK; i++)
    if (c->in[i] != NULL) status = op_reshape(c->in[i], ints_of(1, &n), &t[i]);
  if (status == OK) status = op_layer_norm_of(t[0], t[1], t[2], a->eps, &t[3], &t[4], &t[5]);
  if (status == OK) status = op_reshape(t[3], ints_of(x->ndim, x->shape), &c->out[0]);
  for (int i = 0; i < 6; i++) tensor_release(t[i]);
  return status;
}

Status infer_layer_norm_of(Call *c) {
  const Tensor *x = c->in[0];
  DType dtype = (DType)x->dtype;
  TRY(call_output(c, 0, dtype, 2, x->shape));
  TRY(call_output(c, 1, dtype, 1, x->shape));
  return call_output(c, 2, dtype, 1, x->shape);
}

Status infer_layer_norm_backward(Call *c) {
  const Tensor *x = c->in[1];
  DType dtype = (DType)x->dtype;
  TRY(call_output(c, 0, dtype, 2, x->shape));
  TRY(call_output(c, 1, dtype, 1, &x->shape[1]));
  return call_output(c, 2, dtype, 1, &x->shape[1]);
}
