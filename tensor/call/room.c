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
