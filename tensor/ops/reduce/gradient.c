/* reduce/gradient.c: what the gradients of reductions have in common. */
#include "core/internal.h"

Status unreduce(Backward *c, Tensor *t, const Ints *dim, bool keepdim, Tensor **out) {
  *out = NULL;
  if (keepdim) {
    *out = tensor_retain(t);
    return OK;
  }
  Ints shape = backward_input_shape(c, 0);
  uint32_t bits;
  TRY(resolve_dims(c->info->lua_name, dim, shape.n, &bits));
  for (int d = 0; d < shape.n; d++)
    if (bits >> d & 1) shape.v[d] = 1;
  return op_reshape(t, shape, out);
}
