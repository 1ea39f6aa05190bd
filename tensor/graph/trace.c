/* trace.c: see trace.h. */
#include <stdio.h>

#include "optimise.h"
#include "owned.h"
#include "parts.h"
#include "seen.h"
#include "trace.h"

struct Trace {
  Graph *g;
  Trace *outer; /* the one that goes on afterwards, or NULL */
  SeenTensors seen;
  TraceLayout *layouts; /* [n_values] */
  int room_layouts;
  int *pending; /* the inputs of the call that runs */
  int n_pending, room_pending;
  Parts *parts; /* of composites that were recorded with their parts, in the order in which they ended */
  int n_parts, room_parts;
  Parts *open; /* composites that run */
  int n_open, room_open;
  int *stands_for; /* [value]: of results of such composites, what the parts gave in their place */
  int room_stands_for;
  bool grad;    /* gradients were on when it began */
  int constants;
  Status failed; /* of a part that could not report it */
  char **warnings;
  int n_warnings, room_warnings;
};

static Trace *trace_open; /* the one that runs, or NULL */

/* ---- life ----------------------------------------------------------------------------------- */

Status trace_new(Trace **out) {
  Trace *t = *out = memory_zalloc(sizeof *t);
  if (t == NULL) return ERROR_MEMORY;
  t->grad = grad_enabled();
  Status status = graph_new(&t->g);
  if (status == OK) return OK;
  memory_free(t, sizeof *t);
  *out = NULL;
  return status;
}

void trace_free(Trace *t) {
  if (t == NULL) return;
  graph_free(t->g);
  seen_free(&t->seen);
  memory_free(t->layouts, sizeof *t->layouts * (size_t)t->room_layouts);
  memory_free(t->pending, sizeof *t->pending * (size_t)t->room_pending);
  for (int i = 0; i < t->n_open; i++) memory_free(t->open[i].inputs, sizeof(int) * (size_t)t->open[i].n_inputs);
  memory_free(t->open, sizeof *t->open * (size_t)t->room_open);
  memory_free(t->stands_for, sizeof(int) * (size_t)t->room_stands_for);
  memory_free(t->parts, sizeof *t->parts * (size_t)t->room_parts);
  for (int i = 0; i < t->n_warnings; i++) text_free(t->warnings[i]);
  memory_free(t->warnings, sizeof *t->warnings * (size_t)t->room_warnings);
  memory_free(t, sizeof *t);
}

/* ---- warnings ---------------------------------------------------------------------------------- */

static Status add_warning(Trace *t, const char *what) {
  char text[512];
  const char *place = place_text(place_now());
  snprintf(text, sizeof text, "%s%s%s", place != NULL ? place : "", place != NULL ? ": " : "", what);
  for (int i = 0; i < t->n_warnings; i++)
    if (strcmp(t->warnings[i], text) == 0) return OK;
  TRY(array_grow(&t->warnings, t->n_warnings + 1, &t->room_warnings, sizeof *t->warnings));
  TRY(text_copy(text, &t->warnings[t->n_warnings]));
  t->n_warnings++;
  return OK;
}

static void warn(Trace *t, const char *what) {
  const Status status = add_warning(t, what);
  if (t->failed == OK) t->failed = status;
}

void trace_warn(const char *what) {
  if (trace_open != NULL) warn(trace_open, what);
}

int trace_warnings(const Trace *t) { return t->n_warnings; }
const char *trace_warning(const Trace *t, int i) { return t->warnings[i]; }

/* ---- tensors and their values ------------------------------------------------------------------ */

static Status note_layout(Trace *t, int value, const Tensor *x) {
  TRY(array_grow(&t->layouts, value + 1, &t->room_layouts, sizeof *t->layouts));
  TraceLayout *l = &t->layouts[value];
  l->offset = x->offset;
  memcpy(l->stride, x->stride, sizeof l->stride);
  l->dense = x->offset == 0 && tensor_is_contiguous(x);
  return OK;
}

/* From now on tensor x is this value. */
static Status see(Trace *t, Tensor *x, int value) {
  Seen *s;
  TRY(note_layout(t, value, x));
  TRY(seen_add(&t->seen, x, &s));
  s->value = value;
  s->wants_grad = tensor_requires_grad(x);
  return OK;
}

static Status add_result(Trace *t, const Tensor *x, int base, int *out) {
  GraphValue v = graph_value_of(VALUE_RESULT, x);
  v.base = base;
  TRY(graph_add_value(t->g, &v, out));
  return note_layout(t, *out, x);
}

/* A node that makes x of a value that shows the same memory. */
static Status derive(Trace *t, Tensor *x, int from, bool same, bool cut) {
  int value;
  AsStridedAttrs attrs = {.size = ints_of(x->ndim, x->shape), .stride = ints_of(x->ndim, x->stride),
                          .storage_offset = x->offset};
  GraphNode n = {.info = op_info(same ? OP_ALIAS : OP_AS_STRIDED), .no_grad = cut, .n_inputs = 1, .n_outputs = 1,
                 .inputs = &from, .outputs = &value, .attrs = same ? NULL : &attrs};
  TRY(add_result(t, x, from, &value));
  TRY(graph_add_node(t->g, &n));
  return see(t, x, value);
}

static Status add_unknown(Trace *t, Tensor *x, int *value) {
  char name[32];
  const ValueKind kind = tensor_requires_grad(x) ? VALUE_PARAMETER : VALUE_CONSTANT;
  snprintf(name, sizeof name, "constant%d", ++t->constants);
  TRY(graph_add_tensor(t->g, kind, x, name, value));
  return see(t, x, *value);
}

/* The value of a tensor that a call is given. */
static Status resolve(Trace *t, Tensor *x, int *value) {
  *value = -1;
  if (x == NULL) return OK;
  Seen *s = seen_find(&t->seen, x);
  if (s == NULL) {
    bool same;
    if (x->flags & TENSOR_WRAPPED_NUMBER)
      return graph_add_number(t->g, element_get((DType)x->dtype, tensor_data(x)), value);
    s = seen_relative(&t->seen, x, &same);
    if (s == NULL) return add_unknown(t, x, value);
    TRY(derive(t, x, s->value, same, s->wants_grad && !tensor_requires_grad(x)));
    s = seen_find(&t->seen, x);
  }
  if (tensor_requires_grad(x) && !s->wants_grad && t->g->values[s->value].kind == VALUE_RESULT)
    warn(t, tensor_is_leaf(x) ? "a gradient that no op has (by requires_grad_) is not recorded"
                              : "a gradient that no op has (of an autograd.Function) is not recorded");
  s->wants_grad = tensor_requires_grad(x);
  *value = s->value;
  return OK;
}

Status trace_input(Trace *t, Tensor *x, const char *name) {
  int value;
  TRY(graph_add_input(t->g, x, name, &value));
  return see(t, x, value);
}

Status trace_parameter(Trace *t, Tensor *x, const char *name) {
  int value;
  if (seen_find(&t->seen, x) != NULL) return OK;
  TRY(graph_add_tensor(t->g, VALUE_PARAMETER, x, name, &value));
  return see(t, x, value);
}

Status trace_output(Trace *t, Tensor *x) {
  int value;
  TRY(resolve(t, x, &value));
  return graph_add_output(t->g, value);
}

/* ---- calls --------------------------------------------------------------------------------------- */

/* Whether a backward pass could read what the parts of the call make. */
static bool leaves_parts(const ModeCall *c) {
  bool wanted = false;
  if (c->info->kind != KIND_COMPOSITE || c->info->backward != NULL || !grad_enabled()) return false;
  for (int i = 0; i < c->n_in; i++) wanted = wanted || (c->in[i] != NULL && tensor_requires_grad(c->in[i]));
  return wanted;
}

static Status open_parts(Trace *t) {
  TRY(array_grow(&t->open, t->n_open + 1, &t->room_open, sizeof *t->open));
  Parts p = {.first = t->g->n_nodes, .n_inputs = t->n_pending};
  if (p.n_inputs > 0) {
    p.inputs = memory_alloc(sizeof(int) * (size_t)p.n_inputs);
    if (p.inputs == NULL) return ERROR_MEMORY;
    memcpy(p.inputs, t->pending, sizeof(int) * (size_t)p.n_inputs);
  }
  t->open[t->n_open++] = p;
  return OK;
}

static Status trace_before(ModeCall *c) {
  Trace *t = trace_open;
  TRY(array_grow(&t->pending, c->n_in + 1, &t->room_pending, sizeof *t->pending));
  t->n_pending = c->n_in;
  for (int i = 0; i < c->n_in; i++) TRY(resolve(t, c->in[i], &t->pending[i]));
  c->shows_inside = leaves_parts(c);
  return c->shows_inside ? open_parts(t) : OK;
}

/* The value whose memory a result shows; -1: its own. */
static int base_of(const Trace *t, const GraphNode *n, const Tensor *out) {
  bool same;
  if (n->n_inputs > 0 && (n->in_place || n->info->kind == KIND_VIEW)) return n->inputs[0];
  const Seen *s = seen_relative(&t->seen, out, &same);
  return s != NULL ? s->value : -1;
}

static Status add_outputs(Trace *t, GraphNode *n, Tensor *const *out, int count) {
  for (int i = 0; i < count; i++) {
    n->outputs[i] = -1;
    if (out[i] != NULL) TRY(add_result(t, out[i], base_of(t, n, out[i]), &n->outputs[i]));
  }
  n->n_outputs = count;
  TRY(graph_add_node(t->g, n));
  for (int i = 0; i < count; i++)
    if (out[i] != NULL) TRY(see(t, out[i], n->outputs[i]));
  return OK;
}

/* The composite behind its parts. Its results are values that nothing uses so far: the tensors are known as
** those that the parts made. */
static Status close_parts(Trace *t, GraphNode *n, Tensor *const *out, int count) {
  Parts p = t->open[--t->n_open];
  Status status = array_grow(&t->parts, t->n_parts + 1, &t->room_parts, sizeof *t->parts);
  n->inputs = p.inputs;
  n->n_inputs = p.n_inputs;
  n->n_outputs = count;
  for (int i = 0; i < count && status == OK; i++) {
    int made = -1;
    n->outputs[i] = -1;
    if (out[i] == NULL) continue;
    status = resolve(t, out[i], &made);
    const int base = status == OK ? t->g->values[made].base : -1;
    const bool before = base >= 0 && (t->g->values[base].node < 0 || t->g->values[base].node < p.first);
    if (status == OK) status = add_result(t, out[i], before ? base : -1, &n->outputs[i]);
    if (status == OK) status = array_grow(&t->stands_for, t->g->n_values, &t->room_stands_for, sizeof(int));
    if (status == OK) t->stands_for[n->outputs[i]] = made;
  }
  p.composite = t->g->n_nodes;
  if (status == OK) status = graph_add_node(t->g, n);
  memory_free(p.inputs, sizeof(int) * (size_t)p.n_inputs);
  p.inputs = NULL;
  if (status == OK) t->parts[t->n_parts++] = p;
  return status;
}

static void drop_open_parts(Trace *t) {
  Parts *p = &t->open[--t->n_open];
  memory_free(p->inputs, sizeof(int) * (size_t)p->n_inputs);
}

static Status trace_after(ModeCall *c, Status called) {
  Trace *t = trace_open;
  if (called != OK && c->shows_inside) drop_open_parts(t);
  if (called != OK) return called;
  Tensor *const *out = c->in_place ? c->in : c->takes_list ? c->list.v : c->out;
  const int count = c->in_place ? 1 : c->takes_list ? c->list.n : c->info->n_outputs;
  const size_t room = sizeof(int) * (size_t)(count + 1);
  GraphNode n = {.info = c->info, .in_place = c->in_place, .no_grad = t->grad && !grad_enabled(),
                 .list = c->takes_list, .n_inputs = t->n_pending, .inputs = t->pending, .attrs = (void *)c->attrs,
                 .place = (char *)place_text(place_now())};
  if (mode_scope != NULL && mode_scope->path[0] != '\0') n.scope = (char *)mode_scope->path;
  n.outputs = memory_alloc(room);
  if (n.outputs == NULL) {
    if (c->shows_inside) drop_open_parts(t);
    return ERROR_MEMORY;
  }
  Status status = c->shows_inside ? close_parts(t, &n, out, count) : add_outputs(t, &n, out, count);
  memory_free(n.outputs, room);
  return status;
}

/* ---- what is no op -------------------------------------------------------------------------------- */

/* Appends a node with two inputs whose result, 'x' from now on, is made of 'x' in place or anew. */
static Status add_change(Trace *t, OpId op, bool in_place, int n_inputs, int *inputs, void *attrs, Tensor *x) {
  int value;
  GraphNode n = {.info = op_info(op), .in_place = in_place, .no_grad = t->grad, .n_inputs = n_inputs, .n_outputs = 1,
                 .inputs = inputs, .outputs = &value, .attrs = attrs, .place = (char *)place_text(place_now())};
  TRY(add_result(t, x, in_place ? inputs[0] : -1, &value));
  TRY(graph_add_node(t->g, &n));
  return see(t, x, value);
}

/* The values of 'source' went into 'target': a new tensor is a cast, one that is known is changed. */
static Status change_copy(Trace *t, Tensor *target, Tensor *source) {
  int values[2];
  bool same;
  TRY(resolve(t, source, &values[1]));
  CastAttrs attrs = {.dtype = (DType)target->dtype};
  if (seen_relative(&t->seen, target, &same) == NULL && tensor_same_shape(target, source))
    return add_change(t, OP_CAST, false, 1, &values[1], &attrs, target);
  TRY(resolve(t, target, &values[0]));
  return add_change(t, OP_COPY, true, 2, values, NULL, target);
}

static Status change_add(Trace *t, Tensor *target, Scalar number) {
  int values[2];
  AddAttrs attrs = {.alpha = scalar_int(1)};
  TRY(resolve(t, target, &values[0]));
  TRY(graph_add_number(t->g, number, &values[1]));
  return add_change(t, OP_ADD, true, 2, values, &attrs, target);
}

/* One node for each parameter. Its progress is a tensor that only the graph has. */
static Status change_optimise(Trace *t, const ModeChange *change) {
  for (int64_t i = 0; i < change->n; i++) {
    const OptimiserUpdate *u = &change->updates[i];
    int inputs[OPTIMISE_INPUTS];
    char name[40];
    OptimiserStepAttrs attrs;
    OWNED Tensor *progress = NULL;
    TRY(optimise_attributes(change->rule, u, &attrs));
    TRY(optimise_progress(change->rule, u, &progress));
    snprintf(name, sizeof name, "optimiser.progress%d", ++t->constants);
    TRY(graph_add_tensor(t->g, VALUE_PARAMETER, progress, name, &inputs[OPTIMISE_PROGRESS]));
    TRY(see(t, progress, inputs[OPTIMISE_PROGRESS]));
    TRY(resolve(t, u->parameter, &inputs[OPTIMISE_PARAMETER]));
    TRY(resolve(t, u->grad, &inputs[OPTIMISE_GRAD]));
    for (int k = 0; k < OPTIMISER_STATES; k++) TRY(resolve(t, u->state[k], &inputs[OPTIMISE_STATE + k]));
    GraphNode n = {.info = optimise_op(), .no_grad = t->grad, .n_inputs = OPTIMISE_INPUTS, .inputs = inputs,
                   .attrs = &attrs, .place = (char *)place_text(place_now())};
    TRY(graph_add_node(t->g, &n));
  }
  return OK;
}

static void trace_change(const ModeChange *change) {
  Status status = OK;
  switch (change->kind) {
    case CHANGE_COPY: status = change_copy(trace_open, change->target, change->source); break;
    case CHANGE_ADD: status = change_add(trace_open, change->target, change->number); break;
    case CHANGE_DATA: trace_warn("an assignment to .data is not recorded"); break;
    case CHANGE_OPTIMISE: status = change_optimise(trace_open, change); break;
  }
  if (trace_open->failed == OK) trace_open->failed = status;
}

Status trace_take(Trace *t, Graph **out, const TraceLayout **layouts) {
  TRY(parts_settle(t->g, t->parts, t->n_parts, t->stands_for));
  t->n_parts = 0;
  *out = t->g;
  t->g = NULL;
  *layouts = t->layouts;
  return OK;
}

/* ---- the mode -------------------------------------------------------------------------------------- */

Status trace_enter(Trace *t) {
  if (trace_open != NULL) return fail(ERROR_ARGUMENT, "trace: a function is being traced already");
  return trace_enter_within(t);
}

Status trace_enter_within(Trace *t) {
  static const Mode mode = {"trace", MODE_TRACE, trace_before, trace_after, trace_change};
  mode_install(&mode);
  t->outer = trace_open;
  trace_open = t;
  mode_set(MODE_TRACE, true);
  return OK;
}

Status trace_leave(Trace *t) {
  if (trace_open == t) {
    trace_open = t->outer;
    mode_set(MODE_TRACE, trace_open != NULL);
  }
  return t->failed;
}

bool trace_is_on(void) { return trace_open != NULL; }
