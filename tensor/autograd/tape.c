/* tape.c: recording of calls: ops, ops in place, functions of the caller's own.
*/
#include "call/mode.h"
#include "node.h"

static uint32_t input_bit(const OpInfo *info, int k) { return 1u << input_index(info, k); }

/* Bits of the inputs whose gradient is wanted. */
static uint32_t wanted_inputs(const Call *c) {
  uint32_t wanted = 0;
  for (int k = 0; k < c->n_in; k++)
    if (c->in[k] != NULL && tensor_requires_grad(c->in[k])) wanted |= c->info->differentiable & input_bit(c->info, k);
  return wanted;
}

static Status saved_pack(Saved *s, Tensor *t) {
  if (t->storage->inference)
    return fail(ERROR_ARGUMENT, "a tensor of inference mode cannot be kept for backward; use :clone() outside of it");
  TRY(saved_door.pack(t, &s->changes));
  s->packed = true;
  return OK;
}

/* Keeps a tensor (owned, also on failure), through saved_door where that is asked for. */
static Status saved_take(Saved *s, Tensor *t) {
  s->kept = true;
  if (t->storage->inference || (saved_packs && !(t->flags & TENSOR_WRAPPED_NUMBER))) {
    Status status = saved_pack(s, t);
    tensor_release(t);
    return status;
  }
  s->tensor = t;
  s->changes = tensor_changes(t);
  return OK;
}

/* The results of a call: those of the row, or the list. */
static Tensor *const *results_of(const Call *c, int *n) {
  *n = c->info->list_output ? c->list.n : c->info->n_outputs;
  return c->info->list_output ? c->list.v : c->out;
}

/* A number that an op of float64 keeps is a float64 tensor from then on: what its formula makes of numbers alone would
** be of the default dtype. Conditions stay bool. */
static Status save_number(Saved *s, const Node *n, Tensor *number) {
  const DType result = (DType)n->outputs[0].dtype, is = (DType)number->dtype;
  if (dtype_real(result) != DTYPE_FLOAT64 || is == DTYPE_BOOL) return saved_take(s, tensor_retain(number));
  TRY(tensor_copy_as(number, dtype_is_complex(is) ? DTYPE_COMPLEX128 : DTYPE_FLOAT64, &s->tensor));
  s->changes = tensor_changes(s->tensor);
  s->kept = true;
  return OK;
}

_Thread_local const OpInfo *tape_composite;

static Status keep_inputs(const OpInfo *info, Node *n, int n_in, Tensor *const *in) {
  for (int k = 0; k < n_in; k++) {
    const int bit = input_index(info, k);
    if (in[k] == NULL) continue;
    if (node_keeps(info->save_inputs, info->input_for, bit, n->wanted)) {
      if (in[k]->flags & TENSOR_WRAPPED_NUMBER) TRY(save_number(&n->saved_in[k], n, in[k]));
      else TRY(saved_take(&n->saved_in[k], tensor_retain(in[k])));
    } else if (info->save_layouts >> bit & 1) TRY(tensor_layout_of(in[k], &n->saved_in[k].tensor));
  }
  return OK;
}

static Status make_node(Call *c, Tensor *const *in, Node **out) {
  const OpInfo *info = c->info;
  const bool keeps_in = (info->save_inputs | info->save_layouts) != 0;
  Node *n;
  int n_out;
  Tensor *const *results = results_of(c, &n_out);
  TRY(node_new(NODE_OP, c->op, c->n_in, n_out, keeps_in, info->save_outputs != 0,
               info->attrs_size, &n));
  if (info->modules == NULL && tape_composite != NULL) n->shown = (uint16_t)tape_composite->id;
  if (info->attrs_size > 0) memcpy(n->attrs, c->attrs, info->attrs_size);
  Status status = OK;
  for (int k = 0; k < c->n_in && status == OK; k++) {
    if (in[k] == NULL || !(info->differentiable & input_bit(info, k))) continue;
    status = tensor_edge(in[k], &n->edges[k]);
    if (n->edges[k].node != NULL) n->wanted |= input_bit(info, k);
  }
  for (int i = 0; i < n_out && status == OK; i++)
    if (results[i] != NULL) n->outputs[i] = meta_of(results[i]);
  if (status == OK && keeps_in) status = keep_inputs(info, n, c->n_in, in);
  node_renumber(n); /* after the nodes that tensor_edge made for views */
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
    if (c->out[i] == NULL || !node_keeps(c->info->save_outputs, c->info->output_for, i, n->wanted)) continue;
    Tensor *alias;
    TRY(tensor_view_of(c->out[i], &alias));
    TRY(saved_take(&n->saved_out[i], alias));
  }
  return OK;
}

Status tape_record(Call *c) {
  if (wanted_inputs(c) == 0) return OK;
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

void tape_name_results(Call *c, uint64_t since) {
  int n_out;
  Tensor *const *results = results_of(c, &n_out);
  for (int i = 0; i < n_out; i++) {
    Node *n = results[i] != NULL && results[i]->autograd != NULL ? results[i]->autograd->grad_fn : NULL;
    if (n != NULL && n->kind == NODE_OP && n->sequence >= since) n->shown = (uint16_t)c->op;
  }
}

void tape_drop_before(BeforeInPlace *before) {
  if (before->self == NULL) return;
  tensor_release(before->self);
  node_release(before->node);
  node_release(before->written);
  for (int k = 0; k < OP_MAX_INPUTS; k++) tensor_release(before->others[k]);
}

/* The tensor as it is now, with its history: a copy where its elements are needed, else an alias. */
static Status note_before(Tensor *t, bool copies, Tensor **out) {
  TRY(copies ? tensor_copy_as(t, (DType)t->dtype, out) : tensor_view_of(t, out));
  if (copies) mode_changes_within(&(ModeChange){.kind = CHANGE_COPY, .target = *out, .source = t});
  if (!tensor_requires_grad(t)) return OK;
  Edge edge;
  TRY(tensor_edge(t, &edge));
  Status status = tensor_set_history(*out, edge.node, edge.output);
  node_release(edge.node);
  return status;
}

static Status note_all_before(const Call *c, uint32_t wanted, BeforeInPlace *before) {
  const OpInfo *info = c->info;
  Tensor *t = c->in[0];
  memset(before->others, 0, sizeof before->others);
  before->node = before->written = NULL;
  TRY(note_before(t, node_keeps(info->save_inputs, info->input_for, 0, wanted), &before->self));
  for (int k = 1; k < c->n_in && k < OP_MAX_INPUTS; k++) {
    if (c->in[k] == NULL || c->in[k]->storage != t->storage) continue;
    if (node_keeps(info->save_inputs, info->input_for, input_index(info, k), wanted))
      TRY(note_before(c->in[k], true, &before->others[k]));
  }
  return OK;
}

/* After an in-place op on a view, its base is "the old base with this part written": *out. The view is looked up anew
** in it (refresh_view). */
static Status rebased(Tensor *view, Node *written, Node **out) {
  Tensor *base = view->base;
  Node *n;
  if (view->dtype != base->dtype)
    return fail(ERROR_ARGUMENT, "a view of the parts of complex numbers cannot be changed in place; use torch.complex");
  TRY(node_new(NODE_OP, OP_AS_STRIDED_SCATTER, 2, 1, true, false, sizeof(AsStridedScatterAttrs), &n));
  *out = n;
  *(AsStridedScatterAttrs *)n->attrs =
      (AsStridedScatterAttrs){.size = ints_of(view->ndim, view->shape),
                              .stride = ints_of(view->ndim, view->stride),
                              .storage_offset = view->offset - base->offset};
  TRY(tensor_edge(base, &n->edges[0]));
  TRY(tensor_layout_of(base, &n->saved_in[0].tensor));
  n->edges[1].node = written;
  node_retain(written);
  n->outputs[0] = meta_of(base);
  return OK;
}

/* All of the record of a call in place but its last step, which needs no memory. */
static Status prepare_record(Call *c, BeforeInPlace *before) {
  Tensor *few[OP_FEW], **in, *t = c->in[0];
  TRY(tensors_room(c->n_in, few, &in));
  memcpy(in, c->in, sizeof *in * (size_t)c->n_in);
  in[0] = before->self;
  for (int k = 1; k < c->n_in && k < OP_MAX_INPUTS; k++)
    if (before->others[k] != NULL) in[k] = before->others[k];
  c->out[0] = t;
  Status status = make_node(c, in, &before->node);
  tensors_leave(c->n_in, few, in);
  const bool packs = saved_packs;
  saved_packs = false; /* the output is not there yet */
  if (status == OK) status = save_outputs(c, before->node);
  saved_packs = packs;
  c->out[0] = NULL;
  if (status == OK && t->base != NULL) status = rebased(t, before->node, &before->written);
  return status != OK || autograd_of(t->base != NULL ? t->base : t) != NULL ? status : ERROR_MEMORY;
}

Status tape_before_in_place(Call *c, BeforeInPlace *before) {
  Tensor *t = c->in[0];
  before->self = NULL;
  view_leave_base(t);
  if (t->storage->inference && !inference_enabled())
    return fail(ERROR_ARGUMENT, "%s_: a tensor of inference mode cannot be changed in place outside of it; use clone",
                c->info->lua_name);
  /* The history of a result follows its layout even with gradients off: what flows to it later has the new one. */
  bool follows = c->info->kind == KIND_VIEW && t->base == NULL && !tensor_is_leaf(t);
  if (!grad_enabled() && !follows) return OK;
  if (t->flags & TENSOR_UNRECORDED && grad_enabled())
    return fail(ERROR_ARGUMENT, "%s_: a view that was made with gradients off (torch.no_grad) cannot be changed with "
                "gradients on; make the view anew, or change it inside of torch.no_grad", c->info->lua_name);
  const bool own = tensor_requires_grad(t);
  const uint32_t wanted = wanted_inputs(c);
  if (own && (tensor_is_leaf(t) || (t->base != NULL && tensor_is_leaf(t->base))))
    return fail(ERROR_ARGUMENT, "%s_: a leaf that requires a gradient%s cannot be changed in place; use torch.no_grad",
                c->info->lua_name, t->base != NULL ? " (of which this is a view)" : "");
  if (!own && wanted == 0) return OK;
  if (c->info->backward == NULL) {
    if (!own || op_has_steps(c->info)) return OK; /* it may have that of what it is made of: in_place.c */
    return fail(ERROR_ARGUMENT, "%s_: has no gradient; use torch.no_grad or :detach()", c->info->lua_name);
  }
  if (!dtype_has_gradient((DType)t->dtype)) return OK;
  Status status = note_all_before(c, wanted, before);
  if (status == OK && c->info->kind != KIND_VIEW) status = prepare_record(c, before);
  if (status == OK) return OK;
  tape_drop_before(before);
  return status;
}

/* A view of what was changed: its history is looked up anew in the base (refresh_view). */
static void forget_history(Tensor *view, const Tensor *changed) {
  if (view == NULL || view->storage != changed->storage || view->base == NULL || view->autograd == NULL) return;
  view->autograd->view_version--;
}

Status tape_record_in_place(Call *c, BeforeInPlace *before) {
  Tensor *t = c->in[0];
  Node *n = before->node;
  for (int i = 0; i < n->n_outputs && n->saved_out != NULL; i++) /* kept before they were written */
    if (n->saved_out[i].tensor != NULL) n->saved_out[i].changes = tensor_changes(n->saved_out[i].tensor);
  Tensor *changed = t->base != NULL ? t->base : t;
  Node *written = t->base != NULL ? before->written : n;
  const Node *old = changed->autograd != NULL ? changed->autograd->grad_fn : NULL;
  if (atomic_load_explicit(&changed->refs, memory_order_relaxed) > 1) /* what holds it may be a node */
    autograd_break_cycle(written, changed, old != NULL ? old->sequence : 0);
  TRY(tensor_set_history(changed, written, 0));
  for (int k = 0; k < c->n_in; k++) forget_history(c->in[k], t);
  return OK;
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

static Status callback_node(const Callback *callback, int n_in, int n_out, Node **out) {
  Callback *own = memory_alloc(sizeof *own);
  Status status = own != NULL ? node_new(NODE_CALLBACK, OP_COUNT, n_in, n_out, false, false, 0, out) : ERROR_MEMORY;
  if (status == OK) {
    *own = *callback;
    own->node = *out;
    (*out)->callback = own;
    return OK;
  }
  memory_free(own, sizeof *own);
  Callback gone = *callback;
  if (gone.release != NULL) gone.release(&gone);
  return status;
}

Status autograd_attach(const Callback *callback, int n_in, Tensor **inputs, int n_out, Tensor **outputs) {
  Node *n;
  TRY(callback_node(callback, n_in, n_out, &n));
  Status status = OK;
  for (int i = 0; i < n_in && status == OK; i++)
    if (inputs[i] != NULL) status = tensor_edge(inputs[i], &n->edges[i]);
  node_renumber(n); /* after the nodes that tensor_edge made for views */
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
