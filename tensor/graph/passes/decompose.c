/* decompose.c: a composite becomes the ops that it is made of. It is run on tensors of the shapes that the graph
** recorded while its calls are noted (graph/trace.h): that works for formulas and for composites in C, and attributes
** come out as numbers. So what depends on sizes is fixed for the sizes of the graph.
**
** A composite stays what it is where its parts do not tell all: it makes a tensor by other means than ops, its
** result has a shape that depends on data, or it looks at strides, which a graph does not know (reshape, contiguous).
*/
#include "passes.h"
#include "rebuild.h"

/* Whether the composite works on copies of its inputs (composite_on_copies in call/dispatch.c). */
static bool takes_copies(const Graph *g, const GraphNode *n) {
  bool halves = false, number = false, wide = false;
  for (int k = 0; k < n->n_inputs && n->info->computes; k++) {
    const GraphValue *v = n->inputs[k] >= 0 ? &g->values[n->inputs[k]] : NULL;
    if (v == NULL) continue;
    halves = halves || dtype_is_computed((DType)v->dtype);
    if (v->kind == VALUE_NUMBER) number = number || v->dtype == DTYPE_FLOAT64;
    else wide = wide || v->dtype == DTYPE_FLOAT64;
  }
  return halves || (number && wide);
}

/* What takes copies stays: its parts are not those of its inputs. */
static bool is_decomposed(const Graph *g, const GraphNode *n, OpId op) {
  if (n->info->kind != KIND_COMPOSITE || n->in_place || n->list || (op != OP_COUNT && n->info->id != op)) return false;
  if (n->info->id == OP_RESHAPE || n->info->id == OP_CONTIGUOUS) return false;
  return n->n_inputs <= OP_FEW && !takes_copies(g, n);
}

/* Tensors for the inputs: zeros, and the numbers themselves. */
static Status example_inputs(const Graph *g, const GraphNode *n, Trace *t, Tensor **in) {
  for (int k = 0; k < n->n_inputs; k++) {
    const GraphValue *v = n->inputs[k] >= 0 ? &g->values[n->inputs[k]] : NULL;
    if (v == NULL) continue;
    if (v->kind == VALUE_NUMBER) {
      in[k] = tensor_retain(v->tensor);
      continue;
    }
    for (int j = 0; j < k && in[k] == NULL; j++)
      if (n->inputs[j] == n->inputs[k]) in[k] = tensor_retain(in[j]);
    if (in[k] == NULL) {
      TRY(tensor_empty("graph", v->ndim, v->shape, (DType)v->dtype, v->device, &in[k]));
      tensor_fill_raw(in[k], scalar_int(0));
    }
    TRY(trace_input(t, in[k], NULL));
  }
  return OK;
}

static Status record_parts(const GraphNode *n, Trace *t, Tensor **in) {
  Call c = {.info = n->info, .op = n->info->id, .in = in, .n_in = n->n_inputs, .attrs = n->attrs};
  TRY(trace_enter_within(t));
  Status status = n->info->composite(&c);
  const Status left = trace_leave(t);
  if (status == OK) status = left;
  for (int i = 0; i < n->n_outputs; i++) {
    if (status == OK && n->outputs[i] >= 0 && c.out[i] != NULL) status = trace_output(t, c.out[i]);
    tensor_release(c.out[i]);
  }
  return status;
}

/* Appends the nodes of 'parts' with the place and scope of 'n'. inner[v]: the value that stands for value v of
** parts. */
static Status append_parts(Rebuild *r, const GraphNode *n, const Graph *parts, int *inner) {
  for (int i = 0; i < parts->n_nodes; i++) {
    GraphNode copy = parts->nodes[i];
    copy.place = n->place;
    copy.scope = n->scope;
    copy.no_grad = n->no_grad;
    for (int k = 0; k < copy.n_inputs; k++)
      if (copy.inputs[k] >= 0) copy.inputs[k] = inner[copy.inputs[k]];
    for (int k = 0; k < copy.n_outputs; k++) {
      const int v = copy.outputs[k];
      if (v < 0) continue;
      GraphValue like = parts->values[v];
      like.base = like.base >= 0 ? inner[like.base] : -1;
      like.node = -1;
      TRY(graph_add_value(r->to, &like, &inner[v]));
      copy.outputs[k] = inner[v];
    }
    TRY(graph_add_node(r->to, &copy)); /* the arrays of parts were changed: it is not used again */
  }
  return OK;
}

static Status insert_parts(Rebuild *r, const GraphNode *n, const Graph *parts) {
  const size_t room = sizeof(int) * (size_t)(parts->n_values + 1);
  int *inner = memory_alloc(room), next = 0, result = 0;
  if (inner == NULL) return ERROR_MEMORY;
  Status status = OK;
  for (int k = 0; k < n->n_inputs; k++)
    if (n->inputs[k] >= 0 && r->from->values[n->inputs[k]].kind != VALUE_NUMBER)
      inner[parts->inputs[next++]] = r->now[n->inputs[k]];
  for (int i = 0; i < parts->n_values && status == OK; i++)
    if (parts->values[i].kind != VALUE_INPUT && parts->values[i].kind != VALUE_RESULT)
      status = graph_add_value(r->to, &parts->values[i], &inner[i]);
  if (status == OK) status = append_parts(r, n, parts, inner);
  for (int i = 0; i < n->n_outputs && status == OK; i++)
    if (n->outputs[i] >= 0) r->now[n->outputs[i]] = inner[parts->outputs[result++]];
  memory_free(inner, room);
  return status;
}

/* Whether the parts are all there is to the composite. */
static bool is_complete(const Graph *g, const GraphNode *n, const Graph *parts) {
  int result = 0;
  for (int i = 0; i < parts->n_values; i++)
    if (parts->values[i].kind == VALUE_PARAMETER || parts->values[i].kind == VALUE_CONSTANT) return false;
  for (int i = 0; i < parts->n_nodes; i++)
    if (parts->nodes[i].info->id == OP_NONZERO) return false;
  for (int i = 0; i < n->n_outputs; i++) {
    if (n->outputs[i] < 0) continue;
    if (result == parts->n_outputs) return false;
    const GraphValue *want = &g->values[n->outputs[i]], *got = &parts->values[parts->outputs[result++]];
    if (got->kind == VALUE_NUMBER || want->dtype != got->dtype || want->ndim != got->ndim ||
        memcmp(want->shape, got->shape, sizeof *want->shape * want->ndim) != 0)
      return false;
  }
  return result == parts->n_outputs;
}

/* *done is false where the composite cannot run on zeros: the node stays. */
static Status decompose_node(Rebuild *r, const GraphNode *n, bool *done) {
  Tensor *in[OP_FEW] = {0};
  Trace *t = NULL;
  Graph *parts = NULL;
  const TraceLayout *layouts;
  Status status = trace_new(&t);
  if (status == OK) status = example_inputs(r->from, n, t, in);
  if (status == OK) status = record_parts(n, t, in);
  const bool recorded = status == OK;
  if (status == OK) status = trace_take(t, &parts, &layouts);
  if (status == OK) {
    *done = is_complete(r->from, n, parts);
    if (*done) status = insert_parts(r, n, parts);
  } else if (!recorded && status == ERROR_ARGUMENT) status = OK;
  for (int k = 0; k < n->n_inputs; k++) tensor_release(in[k]);
  graph_free(parts);
  trace_free(t);
  return status;
}

static Status keep_node(Rebuild *r, const GraphNode *n) {
  const size_t room = sizeof(int) * (size_t)(n->n_inputs + 1);
  int *inputs = memory_alloc(room);
  if (inputs == NULL) return ERROR_MEMORY;
  for (int k = 0; k < n->n_inputs; k++) inputs[k] = n->inputs[k] >= 0 ? r->now[n->inputs[k]] : -1;
  const Status status = rebuild_node(r, n, inputs);
  memory_free(inputs, room);
  return status;
}

Status pass_decompose(Graph *g, OpId op, bool *changed) {
  Rebuild r;
  bool any = false;
  Status status = rebuild_start(&r, g);
  for (int i = 0; i < g->n_nodes && status == OK; i++) {
    bool done = false;
    if (is_decomposed(g, &g->nodes[i], op)) status = decompose_node(&r, &g->nodes[i], &done);
    if (status == OK && !done) status = keep_node(&r, &g->nodes[i]);
    any = any || done;
  }
  if (status == OK) status = rebuild_finish(&r, g);
  rebuild_free(&r);
  if (changed != NULL) *changed = any;
  return status;
}
