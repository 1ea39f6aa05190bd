/* same.c: see same.h. */
#include "same.h"

static uint64_t value_hash(const GraphValue *v, uint64_t h) {
  const int32_t head[] = {v->kind, v->dtype, v->ndim, device_byte(v->device)};
  h = hash_bytes(head, sizeof head, h);
  h = hash_bytes(v->shape, sizeof *v->shape * v->ndim, h);
  if (v->kind != VALUE_NUMBER) return h;
  return hash_bytes(tensor_data(v->tensor), tensor_itemsize(v->tensor), h);
}

static uint64_t node_hash(const GraphNode *n, uint64_t h) {
  const int32_t head[] = {n->info->id, n->in_place, n->no_grad, n->n_inputs, n->n_outputs};
  h = hash_bytes(head, sizeof head, h);
  h = hash_bytes(n->inputs, sizeof(int) * (size_t)n->n_inputs, h);
  h = hash_bytes(n->outputs, sizeof(int) * (size_t)n->n_outputs, h);
  return attributes_hash(n->info, n->attrs, h);
}

uint64_t graph_hash(const Graph *g) {
  uint64_t h = 0;
  for (int i = 0; i < g->n_values; i++) h = value_hash(&g->values[i], h);
  for (int i = 0; i < g->n_nodes; i++) h = node_hash(&g->nodes[i], h);
  h = hash_bytes(g->inputs, sizeof(int) * (size_t)g->n_inputs, h);
  return hash_bytes(g->outputs, sizeof(int) * (size_t)g->n_outputs, h);
}

static bool value_same(const GraphValue *a, const GraphValue *b) {
  if (a->kind != b->kind || a->dtype != b->dtype || a->ndim != b->ndim) return false;
  if (device_byte(a->device) != device_byte(b->device)) return false;
  if (memcmp(a->shape, b->shape, sizeof *a->shape * a->ndim) != 0) return false;
  if (a->kind == VALUE_PARAMETER || a->kind == VALUE_CONSTANT) return false;
  return a->kind != VALUE_NUMBER ||
         memcmp(tensor_data(a->tensor), tensor_data(b->tensor), tensor_itemsize(a->tensor)) == 0;
}

static bool list_same(const int *a, int n_a, const int *b, int n_b) {
  return n_a == n_b && (n_a == 0 || memcmp(a, b, sizeof(int) * (size_t)n_a) == 0);
}

static bool node_same(const GraphNode *a, const GraphNode *b) {
  return a->info == b->info && a->in_place == b->in_place && a->no_grad == b->no_grad &&
         list_same(a->inputs, a->n_inputs, b->inputs, b->n_inputs) &&
         list_same(a->outputs, a->n_outputs, b->outputs, b->n_outputs) &&
         attributes_equal(a->info, a->attrs, b->attrs);
}

bool graph_same(const Graph *a, const Graph *b) {
  if (a->n_values != b->n_values || a->n_nodes != b->n_nodes) return false;
  if (!list_same(a->inputs, a->n_inputs, b->inputs, b->n_inputs)) return false;
  if (!list_same(a->outputs, a->n_outputs, b->outputs, b->n_outputs)) return false;
  for (int i = 0; i < a->n_values; i++)
    if (!value_same(&a->values[i], &b->values[i])) return false;
  for (int i = 0; i < a->n_nodes; i++)
    if (!node_same(&a->nodes[i], &b->nodes[i])) return false;
  return true;
}
