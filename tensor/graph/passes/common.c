/* common.c: of nodes that do the same to the same values one is left. Nodes are found again by a hash of their op,
** attributes and inputs.
*/
#include "passes.h"

static uint64_t node_hash(const GraphNode *n) {
  uint64_t h = hash_bytes(&n->info->id, sizeof n->info->id, n->no_grad);
  h = hash_bytes(n->inputs, sizeof(int) * (size_t)n->n_inputs, h);
  return attributes_hash(n->info, n->attrs, h);
}

static bool same_node(const GraphNode *a, const GraphNode *b) {
  if (a->info != b->info || a->no_grad != b->no_grad || a->n_inputs != b->n_inputs || a->n_outputs != b->n_outputs)
    return false;
  for (int i = 0; i < a->n_inputs; i++)
    if (a->inputs[i] != b->inputs[i]) return false;
  for (int i = 0; i < a->n_outputs; i++)
    if ((a->outputs[i] < 0) != (b->outputs[i] < 0)) return false;
  return attributes_equal(a->info, a->attrs, b->attrs);
}

static bool same_number(const GraphValue *a, const GraphValue *b) {
  if (a->kind != VALUE_NUMBER || b->kind != VALUE_NUMBER || a->dtype != b->dtype) return false;
  return memcmp(tensor_data(a->tensor), tensor_data(b->tensor), tensor_itemsize(a->tensor)) == 0;
}

/* Numbers that are equal become one value. */
static void join_numbers(Graph *g) {
  for (int b = 0; b < g->n_values; b++)
    for (int a = 0; a < b; a++)
      if (same_number(&g->values[a], &g->values[b])) {
        graph_replace(g, b, a);
        break;
      }
}

/* Two results that are returned must not become one tensor: a change in place would show it. */
static bool is_returned(const Graph *g, const GraphNode *n) {
  for (int k = 0; k < n->n_outputs; k++)
    if (n->outputs[k] >= 0 && effects_returned(g, n->outputs[k])) return true;
  return false;
}

/* An open table from hashes to nodes: the one that is the same, or -1 and its place. */
static int table_find(const Graph *g, const int *table, size_t room, const GraphNode *n, size_t *at) {
  for (*at = node_hash(n) % room; table[*at] >= 0; *at = (*at + 1) % room)
    if (same_node(&g->nodes[table[*at]], n)) return table[*at];
  return -1;
}

Status pass_common(Graph *g, bool *changed) {
  const size_t nodes = (size_t)g->n_nodes + 1, room = 2 * nodes;
  bool *drop = memory_zalloc(nodes), any = false;
  int *table = memory_alloc(sizeof(int) * room);
  Effects e = {0};
  Status status = drop != NULL && table != NULL ? effects_find(g, &e) : ERROR_MEMORY;
  for (size_t i = 0; i < room && status == OK; i++) table[i] = -1;
  if (status == OK) join_numbers(g);
  for (int i = 0; i < g->n_nodes && status == OK; i++) {
    const GraphNode *n = &g->nodes[i];
    size_t at;
    if (effects_of_node(g, &e, i)) continue;
    const int first = table_find(g, table, room, n, &at);
    if (first < 0) table[at] = i;
    if (first < 0 || is_returned(g, n)) continue;
    for (int k = 0; k < n->n_outputs; k++)
      if (n->outputs[k] >= 0) graph_replace(g, n->outputs[k], g->nodes[first].outputs[k]);
    any = drop[i] = true;
  }
  effects_free(&e);
  if (status == OK) status = graph_compact(g, drop);
  memory_free(drop, nodes);
  memory_free(table, sizeof(int) * room);
  if (changed != NULL) *changed = any;
  return status;
}
