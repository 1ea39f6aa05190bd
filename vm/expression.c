/* expression.c: the graph of an expression, which its results keep for their gradient: see expression.h. */
#include "expression.h"

#include <string.h>

#include "graph/owned.h"
#include "graph/recompute.h"

typedef struct {
  Graph *g;
  Tensor **inputs; /* borrowed */
  int room;
  uint64_t program;
} Builder;

Status expression_operand_check(const Deferred *d, const Operand *o) {
  if (o->deferred != NULL) return OK;
  if (o->version == atomic_load_explicit(&o->tensor->storage->version, memory_order_relaxed)) return OK;
  return fail(ERROR_ARGUMENT,
              "fused: an operand of '%s' was changed in place before the result was needed; return the result, "
              "or use it before the change", d->info->lua_name);
}

/* The value of a tensor: one for each, but numbers that take part as tensors stay numbers. */
static Status builder_tensor(Builder *b, Tensor *t, int *value) {
  if (t->flags & TENSOR_WRAPPED_NUMBER)
    return graph_add_number(b->g, element_get((DType)t->dtype, tensor_data(t)), value);
  for (int i = 0; i < b->g->n_inputs; i++)
    if (b->inputs[i] == t) {
      *value = b->g->inputs[i];
      return OK;
    }
  TRY(array_grow(&b->inputs, b->g->n_inputs + 1, &b->room, sizeof *b->inputs));
  b->inputs[b->g->n_inputs] = t;
  return graph_add_input(b->g, t, NULL, value);
}

static Status builder_node(Builder *b, const OpInfo *info, const void *attrs, bool no_grad, int n, int *inputs,
                           const Tensor *result, int *value) {
  const GraphValue like = graph_value_of(VALUE_RESULT, result);
  GraphNode node = {.info = info, .no_grad = no_grad, .n_inputs = n, .n_outputs = 1, .inputs = inputs,
                    .outputs = value, .attrs = (void *)attrs};
  TRY(graph_add_value(b->g, &like, value));
  return graph_add_node(b->g, &node);
}

/* Expressions are short, so the recursion is. */
static Status builder_expression(Builder *b, Deferred *d, int *value) {
  int in[ITER_MAX_OPERANDS];
  if (d->program == b->program) {
    *value = d->reg;
    return OK;
  }
  for (int i = 0; i < d->n; i++) {
    Tensor *t = expression_operand(&d->in[i]);
    if (t == NULL) TRY(builder_expression(b, d->in[i].deferred, &in[i]));
    else TRY(builder_tensor(b, t, &in[i]));
  }
  TRY(builder_node(b, d->info, d->attrs, !d->header.requires_grad, d->n, in, &d->header, value));
  d->reg = *value;
  d->program = b->program;
  d->within = d->within || d->made == NULL;
  return OK;
}

/* The graph goes to the node of the results, or is freed. */
static Status builder_finish(Builder *b, Status status, Tensor **outputs) {
  if (status == OK) status = recompute_attach(b->g, b->inputs, outputs);
  else graph_free(b->g);
  memory_free(b->inputs, sizeof *b->inputs * (size_t)b->room);
  return status;
}

Status expression_attach(int n, Deferred *const *roots, uint64_t program) {
  Builder b = {.program = program};
  Tensor *outputs[EXPRESSION_ROOTS];
  int count = 0, value;
  for (int i = 0; i < n; i++)
    if (roots[i]->header.requires_grad) outputs[count++] = roots[i]->made;
  if (count == 0) return OK;
  Status status = graph_new(&b.g);
  for (int i = 0; i < n && status == OK; i++) {
    if (!roots[i]->header.requires_grad) continue;
    status = builder_expression(&b, roots[i], &value);
    if (status == OK) status = graph_add_output(b.g, value);
  }
  for (int i = 0; i < n; i++)
    if (roots[i]->within && roots[i]->header.requires_grad) roots[i]->made->flags |= TENSOR_APART;
  return builder_finish(&b, status, outputs);
}

Status expression_attach_reduction(Deferred *d, const OpInfo *info, const void *attrs, Tensor *result,
                                   uint64_t program) {
  Builder b = {.program = program};
  int in, value;
  Status status = graph_new(&b.g);
  if (status == OK) status = builder_expression(&b, d, &in);
  if (status == OK) status = builder_node(&b, info, attrs, false, 1, &in, result, &value);
  if (status == OK) status = graph_add_output(b.g, value);
  return builder_finish(&b, status, &result);
}
