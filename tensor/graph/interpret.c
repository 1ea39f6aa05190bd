/* interpret.c: a graph is run node by node through op_call, the road of every call: gradients, devices and
** modes are as in a program. Groups run as one walk where that gives the same bits, and no mode wants to see their
** calls. A tensor is released behind its last use.
*/
#include <stdio.h>

#include "call/mode.h"
#include "group.h"

typedef struct {
  const Graph *g;
  Tensor **tensor; /* [n_values]: owned, of inputs and results */
  int *last;       /* [n_values]: the last node that uses it, n_nodes for what is returned */
  Tensor **in;     /* [most inputs of a node] */
  int most;
} Run;

static void run_free(Run *r) {
  const size_t n = (size_t)r->g->n_values;
  for (size_t i = 0; r->tensor != NULL && i < n; i++) tensor_release(r->tensor[i]);
  memory_free(r->tensor, sizeof *r->tensor * n);
  memory_free(r->last, sizeof(int) * n);
  memory_free(r->in, sizeof *r->in * (size_t)r->most);
}

static Status run_prepare(Run *r) {
  const Graph *g = r->g;
  const size_t n = (size_t)g->n_values;
  r->most = 1;
  for (int i = 0; i < g->n_nodes; i++)
    if (g->nodes[i].n_inputs > r->most) r->most = g->nodes[i].n_inputs;
  r->tensor = n > 0 ? memory_zalloc(sizeof *r->tensor * n) : NULL;
  r->last = n > 0 ? memory_alloc(sizeof(int) * n) : NULL;
  r->in = memory_alloc(sizeof *r->in * (size_t)r->most);
  if (r->in == NULL || (n > 0 && (r->tensor == NULL || r->last == NULL))) return ERROR_MEMORY;
  for (size_t i = 0; i < n; i++) r->last[i] = g->values[i].node; /* what nobody uses goes at once */
  for (int i = 0; i < g->n_nodes; i++)
    for (int k = 0; k < g->nodes[i].n_inputs; k++)
      if (g->nodes[i].inputs[k] >= 0) r->last[g->nodes[i].inputs[k]] = i;
  for (int i = 0; i < g->n_outputs; i++) r->last[g->outputs[i]] = g->n_nodes;
  return OK;
}

static Status take_inputs(Run *r, int n, Tensor *const *inputs) {
  const Graph *g = r->g;
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (n != g->n_inputs) return fail(ERROR_ARGUMENT, "graph: expected %d inputs, got %d", g->n_inputs, n);
  for (int i = 0; i < n; i++) {
    const GraphValue *v = &g->values[g->inputs[i]];
    if (inputs[i] == NULL) return fail(ERROR_ARGUMENT, "graph: input %d is missing", i + 1);
    if (inputs[i]->dtype != v->dtype || inputs[i]->ndim != v->ndim)
      return fail(ERROR_ARGUMENT, "graph: input %d%s%s%s: was recorded with %s %s, got %s", i + 1,
                  v->name != NULL ? " ('" : "", v->name != NULL ? v->name : "", v->name != NULL ? "')" : "",
                  dtype_name((DType)v->dtype), shape_text(a, v->ndim, v->shape), tensor_text(b, inputs[i]));
    r->tensor[g->inputs[i]] = tensor_retain(inputs[i]);
  }
  return OK;
}

/* The tensor of a value; borrowed. */
static Tensor *tensor_of(const Run *r, int v) {
  if (v < 0) return NULL;
  return r->tensor[v] != NULL ? r->tensor[v] : r->g->values[v].tensor;
}

static Status keep_list(Run *r, const GraphNode *n, TensorList *list) {
  if (list->n != n->n_outputs) {
    const int got = list->n;
    tensor_list_release(list);
    return fail(ERROR_ARGUMENT, "%s: gave %d tensors where %d were recorded", n->info->lua_name, got, n->n_outputs);
  }
  for (int i = 0; i < list->n; i++) {
    if (n->outputs[i] < 0) continue;
    r->tensor[n->outputs[i]] = list->v[i];
    list->v[i] = NULL;
  }
  tensor_list_release(list);
  return OK;
}

static Status call_node(Run *r, const GraphNode *n) {
  const OpId op = n->info->id;
  if (n->in_place) {
    TRY(op_call_in_place(op, r->in, n->n_inputs, n->attrs));
    r->tensor[n->outputs[0]] = tensor_retain(r->in[0]);
    return OK;
  }
  if (n->list) {
    TensorList list = {0};
    TRY(op_call_list(op, r->in, n->n_inputs, n->attrs, &list));
    return keep_list(r, n, &list);
  }
  Tensor *out[OP_MAX_OUTPUTS] = {0};
  TRY(op_call(op, r->in, n->n_inputs, n->attrs, out));
  for (int i = 0; i < n->n_outputs; i++) {
    if (n->outputs[i] >= 0) r->tensor[n->outputs[i]] = out[i];
    else tensor_release(out[i]);
  }
  return OK;
}

/* A failure is told with the line that was recorded. */
static Status told_with_place(const GraphNode *n, Status status) {
  char message[512];
  if (status != ERROR_ARGUMENT || n->place == NULL) return status;
  snprintf(message, sizeof message, "%s", status_message());
  return fail(status, "%s (recorded at %s)", message, n->place);
}

static Status run_node(Run *r, int i) {
  const GraphNode *n = &r->g->nodes[i];
  for (int k = 0; k < n->n_inputs; k++) {
    r->in[k] = tensor_of(r, n->inputs[k]);
    if (r->in[k] == NULL && n->inputs[k] >= 0) {
      const char *name = r->g->values[n->inputs[k]].name;
      return fail(ERROR_ARGUMENT, "graph: '%s' has no tensor: bind one first", name != NULL ? name : "");
    }
  }
  const bool off = n->no_grad && grad_set_enabled(false);
  const Status status = call_node(r, n);
  if (off) grad_set_enabled(true);
  return status != OK ? told_with_place(n, status) : OK;
}

/* What node i used last goes. */
static void release_behind(Run *r, int i) {
  const GraphNode *n = &r->g->nodes[i];
  for (int k = 0; k < n->n_inputs + n->n_outputs; k++) {
    const int v = k < n->n_inputs ? n->inputs[k] : n->outputs[k - n->n_inputs];
    if (v < 0 || r->last[v] > i) continue;
    tensor_release(r->tensor[v]);
    r->tensor[v] = NULL;
  }
}

static Status run_nodes(Run *r, int first, int end) {
  bool done = false;
  if (end > first + 1 && call_modes == 0) TRY(group_run(r->g, first, end, r->tensor, r->last, &done));
  for (int i = first; i < end; i++) {
    if (!done) TRY(run_node(r, i));
    release_behind(r, i);
  }
  return OK;
}

Status graph_run(const Graph *g, int n_inputs, Tensor *const *inputs, Tensor **outputs) {
  Run r = {.g = g};
  for (int i = 0; i < g->n_outputs; i++) outputs[i] = NULL;
  Status status = run_prepare(&r);
  if (status == OK) status = take_inputs(&r, n_inputs, inputs);
  for (int i = 0, end; i < g->n_nodes && status == OK; i = end) {
    end = group_end(g, i);
    status = run_nodes(&r, i, end);
  }
  for (int i = 0; i < g->n_outputs && status == OK; i++) {
    Tensor *t = tensor_of(&r, g->outputs[i]);
    if (t == NULL) status = fail(ERROR_ARGUMENT, "graph: result %d has no tensor", i + 1);
    else outputs[i] = tensor_retain(t);
  }
  if (status != OK)
    for (int i = 0; i < g->n_outputs; i++) {
      tensor_release(outputs[i]);
      outputs[i] = NULL;
    }
  run_free(&r);
  return status;
}
