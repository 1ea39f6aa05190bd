/* tape.c: recording of calls: ops, ops in place, functions of the caller's own.
*/
#include "node.h"

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
  s->changes = tensor_changes(t);
  s->kept = true;
}

/* The results of a call: those of the row, or the list. */
static Tensor *const *results_of(const Call *c, int *n) {
  *n = c->info->list_output ? c->list.n : c->info->n_outputs;
  return c->info->list_output ? c->list.v : c->out;
}

_Thread_local const OpInfo *tape_composite;

static Status make_node(Call *c, Tensor *const *in, Node **out) {
  const OpInfo *info = c->info;
  Node *n;
  int n_out;
  Tensor *const *results = results_of(c, &n_out);
  TRY(node_new(NODE_OP, c->op, c->n_in, n_out, info->save_inputs != 0, info->save_outputs != 0,
               info->attrs_size, &n));
  if (info->modules == NULL && tape_composite != NULL) n->shown = (uint16_t)tape_composite->id;
  if (info->attrs_size > 0) memcpy(n->attrs, c->attrs, info->attrs_size);
  Status status = OK;
  for (int k = 0; k < c->n_in && status == OK; k++) {
    if (in[k] == NULL) continue;
    if (info->differentiable & input_bit(info, k)) status = tensor_edge(in[k], &n->edges[k]);
    if (info->save_inputs & input_bit(info, k)) save(&n->saved_in[k], in[k]);
  }
  node_renumber(n); /* after the nodes that tensor_edge made for views */
  for (int i = 0; i < n_out && status == OK; i++)
    if (results[i] != NULL) n->outputs[i] = meta_of(results[i]);
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
    s->changes = tensor_changes(s->tensor);
    s->kept = true;
  }
  return OK;
}

Status tape_record(Call *c) {
  if (!wants_gradient(c)) return OK;
  Node *n;
  TRY(make_node(c, c->in, &n));
  Status status = save_outputs(c, n);
  int n_out;
  Tensor *const *results = results_of(c, &n_out);
  for (int i = 0; i < n_out && status == OK; i++)
    if (results[i] != NULL && dtype_has_gradient((DType)results[i]->dtype))
      status = tensor_set_history(results[i], n, i);
  node_release(n);
  return status;
}

Status tape_before_in_place(Call *c, Tensor **before) {
  Tensor *t = c->in[0];
  *before = NULL;
  /* The history of a result follows its layout even with gradients off: what flows to it later has the new one. */
  bool follows = c->info->kind == KIND_VIEW && t->base == NULL && !tensor_is_leaf(t);
  if (!grad_enabled() && !follows) return OK;
  bool own = tensor_requires_grad(t);
  if (own && (tensor_is_leaf(t) || (t->base != NULL && tensor_is_leaf(t->base))))
    return fail(ERROR_ARGUMENT, "%s_: a leaf that requires a gradient%s cannot be changed in place; use torch.no_grad",
                c->info->lua_name, t->base != NULL ? " (of which this is a view)" : "");
  if (!own && !wants_gradient(c)) return OK;
  if (c->info->backward == NULL)
    return own ? fail(ERROR_ARGUMENT, "%s_: has no gradient; use torch.no_grad or :detach()", c->info->lua_name) : OK;
  if (!dtype_has_gradient((DType)t->dtype)) return OK;
  if (c->info->save_inputs & 1) { /* the formula needs the old values */
    TRY(tensor_copy_as(t, (DType)t->dtype, before));
  } else TRY(tensor_view_of(t, before));
  if (!own) return OK;
  Edge edge;
  Status status = tensor_edge(t, &edge);
  if (status == OK) {
    status = tensor_set_history(*before, edge.node, edge.output);
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
  if (view->dtype != base->dtype)
    return fail(ERROR_ARGUMENT, "a view of the parts of complex numbers cannot be changed in place; use torch.complex");
  if (!tensor_is_contiguous(base)) /* its strides were changed in place, by t_ and the like */
    return fail(ERROR_ARGUMENT,
                "a view of a tensor that was transposed in place cannot be changed in place; use :clone()");
  TRY(node_new(NODE_OP, OP_AS_STRIDED_SCATTER, 2, 1, false, false, sizeof(AsStridedScatterAttrs), &n));
  *(AsStridedScatterAttrs *)n->attrs =
      (AsStridedScatterAttrs){.size = ints_of(view->ndim, view->shape),
                              .stride = ints_of(view->ndim, view->stride),
                              .storage_offset = view->offset - base->offset};
  Status status = tensor_edge(base, &n->edges[0]);
  n->edges[1].node = written;
  node_retain(written);
  n->outputs[0] = meta_of(base);
  if (status == OK) status = tensor_set_history(base, n, 0);
  node_release(n);
  return status;
}

Status tape_record_in_place(Call *c, Tensor *before) {
  Tensor *few[OP_FEW], **in, *t = c->in[0];
  Node *n;
  TRY(tensors_room(c->n_in, few, &in));
  memcpy(in, c->in, sizeof *in * (size_t)c->n_in);
  in[0] = before;
  c->out[0] = t;
  Status status = make_node(c, in, &n);
  tensors_leave(c->n_in, few, in);
  TRY(status);
  status = save_outputs(c, n);
  if (status == OK) status = t->base != NULL ? rebase(t, n) : tensor_set_history(t, n, 0);
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
  Status status = tensor_set_history(t, n, 0);
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
  node_renumber(n); /* after the nodes that tensor_edge made for views */
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
    status = tensor_set_history(outputs[i], n, i);
  }
  node_release(n);
  return status;
}

Status callback_output(Callback *c, int i, const Tensor *alias, Tensor **out) {
  TRY(tensor_view_of(alias, out));
  Status status = tensor_set_history(*out, c->node, i);
  if (status == OK) return OK;
  tensor_release(*out);
  *out = NULL;
  return status;
}
