/* effects.c: which values may show the same memory, and which memory is changed: see passes.h. */
#include "passes.h"

static int find(const Effects *e, int v) {
  while (e->set[v] != v) v = e->set[v];
  return v;
}

static void join(Effects *e, int a, int b) {
  if (a < 0 || b < 0) return;
  a = find(e, a);
  b = find(e, b);
  if (a < b) e->set[b] = a;
  else e->set[a] = b;
}

void effects_free(Effects *e) {
  const size_t n = (size_t)e->n;
  memory_free(e->set, sizeof(int) * n);
  memory_free(e->changed, n);
  *e = (Effects){0};
}

/* A composite may hand on an input, or a view of it, where it has nothing to do. */
static void join_node(const Graph *g, Effects *e, const GraphNode *n) {
  const bool any = n->info->kind == KIND_COMPOSITE;
  for (int i = 0; i < n->n_outputs; i++) {
    if (n->outputs[i] < 0) continue;
    join(e, n->outputs[i], g->values[n->outputs[i]].base);
    for (int k = 0; any && k < n->n_inputs; k++)
      if (n->inputs[k] >= 0 && g->values[n->inputs[k]].kind != VALUE_NUMBER) join(e, n->outputs[i], n->inputs[k]);
  }
}

static bool changes_input(const GraphNode *n, int i) {
  if (n->in_place && i == 0) return true;
  return i < 32 && (n->info->mutates >> i & 1) && op_mutates_now(n->info, n->attrs);
}

static void note_changes(const Graph *g, Effects *e) {
  for (int i = 0; i < g->n_nodes; i++) {
    const GraphNode *n = &g->nodes[i];
    for (int k = 0; k < n->n_inputs; k++)
      if (n->inputs[k] >= 0 && changes_input(n, k)) e->changed[e->set[n->inputs[k]]] = true;
  }
}

Status effects_find(const Graph *g, Effects *e) {
  const size_t n = (size_t)g->n_values;
  *e = (Effects){.n = g->n_values};
  if (n == 0) return OK;
  e->set = memory_alloc(sizeof(int) * n);
  e->changed = memory_zalloc(n);
  if (e->set == NULL || e->changed == NULL) {
    effects_free(e);
    return ERROR_MEMORY;
  }
  for (int i = 0; i < g->n_values; i++) e->set[i] = i;
  for (int i = 0; i < g->n_nodes; i++) join_node(g, e, &g->nodes[i]);
  for (int i = 0; i < g->n_values; i++) e->set[i] = find(e, i);
  note_changes(g, e);
  return OK;
}

bool effects_beside_results(const GraphNode *n) {
  return n->in_place || n->info->random || op_mutates_now(n->info, n->attrs);
}

static bool is_changed(const Effects *e, int value) { return value >= 0 && e->changed[e->set[value]]; }

bool effects_of_node(const Graph *g, const Effects *e, int node) {
  const GraphNode *n = &g->nodes[node];
  bool found = effects_beside_results(n);
  for (int k = 0; k < n->n_inputs && !found; k++) found = is_changed(e, n->inputs[k]);
  for (int k = 0; k < n->n_outputs && !found; k++) found = is_changed(e, n->outputs[k]);
  return found;
}

bool effects_returned(const Graph *g, int value) {
  for (int i = 0; i < g->n_outputs; i++)
    for (int at = g->outputs[i]; at >= 0; at = g->values[at].base)
      if (at == value) return true;
  return false;
}
