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
  return history_finish(&h, status, &result);
}

__attribute__((constructor)) static void expression_open(void) { history_attach = recompute_attach; }
