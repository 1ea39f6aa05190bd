/* step.c: one step of the backward pass: what a node kept is checked and unpacked, and its formula runs. */
#include "pass.h"

static Status check_saved(const Node *n, const Saved *s) {
  char text[SHAPE_TEXT];
  if (!s->kept || s->tensor == NULL) return OK;
  uint64_t now = tensor_changes(s->tensor);
  if (now == s->changes) return OK;
  if (now >> 32 != s->changes >> 32)
    return fail(ERROR_ARGUMENT, "backward: a tensor that %s needs was given other data (%s) after it was used",
                node_name(n), tensor_text(text, s->tensor));
  return fail(ERROR_ARGUMENT,
              "backward: a tensor (%s) that %s needs was changed in place after it was used: its version is %u, "
              "expected %u",
              tensor_text(text, s->tensor), node_name(n), (unsigned)now, (unsigned)s->changes);
}

/* Fails if a kept tensor that the gradients 'needs' will read has been changed since the node kept it. */
static Status check_kept(const OpInfo *info, const Node *n, uint32_t needs) {
  for (int k = 0; k < n->n_inputs && n->saved_in != NULL; k++)
    if (node_keeps(info->save_inputs, info->input_for, input_index(info, k), needs))
      TRY(check_saved(n, &n->saved_in[k]));
  for (int i = 0; i < n->n_outputs && n->saved_out != NULL; i++)
    if (node_keeps(info->save_outputs, info->output_for, i, needs)) TRY(check_saved(n, &n->saved_out[i]));
  return OK;
}

/* A tensor with the elements of 't' whose history says that it is output number 'output' of node 'n'. */
static Status with_history(Tensor *t, Node *n, int output, Tensor **out) {
  TRY(tensor_view_of(t, out));
  Autograd *meta = autograd_of(*out);
  if (meta == NULL) return ERROR_MEMORY;
  node_retain(n);
  meta->grad_fn = n;
  meta->output = output;
  (*out)->requires_grad = true;
  return OK;
}

/* The kept tensor, owned by the caller; NULL: nothing was kept. What the hooks of saved_door packed is unpacked. */
static Status unpack(const Saved *s, Tensor **out) {
  *out = NULL;
  if (s->packed) return saved_door.unpack(s->changes, out);
  *out = tensor_retain(s->tensor);
  return OK;
}

/* The kept outputs. They were kept without history; where the backward pass is recorded itself, they get it back. */
static Status unpack_outputs(Pass *p, Node *n, Tensor **out) {
  for (int i = 0; i < n->n_outputs && n->saved_out != NULL; i++) {
    OWNED Tensor *kept = NULL;
    TRY(unpack(&n->saved_out[i], &kept));
    if (kept == NULL) continue;
    if (p->create_graph) TRY(with_history(kept, n, i, &out[i]));
    else out[i] = owned_give(&kept);
  }
  return OK;
}

/* A kept input. It is borrowed from the node, with its history; if the hooks of saved_door packed it, it is owned by
** the caller, and gets its history here if the pass is recorded. */
static Status unpack_input(const Pass *p, const Node *n, int k, Tensor **out) {
  const Saved *s = &n->saved_in[k];
  const Edge *edge = &n->edges[k];
  if (!s->packed) {
    *out = s->tensor;
    return OK;
  }
  if (!p->create_graph || edge->node == NULL) return unpack(s, out);
  OWNED Tensor *kept = NULL;
  TRY(unpack(s, &kept));
  return with_history(kept, edge->node, edge->output, out);
}

Status step_fill_missing(Slot *s) {
  if (s->node->op == OP_RECURRENT) return OK; /* its formula takes NULL for a missing gradient; zeros would be large */
  for (int i = 0; i < s->node->n_outputs; i++) {
    const Meta *m = &s->node->outputs[i];
    if (s->grad[i] != NULL || s->node->n_outputs == 1) continue;
    if (!dtype_has_gradient((DType)m->dtype)) continue;
    TRY(tensor_empty("backward", m->ndim, m->shape, (DType)m->dtype, device_of_byte(m->device), &s->grad[i]));
    TRY(tensor_fill_raw(s->grad[i], scalar_int(0)));
  }
  return OK;
}

/* The gradient of a real number to a complex z = x + iy is ∂/∂x + i ∂/∂y, as PyTorch's. With a holomorphic f
** that is grad · conj(f'(z)). Formulas are written as for real numbers, grad · f'(z): they get conj(grad), and
** what they give is conjugated. Rows whose function is not holomorphic give the gradient itself. */
static Status conjugate_all(int n, Tensor **list) {
  for (int i = 0; i < n; i++) {
    if (list[i] == NULL || !dtype_is_complex((DType)list[i]->dtype)) continue;
    Tensor *other;
    TRY(op_conj_physical(list[i], &other));
    tensor_release(list[i]);
    list[i] = other;
  }
  return OK;
}

/* The gradient of an embedding may go to its table as rows. */
static Status step_formula(const Pass *p, const Slot *s, Backward *b) {
  const Node *n = s->node, *table = n->op == OP_EMBEDDING ? n->edges[1].node : NULL;
  if (table != NULL && ((const EmbeddingAttrs *)n->attrs)->sparse && sparse_goes(p, table, s->grad[0]))
    return sparse_embedding(b, table->leaf);
  return b->info->backward(b);
}

Status step_backward(Pass *p, Slot *s, Tensor **result, Tensor **saved_out) {
  Node *n = s->node;
  if (n->kind == NODE_CALLBACK) return n->callback->backward(n->callback, n->n_outputs, s->grad, n->n_inputs, result);
  const OpInfo *info = op_info(n->op);
  Tensor **in = memory_zalloc(sizeof(Tensor *) * (size_t)(n->n_inputs + 1));
  if (in == NULL) return ERROR_MEMORY;
  Backward c = {.info = info, .attrs = n->attrs, .n_inputs = n->n_inputs, .n_outputs = n->n_outputs, .grad = s->grad,
                .input = in, .output = saved_out, .result = result, .node = n};
  for (int k = 0; k < n->n_inputs; k++) {
    const Node *next = n->edges[k].node;
    if (next != NULL && p->slots[next->slot].needed) c.needs |= 1u << input_index(info, k);
  }
  Status status = check_kept(info, n, c.needs);
  for (int k = 0; k < n->n_inputs && n->saved_in != NULL && status == OK; k++) status = unpack_input(p, n, k, &in[k]);
  if (status == OK) status = unpack_outputs(p, n, saved_out);
  if (status == OK && c.needs != 0 && !info->not_holomorphic) status = conjugate_all(n->n_outputs, s->grad);
  if (status == OK && c.needs != 0) status = step_formula(p, s, &c);
  if (status == OK && c.needs != 0 && !info->not_holomorphic) status = conjugate_all(n->n_inputs, result);
  for (int k = 0; k < n->n_inputs && n->saved_in != NULL; k++)
    if (n->saved_in[k].packed) tensor_release(in[k]);
  memory_free(in, sizeof(Tensor *) * (size_t)(n->n_inputs + 1));
  return status;
}

static Status has_nan(Tensor *t, Scalar *found) {
  OWNED Tensor *wrong = NULL, *any = NULL;
  TRY(op_isnan(t, &wrong));
  TRY(op_any(wrong, ints_none(), false, &any));
  return tensor_item("backward", any, found);
}

/* In anomaly mode: a NaN among what the backward of 'n' made. */
Status step_check_anomaly(const Node *n, Tensor **result) {
  for (int k = 0; k < n->n_inputs; k++) {
    if (result[k] == NULL || !device_has_data(tensor_device(result[k]))) continue;
    Scalar found = scalar_bool(false);
    bool was = grad_set_enabled(false);
    Status status = has_nan(result[k], &found);
    grad_set_enabled(was);
    TRY(status);
    if (found.as.i) return fail(ERROR_ARGUMENT, "backward: %s returned NaN for input %d", node_name(n), k + 1);
  }
  return OK;
}

/* The message of a failure in the backward of 'n' gets the place of its forward. */
Status step_add_place(const Node *n, Status status) {
  const char *place = place_text(n->place);
  if (place == NULL || status == ERROR_INTERRUPT || status == ERROR_CALLBACK) return status;
  char message[400];
  strncpy(message, status_message(), sizeof message - 1);
  message[sizeof message - 1] = '\0';
  return fail(status, "%s (in %s, recorded at %s)", message, node_name(n), place);
}
