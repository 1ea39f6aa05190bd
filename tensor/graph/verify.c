/* verify.c: whether a graph is one: every value is made once, before it is used; nodes have the inputs, results and
** attributes that their rows ask for. Every pass must leave such a graph.
*/
#include <stdio.h>

#include "graph.h"

static const char *node_text(const Graph *g, const GraphNode *n, char *buffer, size_t size) {
  snprintf(buffer, size, "node %d (%s%s)", (int)(n - g->nodes), n->info->name, n->in_place ? "_" : "");
  return buffer;
}

static Status wrong_node(const Graph *g, const GraphNode *n, const char *what) {
  char text[80];
  return fail(ERROR_ARGUMENT, "graph: %s: %s", node_text(g, n, text, sizeof text), what);
}

static Status verify_input(const Graph *g, const GraphNode *n, int i, const bool *made) {
  const int v = n->inputs[i];
  const OpArg *arg = graph_argument_of(n->info, i);
  if (arg == NULL) return wrong_node(g, n, "more inputs than the op has");
  if (v < -1 || v >= g->n_values) return wrong_node(g, n, "an input that is no value");
  if (v < 0) return arg->optional && !arg->list ? OK : wrong_node(g, n, "an input is missing");
  return made[v] ? OK : wrong_node(g, n, "uses a value before it is made");
}

/* How many results an op has; those of a list may be any number. */
static bool has_right_outputs(const GraphNode *n) {
  if (n->in_place) return n->n_outputs == 1 && n->outputs[0] >= 0;
  return n->info->list_output || n->n_outputs == n->info->n_outputs;
}

static Status verify_output(const Graph *g, const GraphNode *n, int i, bool *made) {
  const int v = n->outputs[i];
  if (v < -1 || v >= g->n_values) return wrong_node(g, n, "a result that is no value");
  if (v < 0) return OK;
  if (g->values[v].kind != VALUE_RESULT || made[v]) return wrong_node(g, n, "makes what is made elsewhere");
  if (g->values[v].node != (int)(n - g->nodes)) return wrong_node(g, n, "its result names another node");
  if (g->values[v].base >= 0 && (g->values[v].base >= g->n_values || !made[g->values[v].base]))
    return wrong_node(g, n, "its result shows the memory of a value that is not made yet");
  made[v] = true;
  return OK;
}

static Status verify_node(const Graph *g, const GraphNode *n, bool *made) {
  const OpInfo *info = n->info;
  if ((n->attrs == NULL) != (info->attrs_size == 0)) return wrong_node(g, n, "its attributes are missing");
  if (n->list != info->list_output) return wrong_node(g, n, n->list ? "gives no list" : "gives a list");
  if (n->in_place && (info->list_output || n->n_inputs < 1 || n->inputs[0] < 0))
    return wrong_node(g, n, "cannot work in place");
  if (n->in_place && g->values[n->outputs[0]].base != n->inputs[0])
    return wrong_node(g, n, "its result is not the memory of its input");
  for (int i = 0; i < n->n_inputs; i++) TRY(verify_input(g, n, i, made));
  for (int i = n->n_inputs; i < info->n_inputs; i++) {
    const OpArg *arg = graph_argument_of(info, i);
    if (arg != NULL && !arg->optional && !arg->list) return wrong_node(g, n, "an input is missing");
  }
  if (!has_right_outputs(n)) return wrong_node(g, n, "has another number of results than its op");
  for (int i = 0; i < n->n_outputs; i++) TRY(verify_output(g, n, i, made));
  return OK;
}

static Status verify_values(const Graph *g, bool *made) {
  for (int i = 0; i < g->n_values; i++) {
    const GraphValue *v = &g->values[i];
    if (v->kind > VALUE_RESULT || v->dtype >= DTYPE_COUNT || v->ndim > TENSOR_MAX_DIMS)
      return fail(ERROR_ARGUMENT, "graph: value %d has no right type", i);
    if (v->kind == VALUE_NUMBER && v->tensor == NULL) return fail(ERROR_ARGUMENT, "graph: value %d has no number", i);
    made[i] = v->kind == VALUE_PARAMETER || v->kind == VALUE_CONSTANT || v->kind == VALUE_NUMBER;
  }
  for (int i = 0; i < g->n_inputs; i++) {
    const int v = g->inputs[i];
    if (v < 0 || v >= g->n_values || g->values[v].kind != VALUE_INPUT || made[v])
      return fail(ERROR_ARGUMENT, "graph: input %d is none", i + 1);
    made[v] = true;
  }
  return OK;
}

/* Nodes of a group are neighbours, and numbers of groups grow. */
static Status verify_groups(const Graph *g) {
  int most = 0;
  for (int i = 0; i < g->n_nodes; i++) {
    const int group = g->nodes[i].group;
    if (group == 0 || (group == most && g->nodes[i - 1].group == group)) continue;
    if (group <= most) return wrong_node(g, &g->nodes[i], "its group is in two places");
    most = group;
  }
  return OK;
}

Status graph_verify(const Graph *g) {
  bool *made = memory_zalloc((size_t)g->n_values + 1);
  if (made == NULL) return ERROR_MEMORY;
  Status status = verify_values(g, made);
  for (int i = 0; i < g->n_nodes && status == OK; i++) status = verify_node(g, &g->nodes[i], made);
  if (status == OK) status = verify_groups(g);
  for (int i = 0; i < g->n_outputs && status == OK; i++)
    if (g->outputs[i] < 0 || g->outputs[i] >= g->n_values || !made[g->outputs[i]])
      status = fail(ERROR_ARGUMENT, "graph: result %d is not made", i + 1);
  memory_free(made, (size_t)g->n_values + 1);
  return status;
}
