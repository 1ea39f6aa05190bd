/* conv/cpu.c: convolution as matrix products over columns (im2col). A sample and group has a
** column matrix of K = C/groups·KH·KW rows, one column for each output place. It is made
** in strips of output rows that stay in the cache: forward W (F×K) times it; for the
** input Wᵀ·grad scattered back; for the weight grad times its transpose. 1×1 kernels of
** stride 1 read the input itself. Few channels are for cpu_shifts.c, small planes for cpu_joined.c. float32
** goes to oneDNN where that is installed (cpu_onednn.c).
*/
#include "cpu_plan.h"

#define STRIP_BYTES (512 << 10)

static void conv_plan_init(Plan *p, DType dtype) {
  const Window *w = &p->w;
  p->dtype = dtype;
  p->size = (int64_t)dtype_size(dtype);
  p->c = w->channels / w->groups;
  p->f = w->features / w->groups;
  p->k = p->c * w->kernel[0] * w->kernel[1];
  p->p = w->out[0] * w->out[1];
  p->direct = true;
  for (int d = 0; d < 2; d++) p->direct = p->direct && w->kernel[d] == 1 && w->stride[d] == 1 && w->padding[d] == 0;
  int64_t row_bytes = p->k * w->out[1] * p->size;
  p->rows = row_bytes > 0 ? STRIP_BYTES / row_bytes : w->out[0];
  if (p->rows < 1) p->rows = 1;
  if (p->rows > w->out[0] || p->direct) p->rows = w->out[0];
  p->strips = (w->out[0] + p->rows - 1) / p->rows;
  p->samples = KERNEL(joined_samples)(p);
}

/* The bytes of the column matrix of a strip, or of the samples that cpu_joined.c puts together. */
static size_t conv_columns_bytes(const Plan *p) {
  if (p->samples > 1) return KERNEL(joined_bytes)(p);
  return p->direct ? 0 : (size_t)(p->k * p->rows * p->w.out[1] * p->size);
}

/* Strip 's' makes the output rows from *y0 to *y1 - 1. */
static void conv_strip(const Plan *p, int64_t s, int64_t *y0, int64_t *y1) {
  *y0 = s * p->rows;
  *y1 = *y0 + p->rows < p->w.out[0] ? *y0 + p->rows : p->w.out[0];
}

/* The column matrix of a strip: made in 'scratch' or the input itself. */
static Matrix conv_columns(const Plan *p, const char *in, int64_t s, void *scratch) {
  int64_t y0, y1, width;
  conv_strip(p, s, &y0, &y1);
  width = (y1 - y0) * p->w.out[1];
  if (p->direct) return (Matrix){in, p->k, p->p, p->p, 1};
  KERNEL(conv_make_columns)(p, in, y0, y1, width, scratch);
  return (Matrix){scratch, p->k, width, width, 1};
}

static bool conv_worth(const Plan *p) {
  return worth_threads(p->w.batch * p->w.features * p->p, 1 + (p->k < 8000 ? (int)p->k / 8 : 1000));
}

/* Leaves the work to oneDNN where that is installed and faster; false: it has done nothing. */
static bool conv_by_onednn(const Window *w, ConvOp op, Call *c, Status *status) {
  bool done = false;
#ifdef HECATE_WITH_ONEDNN
  if (KERNEL(onednn_suits)(w, (DType)c->in[0]->dtype)) *status = KERNEL(onednn_convolution)(w, op, c, &done);
#else
  (void)w, (void)op, (void)c, (void)status;
#endif
  return done;
}

/* ---- forward ------------------------------------------------------------------------ */

static Status conv_forward_task(const void *plan, Call *c, int64_t task, void *scratch) {
  const Plan *p = plan;
  const Window *w = &p->w;
  int64_t s = task % p->strips, ng = task / p->strips, g = ng % w->groups, y0, y1;
  const char *in = (const char *)tensor_data(c->in[0]) + ng * p->c * w->in[0] * w->in[1] * p->size;
  char *out = (char *)tensor_data(c->out[0]) + ng * p->f * p->p * p->size;
  const char *weight = (const char *)tensor_data(c->in[1]) + g * p->f * p->k * p->size;
  Tensor *bias = c->n_in > 2 ? c->in[2] : NULL;
  conv_strip(p, s, &y0, &y1);
  int64_t width = (y1 - y0) * w->out[1];
  out += y0 * w->out[1] * p->size;
  Matrix columns = conv_columns(p, in, s, scratch);
  const char *start = bias != NULL ? (const char *)tensor_data(bias) + g * p->f * p->size : NULL;
  for (int64_t f = 0; bias != NULL && f < p->f; f++)
    KERNEL(conv_fill)(p, out + f * p->p * p->size, width, start + f * p->size);
  Matrix filter = {weight, p->f, p->k, p->k, 1};
  return KERNEL(gemm)(p->dtype, filter, columns, 1, bias != NULL ? 1 : 0, out, p->p);
}

Status KERNEL(conv2d)(Call *c) {
  if (dtype_is_complex((DType)c->out[0]->dtype)) return KERNEL(conv_by_parts)(c, KERNEL(conv2d));
  const Conv2dAttrs *a = c->attrs;
  ConvArgs args = {a->stride, a->padding, a->dilation, a->groups};
  Plan p;
  TRY(conv_window(c->in[0], c->in[1], &args, &p.w));
  const DType dtype = (DType)c->in[0]->dtype;
  Status status = OK;
  if (dtype_has_gradient(dtype) && KERNEL(shifts_suit)(&p.w, CONV_FORWARD)) return KERNEL(shifts_forward)(&p.w, c);
  if (conv_by_onednn(&p.w, CONV_FORWARD, c, &status)) return status;
  conv_plan_init(&p, dtype);
  if (p.samples > 1) return KERNEL(joined_forward)(&p, c, conv_worth(&p));
  return KERNEL(run_tasks)(&p, c, p.w.batch * p.w.groups * p.strips, conv_columns_bytes(&p), conv_worth(&p),
                            conv_forward_task);
}

/* ---- the gradient of the input -------------------------------------------------------- */

static Status conv_input_task(const void *plan, Call *c, int64_t ng, void *scratch) {
  const Plan *p = plan;
  const Window *w = &p->w;
  const char *grad = (const char *)tensor_data(c->in[0]) + ng * p->f * p->p * p->size;
  const char *weight = (const char *)tensor_data(c->in[1]) + ng % w->groups * p->f * p->k * p->size;
  size_t bytes = (size_t)(p->c * w->in[0] * w->in[1] * p->size);
  char *in = (char *)tensor_data(c->out[0]) + (size_t)ng * bytes;
  Matrix filter = matrix_t((Matrix){weight, p->f, p->k, p->k, 1});
  if (p->direct) return KERNEL(gemm)(p->dtype, filter, (Matrix){grad, p->f, p->p, p->p, 1}, 1, 0, in, p->p);
  memset(in, 0, bytes);
  for (int64_t s = 0; s < p->strips; s++) {
    int64_t y0, y1;
    conv_strip(p, s, &y0, &y1);
    int64_t width = (y1 - y0) * w->out[1];
    Matrix part = {grad + y0 * w->out[1] * p->size, p->f, width, p->p, 1};
    TRY(KERNEL(gemm)(p->dtype, filter, part, 1, 0, scratch, width));
    KERNEL(conv_add_columns)(p, scratch, y0, y1, width, in);
  }
  return OK;
}

Status KERNEL(conv2d_input)(Call *c) {
  if (dtype_is_complex((DType)c->out[0]->dtype)) return KERNEL(conv_by_parts)(c, KERNEL(conv2d_input));
  const Conv2dInputAttrs *a = c->attrs;
  ConvArgs args = {a->stride, a->padding, a->dilation, a->groups};
  Plan p;
  TRY(conv_window(c->out[0], c->in[1], &args, &p.w));
  TRY(conv_check_grad(c->in[0], c->out[0], &p.w));
  if (KERNEL(shifts_suit)(&p.w, CONV_INPUT)) return KERNEL(shifts_input)(&p.w, c);
  Status status = OK;
  if (conv_by_onednn(&p.w, CONV_INPUT, c, &status)) return status;
  conv_plan_init(&p, (DType)c->in[0]->dtype);
  if (p.samples > 1) return KERNEL(joined_input)(&p, c, conv_worth(&p));
  return KERNEL(run_tasks)(&p, c, p.w.batch * p.w.groups, conv_columns_bytes(&p), conv_worth(&p), conv_input_task);
}

/* ---- the gradient of the weight ------------------------------------------------------- */

/* Samples are summed in up to PARTS runs, a number that the shape decides, each into a
** weight of its own; these are added in order. */
#define PARTS 8

typedef struct {
  Plan plan;
  int64_t parts;
  char *sums;
} WeightPlan;

static Status conv_weight_task(const void *plan, Call *c, int64_t task, void *scratch) {
  const WeightPlan *wp = plan;
  const Plan *p = &wp->plan;
  const Window *w = &p->w;
  int64_t g = task % w->groups, part = task / w->groups;
  int64_t first = w->batch * part / wp->parts, last = w->batch * (part + 1) / wp->parts;
  char *sum = wp->sums + task * p->f * p->k * p->size;
  memset(sum, 0, (size_t)(p->f * p->k * p->size));
  if (p->samples > 1) return KERNEL(joined_weight)(p, c, g, first, last, scratch, sum);
  for (int64_t n = first; n < last && !interrupt_requested(); n++) {
    int64_t ng = n * w->groups + g;
    const char *in = (const char *)tensor_data(c->in[0]) + ng * p->c * w->in[0] * w->in[1] * p->size;
    const char *grad = (const char *)tensor_data(c->in[1]) + ng * p->f * p->p * p->size;
    for (int64_t s = 0; s < p->strips; s++) {
      Matrix columns = conv_columns(p, in, s, scratch);
      Matrix rows = {grad + s * p->rows * w->out[1] * p->size, p->f, columns.columns, p->p, 1};
      TRY(KERNEL(gemm)(p->dtype, rows, matrix_t(columns), 1, 1, sum, p->k));
    }
  }
  return OK;
}

Status KERNEL(conv2d_weight)(Call *c) {
  if (dtype_is_complex((DType)c->out[0]->dtype)) return KERNEL(conv_by_parts)(c, KERNEL(conv2d_weight));
  const Conv2dWeightAttrs *a = c->attrs;
  ConvArgs args = {a->stride, a->padding, a->dilation, a->groups};
  WeightPlan w = {.parts = 1};
  Plan *p = &w.plan;
  TRY(conv_window(c->in[0], c->out[0], &args, &p->w));
  TRY(conv_check_grad(c->in[1], c->out[0], &p->w));
  const bool shifts = KERNEL(shifts_suit)(&p->w, CONV_WEIGHT);
  Status status = OK;
  if (!shifts && conv_by_onednn(&p->w, CONV_WEIGHT, c, &status)) return status;
  conv_plan_init(p, (DType)c->in[0]->dtype);
  int64_t n = c->out[0]->numel;
  bool large = n > 1 << 20; /* then the products themselves are worth threads */
  if (!large) w.parts = p->w.batch < PARTS ? p->w.batch : PARTS;
  if (w.parts < 1) w.parts = 1;
  size_t bytes = (size_t)(n * w.parts * p->size);
  w.sums = w.parts > 1 ? memory_alloc(bytes) : tensor_data(c->out[0]);
  if (w.sums == NULL) return ERROR_MEMORY;
  status = shifts ? KERNEL(shifts_weight)(&p->w, c, w.parts, w.sums)
                  : KERNEL(run_tasks)(&w, c, w.parts * p->w.groups, conv_columns_bytes(p), !large && conv_worth(p),
                                       conv_weight_task);
  if (w.parts == 1) return status;
  if (status == OK) KERNEL(conv_add_parts)(p, w.sums, n, w.parts, tensor_data(c->out[0]));
  memory_free(w.sums, bytes);
  return status;
}
