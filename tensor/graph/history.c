/* history.c: see history.h. */
#include "history.h"

#include "owned.h"

Status (*history_attach)(Graph *g, Tensor **inputs, Tensor **outputs);

Status history_start(History *h) { return graph_new(&h->g); }

Status history_tensor(History *h, Tensor *t, int *value) {
  if (t->flags & TENSOR_WRAPPED_NUMBER)
    return graph_add_number(h->g, element_get((DType)t->dtype, tensor_data(t)), value);
  for (int i = 0; i < h->g->n_inputs; i++)
    if (h->inputs[i] == t) {
      *value = h->g->inputs[i];
      return OK;
    }
  TRY(array_grow(&h->inputs, h->g->n_inputs + 1, &h->room, sizeof *h->inputs));
  h->inputs[h->g->n_inputs] = t;
  return graph_add_input(h->g, t, NULL, value);
}

Status history_node(History *h, const OpInfo *info, const void *attrs, bool no_grad, int n, int *inputs,
                    const Tensor *result, int *value) {
  const GraphValue like = graph_value_of(VALUE_RESULT, result);
  GraphNode node = {.info = info, .no_grad = no_grad, .n_inputs = n, .n_outputs = 1, .inputs = inputs,
                    .outputs = value, .attrs = (void *)attrs};
  TRY(graph_add_value(h->g, &like, value));
  return graph_add_node(h->g, &node);
}

Status history_finish(History *h, Status status, Tensor **outputs) {
  if (status == OK) status = history_attach(h->g, h->inputs, outputs);
  else graph_free(h->g);
  memory_free(h->inputs, sizeof *h->inputs * (size_t)h->room);
  return status;
}
