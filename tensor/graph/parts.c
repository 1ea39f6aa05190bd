/* parts.c: see parts.h. */
#include "parts.h"

static bool made_within(const Graph *g, const Parts *p, int value) {
  return value >= 0 && g->values[value].node >= p->first && g->values[value].node < p->composite;
}

/* Whether 'value' is what the parts gave as a result of the composite. */
static bool is_result_of_parts(const int *made, const GraphNode *n, int value) {
  for (int k = 0; k < n->n_outputs; k++)
    if (n->outputs[k] >= 0 && made[n->outputs[k]] == value) return true;
  return false;
}

/* A composite that hands on its input is not needed. */
static bool hands_on(const Graph *g, const Parts *p, const int *made) {
  const GraphNode *n = &g->nodes[p->composite];
  for (int k = 0; k < n->n_outputs; k++)
    if (n->outputs[k] >= 0 && !made_within(g, p, made[n->outputs[k]])) return true;
  return false;
}

/* Whether a node behind the composite uses what the parts made, other than the results. */
static bool parts_are_used(const Graph *g, const Parts *p, const int *made) {
  const GraphNode *n = &g->nodes[p->composite];
  for (int i = p->composite + 1; i < g->n_nodes; i++)
    for (int k = 0; k < g->nodes[i].n_inputs; k++) {
      const int v = g->nodes[i].inputs[k];
      if (made_within(g, p, v) && !is_result_of_parts(made, n, v)) return true;
    }
  return false;
}

/* The parts go: who used their results uses those of the composite. */
static void use_composite(Graph *g, const Parts *p, const int *made, bool *drop) {
  const GraphNode *n = &g->nodes[p->composite];
  for (int i = p->first; i < p->composite; i++) drop[i] = true;
  for (int k = 0; k < n->n_outputs; k++)
    if (n->outputs[k] >= 0) graph_replace(g, made[n->outputs[k]], n->outputs[k]);
}
/* Outer composites first: where one stays, all within it goes. */
Status parts_settle(Graph *g, const Parts *parts, int n, const int *stands_for) {
  if (n == 0) return OK;
  const size_t nodes = (size_t)g->n_nodes;
  bool *drop = memory_zalloc(nodes);
  if (drop == NULL) return ERROR_MEMORY;
  for (int i = n - 1; i >= 0; i--) {
    const Parts *p = &parts[i];
    if (drop[p->composite]) continue;
    if (hands_on(g, p, stands_for) || parts_are_used(g, p, stands_for)) drop[p->composite] = true;
    else use_composite(g, p, stands_for, drop);
  }
  graph_drop(g, drop);
  memory_free(drop, nodes);
  return OK;
}
