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
  const void *state, *bias;                  /* of a GRU: what the state gives to the gates, and its bias */
  const void *g, *cell_g;                    /* gradients that arrive from outside */
  void *dh, *dc, *dgates, *dstate;           /* gradients of the state, of cells and of the gates */
  const void *kept_gates, *kept_cells, *kept_out;
} RecurrentStep;

#define BODY "ops/recurrent/recurrent_body.h"
#include "each_float.h"

typedef void (*RecurrentStepFn)(const RecurrentStep *s, int64_t row);
typedef void (*RecurrentBiasFn)(int64_t rows, int64_t n, int64_t both, const void *a, const void *b, void *out);
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
#pragma omp parallel for schedule(static) if (r->batch > 1 && worth_threads(r->batch * r->gates, 4))
  for (int64_t row = 0; row < r->batch; row++) function(s, row);
}

/* What the input gives to the gates of all steps, and both biases; of a GRU the state's bias of the new state is
** added later, where the reset gate scales it. */
static Status recurrent_input(const Recurrent *r, const Call *c, void *gates) {
  const Tensor *x = c->in[0], *weight = c->in[3], *bias = c->in[5];
  const int64_t rows = r->steps * r->batch, both = r->kind == RECURRENT_GRU ? 2 * r->hidden : r->gates;
  if (bias != NULL)
    recurrent_biases[r->dtype](rows, r->gates, both, tensor_data(bias), tensor_data(c->in[6]), gates);
  const Matrix input = {tensor_data(x), rows, x->shape[2], x->shape[2], 1};
  const Matrix w = {tensor_data(weight), r->gates, x->shape[2], x->shape[2], 1};
  if (x->shape[2] == 0 && bias == NULL) memset(gates, 0, (size_t)(rows * r->gates * r->size));
  return KERNEL(gemm)(r->dtype, input, matrix_t(w), 1, bias != NULL || x->shape[2] == 0, gates, r->gates);
}

static Status recurrent_run(const Recurrent *r, const Call *c, const Panels *w, char *state) {
  const Tensor *out = c->out[0], *all = recurrent_is_plain(r->kind) ? out : c->out[2];
  TRY(recurrent_input(r, c, tensor_data(all)));
  for (int64_t i = 0; i < r->steps; i++) {
    if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
    const int64_t step = r->backwards ? r->steps - 1 - i : i;
    const RecurrentStep s = {.size = r->hidden, .gates = recurrent_at(r, all, step, r->gates),
                             .cells = recurrent_at(r, c->out[1], step, r->hidden),
                             .out = recurrent_at(r, out, step, r->hidden),
                             .last = recurrent_before(r, out, c->in[1], step),
                             .last_cells = recurrent_before(r, c->out[1], c->in[2], step), .state = state,
                             .bias = data_or_null(c->in[6])};
    KERNEL(panels_multiply)(w, r->batch, s.last, r->hidden, state == NULL, state != NULL ? state : s.gates, r->gates);
    recurrent_rows(r, &s, recurrent_forwards[r->kind][r->dtype]);
  }
  return OK;
}

Status KERNEL(recurrent)(Call *c) {
  const RecurrentAttrs *a = c->attrs;
  const Recurrent r = recurrent_of((RecurrentKind)a->kind, a->backwards, c->out[0]);
  if (c->out[0]->numel == 0) return OK;
  const Matrix w = {tensor_data(c->in[4]), r.gates, r.hidden, r.hidden, 1};
  const size_t bytes = (size_t)(r.batch * r.gates * r.size);
  const bool apart = r.kind == RECURRENT_GRU;
  char *state = apart ? memory_alloc(bytes) : NULL;
  if (apart && state == NULL) return fail_memory(bytes);
  Panels panels;
  Status status = KERNEL(panels_pack)(r.dtype, matrix_t(w), &panels);
  if (status == OK) status = recurrent_run(&r, c, &panels, state);
  KERNEL(panels_free)(&panels);
  if (apart) memory_free(state, bytes);
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
