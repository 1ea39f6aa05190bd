/* conv/cpu_shifts.c: convolution of few channels as sums of shifted planes. A plane of the input is laid
** out with its padding, in phases: where the stride is 2, even and odd rows and columns apart.
** Then output place i, counted through rows of the phases' pitch, is Σ weight[k] · phase[place[k] + i]
** for all taps k of the kernel: one long loop of vectors without edges, whose few places
** behind each row are dropped. The gradients are sums of the same kind.
**
** A matrix product (cpu.c) has to make columns, KH·KW times the input, and wants many rows;
** for a channel of its own (a depthwise convolution) its matrices are vectors.
*/
#include "cpu.h"

#define TAPS_MAX 1024           /* of a sum */
#define MOST 4                  /* planes of a tile */
#define VECTORS 8               /* … and vectors of a plane */
#define SLACK 128               /* elements that a tile, half, and a kernel's reach, half, may run over */
#define STRIP_BYTES (128 << 10)

#if defined(__AVX512F__)
#define VECTOR_BYTES 64
#elif defined(__AVX__)
#define VECTOR_BYTES 32
#else
#define VECTOR_BYTES 16
#endif

typedef struct {
  Window w;
  int64_t c, f;       /* channels and features of a group */
  int64_t phases[2];  /* of rows and columns: the stride, as far as the kernel reaches */
  int64_t reach[2];   /* rows and columns that a phase has more than the output */
  int64_t pitch;      /* elements of a row of a phase */
  int64_t rows;       /* of a strip */
  int64_t strips, total; /* strips, and rows of all */
  DType dtype;
  int64_t phase[TAPS_MAX], shift[TAPS_MAX]; /* of each tap of the kernel: the phase and where it is in it */
} Shifts;

/* The terms of a sum: term t reads element place[t] + i. */
typedef struct {
  int64_t count, place[TAPS_MAX];
  int64_t feature[TAPS_MAX], kernel[TAPS_MAX]; /* in a gradient: the weight that the term belongs to */
} Taps;

static void taps_of_phases(const Shifts *s, int64_t phase, Taps *taps) {
  const int64_t kernel = s->w.kernel[0] * s->w.kernel[1];
  taps->count = 0;
  for (int64_t c = 0; c < s->c; c++)
    for (int64_t k = 0; k < kernel; k++)
      taps->place[taps->count++] = (c * s->phases[0] * s->phases[1] + s->phase[k]) * phase + s->shift[k];
}

/* Those of the gradient of a phase: what the outputs that have read it had. */
static void taps_of_gradient(const Shifts *s, int64_t plane, int64_t phase, Taps *taps) {
  const int64_t kernel = s->w.kernel[0] * s->w.kernel[1];
  taps->count = 0;
  for (int64_t f = 0; f < s->f; f++)
    for (int64_t k = 0; k < kernel; k++) {
      if (s->phase[k] != phase) continue;
      taps->feature[taps->count] = f;
      taps->kernel[taps->count] = k;
      taps->place[taps->count++] = f * plane + s->reach[0] * s->pitch - s->shift[k];
    }
}

static int64_t shifts_block(int64_t planes) { return planes >= 4 ? 4 : planes >= 2 ? 2 : 1; }

#define BODY "ops/conv/shifts_body.h"
#include "each_float.h"

/* What a task does with a strip of rows; see the functions of these names in shifts_body.h. */
typedef void (*ShiftsForwardFn)(const Shifts *s, const void *in, const void *weight, const void *bias, int64_t y0,
                                int64_t rows, void *out, void *scratch);
typedef void (*ShiftsGradientFn)(const Shifts *s, const void *a, const void *b, int64_t y0, int64_t rows, void *out,
                                 void *scratch);
static const ShiftsForwardFn shifts_forwards[DTYPE_COUNT] = FLOAT_TABLE(shifts_forward);
static const ShiftsGradientFn shifts_inputs[DTYPE_COUNT] = FLOAT_TABLE(shifts_input);
static const ShiftsGradientFn shifts_weights[DTYPE_COUNT] = FLOAT_TABLE(shifts_weight);

/* ---- plans -------------------------------------------------------------------------------- */

/* The bounds are where a product of matrices was as fast (docs/internals/architecture.md). */
bool KERNEL(shifts_suit)(const Window *w, ConvOp op) {
  int64_t c = w->channels / w->groups, f = w->features / w->groups, kernel = w->kernel[0] * w->kernel[1];
  if (kernel == 1 || kernel > TAPS_MAX || (w->kernel[1] - 1) * w->dilation[1] > SLACK / 2) return false;
  switch (op) {
    case CONV_FORWARD: return c <= 16 && c * kernel <= TAPS_MAX;
    case CONV_INPUT: return f <= 32 && f <= 8 * c && f * kernel <= TAPS_MAX;
    default: return f <= 24 && c * kernel <= TAPS_MAX;
  }
}

static void shifts_init(Shifts *s, const Window *w, const Call *c) {
  s->w = *w;
  s->c = w->channels / w->groups;
  s->f = w->features / w->groups;
  s->dtype = (DType)c->in[0]->dtype;
  for (int d = 0; d < 2; d++) {
    int64_t last = (w->kernel[d] - 1) * w->dilation[d];
    s->reach[d] = last / w->stride[d];
    s->phases[d] = last + 1 < w->stride[d] ? last + 1 : w->stride[d];
  }
  s->pitch = w->out[1] + s->reach[1];
  for (int64_t y = 0, k = 0; y < w->kernel[0]; y++)
    for (int64_t x = 0; x < w->kernel[1]; x++, k++) {
      int64_t row = y * w->dilation[0], column = x * w->dilation[1];
      s->phase[k] = row % w->stride[0] * s->phases[1] + column % w->stride[1];
      s->shift[k] = row / w->stride[0] * s->pitch + column / w->stride[1];
    }
}

/* Strips of 'total' rows, 'planes' planes of which are to stay in the cache. */
static void shifts_cut(Shifts *s, int64_t total, int64_t planes) {
  int64_t bytes = planes * s->pitch * (int64_t)dtype_size(s->dtype);
  s->total = total;
  s->rows = bytes > 0 && STRIP_BYTES / bytes < total ? STRIP_BYTES / bytes : total;
  if (s->rows < 1) s->rows = 1;
  s->strips = (total + s->rows - 1) / s->rows;
}

/* The first row of a strip and how many it has. */
static int64_t shifts_strip(const Shifts *s, int64_t strip, int64_t *first) {
  *first = strip * s->rows;
  return s->total - *first < s->rows ? s->total - *first : s->rows;
}

static int64_t phases_of(const Shifts *s) { return s->c * s->phases[0] * s->phases[1]; }

static Status shifts_run(const Shifts *s, Call *c, int64_t tasks, int64_t elements, KernelTask work) {
  const Window *w = &s->w;
  int64_t taps = s->c * w->kernel[0] * w->kernel[1];
  bool threads = worth_threads(w->batch * w->features * w->out[0] * w->out[1], 1 + (int)taps / 8);
  return KERNEL(run_tasks)(s, c, tasks, (size_t)elements * dtype_size(s->dtype), threads, work);
}

/* Plane 'plane' of a tensor that has planes of height × width elements. */
static char *shifts_plane(const Tensor *t, int64_t plane, int64_t elements) {
  return (char *)tensor_data(t) + plane * elements * (int64_t)tensor_itemsize(t);
}
#define IN_PLANE(w) ((w)->in[0] * (w)->in[1])
#define OUT_PLANE(w) ((w)->out[0] * (w)->out[1])
#define KERNEL_PLANE(w) ((w)->kernel[0] * (w)->kernel[1])

/* ---- the three ops: a task is a sample, a group and a strip --------------------------------- */

static Status shifts_forward_task(const void *plan, Call *c, int64_t task, void *scratch) {
  const Shifts *s = plan;
  const Window *w = &s->w;
  int64_t sample = task / s->strips, g = sample % w->groups, y0, rows = shifts_strip(s, task % s->strips, &y0);
  const Tensor *biases = c->n_in > 2 ? c->in[2] : NULL;
  const char *in = shifts_plane(c->in[0], sample * s->c, IN_PLANE(w));
  const char *bias = biases != NULL ? shifts_plane(biases, g * s->f, 1) : NULL;
  const char *weight = shifts_plane(c->in[1], g * s->f * s->c, KERNEL_PLANE(w));
  char *out = shifts_plane(c->out[0], sample * s->f, OUT_PLANE(w));
  shifts_forwards[s->dtype](s, in, weight, bias, y0, rows, out, scratch);
  return OK;
}

Status KERNEL(shifts_forward)(const Window *w, Call *c) {
  Shifts s;
  shifts_init(&s, w, c);
  shifts_cut(&s, w->out[0], phases_of(&s));
  int64_t from = phases_of(&s) * (s.rows + s.reach[0]) * s.pitch + SLACK, to = MOST * (s.rows * s.pitch + SLACK);
  return shifts_run(&s, c, w->batch * w->groups * s.strips, from + to, shifts_forward_task);
}

static Status shifts_input_task(const void *plan, Call *c, int64_t task, void *scratch) {
  const Shifts *s = plan;
  const Window *w = &s->w;
  int64_t sample = task / s->strips, g = sample % w->groups, y0, rows = shifts_strip(s, task % s->strips, &y0);
  const char *grad = shifts_plane(c->in[0], sample * s->f, OUT_PLANE(w));
  const char *weight = shifts_plane(c->in[1], g * s->f * s->c, KERNEL_PLANE(w));
  char *in = shifts_plane(c->out[0], sample * s->c, IN_PLANE(w));
  shifts_inputs[s->dtype](s, grad, weight, y0, rows, in, scratch);
  return OK;
}

Status KERNEL(shifts_input)(const Window *w, Call *c) {
  Shifts s;
  shifts_init(&s, w, c);
  shifts_cut(&s, w->out[0] + s.reach[0], s.f);
  int64_t from = SLACK + s.f * ((s.rows + s.reach[0]) * s.pitch + SLACK),
      to = s.phases[1] * MOST * (s.rows * s.pitch + SLACK);
  return shifts_run(&s, c, w->batch * w->groups * s.strips, from + to, shifts_input_task);
}

typedef struct {
  Shifts shifts;
  int64_t parts;
  char *sums;
} WeightPlan;

static Status shifts_weight_task(const void *plan, Call *c, int64_t task, void *scratch) {
  const WeightPlan *p = plan;
  const Shifts *s = &p->shifts;
  const Window *w = &s->w;
  int64_t g = task % w->groups, part = task / w->groups;
  int64_t first = w->batch * part / p->parts, last = w->batch * (part + 1) / p->parts;
  size_t bytes = (size_t)(s->f * s->c * KERNEL_PLANE(w)) * dtype_size(s->dtype);
  char *sum = p->sums + (size_t)task * bytes;
  memset(sum, 0, bytes);
  for (int64_t n = first; n < last; n++) {
    int64_t sample = n * w->groups + g;
    const char *in = shifts_plane(c->in[0], sample * s->c, IN_PLANE(w)),
        *grad = shifts_plane(c->in[1], sample * s->f, OUT_PLANE(w));
    for (int64_t strip = 0; strip < s->strips && !interrupt_requested(); strip++) {
      int64_t y0, rows = shifts_strip(s, strip, &y0);
      shifts_weights[s->dtype](s, in, grad, y0, rows, sum, scratch);
    }
  }
  return OK;
}

/* Sample n belongs to part n · parts / batch; each part has a weight of its own in 'sums'. */
Status KERNEL(shifts_weight)(const Window *w, Call *c, int64_t parts, char *sums) {
  WeightPlan p = {.parts = parts, .sums = sums};
  Shifts *s = &p.shifts;
  shifts_init(s, w, c);
  shifts_cut(s, w->out[0], s->f + phases_of(s));
  int64_t a = SLACK + s->f * (s->rows * s->pitch + SLACK),
      b = phases_of(s) * (s->rows + s->reach[0]) * s->pitch + SLACK;
  return shifts_run(s, c, parts * w->groups, a + b, shifts_weight_task);
}
