/* conv/cpu_onednn.c: convolution by oneDNN, in float32. It computes in layouts of its own, which it chooses for a
** shape: a task takes a few samples, so few that their planes stay in the cache, packs them, computes and unpacks.
** Tasks and the order of sums are those of the shape, and each is the work of one thread: the number of threads changes
** no bit. Only a convolution that is one task is shared among threads by oneDNN itself.
*/
#include "call/mode.h"
#include "cpu.h"
#include "cpu_onednn_plan.h"

#define LEAST_WORK 1e6         /* multiplications; below, our own loops are as fast */
#define TASK_WORK 1.6e7        /* of a task, about */
#define TASK_BYTES (1 << 20)   /* of its planes, about */
#define WEIGHT_PLACES 512      /* output places of a step of a weight's gradient, at least */
#define WEIGHT_PARTS 8

typedef struct {
  const OneDnn *dnn;
  const ConvPlan *plan;
  Window w;        /* of all samples */
  ConvOp op;
  int64_t samples; /* of a task, or of a step of a part of a weight's gradient */
  int64_t parts;   /* of a weight's gradient */
  char *filter;    /* the packed weight, or the sums of the parts of its gradient */
} Onednn;

static double onednn_work(const Window *w) {
  return (double)w->features * (double)(w->channels / w->groups) * (double)(w->kernel[0] * w->kernel[1]) *
         (double)(w->out[0] * w->out[1]);
}

bool KERNEL(onednn_suits)(const Window *w, DType dtype) {
  bool plain = true; /* the input is its own matrix of columns, and one product is all */
  for (int d = 0; d < 2; d++) plain = plain && w->kernel[d] == 1 && w->stride[d] == 1 && w->padding[d] == 0;
  if (plain || dtype != DTYPE_FLOAT32 || w->batch < 1 || onednn_work(w) * (double)w->batch < LEAST_WORK) return false;
  return !mode_is_on(MODE_DETERMINISTIC) && onednn() != NULL;
}

/* The largest divisor of 'batch' that is at most 'most'. */
static int64_t onednn_divisor(int64_t batch, int64_t most) {
  int64_t d = most < batch ? most : batch;
  while (d > 1 && batch % d != 0) d--;
  return d < 1 ? 1 : d;
}

/* Of a step of a part of a weight's gradient: its sums are added to those of other steps, which is to cost little. */
static int64_t onednn_step_samples(const Window *w) {
  int64_t n = WEIGHT_PLACES / (w->out[0] * w->out[1]);
  if (n < 1) n = 1;
  while (n < w->batch && w->batch % n != 0) n++;
  return n < w->batch ? n : w->batch;
}

/* Of a task: as many samples as fit the cache, but no more than give it work, nor so many that there are no tasks for
** threads. */
static int64_t onednn_samples(const Window *w) {
  const double bytes = 4.0 * (double)(w->channels * w->in[0] * w->in[1] + w->features * w->out[0] * w->out[1]);
  const double fit = TASK_BYTES / (bytes + 1), enough = TASK_WORK / onednn_work(w) + 1;
  const double share = (double)w->batch / 4;
  const double most = share * onednn_work(w) > LEAST_WORK && enough > share ? share : enough;
  return onednn_divisor(w->batch, (int64_t)(fit < most ? fit : most));
}

/* ---- running primitives --------------------------------------------------------------- */

typedef struct {
  int kind; /* DNNL_ARG_... */
  const dnnl_memory_desc_t *desc;
  const void *data;
} Argument;

static bool onednn_execute(const OneDnn *dnn, dnnl_primitive_t primitive, int n, const Argument *arguments) {
  dnnl_exec_arg_t args[5];
  dnnl_stream_t stream = NULL;
  bool good = dnn->stream_create(&stream, dnn->engine, dnnl_stream_default_flags) == dnnl_success;
  int made = 0;
  for (; good && made < n; made++) {
    args[made].arg = arguments[made].kind;
    good = dnn->memory_create(&args[made].memory, arguments[made].desc, dnn->engine, (void *)arguments[made].data) ==
           dnnl_success;
  }
  good = good && dnn->primitive_execute(primitive, stream, n, args) == dnnl_success &&
         dnn->stream_wait(stream) == dnnl_success;
  for (int i = 0; i < made; i++) dnn->memory_destroy(args[i].memory);
  if (stream != NULL) dnn->stream_destroy(stream);
  return good;
}

/* Packs 'data' into 'packed'; for a result the other way round. */
static bool onednn_pack(const Onednn *o, ConvSide side, const void *from, void *to) {
  const ConvPacking *s = &o->plan->side[side];
  const bool result = side == conv_result(o->op);
  const Argument arguments[] = {{DNNL_ARG_FROM, result ? &s->packed : &s->plain, from},
                                {DNNL_ARG_TO, result ? &s->plain : &s->packed, to}};
  return onednn_execute(o->dnn, s->pack, 2, arguments);
}

/* The convolution itself, of packed data. */
static bool onednn_compute(const Onednn *o, const void *const *data, const void *bias, void *scratchpad) {
  static const int kinds[3][CONV_SIDES] = {
      [CONV_FORWARD] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST},
      [CONV_INPUT] = {DNNL_ARG_DIFF_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DIFF_DST},
      [CONV_WEIGHT] = {DNNL_ARG_SRC, DNNL_ARG_DIFF_WEIGHTS, DNNL_ARG_DIFF_DST}};
  Argument arguments[CONV_SIDES + 2];
  int n = 0;
  for (; n < CONV_SIDES; n++) arguments[n] = (Argument){kinds[o->op][n], &o->plan->side[n].packed, data[n]};
  if (o->plan->scratch > 0) arguments[n++] = (Argument){DNNL_ARG_SCRATCHPAD, &o->plan->scratchpad, scratchpad};
  if (bias != NULL) arguments[n++] = (Argument){DNNL_ARG_BIAS, &o->plan->bias, bias};
  return onednn_execute(o->dnn, o->plan->primitive, n, arguments);
}

/* Bytes in the scratch memory of a task, in whole lines of the cache. */
static size_t onednn_room(size_t bytes) { return (bytes + 63) / 64 * 64; }
static size_t onednn_scratch(const ConvPlan *p) {
  return onednn_room(p->side[PLANES_IN].bytes) + onednn_room(p->side[PLANES_OUT].bytes) + onednn_room(p->scratch);
}

/* Where the planes of sample n lie in the tensor of a side. */
static char *onednn_planes(const Onednn *o, ConvSide side, const Tensor *t, int64_t n) {
  const Window *w = &o->w;
  const int64_t each = side == PLANES_IN ? w->channels * w->in[0] * w->in[1] : w->features * w->out[0] * w->out[1];
  return (char *)tensor_data(t) + n * each * (int64_t)sizeof(float);
}

/* The planes of a side as the primitive reads them: packed into *scratch, which moves on, or as they are. NULL: there
** was no memory for it. */
static const void *onednn_packed(const Onednn *o, ConvSide side, const Tensor *t, int64_t n, char **scratch) {
  const void *plain = onednn_planes(o, side, t, n);
  char *packed = *scratch;
  if (o->plan->side[side].bytes == 0) return plain;
  *scratch += onednn_room(o->plan->side[side].bytes);
  return onednn_pack(o, side, plain, packed) ? packed : NULL;
}

/* ---- results and gradients of the input: a task is some samples ------------------------------- */

static Status onednn_planes_task(const void *run, Call *c, int64_t task, void *scratch) {
  const Onednn *o = run;
  const ConvSide to = conv_result(o->op), from = to == PLANES_OUT ? PLANES_IN : PLANES_OUT;
  const void *bias = o->op == CONV_FORWARD && c->n_in > 2 ? data_or_null(c->in[2]) : NULL;
  const size_t bytes = o->plan->side[to].bytes;
  const int64_t n = task * o->samples;
  char *rest = scratch, *plain = onednn_planes(o, to, c->out[0], n);
  const void *data[CONV_SIDES];
  data[CONV_FILTER] = o->filter;
  data[from] = onednn_packed(o, from, c->in[0], n, &rest);
  data[to] = bytes > 0 ? rest : plain;
  if (data[from] == NULL || !onednn_compute(o, data, bias, rest + onednn_room(bytes))) return ERROR_MEMORY;
  return bytes == 0 || onednn_pack(o, to, data[to], plain) ? OK : ERROR_MEMORY;
}

static Status onednn_run_planes(Onednn *o, Call *c) {
  const ConvPacking *filter = &o->plan->side[CONV_FILTER];
  void *plain = tensor_data(c->in[1]);
  o->filter = filter->bytes > 0 ? memory_alloc(filter->bytes) : plain;
  if (o->filter == NULL) return fail_memory(filter->bytes);
  Status status = filter->bytes == 0 || onednn_pack(o, CONV_FILTER, plain, o->filter) ? OK
                                                                                       : fail_memory(filter->bytes);
  const int64_t tasks = o->w.batch / o->samples;
  if (status == OK)
    status = KERNEL(run_tasks)(o, c, tasks, onednn_scratch(o->plan), tasks > 1, onednn_planes_task);
  if (filter->bytes > 0) memory_free(o->filter, filter->bytes);
  return status;
}

/* ---- gradients of the weight: a task is a part of the samples, in steps ------------------------- */

static size_t onednn_filter_bytes(const Onednn *o) {
  const size_t bytes = o->plan->side[CONV_FILTER].bytes;
  return bytes > 0 ? bytes : o->dnn->memory_desc_get_size(&o->plan->side[CONV_FILTER].plain);
}

static void onednn_add(float *restrict to, const float *restrict from, size_t n) {
  for (size_t i = 0; i < n; i++) to[i] += from[i];
}

static Status onednn_weight_task(const void *run, Call *c, int64_t part, void *scratch) {
  const Onednn *o = run;
  const size_t bytes = onednn_filter_bytes(o);
  const int64_t steps = o->w.batch / o->samples, first = steps * part / o->parts, last = steps * (part + 1) / o->parts;
  char *sum = o->filter + (size_t)part * onednn_room(bytes);
  for (int64_t step = first; step < last && !interrupt_requested(); step++) {
    const int64_t n = step * o->samples;
    char *rest = (char *)scratch + onednn_room(bytes);
    const void *data[CONV_SIDES];
    data[PLANES_IN] = onednn_packed(o, PLANES_IN, c->in[0], n, &rest);
    data[PLANES_OUT] = onednn_packed(o, PLANES_OUT, c->in[1], n, &rest);
    data[CONV_FILTER] = step == first ? sum : scratch;
    if (data[PLANES_IN] == NULL || data[PLANES_OUT] == NULL || !onednn_compute(o, data, NULL, rest))
      return ERROR_MEMORY;
    if (step > first) onednn_add((float *)sum, scratch, bytes / sizeof(float));
  }
  return OK;
}

/* The parts are added in order. */
static Status onednn_run_weight(Onednn *o, Call *c) {
  const size_t each = onednn_filter_bytes(o), room = onednn_room(each), bytes = (size_t)o->parts * room;
  const bool packed = o->plan->side[CONV_FILTER].bytes > 0, apart = packed || o->parts > 1;
  o->filter = apart ? memory_alloc(bytes) : tensor_data(c->out[0]);
  if (o->filter == NULL) return fail_memory(bytes);
  const size_t scratch = room + onednn_scratch(o->plan);
  Status status = KERNEL(run_tasks)(o, c, o->parts, scratch, o->parts > 1, onednn_weight_task);
  if (status == OK && apart) {
    for (int64_t part = 1; part < o->parts; part++)
      onednn_add((float *)o->filter, (const float *)(o->filter + (size_t)part * room), each / sizeof(float));
    if (!packed) memcpy(tensor_data(c->out[0]), o->filter, each);
    else if (!onednn_pack(o, CONV_FILTER, o->filter, tensor_data(c->out[0]))) status = fail_memory(each);
  }
  if (apart) memory_free(o->filter, bytes);
  return status;
}

/* ---- the entry -------------------------------------------------------------------------- */

static void onednn_divide(Onednn *o) {
  const Window *w = &o->w;
  o->samples = o->op == CONV_WEIGHT ? onednn_step_samples(w) : onednn_samples(w);
  const int64_t steps = w->batch / o->samples;
  o->parts = o->op != CONV_WEIGHT ? 1 : steps < WEIGHT_PARTS ? steps : WEIGHT_PARTS;
}

Status KERNEL(onednn_convolution)(const Window *w, ConvOp op, Call *c, bool *done) {
  Onednn o = {.dnn = onednn(), .w = *w, .op = op};
  onednn_divide(&o);
  ConvKey key = {.w = *w, .op = op, .bias = op == CONV_FORWARD && c->n_in > 2 && c->in[2] != NULL, .threads = 1};
  const bool one = op == CONV_WEIGHT ? o.parts == 1 : w->batch == o.samples;
  key.w.batch = o.samples;
  /* A cycle has 16 to 32 multiplications. */
  if (one && worth_threads((int64_t)(onednn_work(w) * (double)w->batch / 8), 1)) key.threads = threads_get();
  o.plan = KERNEL(onednn_plan_take)(o.dnn, &key);
  *done = o.plan != NULL && o.plan->works;
  Status status = OK;
  if (*done) status = op == CONV_WEIGHT ? onednn_run_weight(&o, c) : onednn_run_planes(&o, c);
  if (o.plan != NULL) KERNEL(onednn_plan_give)(o.plan);
  return status;
}
