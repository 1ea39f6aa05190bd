/* sparse_arrive.c: how rows become the gradient of a leaf; see sparse.c. */
#include "pass.h"

bool sparse_goes(const Pass *p, const Node *next, const Tensor *grad) {
  if (!device_has_data(tensor_device(grad))) return false;
  if (next == NULL || next->kind != NODE_ACCUMULATE || !p->accumulate || p->create_graph) return false;
  const Tensor *leaf = next->leaf;
  if (p->slots[next->slot].captured || !layout_is(next->attrs, leaf) || !meta_same_shape(&next->outputs[0], leaf))
    return false;
  return leaf->dtype == grad->dtype && leaf->device == grad->device &&
         (leaf->autograd == NULL || (leaf->autograd->hooks == NULL && leaf->autograd->grad == NULL));
}

/* Rows that come later stand behind those that are there; the same row may come several times. */
static Status sparse_add(Tensor *leaf, Tensor *places, Tensor *values) {
  Autograd *meta = autograd_of(leaf);
  OWNED Tensor *all_places = NULL, *all_values = NULL, *sizes = NULL, *more = NULL;
  if (meta == NULL) return ERROR_MEMORY;
  if (meta->sparse == NULL) {
    TRY(op_clone(places, &all_places));
    TRY(op_clone(values, &all_values));
  } else {
    TRY(op_join(2, (Tensor *[]){meta->sparse->places, places}, 0, &all_places, &sizes));
    TRY(op_join(2, (Tensor *[]){meta->sparse->values, values}, 0, &all_values, &more));
  }
  return sparse_set(meta, all_places, all_values);
}

/* The rows but those of position 'padding'. */
static Status sparse_without(int64_t padding, Tensor **places, Tensor **values) {
  OWNED Tensor *number = NULL, *mask = NULL, *found = NULL, *keep = NULL, *rest = NULL, *rows = NULL;
  TRY(tensor_empty("embedding", 0, NULL, DTYPE_INT64, tensor_device(*places), &number));
  TRY(tensor_fill_raw(number, scalar_int(padding)));
  TRY(op_ne(*places, number, &mask));
  TRY(op_nonzero(mask, &found));
  TRY(op_reshape(found, ints_of(1, (int64_t[]){found->numel}), &keep));
  TRY(op_index_select(*places, 0, keep, &rest));
  TRY(op_index_select(*values, 0, keep, &rows));
  tensor_release(*places);
  tensor_release(*values);
  *places = owned_give(&rest);
  *values = owned_give(&rows);
  return OK;
}

Status sparse_embedding(const Backward *b, Tensor *leaf) {
  const EmbeddingAttrs *a = b->attrs;
  OWNED Tensor *places = NULL, *values = NULL;
  const int64_t n = b->input[0]->numel, rows = leaf->shape[0];
  TRY(op_reshape(b->input[0], ints_of(1, &n), &places));
  TRY(op_reshape(b->grad[0], ints_of(2, (int64_t[]){n, leaf->shape[1]}), &values));
  if (a->padding_idx != INT64_MIN) TRY(sparse_without((a->padding_idx + rows) % rows, &places, &values));
  return sparse_add(leaf, places, values);
}

Status tensor_set_sparse_grad(Tensor *t, Tensor *places, Tensor *values) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (t->ndim != 2 || values->ndim != 2 || values->shape[1] != t->shape[1] || places->ndim != 1 ||
      places->shape[0] != values->shape[0] || places->dtype != DTYPE_INT64 || values->dtype != t->dtype ||
      values->device != t->device)
    return fail(ERROR_ARGUMENT, "grad: expected rows of the tensor, %s, got %s", tensor_text(a, t),
                tensor_text(b, values));
  TRY(tensor_set_grad(t, NULL));
  Autograd *meta = autograd_of(t);
  return meta == NULL ? ERROR_MEMORY : sparse_set(meta, places, values);
}
