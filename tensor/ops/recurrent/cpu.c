/* recurrent/cpu.c: recurrent layers over a whole sequence. What the input gives to the gates is one product for all
** steps; each step adds what the state gives by a packed matrix, then one loop does all of its functions. Forward keeps
** the gates as they are used, so that backward needs no functions but tanh of the cells.
*/
#include "device/cpu/gemm.h"
#include "device/cpu/panel.h"
#include "device/cpu/vector_math.h"
#include "kind.h"

/* Rows of 'size' numbers of one step; those that a kind has not are NULL. */
typedef struct {
  int64_t size;
  void *gates, *cells, *out;                 /* of this step */
  const void *last, *last_cells;             /* state and cells before it */
  const void *bias;                          /* of the gates */
  const void *state, *state_bias;            /* of a GRU: what the state gives, its bias of the new state */
  const void *g, *cell_g;                    /* gradients that arrive from outside */
  void *dh, *dc, *dgates, *dstate;           /* gradients of the state, of cells and of the gates */
  const void *kept_gates, *kept_cells, *kept_out;
} RecurrentStep;

#define BODY "ops/recurrent/recurrent_body.h"
#include "each_float.h"

typedef void (*RecurrentStepFn)(const RecurrentStep *s, int64_t row);
typedef void (*RecurrentBiasFn)(int64_t n, int64_t both, const void *a, const void *b, void *out);
static const RecurrentBiasFn recurrent_biases[DTYPE_COUNT] = FLOAT_TABLE(recurrent_bias);
static const RecurrentStepFn recurrent_forwards[4][DTYPE_COUNT] = {
    FLOAT_TABLE(lstm_forward), FLOAT_TABLE(gru_forward), FLOAT_TABLE(tanh_forward), FLOAT_TABLE(relu_forward)};
static const RecurrentStepFn recurrent_backwards[4][DTYPE_COUNT] = {
    FLOAT_TABLE(lstm_backward), FLOAT_TABLE(gru_backward), FLOAT_TABLE(tanh_backward), FLOAT_TABLE(relu_backward)};

/* Sizes of a layer, in numbers; size: of a number in bytes. */
typedef struct {
  RecurrentKind kind;
  DType dtype;
  bool backwards;
  int64_t steps, batch, hidden, gates, size;
} Recurrent;

static Recurrent recurrent_of(RecurrentKind kind, bool backwards, const Tensor *out) {
  const int64_t hidden = out->shape[2];
  return (Recurrent){kind, (DType)out->dtype, backwards, out->shape[0], out->shape[1], hidden,
                     recurrent_gates(kind) * hidden, (int64_t)tensor_itemsize(out)};
}

/* Where the n numbers of each sample begin at a step; NULL where there is no tensor, or one without elements. */
static void *recurrent_at(const Recurrent *r, const Tensor *t, int64_t step, int64_t n) {
  if (t == NULL || t->numel == 0) return NULL;
  return (char *)tensor_data(t) + step * r->batch * n * r->size;
}
/* The same at the step before 'step' in the order of time; 'first' before the first. */
static const void *recurrent_before(const Recurrent *r, const Tensor *t, const Tensor *first, int64_t step) {
  const int64_t before = r->backwards ? step + 1 : step - 1;
  return before < 0 || before >= r->steps ? data_or_null(first) : recurrent_at(r, t, before, r->hidden);
}

static void recurrent_rows(const Recurrent *r, const RecurrentStep *s, RecurrentStepFn function) {
#pragma omp parallel for schedule(static) if (r->batch > 1 && worth_threads(r->batch * r->gates, 8))
  for (int64_t row = 0; row < r->batch; row++) function(s, row);
}

/* Panels of so many bytes stay in the cache from step to step, and so many rows are worth reading them for: then each
** step multiplies its own input, and its gates are still in the cache when the state comes. */
#define PANELS_KEPT (1 << 20)
#define ROWS_WORTH 16

/* What a run of forward works with. */
typedef struct {
  Panels state_weight, weight; /* weight: for the input, without data where one product serves all steps */
  char *state, *bias;          /* of a GRU: what the state gives to the gates; biases of the gates */
} RecurrentRun;

/* The biases of the gates, and of a GRU that of the state for the new state apart: the reset gate scales it. */
static void recurrent_biases_of(const Recurrent *r, const Call *c, void *out) {
  const int64_t both = r->kind == RECURRENT_GRU ? 2 * r->hidden : r->gates;
  if (c->in[5] == NULL) memset(out, 0, (size_t)(r->gates * r->size));
  else recurrent_biases[r->dtype](r->gates, both, tensor_data(c->in[5]), tensor_data(c->in[6]), out);
}

/* What the input gives to the gates of all steps, where steps do not do it one by one. */
static Status recurrent_input(const Recurrent *r, const Call *c, RecurrentRun *run, void *gates) {
  const Tensor *x = c->in[0];
  const int64_t rows = r->steps * r->batch, width = x->shape[2];
  const Matrix input = {tensor_data(x), rows, width, width, 1};
  const Matrix w = {tensor_data(c->in[3]), r->gates, width, width, 1};
  if (r->batch >= ROWS_WORTH && width * r->gates * r->size <= PANELS_KEPT)
    return KERNEL(panels_pack)(r->dtype, matrix_t(w), &run->weight);
  if (width == 0) memset(gates, 0, (size_t)(rows * r->gates * r->size));
  return KERNEL(gemm)(r->dtype, input, matrix_t(w), 1, width == 0, gates, r->gates);
}

static void recurrent_step_forward(const Recurrent *r, const Call *c, const RecurrentRun *run, int64_t step) {
  const Tensor *out = c->out[0], *all = recurrent_is_plain(r->kind) ? out : c->out[2], *x = c->in[0];
  const RecurrentStep s = {.size = r->hidden, .gates = recurrent_at(r, all, step, r->gates),
                           .cells = recurrent_at(r, c->out[1], step, r->hidden),
                           .out = recurrent_at(r, out, step, r->hidden),
                           .last = recurrent_before(r, out, c->in[1], step),
                           .last_cells = recurrent_before(r, c->out[1], c->in[2], step), .bias = run->bias,
                           .state = run->state, .state_bias = data_or_null(c->in[6])};
  if (run->weight.data != NULL)
    KERNEL(panels_multiply)(&run->weight, r->batch, recurrent_at(r, x, step, x->shape[2]), x->shape[2], false, s.gates,
                            r->gates);
  KERNEL(panels_multiply)(&run->state_weight, r->batch, s.last, r->hidden, run->state == NULL,
                          run->state != NULL ? run->state : s.gates, r->gates);
  recurrent_rows(r, &s, recurrent_forwards[r->kind][r->dtype]);
}

static Status recurrent_forward(const Recurrent *r, const Call *c, RecurrentRun *run) {
  const Matrix w = {tensor_data(c->in[4]), r->gates, r->hidden, r->hidden, 1};
  recurrent_biases_of(r, c, run->bias);
  TRY(KERNEL(panels_pack)(r->dtype, matrix_t(w), &run->state_weight));
  TRY(recurrent_input(r, c, run, tensor_data(recurrent_is_plain(r->kind) ? c->out[0] : c->out[2])));
  for (int64_t i = 0; i < r->steps; i++) {
    if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
    recurrent_step_forward(r, c, run, r->backwards ? r->steps - 1 - i : i);
  }
  return OK;
}

Status KERNEL(recurrent)(Call *c) {
  const RecurrentAttrs *a = c->attrs;
  const Recurrent r = recurrent_of((RecurrentKind)a->kind, a->backwards, c->out[0]);
  if (c->out[0]->numel == 0) return OK;
  const int64_t numbers = r.gates * (1 + (r.kind == RECURRENT_GRU ? r.batch : 0));
  const size_t bytes = (size_t)(numbers * r.size);
  RecurrentRun run = {.bias = memory_alloc(bytes)};
  if (run.bias == NULL) return fail_memory(bytes);
  if (r.kind == RECURRENT_GRU) run.state = run.bias + r.gates * r.size;
  const Status status = recurrent_forward(&r, c, &run);
  KERNEL(panels_free)(&run.state_weight);
  KERNEL(panels_free)(&run.weight);
  memory_free(run.bias, bytes);
  return status;
}

/* From the last step to the first. dh and dc hold the gradients of the state and the cells behind a step, then those
** before it. */
static Status recurrent_run_back(const Recurrent *r, const Call *c, const Panels *w) {
  const Tensor *out = c->in[2];
  char *dh = tensor_data(c->out[2]);
  for (int64_t i = r->steps - 1; i >= 0; i--) {
    if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
    const int64_t step = r->backwards ? r->steps - 1 - i : i;
    const RecurrentStep s = {.size = r->hidden, .g = recurrent_at(r, c->in[0], step, r->hidden),
                             .cell_g = recurrent_at(r, c->in[1], step, r->hidden),
                             .kept_out = recurrent_at(r, out, step, r->hidden),
                             .kept_cells = recurrent_at(r, c->in[3], step, r->hidden),
                             .kept_gates = recurrent_at(r, c->in[4], step, r->gates),
                             .last = recurrent_before(r, out, c->in[5], step),
                             .last_cells = recurrent_before(r, c->in[3], c->in[6], step), .dh = dh,
                             .dc = data_or_null(c->out[3]), .dgates = recurrent_at(r, c->out[0], step, r->gates),
                             .dstate = recurrent_at(r, c->out[1], step, r->gates)};
    recurrent_rows(r, &s, recurrent_backwards[r->kind][r->dtype]);
    const bool apart = r->kind == RECURRENT_GRU; /* dh already holds what goes past the gates */
    KERNEL(panels_multiply)(w, r->batch, apart ? s.dstate : s.dgates, r->gates, apart, dh, r->hidden);
  }
  return OK;
}

Status KERNEL(recurrent_backward)(Call *c) {
  const RecurrentBackwardAttrs *a = c->attrs;
  const Recurrent r = recurrent_of((RecurrentKind)a->kind, a->backwards, c->in[2]);
  Panels panels;
  if (c->in[2]->numel == 0) return OK;
  for (int i = 2; i < 4; i++) memset(tensor_data(c->out[i]), 0, (size_t)(c->out[i]->numel * r.size));
  const Matrix w = {tensor_data(c->in[7]), r.gates, r.hidden, r.hidden, 1};
  TRY(KERNEL(panels_pack)(r.dtype, w, &panels));
  const Status status = recurrent_run_back(&r, c, &panels);
  KERNEL(panels_free)(&panels);
  return status;
}
