/* room.c: arrays for the tensors of one call. */
#include "core/internal.h"

Status tensors_room(int n, Tensor **few, Tensor ***out) {
  if (n > OP_FEW) return (*out = memory_zalloc(sizeof(Tensor *) * (size_t)n)) != NULL ? OK : ERROR_MEMORY;
  memset(few, 0, sizeof(Tensor *) * (size_t)n);
  *out = few;
  return OK;
}

void tensors_leave(int n, Tensor **few, Tensor **array) {
  if (array != few) memory_free(array, sizeof(Tensor *) * (size_t)n);
}

Status call_list(Call *c, int n) {
  c->list.v = memory_zalloc(sizeof(Tensor *) * (size_t)(n > 0 ? n : 1));
  if (c->list.v == NULL) return ERROR_MEMORY;
  c->list.n = n;
  return OK;
}

void tensor_list_release(TensorList *list) {
  for (int i = 0; i < list->n; i++) tensor_release(list->v[i]);
  memory_free(list->v, sizeof(Tensor *) * (size_t)(list->n > 0 ? list->n : 1));
  *list = (TensorList){0};
}
