/* graph.c: making and changing graphs: see graph.h. */
#include "graph.h"

#include "owned.h"

/* ---- memory ------------------------------------------------------------------------ */

static Status copy_block(const void *from, size_t bytes, void *out) {
  void *block = NULL;
  if (bytes > 0) {
    block = memory_alloc(bytes);
    if (block == NULL) return ERROR_MEMORY;
    memcpy(block, from, bytes);
  }
  memcpy(out, &block, sizeof block);
  return OK;
}

static void free_value(GraphValue *v) {
  text_free(v->name);
  tensor_release(v->tensor);
}

static void free_node(GraphNode *n) {
  if (n->attrs != NULL) {
    attributes_release(n->info, n->attrs);
    memory_free(n->attrs, n->info->attrs_size);
  }
  memory_free(n->inputs, sizeof(int) * (size_t)n->n_inputs);
  memory_free(n->outputs, sizeof(int) * (size_t)n->n_outputs);
  text_free(n->place);
  text_free(n->scope);
}

Status graph_new(Graph **out) {
  *out = memory_zalloc(sizeof **out);
  return *out != NULL ? OK : ERROR_MEMORY;
}

void graph_free(Graph *g) {
  if (g == NULL) return;
  for (int i = 0; i < g->n_values; i++) free_value(&g->values[i]);
  for (int i = 0; i < g->n_nodes; i++) free_node(&g->nodes[i]);
  memory_free(g->values, sizeof *g->values * (size_t)g->room_values);
  memory_free(g->nodes, sizeof *g->nodes * (size_t)g->room_nodes);
  memory_free(g->inputs, sizeof(int) * (size_t)g->room_inputs);
  memory_free(g->outputs, sizeof(int) * (size_t)g->room_outputs);
  memory_free(g, sizeof *g);
}

/* ---- adding ------------------------------------------------------------------------- */

Status graph_add_value(Graph *g, const GraphValue *like, int *out) {
  TRY(array_grow(&g->values, g->n_values + 1, &g->room_values, sizeof *g->values));
  GraphValue v = *like;
  TRY(text_copy(like->name, &v.name));
  tensor_retain(v.tensor);
  *out = g->n_values;
  g->values[g->n_values++] = v;
  return OK;
}

GraphValue graph_value_of(ValueKind kind, const Tensor *t) {
  GraphValue v = {.kind = (uint8_t)kind, .dtype = t->dtype, .ndim = t->ndim, .device = tensor_device(t), .base = -1,
                  .node = -1};
  memcpy(v.shape, t->shape, sizeof *v.shape * t->ndim);
  return v;
}

Status graph_add_input(Graph *g, const Tensor *like, const char *name, int *out) {
  GraphValue v = graph_value_of(VALUE_INPUT, like);
  v.name = (char *)name;
  TRY(array_grow(&g->inputs, g->n_inputs + 1, &g->room_inputs, sizeof(int)));
  TRY(graph_add_value(g, &v, out));
  g->inputs[g->n_inputs++] = *out;
  return OK;
}

Status graph_add_tensor(Graph *g, ValueKind kind, Tensor *t, const char *name, int *out) {
  GraphValue v = graph_value_of(kind, t);
  v.name = (char *)name;
  v.tensor = t;
  return graph_add_value(g, &v, out);
}

Status graph_add_number(Graph *g, Scalar number, int *out) {
  OWNED Tensor *t = NULL;
  TRY(tensor_wrap_number(number, &t));
  return graph_add_tensor(g, VALUE_NUMBER, t, NULL, out);
}

/* Copies what 'like' points to; what is copied when a copy fails belongs to *n. */
static Status copy_node(const GraphNode *like, GraphNode *n) {
  const OpInfo *info = like->info;
  *n = (GraphNode){.info = info, .in_place = like->in_place, .no_grad = like->no_grad, .list = like->list,
                   .group = like->group};
  TRY(copy_block(like->inputs, sizeof(int) * (size_t)like->n_inputs, &n->inputs));
  n->n_inputs = like->n_inputs;
  TRY(copy_block(like->outputs, sizeof(int) * (size_t)like->n_outputs, &n->outputs));
  n->n_outputs = like->n_outputs;
  TRY(copy_block(like->attrs != NULL ? like->attrs : info->defaults, info->attrs_size, &n->attrs));
  if (n->attrs != NULL) attributes_retain(info, n->attrs);
  TRY(text_copy(like->place, &n->place));
  return text_copy(like->scope, &n->scope);
}

Status graph_add_node(Graph *g, const GraphNode *like) {
  GraphNode n;
  TRY(array_grow(&g->nodes, g->n_nodes + 1, &g->room_nodes, sizeof *g->nodes));
  const Status status = copy_node(like, &n);
  if (status != OK) {
    free_node(&n);
    return status;
  }
  for (int i = 0; i < n.n_outputs; i++)
    if (n.outputs[i] >= 0) g->values[n.outputs[i]].node = g->n_nodes;
  g->nodes[g->n_nodes++] = n;
  return OK;
}

Status graph_add_output(Graph *g, int value) {
  TRY(array_grow(&g->outputs, g->n_outputs + 1, &g->room_outputs, sizeof(int)));
  g->outputs[g->n_outputs++] = value;
  return OK;
}

/* Adds all that is in 'g' to a graph that is empty. */
static Status add_graph(Graph *to, const Graph *g) {
  int number;
  for (int i = 0; i < g->n_values; i++) TRY(graph_add_value(to, &g->values[i], &number));
  for (int i = 0; i < g->n_nodes; i++) TRY(graph_add_node(to, &g->nodes[i]));
  for (int i = 0; i < g->n_outputs; i++) TRY(graph_add_output(to, g->outputs[i]));
  TRY(array_grow(&to->inputs, g->n_inputs, &to->room_inputs, sizeof(int)));
  for (int i = 0; i < g->n_inputs; i++) to->inputs[to->n_inputs++] = g->inputs[i];
  return OK;
}

Status graph_copy(const Graph *g, Graph **out) {
  TRY(graph_new(out));
  const Status status = add_graph(*out, g);
  if (status == OK) return OK;
  graph_free(*out);
  *out = NULL;
  return status;
}

/* ---- asking --------------------------------------------------------------------------- */

Scalar graph_number(const GraphValue *v) { return element_get((DType)v->tensor->dtype, tensor_data(v->tensor)); }

const OpArg *graph_argument_of(const OpInfo *info, int i) {
  const OpArg *found = NULL;
  for (int k = 0; k < info->n_args; k++) {
    const OpArg *a = &info->args[k];
    if (a->type > ARG_INTEGERS) continue;
    if (a->input == i || (a->list && i >= a->input)) found = a;
  }
  return found;
}

/* ---- changing ------------------------------------------------------------------------- */

void graph_replace(Graph *g, int from, int to) {
  for (int i = 0; i < g->n_nodes; i++)
    for (int k = 0; k < g->nodes[i].n_inputs; k++)
      if (g->nodes[i].inputs[k] == from) g->nodes[i].inputs[k] = to;
  for (int i = 0; i < g->n_outputs; i++)
    if (g->outputs[i] == from) g->outputs[i] = to;
  for (int i = 0; i < g->n_values; i++)
    if (g->values[i].base == from) g->values[i].base = to;
}

/* Marks what stays: inputs, what nodes make and use, outputs. */
static void mark_used(const Graph *g, bool *used) {
  for (int i = 0; i < g->n_inputs; i++) used[g->inputs[i]] = true;
  for (int i = 0; i < g->n_outputs; i++) used[g->outputs[i]] = true;
  for (int i = 0; i < g->n_nodes; i++) {
    const GraphNode *n = &g->nodes[i];
    for (int k = 0; k < n->n_inputs; k++)
      if (n->inputs[k] >= 0) used[n->inputs[k]] = true;
    for (int k = 0; k < n->n_outputs; k++)
      if (n->outputs[k] >= 0) used[n->outputs[k]] = true;
  }
}

static void renumber(int *list, int n, const int *number) {
  for (int i = 0; i < n; i++)
    if (list[i] >= 0) list[i] = number[list[i]];
}

/* number[v]: the new number of value v, -1 where it goes. Results are numbered in the order of the nodes. */
static int number_values(const Graph *g, const bool *used, int *number) {
  int count = 0;
  for (int i = 0; i < g->n_values; i++) number[i] = -1;
  for (int i = 0; i < g->n_inputs; i++) number[g->inputs[i]] = count++;
  for (int kind = VALUE_PARAMETER; kind < VALUE_RESULT; kind++)
    for (int i = 0; i < g->n_values; i++)
      if (used[i] && g->values[i].kind == kind) number[i] = count++;
  for (int i = 0; i < g->n_nodes; i++)
    for (int k = 0; k < g->nodes[i].n_outputs; k++)
      if (g->nodes[i].outputs[k] >= 0) number[g->nodes[i].outputs[k]] = count++;
  return count;
}

void graph_drop(Graph *g, const bool *drop) {
  int kept = 0;
  for (int i = 0; i < g->n_nodes; i++) {
    const GraphNode *n = &g->nodes[i];
    const bool goes = drop != NULL && drop[i];
    for (int k = 0; k < n->n_outputs; k++)
      if (n->outputs[k] >= 0) g->values[n->outputs[k]].node = goes ? -1 : kept;
    if (goes) free_node(&g->nodes[i]);
    else g->nodes[kept++] = g->nodes[i];
  }
  g->n_nodes = kept;
}

static void move_values(Graph *g, const int *number, GraphValue *moved) {
  for (int i = 0; i < g->n_values; i++) {
    GraphValue *v = &g->values[i];
    if (number[i] < 0) {
      free_value(v);
      continue;
    }
    if (v->base >= 0) v->base = number[v->base]; /* -1 where the base went: nobody else can see that memory */
    moved[number[i]] = *v;
  }
}

Status graph_compact(Graph *g, const bool *drop) {
  const size_t n = (size_t)g->n_values, room = (size_t)g->room_values;
  if (n == 0) return OK;
  bool *used = memory_zalloc(n);
  int *number = memory_alloc(sizeof(int) * n);
  GraphValue *moved = memory_alloc(sizeof *moved * room);
  const bool good = used != NULL && number != NULL && moved != NULL;
  if (good) {
    graph_drop(g, drop);
    mark_used(g, used);
    const int count = number_values(g, used, number);
    move_values(g, number, moved);
    memory_free(g->values, sizeof *moved * room);
    g->values = moved;
    g->n_values = count;
    for (int i = 0; i < g->n_nodes; i++) {
      renumber(g->nodes[i].inputs, g->nodes[i].n_inputs, number);
      renumber(g->nodes[i].outputs, g->nodes[i].n_outputs, number);
      for (int k = 0; k < g->nodes[i].n_outputs; k++)
        if (g->nodes[i].outputs[k] >= 0) g->values[g->nodes[i].outputs[k]].node = i;
    }
    renumber(g->inputs, g->n_inputs, number);
    renumber(g->outputs, g->n_outputs, number);
  } else if (moved != NULL) memory_free(moved, sizeof *moved * room);
  if (used != NULL) memory_free(used, n);
  if (number != NULL) memory_free(number, sizeof(int) * n);
  return good ? OK : ERROR_MEMORY;
}
