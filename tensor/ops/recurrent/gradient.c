/* recurrent/gradient.c: the gradient of a recurrent layer. It is one pass over the sequence and a product for each
** weight; where it is to be differentiated again, the layer is computed once more step by step, by ops on the tape.
*/
#include "autograd/gradient.h"
#include "kind.h"

enum { RECURRENT_X, RECURRENT_H, RECURRENT_C, RECURRENT_W, RECURRENT_STATE_W, RECURRENT_B, RECURRENT_STATE_B,
       RECURRENT_INPUTS };

static bool recurrent_wants(const Backward *c, int input) { return c->needs >> input & 1; }

/* ---- in one pass --------------------------------------------------------------------- */

/* (T×B×n) as (T·B)×n. */
static Status recurrent_flat(Tensor *t, Tensor **out) {
  return op_reshape(t, (Ints){2, {t->shape[0] * t->shape[1], t->shape[2]}}, out);
}
/* aᵀ b, added to 'sum' if there is one. */
static Status recurrent_product(Tensor *a, Tensor *b, Tensor *sum, Tensor **out) {
  OWNED Tensor *turned = NULL;
  TRY(op_t(a, &turned));
  return sum != NULL ? op_addmm(sum, turned, b, scalar_int(1), scalar_int(1), out) : op_matmul(turned, b, out);
}

/* The gradient of the weight of the state: each step's gates times the state before it. */
static Status recurrent_state_weight(Backward *c, Tensor *gates, bool backwards) {
  Tensor *out = c->output[0], *h = c->input[RECURRENT_H];
  const int64_t batch = h->shape[0], rest = gates->shape[0] - batch;
  OWNED Tensor *states = NULL, *first = NULL, *others = NULL, *before = NULL, *sum = NULL;
  TRY(op_narrow(gates, 0, backwards ? rest : 0, batch, &first));
  if (rest == 0) return recurrent_product(first, h, NULL, &c->result[RECURRENT_STATE_W]);
  TRY(recurrent_product(first, h, NULL, &sum));
  TRY(recurrent_flat(out, &states));
  TRY(op_narrow(gates, 0, backwards ? 0 : batch, rest, &others));
  TRY(op_narrow(states, 0, backwards ? batch : 0, rest, &before));
  return recurrent_product(others, before, sum, &c->result[RECURRENT_STATE_W]);
}

static Status recurrent_input_gradients(Backward *c, Tensor *gates) {
  Tensor *x = c->input[RECURRENT_X];
  if (recurrent_wants(c, RECURRENT_X)) {
    OWNED Tensor *flat = NULL;
    TRY(op_matmul(gates, c->input[RECURRENT_W], &flat));
    TRY(op_reshape(flat, ints_of(3, x->shape), &c->result[RECURRENT_X]));
  }
  if (!recurrent_wants(c, RECURRENT_W)) return OK;
  OWNED Tensor *inputs = NULL;
  TRY(recurrent_flat(x, &inputs));
  return recurrent_product(gates, inputs, NULL, &c->result[RECURRENT_W]);
}

static Status recurrent_in_one_pass(Backward *c) {
  const RecurrentAttrs *a = c->attrs;
  OWNED Tensor *all = NULL, *of_state = NULL, *dh = NULL, *dc = NULL, *gates = NULL, *state_gates = NULL;
  TRY(op_recurrent_backward(c->grad[0], a->kind == RECURRENT_LSTM ? c->grad[1] : NULL, c->output[0], c->output[1],
                            c->output[2], c->input[RECURRENT_H], c->input[RECURRENT_C], c->input[RECURRENT_STATE_W],
                            a->kind, a->backwards, &all, &of_state, &dh, &dc));
  TRY(recurrent_flat(all, &gates));
  if (a->kind == RECURRENT_GRU) TRY(recurrent_flat(of_state, &state_gates));
  else state_gates = tensor_retain(gates);
  TRY(recurrent_input_gradients(c, gates));
  if (recurrent_wants(c, RECURRENT_STATE_W)) TRY(recurrent_state_weight(c, state_gates, a->backwards));
  if (recurrent_wants(c, RECURRENT_B))
    TRY(op_sum(gates, (Ints){1, {0}}, false, DTYPE_NONE, &c->result[RECURRENT_B]));
  if (recurrent_wants(c, RECURRENT_STATE_B))
    TRY(op_sum(state_gates, (Ints){1, {0}}, false, DTYPE_NONE, &c->result[RECURRENT_STATE_B]));
  if (recurrent_wants(c, RECURRENT_H)) c->result[RECURRENT_H] = owned_give(&dh);
  if (recurrent_wants(c, RECURRENT_C)) c->result[RECURRENT_C] = owned_give(&dc);
  return OK;
}

/* ---- step by step -------------------------------------------------------------------- */

/* The next state and cells, in place of those in h and c, which are owned. */
static Status recurrent_step(const RecurrentAttrs *a, Tensor *gates, Tensor *w, Tensor *bias, Tensor **h, Tensor **c) {
  OWNED Tensor *next = NULL, *cells = NULL;
  if (a->kind == RECURRENT_LSTM) TRY(op_lstm_step(gates, *h, *c, w, bias, &next, &cells));
  else if (a->kind == RECURRENT_GRU) TRY(op_gru_step(gates, *h, w, bias, &next));
  else TRY(op_rnn_step(gates, *h, w, bias, a->kind == RECURRENT_RELU, &next));
  tensor_release(*h);
  *h = owned_give(&next);
  if (a->kind != RECURRENT_LSTM) return OK;
  tensor_release(*c);
  *c = owned_give(&cells);
  return OK;
}

/* All steps from the inputs 'in': states and cells of each go to the arrays, owned. */
static Status recurrent_steps(const RecurrentAttrs *a, Tensor **in, int64_t steps, Tensor **states, Tensor **cells) {
  OWNED Tensor *gates = NULL, *h = tensor_retain(in[RECURRENT_H]), *c = tensor_retain(in[RECURRENT_C]);
  TRY(op_linear(in[RECURRENT_X], in[RECURRENT_W], in[RECURRENT_B], &gates));
  for (int64_t i = 0; i < steps; i++) {
    const int64_t step = a->backwards ? steps - 1 - i : i;
    OWNED Tensor *given = NULL;
    TRY(op_select(gates, 0, step, &given));
    TRY(recurrent_step(a, given, in[RECURRENT_STATE_W], in[RECURRENT_STATE_B], &h, &c));
    states[step] = tensor_retain(h);
    cells[step] = tensor_retain(c);
  }
  return OK;
}

/* The arrays of a pass step by step; what they hold is owned. */
typedef struct {
  Tensor *in[RECURRENT_INPUTS], *roots[2], *results[RECURRENT_INPUTS];
  Tensor **states, **cells;
} RecurrentPass;

static Status recurrent_differentiate(Backward *c, RecurrentPass *p, int64_t steps) {
  const RecurrentAttrs *a = c->attrs;
  Tensor *grads[2], *roots[2], *wanted[RECURRENT_INPUTS];
  int place[RECURRENT_INPUTS], n_roots = 0, n_wanted = 0;
  for (int i = 0; i < RECURRENT_INPUTS; i++) { /* copies, for one input may be made from another */
    if (c->input[i] != NULL) TRY(op_clone(c->input[i], &p->in[i]));
    if (recurrent_wants(c, i)) place[n_wanted] = i, wanted[n_wanted++] = p->in[i];
  }
  TRY(recurrent_steps(a, p->in, steps, p->states, p->cells));
  TRY(op_stack((int)steps, p->states, 0, &p->roots[0]));
  if (a->kind == RECURRENT_LSTM) TRY(op_stack((int)steps, p->cells, 0, &p->roots[1]));
  for (int i = 0; i < 2; i++)
    if (c->grad[i] != NULL && p->roots[i] != NULL) grads[n_roots] = c->grad[i], roots[n_roots++] = p->roots[i];
  if (n_roots == 0 || n_wanted == 0) return OK;
  TRY(autograd_backward("recurrent", n_roots, roots, grads, true, true, n_wanted, wanted, p->results));
  for (int i = 0; i < n_wanted; i++) c->result[place[i]] = owned_give(&p->results[i]);
  return OK;
}

static Status recurrent_step_by_step(Backward *c) {
  const int64_t steps = c->output[0]->shape[0];
  const size_t bytes = 2 * sizeof(Tensor *) * (size_t)steps;
  Tensor **arrays = memory_zalloc(bytes);
  if (arrays == NULL) return fail_memory(bytes);
  RecurrentPass p = {.states = arrays, .cells = arrays + steps};
  const Status status = recurrent_differentiate(c, &p, steps);
  for (int64_t i = 0; i < 2 * steps; i++) tensor_release(arrays[i]);
  for (int i = 0; i < 2; i++) tensor_release(p.roots[i]);
  for (int i = 0; i < RECURRENT_INPUTS; i++) tensor_release(p.in[i]), tensor_release(p.results[i]);
  memory_free(arrays, bytes);
  return status;
}

Status backward_recurrent(Backward *c) { return grad_enabled() ? recurrent_step_by_step(c) : recurrent_in_one_pass(c); }
