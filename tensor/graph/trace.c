/* trace.c: see trace.h. */
#include <stdio.h>

#include "trace.h"

typedef struct {
  Tensor *tensor; /* held */
  int value;
  bool wants_grad; /* as the graph gives it */
  int next_of_storage; /* the entry before it of the same storage, -1: none */
} Seen;

/* An open hash table: keys are addresses. */
typedef struct {
  const void **key;
  int *index;
  int n, room;
} Addresses;

struct Trace {
  Graph *g;
  Seen *seen;
  int n_seen, room_seen;
  Addresses tensors;  /* to the entry of a tensor */
  Addresses storages; /* to the latest entry of a storage */
  TraceLayout *layouts; /* [n_values] */
  int room_layouts;
  int *pending; /* the inputs of the call that runs */
  int n_pending, room_pending;
  bool grad;    /* gradients were on when it began */
  int constants;
  Status failed; /* of a part that could not report it */
  char **warnings;
  int n_warnings, room_warnings;
};

static Trace *trace_open; /* the one that runs, or NULL */

/* ---- tables ------------------------------------------------------------------------------- */

static int *address_slot(Addresses *a, const void *key, bool *there) {
  size_t i = ((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u >> 20;
  for (i %= (size_t)a->room; a->key[i] != NULL && a->key[i] != key;) i = (i + 1) % (size_t)a->room;
  *there = a->key[i] == key;
  if (!*there) a->key[i] = key;
  return &a->index[i];
}

static int address_find(Addresses *a, const void *key) {
  if (a->room == 0) return -1;
  size_t i = ((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u >> 20;
  for (i %= (size_t)a->room; a->key[i] != NULL; i = (i + 1) % (size_t)a->room)
    if (a->key[i] == key) return a->index[i];
  return -1;
}

static void address_free(Addresses *a) {
  memory_free(a->key, sizeof *a->key * (size_t)a->room);
  memory_free(a->index, sizeof *a->index * (size_t)a->room);
}

static Status address_set(Addresses *a, const void *key, int index) {
  bool there;
  if (2 * (a->n + 1) > a->room) {
    Addresses more = {.room = 4 * a->n + 64};
    more.key = memory_zalloc(sizeof *more.key * (size_t)more.room);
    more.index = memory_zalloc(sizeof *more.index * (size_t)more.room);
    if (more.key == NULL || more.index == NULL) {
      address_free(&more);
      return ERROR_MEMORY;
    }
    for (int i = 0; i < a->room; i++)
      if (a->key[i] != NULL) *address_slot(&more, a->key[i], &there) = a->index[i], more.n++;
    address_free(a);
    *a = more;
  }
  int *slot = address_slot(a, key, &there);
  *slot = index;
  if (!there) a->n++;
  return OK;
}

static Status grow(void *array, int needed, int *room, size_t size) {
  void *block;
  if (needed <= *room) return OK;
  const int wanted = 2 * needed + 16;
  memcpy(&block, array, sizeof block);
  block = memory_realloc(block, size * (size_t)*room, size * (size_t)wanted);
  if (block == NULL) return ERROR_MEMORY;
  memcpy(array, &block, sizeof block);
  *room = wanted;
  return OK;
}

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
  for (int i = 0; i < t->n_seen; i++) tensor_release(t->seen[i].tensor);
  memory_free(t->seen, sizeof *t->seen * (size_t)t->room_seen);
  address_free(&t->tensors);
  address_free(&t->storages);
  memory_free(t->layouts, sizeof *t->layouts * (size_t)t->room_layouts);
  memory_free(t->pending, sizeof *t->pending * (size_t)t->room_pending);
  for (int i = 0; i < t->n_warnings; i++) memory_free(t->warnings[i], strlen(t->warnings[i]) + 1);
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
  TRY(grow(&t->warnings, t->n_warnings + 1, &t->room_warnings, sizeof *t->warnings));
  char *copy = memory_alloc(strlen(text) + 1);
  if (copy == NULL) return ERROR_MEMORY;
  t->warnings[t->n_warnings++] = strcpy(copy, text);
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

Graph *trace_take(Trace *t, const TraceLayout **layouts) {
  Graph *g = t->g;
  t->g = NULL;
  *layouts = t->layouts;
  return g;
}

/* ---- tensors and their values ------------------------------------------------------------------ */

static Status note_layout(Trace *t, int value, const Tensor *x) {
  TRY(grow(&t->layouts, value + 1, &t->room_layouts, sizeof *t->layouts));
  TraceLayout *l = &t->layouts[value];
  l->offset = x->offset;
  memcpy(l->stride, x->stride, sizeof l->stride);
  l->dense = x->offset == 0 && tensor_is_contiguous(x);
  return OK;
}

/* From now on tensor x is this value. */
static Status see(Trace *t, Tensor *x, int value) {
  TRY(note_layout(t, value, x));
  int at = address_find(&t->tensors, x);
  if (at < 0) {
    at = t->n_seen;
    TRY(grow(&t->seen, at + 1, &t->room_seen, sizeof *t->seen));
    TRY(address_set(&t->tensors, x, at));
    const int before = address_find(&t->storages, x->storage);
    t->seen[t->n_seen++] = (Seen){.tensor = tensor_retain(x), .next_of_storage = before};
    TRY(address_set(&t->storages, x->storage, at));
  }
  t->seen[at].value = value;
  t->seen[at].wants_grad = tensor_requires_grad(x);
  return OK;
}

static bool shows_the_same(const Tensor *a, const Tensor *b) {
  if (a->dtype != b->dtype || a->offset != b->offset || !tensor_same_shape(a, b)) return false;
  for (int d = 0; d < a->ndim; d++)
    if (a->shape[d] != 1 && a->stride[d] != b->stride[d]) return false;
  return true;
}

/* The entry of a tensor that shows the same elements, else the first of its storage with its dtype, else -1. */
static int find_relative(const Trace *t, const Tensor *x, bool *same) {
  int oldest = -1;
  for (int i = address_find((Addresses *)&t->storages, x->storage); i >= 0; i = t->seen[i].next_of_storage) {
    *same = shows_the_same(t->seen[i].tensor, x);
    if (*same) return i;
    if (t->seen[i].tensor->dtype == x->dtype) oldest = i;
  }
  return oldest;
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
  int at = address_find(&t->tensors, x);
  if (at < 0) {
    bool same = false;
    if (x->flags & TENSOR_WRAPPED_NUMBER)
      return graph_add_number(t->g, element_get((DType)x->dtype, tensor_data(x)), value);
    const int relative = find_relative(t, x, &same);
    if (relative < 0) return add_unknown(t, x, value);
    const Seen *s = &t->seen[relative];
    TRY(derive(t, x, s->value, same, s->wants_grad && !tensor_requires_grad(x)));
    at = address_find(&t->tensors, x);
  }
  Seen *s = &t->seen[at];
  if (tensor_requires_grad(x) && !s->wants_grad && t->g->values[s->value].kind == VALUE_RESULT)
    warn(t, "a gradient that no op has (of an autograd.Function, or by requires_grad_) is not recorded");
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
  if (address_find(&t->tensors, x) >= 0) return OK;
  TRY(graph_add_tensor(t->g, VALUE_PARAMETER, x, name, &value));
  return see(t, x, value);
}

Status trace_output(Trace *t, Tensor *x) {
  int value;
  TRY(resolve(t, x, &value));
  return graph_add_output(t->g, value);
}

/* ---- calls --------------------------------------------------------------------------------------- */

static Status trace_before(ModeCall *c) {
  Trace *t = trace_open;
  TRY(grow(&t->pending, c->n_in + 1, &t->room_pending, sizeof *t->pending));
  t->n_pending = c->n_in;
  for (int i = 0; i < c->n_in; i++) TRY(resolve(t, c->in[i], &t->pending[i]));
  return OK;
}

/* The value whose memory a result shows; -1: its own. */
static int base_of(const Trace *t, const GraphNode *n, const Tensor *out) {
  bool same;
  if (n->n_inputs > 0 && (n->in_place || n->info->kind == KIND_VIEW)) return n->inputs[0];
  const int i = find_relative(t, out, &same);
  return i >= 0 ? t->seen[i].value : -1;
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

static Status trace_after(ModeCall *c, Status called) {
  Trace *t = trace_open;
  if (called != OK) return called;
  Tensor *const *out = c->in_place ? c->in : c->takes_list ? c->list.v : c->out;
  const int count = c->in_place ? 1 : c->takes_list ? c->list.n : c->info->n_outputs;
  const size_t room = sizeof(int) * (size_t)(count + 1);
  GraphNode n = {.info = c->info, .in_place = c->in_place, .no_grad = t->grad && !grad_enabled(),
                 .list = c->takes_list, .n_inputs = t->n_pending, .inputs = t->pending, .attrs = (void *)c->attrs,
                 .place = (char *)place_text(place_now())};
  if (mode_scope != NULL && mode_scope->path[0] != '\0') n.scope = (char *)mode_scope->path;
  n.outputs = memory_alloc(room);
  if (n.outputs == NULL) return ERROR_MEMORY;
  Status status = add_outputs(t, &n, out, count);
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
  if (find_relative(t, target, &same) < 0 && tensor_same_shape(target, source))
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

static void trace_change(const ModeChange *change) {
  Status status = OK;
  switch (change->kind) {
    case CHANGE_COPY: status = change_copy(trace_open, change->target, change->source); break;
    case CHANGE_ADD: status = change_add(trace_open, change->target, change->number); break;
    case CHANGE_DATA: trace_warn("an assignment to .data is not recorded"); break;
    case CHANGE_OPTIMISE: trace_warn("the step of an optimiser is not recorded"); break;
  }
  if (trace_open->failed == OK) trace_open->failed = status;
}

/* ---- the mode -------------------------------------------------------------------------------------- */

Status trace_enter(Trace *t) {
  static const Mode mode = {"trace", MODE_TRACE, trace_before, trace_after, trace_change};
  if (trace_open != NULL) return fail(ERROR_ARGUMENT, "trace: a function is being traced already");
  mode_install(&mode);
  trace_open = t;
  mode_set(MODE_TRACE, true);
  return OK;
}

Status trace_leave(Trace *t) {
  if (trace_open == t) {
    trace_open = NULL;
    mode_set(MODE_TRACE, false);
  }
  return t->failed;
}

bool trace_is_on(void) { return trace_open != NULL; }
