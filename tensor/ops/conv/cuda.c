/* conv/cuda.c: convolution on CUDA as matrix products of columns, by cuBLAS, and pooling. The columns of a sample are
** made for all of its channels, so those of a group follow each other: a product for each sample has the groups as
** its batch, and where there is one group the samples are the batch.
*/
#include "device/cuda/blas.h"
#include "ops/conv/cuda.h"

#define CONV_COLUMNS (256ll << 20) /* bytes of columns that are made at a time, if more than one sample fits there */

/* One number, or one for each direction. */
static void conv_pair(const Ints *v, int64_t *pair) {
  pair[0] = v->v[0];
  pair[1] = v->v[v->n - 1];
}

static int64_t conv_size(const Tensor *t, int from_end) { return t->shape[t->ndim - from_end]; }
static int64_t conv_samples(const Tensor *t) { return t->ndim == 4 ? t->shape[0] : 1; }

typedef struct {
  Columns columns;                 /* of one sample */
  int64_t samples, groups, k, p, f; /* of a group: rows and columns of the column matrix, and features */
  int64_t together;                /* samples whose columns are made at a time */
  bool direct;                     /* the image is its column matrix: kernels of one element */
  DType dtype;
  Device device;
  size_t size, bytes; /* of an element; of the columns */
  void *scratch;
} Conv;

/* What is true of a forward call, but a gradient may be given any shape. */
static bool conv_fits(const Conv *v, const Tensor *weight, const Tensor *result) {
  const Columns *c = &v->columns;
  bool good = v->f * v->groups == conv_size(result, 3) && c->planes == weight->shape[1] * v->groups &&
              conv_samples(result) == v->samples;
  for (int d = 0; d < 2; d++) {
    const int64_t room = c->in[d] + 2 * c->padding[d] - c->dilation[d] * (c->kernel[d] - 1) - 1;
    good = good && room / c->stride[d] + 1 == c->out[d];
  }
  return good;
}

/* The geometry. */
static Status conv_begin(Conv *v, const Tensor *image, const Tensor *weight, const Tensor *result, const Ints *stride,
                         const Ints *padding, const Ints *dilation, int64_t groups) {
  Columns *c = &v->columns;
  *v = (Conv){.samples = conv_samples(image), .groups = groups, .direct = true, .dtype = (DType)image->dtype,
              .device = tensor_device(image), .size = tensor_itemsize(image)};
  c->planes = conv_size(image, 3);
  conv_pair(stride, c->stride);
  conv_pair(padding, c->padding);
  conv_pair(dilation, c->dilation);
  for (int d = 0; d < 2; d++) {
    c->in[d] = conv_size(image, 2 - d);
    c->out[d] = conv_size(result, 2 - d);
    c->kernel[d] = weight->shape[2 + d];
    v->direct = v->direct && c->kernel[d] == 1 && c->stride[d] == 1 && c->padding[d] == 0;
  }
  v->f = weight->shape[0] / groups;
  v->k = weight->shape[1] * c->kernel[0] * c->kernel[1];
  v->p = c->out[0] * c->out[1];
  if (!conv_fits(v, weight, result)) return host->fail(ERROR_ARGUMENT, "conv2d: the gradient does not fit");
  const int64_t each = groups * v->k * v->p * (int64_t)v->size, fit = each > 0 ? CONV_COLUMNS / each : v->samples;
  v->together = groups > 1 || fit < 1 ? 1 : fit < v->samples ? fit : v->samples;
  v->bytes = (size_t)(each * v->together);
  return v->direct || v->bytes == 0 ? OK : cuda_allocate(v->device.index, v->bytes, &v->scratch);
}

static Status conv_end(Conv *v, Status status) {
  if (v->scratch != NULL) cuda_free(v->device.index, v->scratch, v->bytes);
  return status;
}

static char *conv_at(const Conv *v, const Tensor *t, int64_t sample, int64_t each) {
  return (char *)tensor_data(t) + (size_t)(sample * each) * v->size;
}
static char *conv_image(const Conv *v, const Tensor *t, int64_t sample) {
  return conv_at(v, t, sample, v->columns.planes * v->columns.in[0] * v->columns.in[1]);
}
static char *conv_result(const Conv *v, const Tensor *t, int64_t sample) {
  return conv_at(v, t, sample, v->groups * v->f * v->p);
}

/* Fills the columns of n samples from 'image', or the image from the columns. */
static Status conv_move(const Conv *v, const char *kernel, void *image, int64_t n) {
  Columns c = v->columns;
  c.image = image;
  c.columns = v->scratch;
  c.planes *= n;
  const int64_t taps = c.kernel[0] * c.kernel[1], back = strcmp(kernel, "conv_image") == 0;
  return launch_named(v->device, v->dtype, "conv", kernel, NULL,
                      c.planes * (back ? c.in[0] * c.in[1] : taps * v->p), (void *[]){&c});
}

/* Matrices of the groups of a sample, or of samples of one group. 'shared': all samples have the same one. */
static BlasMatrix conv_matrix(const void *data, int64_t rows, int64_t columns, bool shared) {
  return (BlasMatrix){data, rows, columns, columns, 1, shared ? 0 : rows * columns};
}
static BlasMatrix conv_weight_matrix(const Conv *v, const Tensor *weight) {
  return conv_matrix(tensor_data(weight), v->f, v->k, v->groups == 1);
}
static int64_t conv_batch(const Conv *v, int64_t n) { return v->groups == 1 ? n : v->groups; }
static int64_t conv_turn(const Conv *v, int64_t first) {
  return v->samples - first < v->together ? v->samples - first : v->together;
}

/* Columns of n samples, or the images themselves. */
static Status conv_columns(const Conv *v, char *image, int64_t n, BlasMatrix *columns) {
  *columns = conv_matrix(v->direct ? image : v->scratch, v->k, v->p, false);
  return v->direct ? OK : conv_move(v, "conv_columns", image, n);
}

static Status conv_forward(const Conv *v, Tensor *const *in, Tensor *bias, Tensor *out) {
  const BlasMatrix weight = conv_weight_matrix(v, in[1]);
  if (bias != NULL) { /* each place begins with the bias of its feature */
    Tensor start = *bias;
    start.ndim = 3;
    for (int d = 1; d < 3; d++) start.shape[d] = 1, start.stride[d] = 0;
    TRY(host->tensor_copy(out, &start));
  }
  for (int64_t i = 0, n; i < v->samples; i += n) {
    BlasMatrix columns;
    n = conv_turn(v, i);
    TRY(conv_columns(v, conv_image(v, in[0], i), n, &columns));
    TRY(blas_multiply(v->device, v->dtype, weight, columns, 1, bias != NULL, conv_result(v, out, i), conv_batch(v, n)));
  }
  return OK;
}

Status cuda_conv2d(Call *c) {
  const Conv2dAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  Conv v;
  if (out->numel == 0) return OK;
  TRY(conv_begin(&v, c->in[0], c->in[1], out, &a->stride, &a->padding, &a->dilation, a->groups));
  return conv_end(&v, conv_forward(&v, c->in, c->n_in > 2 ? c->in[2] : NULL, out));
}

static Status conv_backward(const Conv *v, Tensor *const *in, Tensor *out) {
  const BlasMatrix weight = blas_transposed(conv_weight_matrix(v, in[1]));
  for (int64_t i = 0, n; i < v->samples; i += n) {
    n = conv_turn(v, i);
    char *image = conv_image(v, out, i);
    const BlasMatrix grad = conv_matrix(conv_result(v, in[0], i), v->f, v->p, false);
    TRY(blas_multiply(v->device, v->dtype, weight, grad, 1, 0, v->direct ? image : v->scratch, conv_batch(v, n)));
    if (!v->direct) TRY(conv_move(v, "conv_image", image, n));
  }
  return OK;
}

Status cuda_conv2d_input(Call *c) {
  const Conv2dInputAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  Conv v;
  if (c->in[0]->numel == 0 || c->in[1]->numel == 0) return cuda_clear(out);
  TRY(conv_begin(&v, out, c->in[1], c->in[0], &a->stride, &a->padding, &a->dilation, a->groups));
  return conv_end(&v, conv_backward(&v, c->in, out));
}

/* The products of the samples are added up, one after the other. */
static Status conv_weight(const Conv *v, Tensor *const *in, Tensor *out) {
  for (int64_t i = 0; i < v->samples; i++) {
    BlasMatrix columns;
    const BlasMatrix grad = conv_matrix(conv_result(v, in[1], i), v->f, v->p, false);
    TRY(conv_columns(v, conv_image(v, in[0], i), 1, &columns));
    TRY(blas_multiply(v->device, v->dtype, grad, blas_transposed(columns), 1, i > 0, tensor_data(out), v->groups));
  }
  return OK;
}

Status cuda_conv2d_weight(Call *c) {
  const Conv2dWeightAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  Conv v;
  if (c->in[0]->numel == 0 || c->in[1]->numel == 0) return cuda_clear(out);
  TRY(conv_begin(&v, c->in[0], out, c->in[1], &a->stride, &a->padding, &a->dilation, a->groups));
  return conv_end(&v, conv_weight(&v, c->in, out));
}

/* ---- pooling --------------------------------------------------------------------------------------------- */

static Status pool_run(const char *kernel, const Tensor *wide, const Tensor *narrow, Pool *p, const Ints *kernel_size,
                       const Ints *stride, const Ints *padding) {
  const bool spreads = strcmp(kernel, "pool_spread") == 0;
  conv_pair(kernel_size, p->kernel);
  conv_pair(stride->n > 0 ? stride : kernel_size, p->stride);
  conv_pair(padding, p->padding);
  for (int d = 0; d < 2; d++) {
    p->in[d] = conv_size(wide, 2 - d);
    p->out[d] = conv_size(narrow, 2 - d);
  }
  p->planes = conv_samples(wide) * conv_size(wide, 3);
  p->wide = tensor_data(wide);
  p->narrow = tensor_data(narrow);
  const int64_t n = spreads ? wide->numel : narrow->numel;
  if (n == 0) return OK;
  return launch_named(tensor_device(wide), (DType)wide->dtype, "conv", kernel, NULL, n, (void *[]){p});
}

/* max_pool2d and max_pool2d_with_indices have the same first attributes. */
Status cuda_max_pool2d(Call *c) {
  const MaxPool2dAttrs *a = c->attrs;
  Pool p = {.index = tensor_data(c->out[1])};
  conv_pair(&a->dilation, p.dilation);
  return pool_run("pool_max", c->in[0], c->out[0], &p, &a->kernel_size, &a->stride, &a->padding);
}

Status cuda_avg_pool2d(Call *c) {
  const AvgPool2dAttrs *a = c->attrs;
  Pool p = {.dilation = {1, 1}, .divisor = a->divisor_override, .include_pad = a->count_include_pad};
  return pool_run("pool_average", c->in[0], c->out[0], &p, &a->kernel_size, &a->stride, &a->padding);
}

Status cuda_avg_pool2d_adjoint(Call *c) {
  const AvgPool2dAdjointAttrs *a = c->attrs;
  Pool p = {.dilation = {1, 1}, .divisor = a->divisor_override, .include_pad = a->count_include_pad};
  if (c->in[0]->numel == 0) return cuda_clear(c->out[0]);
  return pool_run("pool_spread", c->out[0], c->in[0], &p, &a->kernel_size, &a->stride, &a->padding);
}
