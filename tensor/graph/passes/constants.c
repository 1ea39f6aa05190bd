/* constants.c: what is computed from constants alone is computed once, now. */
#include <stdio.h>

#include "graph/owned.h"
#include "passes.h"

#define FOLDED_ELEMENTS 65536 /* what is larger is computed each time rather than kept */

static bool is_constant(const GraphValue *v) {
  return v->kind == VALUE_NUMBER || (v->kind == VALUE_CONSTANT && v->tensor != NULL);
}

static bool is_foldable(const Graph *g, const Effects *e, int node) {
  const GraphNode *n = &g->nodes[node];
  if (n->list || n->n_inputs == 0 || n->n_inputs > OP_MAX_INPUTS || effects_of_node(g, e, node)) return false;
  for (int k = 0; k < n->n_inputs; k++)
    if (n->inputs[k] >= 0 && !is_constant(&g->values[n->inputs[k]])) return false;
  for (int k = 0; k < n->n_outputs; k++) {
    const int v = n->outputs[k];
    if (v < 0) continue;
    if (effects_returned(g, v) || shape_numel(g->values[v].ndim, g->values[v].shape) > FOLDED_ELEMENTS) return false;
  }
  return true;
}

/* The result becomes a constant, which takes over the tensor. */
static Status become_constant(GraphValue *v, int number, Tensor *t) {
  char name[32], *copy;
  snprintf(name, sizeof name, "folded%d", number);
  const Status status = text_copy(name, &copy);
  if (status != OK) {
    tensor_release(t);
    return status;
  }
  *v = graph_value_of(VALUE_CONSTANT, t);
  v->name = copy;
  v->tensor = t;
  return OK;
}

/* Runs the node. Where its op fails it stays: the graph fails there each time it runs. */
static Status fold(Graph *g, int node, bool *done) {
  GraphNode *n = &g->nodes[node];
  Tensor *in[OP_MAX_INPUTS], *out[OP_MAX_OUTPUTS] = {0};
  for (int k = 0; k < n->n_inputs; k++) in[k] = n->inputs[k] >= 0 ? g->values[n->inputs[k]].tensor : NULL;
  const bool was = grad_set_enabled(false);
  Status status = op_call(n->info->id, in, n->n_inputs, n->attrs, out);
  grad_set_enabled(was);
  *done = status == OK;
  if (status != OK) return status == ERROR_ARGUMENT ? OK : status;
  for (int k = 0; k < n->n_outputs; k++) {
    const int v = n->outputs[k];
    if (v < 0 || status != OK) {
      tensor_release(out[k]);
      continue;
    }
    status = become_constant(&g->values[v], v, out[k]);
    n->outputs[k] = -1;
  }
  return status;
}

Status pass_constants(Graph *g, bool *changed) {
  const size_t nodes = (size_t)g->n_nodes + 1;
  Effects e = {0};
  bool *drop = memory_zalloc(nodes), any = false;
  Status status = drop != NULL ? effects_find(g, &e) : ERROR_MEMORY;
  for (int i = 0; i < g->n_nodes && status == OK; i++) {
    if (is_foldable(g, &e, i)) status = fold(g, i, &drop[i]);
    any = any || drop[i];
  }
  effects_free(&e);
  if (status == OK) status = graph_compact(g, drop);
  memory_free(drop, nodes);
  if (changed != NULL) *changed = any;
  return status;
}
