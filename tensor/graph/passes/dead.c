/* dead.c: nodes whose results nobody uses go. It walks from the last node to the first, so once is enough. */
#include "passes.h"

Status pass_dead_code(Graph *g, bool *changed) {
  const size_t nodes = (size_t)g->n_nodes + 1, values = (size_t)g->n_values + 1;
  bool *drop = memory_zalloc(nodes), *used = memory_zalloc(values), any = false;
  Status status = drop != NULL && used != NULL ? OK : ERROR_MEMORY;
  for (int i = 0; i < g->n_outputs && status == OK; i++) used[g->outputs[i]] = true;
  for (int i = g->n_nodes - 1; i >= 0 && status == OK; i--) {
    const GraphNode *n = &g->nodes[i];
    bool live = effects_beside_results(n);
    for (int k = 0; k < n->n_outputs; k++) live = live || (n->outputs[k] >= 0 && used[n->outputs[k]]);
    drop[i] = !live;
    any = any || drop[i];
    for (int k = 0; k < n->n_inputs && live; k++)
      if (n->inputs[k] >= 0) used[n->inputs[k]] = true;
  }
  if (status == OK) status = graph_compact(g, drop);
  memory_free(drop, nodes);
  memory_free(used, values);
  if (changed != NULL) *changed = any;
  return status;
}
