/* conv/shape.c: shapes and checks of convolution and pooling, and their gradients that need shapes. */
#include "autograd/gradient.h"
#include "window.h"

static Status read_pair(const char *who, const char *name, int argument, const Ints *v, int64_t least, int64_t *pair) {
  char text[SHAPE_TEXT];
  if (v->n != 1 && v->n != 2)
    return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected one number or two, got %s", who, name, argument,
                shape_text(text, v->n < 0 ? 0 : v->n, v->v));
  pair[0] = v->v[0];
  pair[1] = v->v[v->n - 1];
  for (int d = 0; d < 2; d++)
    if (pair[d] < least || pair[d] > INT32_MAX)
      return fail(ERROR_ARGUMENT, "%s: '%s' (argument %d): expected at %s %lld, got %lld", who, name, argument,
                  pair[d] < least ? "least" : "most", (long long)(pair[d] < least ? least : INT32_MAX),
                  (long long)pair[d]);
  return OK;
}

static Status read_planes(const char *who, const Tensor *t, Window *w) {
  char text[SHAPE_TEXT];
  if (t->ndim != 3 && t->ndim != 4)
    return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): expected (N × C × H × W) or (C × H × W), got %s", who,
                tensor_text(text, t));
  w->batch = t->ndim == 4 ? t->shape[0] : 1;
  w->channels = t->shape[t->ndim - 3];
  w->in[0] = t->shape[t->ndim - 2];
  w->in[1] = t->shape[t->ndim - 1];
  return OK;
}

/* ---- convolution ------------------------------------------------------------------- */

static Status conv_channels(const Tensor *weight, int64_t groups, const Window *w) {
  char text[SHAPE_TEXT];
  if (groups < 1)
    return fail(ERROR_ARGUMENT, "conv2d: 'groups' (argument 7): expected at least 1, got %lld", (long long)groups);
  if (w->channels % groups != 0 || weight->shape[0] % groups != 0)
    return fail(ERROR_ARGUMENT,
                "conv2d: 'groups' (argument 7): %lld does not divide the %lld input and %lld output channels",
                (long long)groups, (long long)w->channels, (long long)weight->shape[0]);
  if (weight->shape[1] * groups != w->channels)
    return fail(ERROR_ARGUMENT, "conv2d: 'input' (argument 1): expected %lld channels as 'weight' %s%s has, got %lld",
                (long long)(weight->shape[1] * groups), shape_text(text, 4, weight->shape),
                groups > 1 ? " in groups" : "", (long long)w->channels);
  return OK;
}

Status conv_window(const Tensor *input, const Tensor *weight, const ConvArgs *a, Window *w) {
  char text[SHAPE_TEXT];
  TRY(read_planes("conv2d", input, w));
  if (weight->ndim != 4)
    return fail(ERROR_ARGUMENT, "conv2d: 'weight' (argument 2): expected (O × C × KH × KW), got %s",
                tensor_text(text, weight));
  if (weight->dtype != input->dtype)
    return fail(ERROR_ARGUMENT, "conv2d: 'weight' (argument 2): expected %s as 'input' is, got %s",
                dtype_name((DType)input->dtype), dtype_name((DType)weight->dtype));
  TRY(read_pair("conv2d", "stride", 4, &a->stride, 1, w->stride));
  TRY(read_pair("conv2d", "padding", 5, &a->padding, 0, w->padding));
  TRY(read_pair("conv2d", "dilation", 6, &a->dilation, 1, w->dilation));
  TRY(conv_channels(weight, a->groups, w));
  w->groups = a->groups;
  w->features = weight->shape[0];
  for (int d = 0; d < 2; d++) {
    w->kernel[d] = weight->shape[2 + d];
    if (w->kernel[d] < 1)
      return fail(ERROR_ARGUMENT, "conv2d: 'weight' (argument 2): an empty kernel: %s", tensor_text(text, weight));
    int64_t reach = w->dilation[d] * (w->kernel[d] - 1) + 1, room = w->in[d] + 2 * w->padding[d];
    if (reach > room)
      return fail(ERROR_ARGUMENT,
                  "conv2d: 'weight' (argument 2): the kernel (%lld×%lld) does not fit in the padded input "
                  "(%lld×%lld)",
                  (long long)weight->shape[2], (long long)weight->shape[3], (long long)(w->in[0] + 2 * w->padding[0]),
                  (long long)(w->in[1] + 2 * w->padding[1]));
    w->out[d] = (room - reach) / w->stride[d] + 1;
  }
  return OK;
}

static Status planes_output(Call *c, int i, DType dtype, const Tensor *in, int64_t channels, const int64_t *size) {
  int64_t shape[TENSOR_MAX_DIMS];
  memcpy(shape, in->shape, sizeof shape);
  shape[in->ndim - 3] = channels;
  shape[in->ndim - 2] = size[0];
  shape[in->ndim - 1] = size[1];
  return call_output(c, i, dtype, in->ndim, shape);
}

Status infer_conv2d(Call *c) {
  const Conv2dAttrs *a = c->attrs;
  const Tensor *bias = c->n_in > 2 ? c->in[2] : NULL;
  ConvArgs args = {a->stride, a->padding, a->dilation, a->groups};
  char text[SHAPE_TEXT];
  Window w;
  TRY(conv_window(c->in[0], c->in[1], &args, &w));
  if (bias != NULL && (bias->ndim != 1 || bias->shape[0] != w.features || bias->dtype != c->in[0]->dtype))
    return fail(ERROR_ARGUMENT, "conv2d: 'bias' (argument 3): expected %s (%lld), got %s",
                dtype_name((DType)c->in[0]->dtype), (long long)w.features, tensor_text(text, bias));
  return planes_output(c, 0, (DType)c->in[0]->dtype, c->in[0], w.features, w.out);
}

/* conv2d_input and conv2d_weight: the size is known, the kernel checks that all fits. */
Status infer_conv2d_adjoint(Call *c) {
  const Conv2dInputAttrs *a = c->attrs;
  return call_output(c, 0, (DType)c->in[0]->dtype, a->size.n, a->size.v);
}

Status conv_check_grad(const Tensor *grad, const Tensor *out, const Window *w) {
  char text[SHAPE_TEXT];
  int n = grad->ndim;
  if (grad->dtype == out->dtype && (n == 3 || n == 4) && grad->shape[n - 3] == w->features &&
      grad->shape[n - 2] == w->out[0] && grad->shape[n - 1] == w->out[1] && (n == 3 ? 1 : grad->shape[0]) == w->batch)
    return OK;
  return fail(ERROR_ARGUMENT, "conv2d: the gradient %s does not fit", tensor_text(text, grad));
}

/* padding = "same": the sum of both sides is dilation (kernel - 1). Where that is odd, the larger
** half is put on both sides and the first row or column of the result dropped. */
Status composite_conv2d_named(Call *c) {
  const Conv2dNamedAttrs *a = c->attrs;
  Tensor *in = c->in[0], *weight = c->in[1], *bias = c->n_in > 2 ? c->in[2] : NULL, *out = NULL;
  int64_t stride[2], dilation[2], total[2] = {0, 0};
  if (a->padding == 0 && weight->ndim == 4) {
    TRY(read_pair("conv2d", "stride", 4, &a->stride, 1, stride));
    TRY(read_pair("conv2d", "dilation", 6, &a->dilation, 1, dilation));
    if (stride[0] != 1 || stride[1] != 1)
      return fail(ERROR_ARGUMENT, "conv2d: 'padding' (argument 5): \"same\" needs stride 1");
    for (int d = 0; d < 2; d++) total[d] = dilation[d] * (weight->shape[2 + d] - 1);
  }
  Ints padding = {2, {(total[0] + 1) / 2, (total[1] + 1) / 2}};
  TRY(op_conv2d(in, weight, bias, a->stride, padding, a->dilation, a->groups, &out));
  for (int d = 0; d < 2; d++) {
    if (total[d] % 2 == 0) continue;
    Tensor *wide = out;
    Status status = op_narrow(wide, d - 2, 1, in->shape[in->ndim - 2 + d], &out);
    tensor_release(wide);
    TRY(status);
  }
  c->out[0] = out;
  return OK;
}

/* ---- pooling ------------------------------------------------------------------------ */

Status pool_window(const char *who, const Tensor *input, const PoolArgs *a, Window *w) {
  const Ints *stride = a->stride.n > 0 ? &a->stride : &a->kernel_size;
  TRY(read_planes(who, input, w));
  TRY(read_pair(who, "kernel_size", 2, &a->kernel_size, 1, w->kernel));
  TRY(read_pair(who, "stride", 3, stride, 1, w->stride));
  TRY(read_pair(who, "padding", 4, &a->padding, 0, w->padding));
  TRY(read_pair(who, "dilation", 5, &a->dilation, 1, w->dilation));
  w->groups = 1;
  w->features = w->channels;
  for (int d = 0; d < 2; d++) {
    int64_t reach = w->dilation[d] * (w->kernel[d] - 1) + 1, room = w->in[d] + 2 * w->padding[d];
    if (2 * w->padding[d] > reach)
      return fail(ERROR_ARGUMENT, "%s: 'padding' (argument 4): expected at most half of the window of %lld, got %lld",
                  who, (long long)reach, (long long)w->padding[d]);
    int64_t steps = room - reach + (a->ceil_mode ? w->stride[d] - 1 : 0);
    w->out[d] = steps < 0 ? 0 : steps / w->stride[d] + 1;
    if (a->ceil_mode && (w->out[d] - 1) * w->stride[d] >= w->in[d] + w->padding[d]) w->out[d]--;
    if (w->out[d] < 1 || w->in[d] < 1)
      return fail(ERROR_ARGUMENT,
                  "%s: 'kernel_size' (argument 2): the window (%lld×%lld) does not fit in the padded input "
                  "(%lld×%lld)",
                  who, (long long)w->kernel[0], (long long)w->kernel[1], (long long)(w->in[0] + 2 * w->padding[0]),
                  (long long)(w->in[1] + 2 * w->padding[1]));
  }
  return OK;
}

/* max_pool2d and max_pool2d_with_indices: the same attributes. */
Status infer_max_pool2d(Call *c) {
  const MaxPool2dAttrs *a = c->attrs;
  PoolArgs args = {a->kernel_size, a->stride, a->padding, a->dilation, a->ceil_mode};
  Window w;
  TRY(pool_window(c->info->lua_name, c->in[0], &args, &w));
  TRY(planes_output(c, 0, (DType)c->in[0]->dtype, c->in[0], w.channels, w.out));
  return planes_output(c, 1, DTYPE_INT64, c->in[0], w.channels, w.out);
}

Status infer_avg_pool2d(Call *c) {
  const AvgPool2dAttrs *a = c->attrs;
  PoolArgs args = {a->kernel_size, a->stride, a->padding, {1, {1}}, a->ceil_mode};
  Window w;
  if (a->divisor_override == 0)
    return fail(ERROR_ARGUMENT, "avg_pool2d: 'divisor_override' (argument 7): must not be 0");
  TRY(pool_window("avg_pool2d", c->in[0], &args, &w));
  return planes_output(c, 0, (DType)c->in[0]->dtype, c->in[0], w.channels, w.out);
}

Status infer_avg_pool2d_adjoint(Call *c) {
  const AvgPool2dAdjointAttrs *a = c->attrs;
  return call_output(c, 0, (DType)c->in[0]->dtype, a->size.n, a->size.v);
}
