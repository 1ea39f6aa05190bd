/* autograd.c: what a tensor knows of gradients: whether it wants one, the one it has, the
** node that made it. tape.c records nodes, engine.c runs them backward.
*/
#include "node.h"

static _Thread_local bool enabled = true;
bool grad_enabled(void) { return enabled; }
bool grad_set_enabled(bool on) {
  bool was = enabled;
  enabled = on && !storage_inference;
  return was;
}
bool inference_enabled(void) { return storage_inference; }
bool inference_set_enabled(bool on) {
  bool was = storage_inference;
  storage_inference = on;
  enabled = false;
  return was;
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

static void autograd_release(Tensor *t) {
  Autograd *a = t->autograd;
  t->autograd = NULL;
  hooks_free(a->hooks);
  tensor_release(a->grad);
  sparse_free(a->sparse);
  layout_free(a->grad_layout);
  history_replace(t, a, NULL);
  memory_free(a, sizeof *a);
}

Autograd *autograd_of(Tensor *t) {
  if (t->autograd != NULL) return t->autograd;
  t->autograd = memory_zalloc(sizeof(Autograd));
  if (t->autograd != NULL) t->autograd->release = autograd_release;
  return t->autograd;
}

uint64_t tensor_changes(const Tensor *t) {
  uint64_t replaced = t->autograd != NULL ? t->autograd->replaced : 0;
  return replaced << 32 | atomic_load_explicit(&t->storage->version, memory_order_relaxed);
}

Status tensor_set_data(Tensor *t, const Tensor *from) {
  Autograd *meta = autograd_of(t);
  if (meta == NULL) return ERROR_MEMORY;
  MODE_CHANGES(.kind = CHANGE_DATA, .target = t, .source = (Tensor *)(uintptr_t)from);
  meta->replaced++;
  tensor_replace_data(t, from);
  return OK;
}

Status tensor_set(Tensor *t, const Tensor *from) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (t->kind != from->kind)
    return fail(ERROR_ARGUMENT, "set_: expected memory of the same dtype and device as the tensor (%s), got %s",
                tensor_text(a, t), tensor_text(b, from));
  if (!tensor_is_leaf(t)) return fail(ERROR_ARGUMENT, "set_: the tensor has a history; use detach() first");
  if (t->requires_grad && grad_enabled())
    return fail(ERROR_ARGUMENT, "set_: a leaf that requires a gradient is changed inside of torch.no_grad alone");
  if (autograd_of(t) == NULL) return ERROR_MEMORY;
  TRY(autograd_note_layout(t));
  TRY(tensor_set_data(t, from));
  tensor_release(t->base); /* it shows another storage now; its base wants no gradient, for the view is a leaf */
  t->base = NULL;
  t->ndim = from->ndim;
  t->numel = from->numel;
  memcpy(t->shape, from->shape, sizeof t->shape);
  return OK;
}

Status tensor_set_history(Tensor *t, Node *n, int output) {
  Autograd *meta = autograd_of(t);
  if (meta == NULL) return ERROR_MEMORY;
  node_retain(n);
  history_replace(t, meta, n);
  meta->output = output;
  meta->view_version = atomic_load_explicit(&t->storage->version, memory_order_relaxed);
  t->requires_grad = true;
  return OK;
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

bool tensor_requires_grad(const Tensor *t) {
  return t->requires_grad || (t->base != NULL && t->base->requires_grad);
}
bool tensor_is_leaf(const Tensor *t) {
  return !(t->autograd != NULL && t->autograd->grad_fn != NULL) &&
         !(t->base != NULL && t->base->requires_grad);
}

Status tensor_set_requires_grad(Tensor *t, bool on) {
  if (on && !dtype_has_gradient((DType)t->dtype))
    return fail(ERROR_ARGUMENT, "requires_grad: only floating point and complex tensors can have gradients, got %s",
                dtype_name((DType)t->dtype));
  if (on && t->storage->inference && !storage_inference)
    return fail(ERROR_ARGUMENT, "requires_grad: a tensor of inference mode gets no gradient outside of it; use clone");
  if (!tensor_is_leaf(t)) {
    if (on) return OK;
    return fail(ERROR_ARGUMENT, "requires_grad_: only leaves can be switched off; use :detach() for a result");
  }
  t->requires_grad = on;
  return OK;
}

Tensor *tensor_grad(const Tensor *t) {
  if (t->autograd == NULL) return NULL;
  if (t->autograd->sparse != NULL && sparse_make_dense((Tensor *)(uintptr_t)t) != OK) return NULL;
  return t->autograd->grad;
}

Status tensor_set_grad(Tensor *t, Tensor *grad) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (grad != NULL && (grad->dtype != t->dtype || !tensor_same_shape(t, grad)))
    return fail(ERROR_ARGUMENT, "grad: expected %s as the tensor's, got %s", tensor_text(a, t), tensor_text(b, grad));
  if (grad != NULL && grad->device != t->device) {
    char is[DEVICE_TEXT], want[DEVICE_TEXT];
    return fail(ERROR_ARGUMENT, "grad: expected a tensor on %s as the tensor is, got one on %s",
                device_text(want, tensor_device(t)), device_text(is, tensor_device(grad)));
  }
  if (grad != NULL && grad->base == t) /* it holds its base, which would hold it */
    return fail(ERROR_ARGUMENT, "grad: a tensor cannot have a view of itself as its gradient");
  if (grad == t) return fail(ERROR_ARGUMENT, "grad: a tensor cannot be its own gradient");
  if (grad == NULL && t->autograd == NULL) return OK;
  Autograd *meta = autograd_of(t);
  if (meta == NULL) return ERROR_MEMORY;
  Tensor *old = meta->grad;
  sparse_free(meta->sparse);
  meta->sparse = NULL;
  meta->grad = tensor_retain(grad);
  layout_free(meta->grad_layout);
  meta->grad_layout = NULL;
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

Status tensor_check_passes(const char *who, const Tensor *t) {
  if (!(t->flags & TENSOR_APART)) return OK;
  return fail(ERROR_ARGUMENT,
              "%s: results of a fused function were computed without this intermediate one, so their gradients do not "
              "pass it; ask for it before they are computed",
              who);
}

/* A view whose base was changed in place since (or which began to want gradients
** after the view was made) gets a new history: as_strided of the base as it is now. */
static Status refresh_view(Tensor *t) {
  view_leave_base(t);
  Tensor *base = t->base;
  unsigned version = atomic_load_explicit(&t->storage->version, memory_order_relaxed);
  if (base == NULL || !base->requires_grad) return OK;
  if (t->autograd != NULL && t->autograd->grad_fn != NULL && t->autograd->view_version == version) return OK;
  Autograd *meta = autograd_of(t);
  if (meta == NULL) return ERROR_MEMORY;
  Node *node;
  if (t->dtype != base->dtype)
    return fail(ERROR_ARGUMENT,
                "the numbers that this view of their parts shows were changed in place; make the view anew");
  TRY(node_new(NODE_OP, OP_AS_STRIDED, 1, 1, true, false, sizeof(AsStridedAttrs), &node));
  *(AsStridedAttrs *)node->attrs = (AsStridedAttrs){
      .size = ints_of(t->ndim, t->shape), .stride = ints_of(t->ndim, t->stride), .storage_offset = t->offset};
  Status status = tensor_edge(base, &node->edges[0]);
  if (status == OK) status = tensor_layout_of(base, &node->saved_in[0].tensor);
  if (status != OK) {
    node_release(node);
    return status;
  }
  node->outputs[0] = meta_of(t);
  history_replace(t, meta, node);
  meta->output = 0;
  meta->view_version = version;
  t->requires_grad = true;
  return OK;
}

/* The accumulator of a leaf, owned. The leaf may have changed since it was made: another dtype (model:double())
** is taken over, for the pass casts what arrives. Formulas read the shape of their input from it, so a leaf of
** another layout (t_ with gradients off) gets a new one, and older graphs keep theirs. */
static Status leaf_accumulator(Tensor *leaf, Autograd *meta, Node **out) {
  Node *n = meta->accumulator;
  if (n != NULL && meta_same_shape(&n->outputs[0], leaf) && layout_is(n->attrs, leaf)) node_retain(n);
  else {
    TRY(node_new(NODE_ACCUMULATE, OP_COUNT, 0, 1, false, false, 0, &n));
    n->leaf = tensor_retain(leaf);
    n->outputs[0] = meta_of(leaf);
    meta->accumulator = n;
  }
  n->outputs[0].dtype = leaf->dtype;
  n->outputs[0].device = leaf->device;
  *out = n;
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
  return leaf_accumulator(t, meta, &edge->node);
}

Node *tensor_grad_fn(Tensor *t) {
  if (refresh_view(t) != OK) return NULL;
  return t->autograd != NULL ? t->autograd->grad_fn : NULL;
}
