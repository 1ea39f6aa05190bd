/* history.c: see history.h. */
#include "history.h"

#include "autograd/node.h"
#include "device/fused.h"
#include "owned.h"

Status (*history_attach)(History *h, Tensor **outputs);

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

Status history_save(History *h, int value, Tensor *t) {
  TRY(array_grow(&h->kept, h->n_kept + 1, &h->room_kept, sizeof *h->kept));
  TRY(graph_add_output(h->g, value));
  h->kept[h->n_kept++] = tensor_retain(t);
  return OK;
}

bool history_keeps(const OpInfo *info, int64_t numel) {
  return info->costly && numel < fused_least * FUSED_GRADIENT_KEEPS;
}

uint32_t history_reads(const OpInfo *info, int n, uint32_t wanted, bool *result) {
  uint32_t reads = 0;
  for (int i = 0; i < n; i++)
    if (node_keeps(info->save_inputs, info->input_for, i, wanted)) reads |= 1u << i;
  *result = node_keeps(info->save_outputs, info->output_for, 0, wanted);
  return wanted != 0 ? reads : 0;
}

Status history_finish(History *h, Status status, Tensor **outputs) {
  if (status == OK) status = history_attach(h, outputs);
  else graph_free(h->g);
  for (int i = 0; i < h->n_kept; i++) tensor_release(h->kept[i]);
  memory_free(h->kept, sizeof *h->kept * (size_t)h->room_kept);
  memory_free(h->inputs, sizeof *h->inputs * (size_t)h->room);
  return status;
}
