/* expression.c: the graph of an expression, which its results keep for their gradient: see expression.h. */
#include "expression.h"

#include <string.h>

#include "graph/history.h"
#include "graph/recompute.h"

Status expression_operand_check(const Deferred *d, const Operand *o) {
  if (o->deferred != NULL) return OK;
  if (o->version == atomic_load_explicit(&o->tensor->storage->version, memory_order_relaxed)) return OK;
  return fail(ERROR_ARGUMENT,
              "fused: an operand of '%s' was changed in place before the result was needed; return the result, "
              "or use it before the change", d->info->lua_name);
}

/* ---- what is kept ---------------------------------------------------------------------------------------------- */

/* Expressions are short, so the recursion is. What is cheap is computed anew, of what it reads in turn. */
static Status expression_keep_one(Deferred *d) {
  const Tensor *h = &d->header;
  if (d->computed || d->made != NULL || d->kept != NULL) return OK;
  if (history_keeps(d->info, h->numel)) return tensor_empty_cpu(h->ndim, h->shape, (DType)h->dtype, &d->kept);
  for (int i = 0; i < d->n; i++)
    if (d->in[i].deferred != NULL) TRY(expression_keep_one(d->in[i].deferred));
  return OK;
}

static Status expression_keep_within(Deferred *d) {
  uint32_t wanted = 0;
  if (d->computed || !d->header.requires_grad) return OK;
  for (int i = 0; i < d->n; i++) {
    Deferred *in = d->in[i].deferred;
    if (in != NULL) TRY(expression_keep_within(in));
    if (in != NULL && !in->computed ? in->header.requires_grad : tensor_requires_grad(expression_operand(&d->in[i])))
      wanted |= d->info->differentiable & 1u << i;
  }
  bool result;
  const uint32_t reads = history_reads(d->info, d->n, wanted, &result);
  for (int i = 0; i < d->n; i++) {
    Deferred *in = d->in[i].deferred;
    if (in == NULL || !(reads >> i & 1)) continue;
    in->read = true;
    TRY(expression_keep_one(in));
  }
  d->read = d->read || result;
  return result ? expression_keep_one(d) : OK;
}

Status expression_keep(int n, Deferred *const *roots) {
  for (int i = 0; i < n; i++) TRY(expression_keep_within(roots[i]));
  return OK;
}

Status expression_keep_reduced(Deferred *d, const OpInfo *info) {
  bool result;
  TRY(expression_keep_within(d));
  return d->header.requires_grad && history_reads(info, 1, 1, &result) != 0 ? expression_keep_one(d) : OK;
}

/* Gives the history the tensors that were kept for the gradients of 'd' and of what 'd' was made of. A result that the
** caller gets too is kept as an alias of it: the alias has no history, so the history does not refer to itself. */
static Status expression_give_kept(History *h, Deferred *d) {
  Status status = OK;
  if (d->computed) return OK;
  if (d->kept != NULL) status = history_save(h, d->reg, d->kept);
  else if (d->made != NULL && d->read && history_keeps(d->info, d->header.numel)) {
    status = tensor_view_of(d->made, &d->kept);
    if (status == OK) status = history_save(h, d->reg, d->kept);
  }
  tensor_release(d->kept); /* once is enough */
  d->kept = NULL;
  d->read = false;
  for (int i = 0; i < d->n && status == OK; i++)
    if (d->in[i].deferred != NULL) status = expression_give_kept(h, d->in[i].deferred);
  return status;
}

void expression_keep_nothing(int n, Deferred *const *roots) {
  for (int i = 0; i < n; i++) {
    Deferred *d = roots[i];
    tensor_release(d->kept);
    d->kept = NULL;
    d->read = false;
    for (int k = 0; k < d->n; k++)
      if (d->in[k].deferred != NULL && !d->in[k].deferred->computed)
        expression_keep_nothing(1, &d->in[k].deferred);
  }
}

/* ---- histories ----------------------------------------------------------------------------------------------- */

/* Expressions are short, so the recursion is. */
static Status expression_value(History *h, Deferred *d, uint64_t program, int *value) {
  int in[ITER_MAX_OPERANDS];
  if (d->program == program) {
    *value = d->reg;
    return OK;
  }
  for (int i = 0; i < d->n; i++) {
    Tensor *t = expression_operand(&d->in[i]);
    if (t == NULL) TRY(expression_value(h, d->in[i].deferred, program, &in[i]));
    else TRY(history_tensor(h, t, &in[i]));
  }
  TRY(history_node(h, d->info, d->attrs, !d->header.requires_grad, d->n, in, &d->header, value));
  d->reg = *value;
  d->program = program;
  d->within = d->within || d->made == NULL;
  return OK;
}

Status expression_attach(int n, Deferred *const *roots, uint64_t program) {
  History h = {0};
  Tensor *outputs[EXPRESSION_ROOTS];
  int count = 0, value;
  for (int i = 0; i < n; i++)
    if (roots[i]->header.requires_grad) outputs[count++] = roots[i]->made;
  if (count == 0) return OK;
  Status status = history_start(&h);
  for (int i = 0; i < n && status == OK; i++) {
    if (!roots[i]->header.requires_grad) continue;
    status = expression_value(&h, roots[i], program, &value);
    if (status == OK) status = graph_add_output(h.g, value);
  }
  for (int i = 0; i < n && status == OK; i++)
    if (roots[i]->header.requires_grad) status = expression_give_kept(&h, roots[i]);
  for (int i = 0; i < n; i++)
    if (roots[i]->within && roots[i]->header.requires_grad) roots[i]->made->flags |= TENSOR_APART;
  return history_finish(&h, status, outputs);
}

Status expression_attach_reduction(Deferred *d, const OpInfo *info, const void *attrs, Tensor *result,
                                   uint64_t program) {
  History h = {0};
  int in, value;
  Status status = history_start(&h);
  if (status == OK) status = expression_value(&h, d, program, &in);
  if (status == OK) status = history_node(&h, info, attrs, false, 1, &in, result, &value);
  if (status == OK) status = graph_add_output(h.g, value);
  if (status == OK) status = expression_give_kept(&h, d);
  return history_finish(&h, status, &result);
}

__attribute__((constructor)) static void expression_open(void) { history_attach = recompute_attach; }
