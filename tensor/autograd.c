/* autograd.c: the history of tensors: nodes, edges, leaves, in-place changes, hooks.
** engine.c runs it backward.
*/
#include <stdio.h>

#include "node.h"

static _Thread_local bool enabled = true;
bool grad_enabled(void) { return enabled; }
bool grad_set_enabled(bool on) {
  bool was = enabled;
  enabled = on;
  return was;
}

static uint64_t next_sequence = 1;

/* ---- nodes -------------------------------------------------------------------- */

static size_t align(size_t n) { return (n + 15) & ~(size_t)15; }

Status node_new(NodeKind kind, OpId op, int n_inputs, int n_outputs, bool save_in,
                bool save_out, size_t attrs_size, Node **out) {
  size_t edges = align(sizeof(Node));
  size_t metas = edges + align(sizeof(Edge) * (size_t)n_inputs);
  size_t in = metas + align(sizeof(Meta) * (size_t)n_outputs);
  size_t outs = in + (save_in ? align(sizeof(Saved) * (size_t)n_inputs) : 0);
  size_t attrs = outs + (save_out ? align(sizeof(Saved) * (size_t)n_outputs) : 0);
  size_t bytes = attrs + align(attrs_size);
  Node *n = memory_zalloc(bytes);
  *out = n;
  if (n == NULL) return ERROR_MEMORY;
  char *block = (char *)n;
  atomic_init(&n->refs, 1);
  n->kind = (uint8_t)kind;
  n->op = op;
  n->n_inputs = (uint16_t)n_inputs;
  n->n_outputs = (uint8_t)n_outputs;
  n->edges = (Edge *)(block + edges);
  n->outputs = (Meta *)(block + metas);
  n->saved_in = save_in ? (Saved *)(block + in) : NULL;
  n->saved_out = save_out ? (Saved *)(block + outs) : NULL;
  n->attrs = attrs_size > 0 ? block + attrs : NULL;
  n->bytes = bytes;
  if (history_places && kind != NODE_ACCUMULATE) n->place = place_now();
  n->sequence = kind == NODE_ACCUMULATE ? UINT64_MAX : next_sequence++;
  return OK;
}

static void watches_recount(Node *n);

void node_retain(Node *n) {
  atomic_fetch_add_explicit(&n->refs, 1, memory_order_relaxed);
  if (n->watches != NULL) watches_recount(n);
}

static void drop_saved(Saved *saved, int n) {
  if (saved == NULL) return;
  for (int i = 0; i < n; i++) {
    Tensor *t = saved[i].tensor, *v = saved[i].variable;
    saved[i].tensor = saved[i].variable = NULL;
    tensor_release(t);
    tensor_release(v);
  }
}

void node_drop_saved(Node *n) {
  drop_saved(n->saved_in, n->n_inputs);
  drop_saved(n->saved_out, n->n_outputs);
  n->released = true;
}

static void hooks_free(Hook *h) {
  while (h != NULL) {
    Hook *next = h->next;
    if (h->release != NULL) h->release(h);
    memory_free(h, sizeof *h);
    h = next;
  }
}

void node_drop_hooks(Node *n) {
  for (Watch *w = n->watches; w != NULL; w = w->next) {
    Hook *hooks = w->hooks;
    w->hooks = NULL;
    hooks_free(hooks);
  }
}

static void watches_free(Node *n) {
  node_drop_hooks(n);
  for (Watch *w = n->watches, *next; w != NULL; w = next) {
    next = w->next;
    memory_free(w, sizeof *w);
  }
}

/* Graphs can be a million nodes deep, and freeing a node frees what it points to:
** dead nodes wait in a list instead of in stack frames. */
static _Thread_local Node *dead;
static _Thread_local bool burying;

void node_release(Node *n) {
  if (n == NULL) return;
  if (atomic_fetch_sub_explicit(&n->refs, 1, memory_order_acq_rel) != 1) {
    if (n->watches != NULL) watches_recount(n);
    return;
  }
  n->next_dead = dead;
  dead = n;
  if (burying) return;
  burying = true;
  while ((n = dead) != NULL) {
    dead = n->next_dead;
    node_drop_saved(n);
    for (int i = 0; i < n->n_inputs; i++) node_release(n->edges[i].node);
    watches_free(n);
    if (n->leaf != NULL) {
      if (n->leaf->autograd != NULL) n->leaf->autograd->accumulator = NULL;
      tensor_release(n->leaf);
    }
    if (n->callback != NULL) {
      if (n->callback->release != NULL) n->callback->release(n->callback);
      memory_free(n->callback, sizeof *n->callback);
    }
    memory_free(n, n->bytes);
  }
  burying = false;
}

Meta meta_of(const Tensor *t) {
  Meta m = {.dtype = t->dtype, .ndim = t->ndim};
  memcpy(m.shape, t->shape, sizeof(int64_t) * t->ndim);
  return m;
}

const char *node_name(const Node *n) {
  static _Thread_local char text[64];
  if (n->kind == NODE_ACCUMULATE) return "AccumulateGrad";
  if (n->kind == NODE_CALLBACK) return n->callback->name;
  char *p = text;
  bool upper = true;
  for (const char *s = op_info(n->op)->name; *s && p < text + 48; s++) {
    if (*s == '_') {
      upper = true;
      continue;
    }
    *p++ = upper && *s >= 'a' && *s <= 'z' ? (char)(*s - 32) : *s;
    upper = false;
  }
  strcpy(p, "Backward");
  return text;
}
int node_input_count(const Node *n) { return n->n_inputs; }
Node *node_input(const Node *n, int i) { return n->edges[i].node; }

/* ---- tensors -------------------------------------------------------------------- */

Autograd *autograd_of(Tensor *t) {
  if (t->autograd == NULL) t->autograd = memory_zalloc(sizeof(Autograd));
  return t->autograd;
}

/* 'node' (owned) in place of the node of 't', which watches it no more. */
static void history_replace(const Tensor *t, Autograd *a, Node *node) {
  Node *old = a->grad_fn;
  a->grad_fn = node;
  if (old == NULL) return;
  for (Watch *w = old->watches; w != NULL; w = w->next)
    if (w->tensor == t) w->tensor = NULL;
  node_release(old);
}

Tensor *tensor_retain_twin(Tensor *t) {
  if (t == NULL) return t;
  if (autograd_of(t) != NULL) t->autograd->twins++; /* no memory: it counts as any other */
  return tensor_retain(t);
}

void tensor_release_twin(Tensor *t) {
  if (t == NULL) return;
  if (t->autograd != NULL && t->autograd->twins > 0) t->autograd->twins--;
  tensor_release(t);
}

void autograd_release(Tensor *t) {
  Autograd *a = t->autograd;
  t->autograd = NULL;
  hooks_free(a->hooks);
  tensor_release(a->grad);
  history_replace(t, a, NULL);
  memory_free(a, sizeof *a);
}

bool tensor_requires_grad(const Tensor *t) {
  return t->requires_grad || (t->base != NULL && t->base->requires_grad);
}
bool tensor_is_leaf(const Tensor *t) {
  return !(t->autograd != NULL && t->autograd->grad_fn != NULL) &&
         !(t->base != NULL && t->base->requires_grad);
}

Status tensor_set_requires_grad(Tensor *t, bool on) {
  if (on && !dtype_is_float((DType)t->dtype))
    return fail(ERROR_ARGUMENT, "requires_grad_: only floating point tensors can have gradients, got %s",
                dtype_name((DType)t->dtype));
  if (!tensor_is_leaf(t)) {
    if (on) return OK;
    return fail(ERROR_ARGUMENT, "requires_grad_: only leaves can be switched off; use :detach() for a result");
  }
  t->requires_grad = on;
  return OK;
}

Tensor *tensor_grad(const Tensor *t) { return t->autograd != NULL ? t->autograd->grad : NULL; }

Status tensor_set_grad(Tensor *t, Tensor *grad) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (grad != NULL && (grad->dtype != t->dtype || !tensor_same_shape(t, grad)))
    return fail(ERROR_ARGUMENT, "grad: expected %s as the tensor's, got %s", tensor_text(a, t), tensor_text(b, grad));
  if (grad == NULL && t->autograd == NULL) return OK;
  Autograd *meta = autograd_of(t);
  if (meta == NULL) return ERROR_MEMORY;
  Tensor *old = meta->grad;
  meta->grad = tensor_retain(grad);
  tensor_release(old);
  return OK;
}

Status tensor_detach(Tensor *t, Tensor **out) { return tensor_view_of(t, out); }

Status tensor_detach_(Tensor *t) {
  if (t->base != NULL) return fail(ERROR_ARGUMENT, "detach_: a view cannot be detached in place; use :detach()");
  t->requires_grad = false;
  if (t->autograd != NULL) history_replace(t, t->autograd, NULL);
  return OK;
}

/* The watch of a tensor that is no leaf, made when missing. */
static Status watch_of(Tensor *t, Watch **out) {
  Node *n = tensor_grad_fn(t);
  if (n == NULL) return ERROR_MEMORY;
  for (*out = n->watches; *out != NULL; *out = (*out)->next)
    if ((*out)->tensor == t) return OK;
  Watch *w = memory_zalloc(sizeof *w);
  if (w == NULL) return ERROR_MEMORY;
  *w = (Watch){.tensor = t, .output = t->autograd->output, .next = n->watches};
  n->watches = *out = w;
  return OK;
}

Status tensor_retain_grad(Tensor *t) {
  if (!tensor_requires_grad(t))
    return fail(ERROR_ARGUMENT, "retain_grad: the tensor does not require a gradient");
  if (tensor_is_leaf(t)) return OK;
  Watch *w;
  TRY(watch_of(t, &w));
  w->retain = true;
  return OK;
}

/* A view whose base was changed in place since (or which began to want gradients
** after the view was made) gets a new history: as_strided of the base as it is now. */
static Status refresh_view(Tensor *t) {
  Tensor *base = t->base;
  unsigned version = atomic_load_explicit(&t->storage->version, memory_order_relaxed);
  if (base == NULL || !base->requires_grad) return OK;
  if (t->autograd != NULL && t->autograd->grad_fn != NULL && t->autograd->view_version == version) return OK;
  Autograd *meta = autograd_of(t);
  if (meta == NULL) return ERROR_MEMORY;
  Node *node;
  TRY(node_new(NODE_OP, OP_AS_STRIDED, 1, 1, true, false, sizeof(AsStridedAttrs), &node));
  *(AsStridedAttrs *)node->attrs = (AsStridedAttrs){
      .size = ints_of(t->ndim, t->shape), .stride = ints_of(t->ndim, t->stride), .storage_offset = t->offset};
  Status status = tensor_edge(base, &node->edges[0]);
  if (status == OK) status = tensor_view_of(base, &node->saved_in[0].tensor);
  if (status != OK) {
    node_release(node);
    return status;
  }
  node->saved_in[0].kept = true;
  node->saved_in[0].version = version;
  node->outputs[0] = meta_of(t);
  history_replace(t, meta, node);
  meta->output = 0;
  meta->view_version = version;
  t->requires_grad = true;
  return OK;
}

Status tensor_edge(Tensor *t, Edge *edge) {
  *edge = (Edge){NULL, 0};
  if (!tensor_requires_grad(t)) return OK;
  TRY(refresh_view(t));
  Autograd *meta = autograd_of(t);
  if (meta == NULL) return ERROR_MEMORY;
  if (meta->grad_fn != NULL) {
    node_retain(meta->grad_fn);
    *edge = (Edge){meta->grad_fn, meta->output};
    return OK;
  }
  if (meta->accumulator != NULL) node_retain(meta->accumulator);
  else {
    TRY(node_new(NODE_ACCUMULATE, OP_COUNT, 0, 1, false, false, 0, &meta->accumulator));
    meta->accumulator->leaf = tensor_retain(t);
    meta->accumulator->outputs[0] = meta_of(t);
  }
  edge->node = meta->accumulator;
  return OK;
}

Node *tensor_grad_fn(Tensor *t) {
  if (refresh_view(t) != OK) return NULL;
  return t->autograd != NULL ? t->autograd->grad_fn : NULL;
}

/* ---- recording -------------------------------------------------------------------- */

/* Bit of input k in the masks: a list counts as its first input. */
static uint32_t input_bit(const OpInfo *info, int k) {
  return 1u << (info->list && k >= info->n_inputs - 1 ? info->n_inputs - 1 : k);
}

static bool wants_gradient(const Call *c) {
  for (int k = 0; k < c->n_in; k++)
    if (c->in[k] != NULL && (c->info->differentiable & input_bit(c->info, k)) && tensor_requires_grad(c->in[k]))
      return true;
  return false;
}

static void save(Saved *s, Tensor *t) {
  s->tensor = tensor_retain(t);
  s->version = atomic_load_explicit(&t->storage->version, memory_order_relaxed);
  s->kept = true;
}

static Status make_node(Call *c, Tensor *const *in, Node **out) {
  const OpInfo *info = c->info;
  Node *n;
  TRY(node_new(NODE_OP, c->op, c->n_in, info->n_outputs, info->save_inputs != 0, info->save_outputs != 0,
               info->attrs_size, &n));
  if (info->attrs_size > 0) memcpy(n->attrs, c->attrs, info->attrs_size);
  Status status = OK;
  for (int k = 0; k < c->n_in && status == OK; k++) {
    if (in[k] == NULL) continue;
    if (info->differentiable & input_bit(info, k)) status = tensor_edge(in[k], &n->edges[k]);
    if (info->save_inputs & input_bit(info, k)) save(&n->saved_in[k], in[k]);
  }
  n->sequence = next_sequence++; /* after the nodes that tensor_edge made for views */
  for (int i = 0; i < info->n_outputs && status == OK; i++)
    if (c->out[i] != NULL) n->outputs[i] = meta_of(c->out[i]);
  if (status != OK) {
    node_release(n);
    n = NULL;
  }
  *out = n;
  return status;
}

/* Outputs are kept as aliases: the tensor itself would hold its own history. */
static Status save_outputs(Call *c, Node *n) {
  for (int i = 0; i < c->info->n_outputs; i++) {
    if (!(c->info->save_outputs >> i & 1) || c->out[i] == NULL) continue;
    Saved *s = &n->saved_out[i];
    TRY(tensor_view_of(c->out[i], &s->tensor));
    s->version = atomic_load_explicit(&c->out[i]->storage->version, memory_order_relaxed);
    s->kept = true;
  }
  return OK;
}

static Status set_history(Tensor *t, Node *n, int output) {
  Autograd *meta = autograd_of(t);
  if (meta == NULL) return ERROR_MEMORY;
  node_retain(n);
  history_replace(t, meta, n);
  meta->output = output;
  meta->view_version = atomic_load_explicit(&t->storage->version, memory_order_relaxed);
  t->requires_grad = true;
  return OK;
}

Status tape_record(Call *c) {
  if (!wants_gradient(c)) return OK;
  Node *n;
  TRY(make_node(c, c->in, &n));
  Status status = save_outputs(c, n);
  for (int i = 0; i < c->info->n_outputs && status == OK; i++)
    if (c->out[i] != NULL && dtype_is_float((DType)c->out[i]->dtype)) status = set_history(c->out[i], n, i);
  node_release(n);
  return status;
}

Status tape_before_in_place(Call *c, Tensor **before) {
  Tensor *t = c->in[0];
  *before = NULL;
  if (!grad_enabled()) return OK;
  bool own = tensor_requires_grad(t);
  if (own && (tensor_is_leaf(t) || (t->base != NULL && tensor_is_leaf(t->base))))
    return fail(ERROR_ARGUMENT, "%s_: a leaf that requires a gradient%s cannot be changed in place; use torch.no_grad",
                c->info->lua_name, t->base != NULL ? " (of which this is a view)" : "");
  if (!own && !wants_gradient(c)) return OK;
  if (c->info->backward == NULL)
    return own ? fail(ERROR_ARGUMENT, "%s_: has no gradient; use torch.no_grad or :detach()", c->info->lua_name) : OK;
  if (!dtype_is_float((DType)t->dtype)) return OK;
  if (c->info->save_inputs & 1) { /* the formula needs the old values */
    TRY(tensor_empty(c->info->lua_name, t->ndim, t->shape, (DType)t->dtype, tensor_device(t), before));
    Status status = tensor_copy_raw(*before, t);
    if (status != OK) {
      tensor_release(*before);
      *before = NULL;
      return status;
    }
  } else TRY(tensor_view_of(t, before));
  if (!own) return OK;
  Edge edge;
  Status status = tensor_edge(t, &edge);
  if (status == OK) {
    status = set_history(*before, edge.node, edge.output);
    node_release(edge.node);
  }
  if (status != OK) {
    tensor_release(*before);
    *before = NULL;
  }
  return status;
}

/* After an in-place op on a view, its base is "the old base with this part written",
** and the view is looked up anew in it (refresh_view). */
static Status rebase(Tensor *view, Node *written) {
  Tensor *base = view->base;
  Node *n;
  if (!tensor_is_contiguous(base)) /* its strides were changed in place, by t_ and the like */
    return fail(ERROR_ARGUMENT, "a view of a tensor that was transposed in place cannot be changed in place; use :clone()");
  TRY(node_new(NODE_OP, OP_AS_STRIDED_SCATTER, 2, 1, false, false, sizeof(AsStridedScatterAttrs), &n));
  *(AsStridedScatterAttrs *)n->attrs =
      (AsStridedScatterAttrs){.size = ints_of(view->ndim, view->shape),
                              .stride = ints_of(view->ndim, view->stride),
                              .storage_offset = view->offset - base->offset};
  Status status = tensor_edge(base, &n->edges[0]);
  n->edges[1].node = written;
  node_retain(written);
  n->outputs[0] = meta_of(base);
  if (status == OK) status = set_history(base, n, 0);
  node_release(n);
  return status;
}

Status tape_record_in_place(Call *c, Tensor *before) {
  Tensor *in[OP_MAX_INPUTS + TENSOR_MAX_DIMS], *t = c->in[0];
  if (c->n_in > OP_MAX_INPUTS + TENSOR_MAX_DIMS) return fail(ERROR_ARGUMENT, "%s_: too many tensors", c->info->lua_name);
  for (int k = 0; k < c->n_in; k++) in[k] = c->in[k];
  in[0] = before;
  c->out[0] = t;
  Node *n;
  TRY(make_node(c, in, &n));
  Status status = save_outputs(c, n);
  if (status == OK) status = t->base != NULL ? rebase(t, n) : set_history(t, n, 0);
  if (status == OK && t->base != NULL && t->autograd != NULL) t->autograd->view_version--; /* look it up anew */
  node_release(n);
  c->out[0] = NULL;
  return status;
}

Status tape_record_view_in_place(Call *c, Tensor *before) {
  Tensor *t = c->in[0];
  if (before == NULL || t->base != NULL) return OK; /* a view is looked up anew in its base (refresh_view) */
  c->out[0] = t;
  Node *n;
  TRY(make_node(c, &before, &n));
  Status status = set_history(t, n, 0);
  node_release(n);
  c->out[0] = NULL;
  return status;
}

Status autograd_attach(const Callback *callback, int n_in, Tensor **inputs, int n_out, Tensor **outputs) {
  Node *n;
  TRY(node_new(NODE_CALLBACK, OP_COUNT, n_in, n_out, false, false, 0, &n));
  Status status = OK;
  for (int i = 0; i < n_in && status == OK; i++)
    if (inputs[i] != NULL) status = tensor_edge(inputs[i], &n->edges[i]);
  n->sequence = next_sequence++; /* after the nodes that tensor_edge made for views */
  n->callback = status == OK ? memory_alloc(sizeof *callback) : NULL;
  if (n->callback == NULL) {
    node_release(n);
    return status == OK ? ERROR_MEMORY : status;
  }
  *n->callback = *callback;
  n->callback->node = n;
  for (int i = 0; i < n_out && status == OK; i++) {
    if (outputs[i] == NULL) continue;
    n->outputs[i] = meta_of(outputs[i]);
    status = set_history(outputs[i], n, i);
  }
  node_release(n);
  return status;
}

Status callback_output(Callback *c, int i, const Tensor *alias, Tensor **out) {
  TRY(tensor_view_of(alias, out));
  Status status = set_history(*out, c->node, i);
  if (status == OK) return OK;
  tensor_release(*out);
  *out = NULL;
  return status;
}

/* ---- hooks ------------------------------------------------------------------------ */

Status tensor_add_hook(Tensor *t, const Hook *hook, int64_t *id) {
  static int64_t next_id = 1;
  if (!tensor_requires_grad(t))
    return fail(ERROR_ARGUMENT, "register_hook: the tensor does not require a gradient");
  Hook **last;
  if (tensor_is_leaf(t)) {
    Autograd *meta = autograd_of(t);
    if (meta == NULL) return ERROR_MEMORY;
    last = &meta->hooks;
  } else {
    Watch *w;
    TRY(watch_of(t, &w));
    last = &w->hooks;
  }
  Hook *h = memory_alloc(sizeof *h);
  if (h == NULL) return ERROR_MEMORY;
  *h = *hook;
  h->next = NULL;
  *id = h->id = next_id++;
  while (*last != NULL) last = &(*last)->next;
  *last = h;
  t->flags |= TENSOR_HOOKED;
  hooks_recount(t);
  return OK;
}

static bool hook_remove(Hook **h, int64_t id) {
  for (; *h != NULL; h = &(*h)->next)
    if ((*h)->id == id) {
      Hook *gone = *h;
      *h = gone->next;
      gone->next = NULL;
      hooks_free(gone);
      return true;
    }
  return false;
}

void tensor_remove_hook(Tensor *t, int64_t id) {
  if (t->autograd == NULL || hook_remove(&t->autograd->hooks, id) || t->autograd->grad_fn == NULL) return;
  for (Watch *w = t->autograd->grad_fn->watches; w != NULL; w = w->next)
    if (hook_remove(&w->hooks, id)) return;
}

static void tell(Hook *h, bool shared) {
  for (; h != NULL; h = h->next)
    if (h->shared != NULL) h->shared(h, shared);
}

/* Whether there are other references to a tensor than the one of its handle. */
static bool is_shared(const Tensor *t) {
  return atomic_load_explicit(&t->refs, memory_order_relaxed) > 1 + t->autograd->twins;
}

/* Whether 'w' watches a tensor that is still an output of 'n', and nobody else holds it. */
static bool watches_handle(const Node *n, const Watch *w) {
  const Tensor *t = w->tensor;
  return t != NULL && t->autograd != NULL && t->autograd->grad_fn == n && !is_shared(t);
}

/* All outputs that are left are watched, and each has its handle as the only owner; then
** the node is theirs alone. */
static void watches_recount(Node *n) {
  int handles = 0;
  for (Watch *w = n->watches; w != NULL; w = w->next) handles += watches_handle(n, w);
  bool shared = atomic_load_explicit(&n->refs, memory_order_relaxed) > handles;
  for (Watch *w = n->watches; w != NULL; w = w->next) tell(w->hooks, shared || !watches_handle(n, w));
}

void hooks_recount(Tensor *t) {
  Autograd *a = t->autograd;
  if (a == NULL) return;
  if (a->hooks != NULL) tell(a->hooks, is_shared(t));
  if (a->grad_fn != NULL) watches_recount(a->grad_fn);
}

/* A hook may remove any hook of the list, itself too, so each next one is looked up
** anew: identifiers grow along the list. */
Status hooks_run(Hook *const *hooks, Tensor **grad) {
  int64_t last = 0;
  for (;;) {
    Hook *h = *hooks;
    while (h != NULL && (h->id <= last || h->call == NULL)) h = h->next;
    if (h == NULL) return OK;
    last = h->id;
    Tensor *replacement = NULL;
    TRY(h->call(h, *grad, &replacement));
    if (replacement == NULL) continue;
    tensor_release(*grad);
    *grad = replacement;
  }
}
