/* rebuild.c: see rebuild.h. */
#include "rebuild.h"

Status rebuild_start(Rebuild *r, const Graph *g) {
  *r = (Rebuild){.from = g};
  TRY(graph_new(&r->to));
  r->now = memory_alloc(sizeof(int) * (size_t)(g->n_values + 1));
  if (r->now == NULL) return ERROR_MEMORY;
  for (int i = 0; i < g->n_values; i++) r->now[i] = -1;
  for (int i = 0; i < g->n_inputs; i++) {
    const GraphValue *v = &g->values[g->inputs[i]];
    Tensor like = {.dtype = v->dtype, .ndim = v->ndim, .device = device_byte(v->device)};
    memcpy(like.shape, v->shape, sizeof like.shape);
    TRY(graph_add_input(r->to, &like, v->name, &r->now[g->inputs[i]]));
  }
  for (int i = 0; i < g->n_values; i++)
    if (g->values[i].kind != VALUE_INPUT && g->values[i].kind != VALUE_RESULT)
      TRY(graph_add_value(r->to, &g->values[i], &r->now[i]));
  return OK;
}

Status rebuild_result(Rebuild *r, int v, int base, int *out) {
  GraphValue like = r->from->values[v];
  like.kind = VALUE_RESULT;
  like.name = NULL;
  like.tensor = NULL;
  like.base = base;
  like.node = -1;
  return graph_add_value(r->to, &like, out);
}

Status rebuild_node(Rebuild *r, const GraphNode *n, int *inputs) {
  const size_t room = sizeof(int) * (size_t)(n->n_outputs + 1);
  GraphNode copy = *n;
  copy.inputs = inputs;
  copy.outputs = memory_alloc(room);
  if (copy.outputs == NULL) return ERROR_MEMORY;
  Status status = OK;
  for (int i = 0; i < n->n_outputs && status == OK; i++) {
    const int v = n->outputs[i], base = v >= 0 ? r->from->values[v].base : -1;
    int shown = base < 0 ? -1 : r->now[base];
    if ((n->in_place || n->info->kind == KIND_VIEW) && n->n_inputs > 0) shown = inputs[0];
    copy.outputs[i] = -1;
    if (v >= 0) status = rebuild_result(r, v, shown, &copy.outputs[i]);
  }
  if (status == OK) status = graph_add_node(r->to, &copy);
  for (int i = 0; i < n->n_outputs && status == OK; i++)
    if (n->outputs[i] >= 0) r->now[n->outputs[i]] = copy.outputs[i];
  memory_free(copy.outputs, room);
  return status;
}

Status rebuild_finish(Rebuild *r, Graph *g) {
  for (int i = 0; i < g->n_outputs; i++) TRY(graph_add_output(r->to, r->now[g->outputs[i]]));
  memory_free(r->now, sizeof(int) * (size_t)(g->n_values + 1));
  r->now = NULL;
  const Graph old = *g;
  *g = *r->to;
  *r->to = old;
  graph_free(r->to);
  r->to = NULL;
  return graph_compact(g, NULL);
}

void rebuild_free(Rebuild *r) {
  if (r->now != NULL) memory_free(r->now, sizeof(int) * (size_t)(r->from->n_values + 1));
  graph_free(r->to);
}
