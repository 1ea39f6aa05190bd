/* engine.c: the backward pass.
**
** 1. From the roots, every reachable node gets a slot (an explicit stack: graphs are
**    deep) and a count of the gradients that will arrive.
** 2. Nodes run in the order of their sequence numbers, latest first; inputs are always
**    older, so all gradients of a node have arrived by then. A leaf runs as soon as its
**    count is down to 0, so that its gradient is not held longer than needed.
** 3. A gradient is brought to the shape and dtype of the output it flows into (broadcasting
**    is undone here and nowhere else), added up, shown to hooks.
** What a node kept is freed when it has run, unless retain_graph.
** step.c runs the formula of one node, fit.c brings gradients to where they flow.
** A pass inside a pass (a hook that calls backward) saves and restores the scratch of the nodes.
*/
#include <stdlib.h>

#include "call/profile.h"
#include "pass.h"

static uint64_t pass_counter;

static Status slot_add(Pass *p, Node *n) {
  if (p->n_slots == p->capacity) {
    int64_t more = p->capacity ? p->capacity * 2 : 64;
    Slot *s = memory_realloc(p->slots, sizeof(Slot) * (size_t)p->capacity, sizeof(Slot) * (size_t)more);
    if (s == NULL) return ERROR_MEMORY;
    p->slots = s;
    p->capacity = more;
  }
  Tensor **grad = memory_zalloc(sizeof(Tensor *) * n->n_outputs);
  if (grad == NULL) return ERROR_MEMORY;
  node_retain(n);
  p->slots[p->n_slots] = (Slot){.node = n, .grad = grad, .old_pass = n->pass, .old_slot = n->slot};
  n->pass = p->pass;
  n->slot = p->n_slots++;
  return OK;
}

/* Slots of everything reachable. The slot list itself is the queue of the walk. */
static Status discover(Pass *p, int n_roots, const Edge *roots) {
  for (int i = 0; i < n_roots; i++)
    if (roots[i].node != NULL && roots[i].node->pass != p->pass) TRY(slot_add(p, roots[i].node));
  for (int64_t at = 0; at < p->n_slots; at++) {
    Node *n = p->slots[at].node;
    for (int i = 0; i < n->n_inputs; i++) {
      Node *next = n->edges[i].node;
      if (next == NULL) continue;
      if (next->pass != p->pass) TRY(slot_add(p, next));
      p->slots[next->slot].waiting++;
    }
  }
  return OK;
}

static int by_sequence(const void *a, const void *b) {
  uint64_t x = (*(Node *const *)a)->sequence, y = (*(Node *const *)b)->sequence;
  return x < y ? 1 : x > y ? -1 : 0;
}

/* Nodes in the order to run, leaves left out. */
static Status order(Pass *p, Node ***list, int64_t *n) {
  *n = 0;
  *list = memory_alloc(sizeof(Node *) * (size_t)(p->n_slots + 1));
  if (*list == NULL) return ERROR_MEMORY;
  bool sorted = true;
  for (int64_t i = 0; i < p->n_slots; i++) {
    Node *node = p->slots[i].node;
    if (node->kind == NODE_ACCUMULATE) continue;
    if (*n > 0 && (*list)[*n - 1]->sequence < node->sequence) sorted = false;
    (*list)[(*n)++] = node;
  }
  if (!sorted) qsort(*list, (size_t)*n, sizeof(Node *), by_sequence);
  return OK;
}

/* Only paths to something wanted are walked: oldest first, so that inputs come before. */
static void mark_needed(Pass *p, Node **list, int64_t n) {
  for (int64_t i = 0; i < p->n_slots; i++) {
    Slot *s = &p->slots[i];
    s->needed = s->captured || (p->accumulate && s->node->kind == NODE_ACCUMULATE);
  }
  for (int64_t i = n - 1; i >= 0; i--) {
    Slot *s = &p->slots[list[i]->slot];
    for (int k = 0; k < list[i]->n_inputs && !s->needed; k++) {
      Node *next = list[i]->edges[k].node;
      if (next != NULL) s->needed = p->slots[next->slot].needed;
    }
    if (p->accumulate && list[i]->watches != NULL) s->needed = true;
  }
}

/* Adds 'grad' (owned, consumed) to what has arrived at an output. */
static Status deliver(Slot *s, int output, Tensor *grad) {
  Status status = gradient_fit(&s->node->outputs[output], &grad);
  Tensor **have = &s->grad[output], *sum = NULL;
  if (status == OK && *have == NULL) {
    *have = grad;
    return OK;
  }
  if (status == OK) status = op_add(*have, grad, scalar_int(1), &sum);
  tensor_release(grad);
  if (status != OK) return status;
  tensor_release(*have);
  *have = sum;
  return OK;
}

/* ---- arrival ----------------------------------------------------------------------- */

/* Into the grad of a tensor that is no leaf; 'grad' (borrowed) flows on, so what is kept is a copy. */
static Status accumulate_shared(Pass *p, Tensor *t, Tensor *grad, bool in_place) {
  Tensor *shared = tensor_retain(grad);
  Status status = gradient_accumulate(p->who, t, &shared, in_place);
  tensor_release(shared);
  return status;
}

static Status capture(Pass *p, Slot *s, int output, Tensor *grad) {
  for (int i = 0; i < p->n_inputs; i++) {
    if (p->input_edges[i].node != s->node || p->input_edges[i].output != output) continue;
    if (p->results != NULL) {
      tensor_release(p->results[i]);
      p->results[i] = tensor_retain(grad);
    } else if (s->node->kind != NODE_ACCUMULATE) {
      TRY(accumulate_shared(p, p->inputs[i], grad, !p->create_graph));
    }
  }
  return OK;
}

/* Hooks and retain_grad of one output, then captures. */
static Status arrived(Pass *p, Slot *s, int output) {
  Tensor **grad = &s->grad[output];
  Node *n = s->node;
  if (*grad == NULL) return OK;
  if (n->kind == NODE_ACCUMULATE && n->leaf->autograd != NULL) TRY(hooks_run(&n->leaf->autograd->hooks, grad));
  for (Watch *w = n->watches; w != NULL; w = w->next) {
    if (w->output != output) continue;
    TRY(hooks_run(&w->hooks, grad));
    if (w->retain && w->tensor != NULL && p->results == NULL) TRY(accumulate_shared(p, w->tensor, *grad, false));
  }
  return s->captured ? capture(p, s, output, *grad) : OK;
}

/* The hooks of a node behind its formula, which ended with 'status'. 'grads': what came (owned). */
static Status hooks_behind(Node *n, Status status, Tensor **result, Tensor **grads) {
  if (grads == NULL) return status;
  if (status == OK) status = node_hooks_run(n, false, n->n_inputs, result, n->n_outputs, grads);
  for (int i = 0; i < n->n_outputs; i++) tensor_release(grads[i]);
  memory_free(grads, sizeof(Tensor *) * (size_t)(n->n_outputs + 1));
  return status;
}

/* Runs the hooks before the formula; *grads: what hooks behind it see, NULL: there are no hooks. */
static Status hooks_before(Slot *s, Tensor ***grads) {
  Node *n = s->node;
  *grads = NULL;
  if (n->hooks == NULL) return OK;
  TRY(node_hooks_run(n, true, 0, NULL, n->n_outputs, s->grad));
  *grads = memory_alloc(sizeof(Tensor *) * (size_t)(n->n_outputs + 1));
  if (*grads == NULL) return ERROR_MEMORY;
  for (int i = 0; i < n->n_outputs; i++) (*grads)[i] = tensor_retain(s->grad[i]);
  return OK;
}

static Status run_leaf(Pass *p, Slot *s) {
  Tensor **grads;
  TRY(arrived(p, s, 0));
  if (s->node->hooks != NULL && s->grad[0] != NULL) {
    TRY(hooks_before(s, &grads));
    TRY(hooks_behind(s->node, OK, NULL, grads));
  }
  Tensor *leaf = s->node->leaf;
  bool wanted = p->accumulate || (p->results == NULL && s->captured);
  if (wanted && s->grad[0] != NULL) {
    if (tensor_same_shape(leaf, s->grad[0]) && !layout_is(s->node->attrs, leaf)) return leaf_moved(p->who, leaf);
    TRY(gradient_accumulate(p->who, leaf, &s->grad[0], !p->create_graph));
    tensor_release(s->grad[0]);
    s->grad[0] = NULL;
    return leaf->autograd->hooks != NULL ? hooks_run_after(&leaf->autograd->hooks, leaf) : OK;
  }
  tensor_release(s->grad[0]);
  s->grad[0] = NULL;
  return OK;
}

/* ---- nodes ------------------------------------------------------------------------- */

static Status pass_on(Pass *p, Node *n, Tensor **result) {
  for (int k = 0; k < n->n_inputs; k++) {
    Node *next = n->edges[k].node;
    if (next == NULL) continue;
    Slot *s = &p->slots[next->slot];
    if (result[k] != NULL && s->needed) {
      Tensor *grad = result[k];
      result[k] = NULL;
      TRY(deliver(s, n->edges[k].output, grad));
      s = &p->slots[next->slot];
    }
    if (--s->waiting == 0 && next->kind == NODE_ACCUMULATE) TRY(run_leaf(p, s));
  }
  return OK;
}

static Status run_formula(Pass *p, Slot *s, Tensor **result, Tensor **saved_out) {
  if (!mode_is_on(MODE_PROFILE)) return step_backward(p, s, result, saved_out);
  OpMark mark;
  const char *name = mode_intern(node_name(s->node));
  profile_begin(&mark, EVENT_BACKWARD, name != NULL ? name : "backward", s->node->sequence);
  Status status = step_backward(p, s, result, saved_out);
  profile_end(&mark);
  return status;
}

/* Whether a gradient is there for an output. */
static bool slot_has_gradient(const Slot *s) {
  for (int i = 0; i < s->node->n_outputs; i++)
    if (s->grad[i] != NULL) return true;
  return false;
}

/* Runs the formula of a node, to which a gradient has come, with its hooks. */
static Status run_hooked(Pass *p, Slot *s, Tensor **result, Tensor **saved_out) {
  Node *n = s->node;
  const bool all = n->kind != NODE_CALLBACK; /* a formula of an op wants the gradients of all outputs */
  Tensor **grads = NULL;
  Status status = all ? step_fill_missing(s) : OK;
  if (status == OK) status = hooks_before(s, &grads);
  const bool any = grads == NULL || slot_has_gradient(s); /* a hook may have taken gradients away */
  if (status == OK && any && grads != NULL && all) status = step_fill_missing(s);
  if (status == OK && any) status = run_formula(p, s, result, saved_out);
  status = hooks_behind(n, status, result, grads);
  return status == OK && mode_is_on(MODE_ANOMALY) ? step_check_anomaly(n, result) : status;
}

static Status run_node(Pass *p, Slot *s) {
  Node *n = s->node;
  if (n->released)
    return fail(ERROR_ARGUMENT,
                "%s: this graph has been used and freed; pass {retain_graph = true} the first time to go "
                "through it again",
                p->who);
  Status status = OK;
  for (int i = 0; i < n->n_outputs && status == OK; i++) status = arrived(p, s, i);
  size_t bytes = sizeof(Tensor *) * (size_t)(n->n_inputs + n->n_outputs + 1);
  Tensor **result = memory_zalloc(bytes), **saved_out = result + n->n_inputs;
  if (result == NULL) return ERROR_MEMORY;
  if (status == OK && s->needed && slot_has_gradient(s)) status = run_hooked(p, s, result, saved_out);
  for (int i = 0; i < n->n_outputs; i++) {
    tensor_release(s->grad[i]);
    s->grad[i] = NULL;
    tensor_release(saved_out[i]);
  }
  if (status == OK) status = pass_on(p, n, result);
  if (!p->retain_graph && status == OK) {
    node_drop_saved(n);
    node_drop_hooks(n); /* the node cannot run again, and hooks may hold the graph */
  }
  for (int k = 0; k < n->n_inputs; k++) tensor_release(result[k]);
  memory_free(result, bytes);
  return status;
}

/* ---- the pass ------------------------------------------------------------------------ */

/* The node is let go when it has run: with the graph not retained its memory goes now. */
static void slot_close(Slot *s) {
  if (s->node == NULL) return;
  for (int i = 0; i < s->node->n_outputs; i++) tensor_release(s->grad[i]);
  memory_free(s->grad, sizeof(Tensor *) * s->node->n_outputs);
  s->node->pass = s->old_pass;
  s->node->slot = s->old_slot;
  node_release(s->node);
  s->node = NULL;
}

static Status check_root(const char *who, Tensor *root, Tensor *grad) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (!tensor_requires_grad(root))
    return fail(ERROR_ARGUMENT, "%s: the tensor does not require a gradient and has no history", who);
  if (grad == NULL && dtype_is_complex((DType)root->dtype))
    return fail(ERROR_ARGUMENT, "%s: 'gradient' (argument 1): needed unless the tensor is real, got %s", who,
                tensor_text(a, root));
  if (grad == NULL && root->numel != 1)
    return fail(ERROR_ARGUMENT, "%s: 'gradient' (argument 1): needed unless the tensor has one element, got %s", who,
                tensor_text(a, root));
  if (grad != NULL && !tensor_same_shape(root, grad))
    return fail(ERROR_ARGUMENT, "%s: 'gradient' (argument 1): expected shape %s, got %s", who, tensor_text(a, root),
                tensor_text(b, grad));
  return OK;
}

static Status seed(Pass *p, int n_roots, Tensor **roots, Tensor **grads, const Edge *edges) {
  for (int i = 0; i < n_roots; i++) {
    Tensor *g;
    if (grads != NULL && grads[i] != NULL) g = tensor_retain(grads[i]);
    else {
      TRY(tensor_empty("backward", roots[i]->ndim, roots[i]->shape, (DType)roots[i]->dtype, tensor_device(roots[i]),
                       &g));
      TRY(tensor_fill_raw(g, scalar_int(1)));
    }
    TRY(deliver(&p->slots[edges[i].node->slot], edges[i].output, g));
  }
  return OK;
}

/* A leaf that the graph knows in another layout has another accumulator now, and would seem not to be in the graph. */
static Status check_inputs(Pass *p) {
  for (int i = 0; i < p->n_inputs; i++) {
    Node *node = p->input_edges[i].node;
    if (node == NULL || node->kind != NODE_ACCUMULATE || node->pass == p->pass) continue;
    for (int64_t k = 0; k < p->n_slots; k++)
      if (p->slots[k].node->leaf == node->leaf) return leaf_moved(p->who, node->leaf);
  }
  return OK;
}

static Status run_all(Pass *p, int n_roots, Tensor **roots, Tensor **grads, const Edge *edges) {
  Node **list = NULL;
  int64_t n = 0;
  TRY(discover(p, n_roots, edges));
  for (int i = 0; i < p->n_inputs; i++) {
    Node *node = p->input_edges[i].node;
    if (node != NULL && node->pass == p->pass) p->slots[node->slot].captured = true;
  }
  Status status = check_inputs(p);
  if (status == OK) status = order(p, &list, &n);
  if (status == OK) {
    mark_needed(p, list, n);
    status = seed(p, n_roots, roots, grads, edges);
  }
  for (int i = 0; i < n_roots && status == OK; i++) { /* a root that is a leaf */
    Slot *s = &p->slots[edges[i].node->slot];
    if (edges[i].node->kind == NODE_ACCUMULATE && s->waiting == 0 && s->grad[0] != NULL) status = run_leaf(p, s);
  }
  for (int64_t i = 0; i < n && status == OK; i++) {
    status = interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : run_node(p, &p->slots[list[i]->slot]);
    if (status != OK) status = step_add_place(list[i], status);
  }
  memory_free(list, sizeof(Node *) * (size_t)(p->n_slots + 1));
  return status;
}

Status autograd_backward(const char *who, int n_roots, Tensor **roots, Tensor **grads, bool retain_graph,
                         bool create_graph, int n_inputs, Tensor **inputs, Tensor **results) {
  Pass p = {.who = who, .pass = ++pass_counter, .retain_graph = retain_graph, .create_graph = create_graph,
            .accumulate = n_inputs == 0, .n_inputs = n_inputs, .inputs = inputs, .results = results};
  for (int i = 0; i < n_roots; i++) TRY(check_root(who, roots[i], grads != NULL ? grads[i] : NULL));
  for (int i = 0; i < n_inputs; i++) {
    if (!tensor_requires_grad(inputs[i]))
      return fail(ERROR_ARGUMENT, "%s: 'inputs' (argument 2): tensor %d does not require a gradient", who, i + 1);
    TRY(tensor_check_passes(who, inputs[i]));
  }
  size_t bytes = sizeof(Edge) * (size_t)(n_roots + n_inputs + 1);
  Edge *edges = memory_zalloc(bytes);
  if (edges == NULL) return fail_memory_of(who, ERROR_MEMORY);
  p.input_edges = edges + n_roots;
  bool was = grad_set_enabled(create_graph);
  const uint32_t modes = call_modes;
  mode_set(MODE_AUTOCAST, false); /* gradients are computed in the dtypes that the results had */
  Status status = OK;
  for (int i = 0; i < n_roots && status == OK; i++) status = tensor_edge(roots[i], &edges[i]);
  for (int i = 0; i < n_inputs && status == OK; i++) status = tensor_edge(inputs[i], &p.input_edges[i]);
  p.outer = pass_running;
  pass_running = &p;
  if (status == OK) status = run_all(&p, n_roots, roots, grads, edges);
  pass_running = p.outer;
  for (int64_t i = p.n_slots - 1; i >= 0; i--) slot_close(&p.slots[i]);
  for (int i = 0; i < n_inputs && status == OK; i++) /* after the slots: they hold gradients too */
    if (results != NULL && results[i] != NULL) status = gradient_own(&results[i]);
  mode_set(MODE_AUTOCAST, (modes & MODE_AUTOCAST) != 0);
  grad_set_enabled(was);
  memory_free(p.slots, sizeof(Slot) * (size_t)p.capacity);
  for (int i = 0; i < n_roots + n_inputs; i++) node_release(edges[i].node);
  memory_free(edges, bytes);
  if (status != OK && results != NULL)
    for (int i = 0; i < n_inputs; i++) {
      tensor_release(results[i]);
      results[i] = NULL;
    }
  return fail_memory_of(who, status);
}
