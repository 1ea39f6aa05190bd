/* conv/cpu_pool.c: kernels of pooling, one plane after the other. */
#include <math.h>

#include "device/cpu/fold.h"
#include "window.h"

#define TILE 256 /* windows of a row that are averaged together */
#define RUN 16   /* elements of a window that are added up in its own type */
#define LONG_ROW 1024 /* elements of a wide window that are added up in its own type, in several lanes */

/* From the first to one before the last. */
typedef struct {
  int64_t first, last;
} Span;

/* What all planes share: places that lie in the input. */
typedef struct {
  Span *column;    /* of each column of windows: its input columns */
  Span *place;     /* of each kernel column: the windows for which it lies in the input */
  int64_t *padded; /* of each column of windows: how wide it is with padding */
  bool squares;    /* the windows of a row are two by two, side by side, and lie in the input as far as it has rows */
  size_t bytes;
} Spans;

/* The input rows (d = 0) or columns of window 'o'. */
static inline Span pool_span(const Window *w, int d, int64_t o) {
  int64_t at = o * w->stride[d] - w->padding[d], step = w->dilation[d], end = at + (w->kernel[d] - 1) * step + 1;
  if (at < 0) at += (-at + step - 1) / step * step;
  return (Span){at, end < w->in[d] ? end : w->in[d]};
}

static inline int64_t pool_padded(const Window *w, int d, int64_t o) {
  const int64_t first = o * w->stride[d] - w->padding[d], end = w->in[d] + w->padding[d];
  return (first + w->kernel[d] < end ? first + w->kernel[d] : end) - first;
}

static Status pool_spans_make(Spans *s, const Window *w) {
  const size_t columns = (size_t)w->out[1], places = (size_t)w->kernel[1];
  s->bytes = (columns + places) * sizeof(Span) + columns * sizeof(int64_t);
  s->column = memory_alloc(s->bytes);
  if (s->column == NULL) return ERROR_MEMORY;
  s->place = s->column + columns;
  s->padded = (int64_t *)(s->place + places);
  for (int64_t x = 0; x < w->out[1]; x++) s->column[x] = pool_span(w, 1, x), s->padded[x] = pool_padded(w, 1, x);
  for (int64_t j = 0; j < w->kernel[1]; j++) window_inside(w, j, &s->place[j].first, &s->place[j].last);
  s->squares = w->kernel[0] == 2 && w->kernel[1] == 2 && w->stride[1] == 2 && w->dilation[0] == 1 &&
               w->dilation[1] == 1 && w->padding[1] == 0 && 2 * w->out[1] <= w->in[1];
  return OK;
}
static void pool_spans_free(Spans *s) { memory_free(s->column, s->bytes); }

#define BODY "ops/conv/pool_body.h"
#include "each_number.h"
typedef void (*MaxPlaneFn)(const Window *w, const Spans *s, const void *in, void *out, int64_t *at);
typedef void (*AveragePlaneFn)(const Window *w, const Spans *s, void *wide, void *narrow, bool include_pad,
                               int64_t override, bool adjoint);
static const MaxPlaneFn pool_max_planes[DTYPE_COUNT] = NUMBER_TABLE(pool_max_plane);
static const AveragePlaneFn pool_average_planes[DTYPE_COUNT] = NUMBER_TABLE(pool_average_plane);

/* The cost of a window, as worth_threads counts it. */
static int pool_cost(const Window *w) {
  const int64_t places = 4 * w->kernel[0] * w->kernel[1];
  return (int)(places < 4000 ? places : 4000);
}

Status KERNEL(max_pool2d)(Call *c) {
  const MaxPool2dAttrs *a = c->attrs;
  PoolArgs args = {a->kernel_size, a->stride, a->padding, a->dilation, a->ceil_mode};
  Window w;
  Spans s;
  TRY(pool_window("max_pool2d", c->in[0], &args, &w));
  TRY(pool_spans_make(&s, &w));
  int64_t planes = w.batch * w.channels, in = w.in[0] * w.in[1], out = w.out[0] * w.out[1];
  const char *from = tensor_data(c->in[0]);
  char *to = tensor_data(c->out[0]);
  int64_t *at = tensor_data(c->out[1]);
  DType dtype = (DType)c->in[0]->dtype;
  int64_t size = (int64_t)dtype_size(dtype);
#pragma omp parallel for if (worth_threads(planes *out, pool_cost(&w)))
  for (int64_t p = 0; p < planes; p++) {
    const void *x = from + p * in * size;
    void *y = to + p * out * size;
    if (interrupt_requested()) continue;
    pool_max_planes[dtype](&w, &s, x, y, at + p * out);
  }
  pool_spans_free(&s);
  return OK;
}

/* 'wide' has the planes of the input, 'narrow' those of the windows. */
static Status pool_average(const Window *w, const Tensor *wide, const Tensor *narrow, bool include_pad, int64_t divisor,
                           bool adjoint) {
  int64_t planes = w->batch * w->channels, in = w->in[0] * w->in[1], out = w->out[0] * w->out[1];
  int64_t size = (int64_t)tensor_itemsize(wide);
  Spans s;
  TRY(pool_spans_make(&s, w));
#pragma omp parallel for if (worth_threads(planes *out, pool_cost(w)))
  for (int64_t p = 0; p < planes; p++) {
    void *x = (char *)tensor_data(wide) + p * in * size, *y = (char *)tensor_data(narrow) + p * out * size;
    if (interrupt_requested()) continue;
    if (adjoint) memset(x, 0, (size_t)(in * size));
    pool_average_planes[wide->dtype](w, &s, x, y, include_pad, divisor, adjoint);
  }
  pool_spans_free(&s);
  return OK;
}

Status KERNEL(avg_pool2d)(Call *c) {
  const AvgPool2dAttrs *a = c->attrs;
  PoolArgs args = {a->kernel_size, a->stride, a->padding, {1, {1}}, a->ceil_mode};
  Window w;
  TRY(pool_window("avg_pool2d", c->in[0], &args, &w));
  return pool_average(&w, c->in[0], c->out[0], a->count_include_pad, a->divisor_override, false);
}

Status KERNEL(avg_pool2d_adjoint)(Call *c) {
  const AvgPool2dAdjointAttrs *a = c->attrs;
  PoolArgs args = {a->kernel_size, a->stride, a->padding, {1, {1}}, a->ceil_mode};
  const Tensor *grad = c->in[0];
  Window w;
  TRY(pool_window("avg_pool2d", c->out[0], &args, &w));
  if (grad->numel != w.batch * w.channels * w.out[0] * w.out[1])
    return fail(ERROR_ARGUMENT, "avg_pool2d: the gradient does not fit");
  return pool_average(&w, c->out[0], grad, a->count_include_pad, a->divisor_override, true);
}
