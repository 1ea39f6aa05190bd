/* recompute.c: see recompute.h. */
#include "recompute.h"

#include "call/mode.h"
#include "gradient_graph.h"

typedef struct {
  Graph *g;
  int n_kept;        /* the last outputs of the graph */
  int n;             /* of both */
  Tensor **in;       /* inputs, then what is kept; owned; NULL after a pass that frees the graph */
  uint64_t *changes; /* tensor_changes of each when it was used */
} Recompute;

static int results_of(const Recompute *r) { return r->g->n_outputs - r->n_kept; }

static void recompute_drop(Callback *c) {
  Recompute *r = c->data;
  for (int i = 0; i < r->n; i++) {
    Tensor *t = r->in[i];
    r->in[i] = NULL;
    tensor_release(t);
  }
}

static void recompute_free(Recompute *r) {
  const size_t n = (size_t)r->n + 1;
  memory_free(r->in, sizeof *r->in * n);
  memory_free(r->changes, sizeof *r->changes * n);
  graph_free(r->g);
  memory_free(r, sizeof *r);
}

static void recompute_release(Callback *c) {
  recompute_drop(c);
  recompute_free(c->data);
}

static Status recompute_check(const Recompute *r, int i) {
  char text[SHAPE_TEXT];
  if (tensor_changes(r->in[i]) == r->changes[i]) return OK;
  return fail(ERROR_ARGUMENT,
              "backward: a tensor (%s) that a fused function used was changed in place or given other data, and its "
              "elements are needed again",
              tensor_text(text, r->in[i]));
}

/* ---- the gradient as a graph --------------------------------------------------------------------------------- */

static Status run_gradient(const Recompute *r, const GradientGraph *gradient, Tensor *const *grad_out,
                           Tensor **grad_in) {
  const Graph *g = r->g;
  const int most = g->n_inputs + g->n_outputs, n_results = gradient->g->n_outputs;
  const size_t room = sizeof(Tensor *) * (size_t)(most + n_results + 1);
  Tensor **in = memory_alloc(room), **out = in + most;
  int n = g->n_inputs;
  Status status = in != NULL ? OK : ERROR_MEMORY;
  for (int i = 0; i < r->n && status == OK; i++)
    if (gradient->reads[i]) status = recompute_check(r, i);
  if (status == OK) {
    memcpy(in, r->in, sizeof *in * (size_t)n);
    for (int i = 0; i < results_of(r); i++)
      if (grad_out[i] != NULL) in[n++] = grad_out[i];
    for (int i = g->n_inputs; i < r->n; i++) in[n++] = r->in[i];
    status = graph_run(gradient->g, n, in, out);
  }
  for (int i = 0; i < g->n_inputs && status == OK; i++)
    if (gradient->result[i] >= 0) grad_in[i] = out[gradient->result[i]];
  memory_free(in, room);
  return status;
}

/* *done: false where the gradient has no graph. */
static Status backward_as_graph(Callback *c, Tensor *const *grad_out, Tensor **grad_in, bool *done) {
  const Recompute *r = c->data;
  const Graph *g = r->g;
  const size_t room = (size_t)(g->n_inputs + g->n_outputs + 1);
  const GradientGraph *gradient;
  bool *wants = memory_zalloc(room);
  if (wants == NULL) return ERROR_MEMORY;
  for (int i = 0; i < g->n_inputs; i++) wants[i] = node_input(c->node, i) != NULL;
  for (int i = 0; i < results_of(r); i++) wants[g->n_inputs + i] = grad_out[i] != NULL;
  Status status = gradient_graph(g, r->n_kept, wants, &gradient);
  memory_free(wants, room);
  *done = status == OK && gradient->g != NULL;
  return *done ? run_gradient(r, gradient, grad_out, grad_in) : status;
}

/* ---- node by node ------------------------------------------------------------------------------------------------ */

/* What the graph is run on: with create_graph the inputs themselves, for what is computed is a part of their graph;
** otherwise leaves that show the same elements. */
static Status take_inputs(const Callback *c, Tensor **in, bool create_graph) {
  const Recompute *r = c->data;
  for (int i = 0; i < r->g->n_inputs; i++) {
    TRY(recompute_check(r, i));
    if (create_graph) {
      in[i] = tensor_retain(r->in[i]);
      continue;
    }
    TRY(tensor_detach(r->in[i], &in[i]));
    if (node_input(c->node, i) != NULL) TRY(tensor_set_requires_grad(in[i], true));
  }
  return OK;
}

/* The arrays of one backward pass, in one block; what 'in', 'out' and 'results' hold is owned. */
typedef struct {
  Tensor **in, **wanted, **results, **out, **roots, **grads;
  int *place; /* of wanted inputs */
  int n_wanted, n_roots;
} Arrays;

static Status run_backward(const Callback *c, Arrays *a, Tensor *const *grad_out, bool create_graph) {
  const Recompute *r = c->data;
  const Graph *g = r->g;
  TRY(take_inputs(c, a->in, create_graph));
  TRY(graph_run(g, g->n_inputs, a->in, a->out));
  for (int i = 0; i < results_of(r); i++) {
    if (grad_out[i] == NULL) continue;
    a->roots[a->n_roots] = a->out[i];
    a->grads[a->n_roots++] = grad_out[i];
  }
  for (int i = 0; i < g->n_inputs; i++) {
    if (node_input(c->node, i) == NULL || !tensor_requires_grad(a->in[i])) continue;
    a->place[a->n_wanted] = i;
    a->wanted[a->n_wanted++] = a->in[i];
  }
  if (a->n_wanted == 0 || a->n_roots == 0) return OK;
  return autograd_backward("backward", a->n_roots, a->roots, a->grads, create_graph, create_graph, a->n_wanted,
                           a->wanted, a->results);
}

static Status backward_on_tape(Callback *c, Tensor *const *grad_out, Tensor **grad_in) {
  const Graph *g = ((const Recompute *)c->data)->g;
  const size_t n = (size_t)g->n_inputs, m = (size_t)g->n_outputs;
  const size_t room = sizeof(Tensor *) * (3 * n + 3 * m) + sizeof(int) * (n + 1);
  Tensor **block = memory_zalloc(room);
  if (block == NULL) return ERROR_MEMORY;
  Arrays a = {.in = block, .wanted = block + n, .results = block + 2 * n, .out = block + 3 * n,
              .roots = block + 3 * n + m, .grads = block + 3 * n + 2 * m, .place = (int *)(block + 3 * n + 3 * m)};
  const bool create_graph = grad_set_enabled(true);
  const Status status = run_backward(c, &a, grad_out, create_graph);
  grad_set_enabled(create_graph);
  for (int i = 0; i < a.n_wanted; i++) {
    if (status == OK) grad_in[a.place[i]] = a.results[i];
    else tensor_release(a.results[i]);
  }
  for (size_t i = 0; i < n; i++) tensor_release(a.in[i]);
  for (size_t i = 0; i < m; i++) tensor_release(a.out[i]);
  memory_free(block, room);
  return status;
}

static Status recompute_backward(Callback *c, int n_out, Tensor **grad_out, int n_in, Tensor **grad_in) {
  bool done = false;
  (void)n_out, (void)n_in;
  if (call_modes == 0 && !grad_enabled()) TRY(backward_as_graph(c, grad_out, grad_in, &done));
  return done ? OK : backward_on_tape(c, grad_out, grad_in);
}

/* ---- attaching -------------------------------------------------------------------------------------------------- */

static Status recompute_new(const History *h, Recompute **out) {
  Graph *g = h->g;
  const size_t n = (size_t)(g->n_inputs + h->n_kept + 1);
  Recompute *r = *out = memory_zalloc(sizeof *r);
  if (r == NULL) {
    graph_free(g);
    return ERROR_MEMORY;
  }
  r->g = g;
  r->n_kept = h->n_kept;
  r->n = g->n_inputs + h->n_kept;
  r->in = memory_zalloc(sizeof *r->in * n);
  r->changes = memory_alloc(sizeof *r->changes * n);
  if (r->in == NULL || r->changes == NULL) {
    recompute_free(r);
    return ERROR_MEMORY;
  }
  for (int i = 0; i < r->n; i++) {
    r->in[i] = tensor_retain(i < g->n_inputs ? h->inputs[i] : h->kept[i - g->n_inputs]);
    r->changes[i] = tensor_changes(r->in[i]);
  }
  return OK;
}

Status recompute_attach(History *h, Tensor **outputs) {
  Recompute *r;
  TRY(recompute_new(h, &r));
  Callback c = {.backward = recompute_backward, .release = recompute_release, .drop = recompute_drop, .data = r,
                .name = "FusedBackward"};
  return autograd_attach(&c, r->g->n_inputs, h->inputs, results_of(r), outputs);
}
