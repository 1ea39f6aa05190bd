/* rearrange/cuda.c: flip on CUDA: a copy from a tensor whose steps along the dimensions go back. */
#include "device/cuda/cuda.h"

Status cuda_flip(Call *c) {
  const FlipAttrs *a = c->attrs;
  Tensor from = *c->in[0]; /* not counted, lives only here */
  uint32_t dims;
  TRY(host->resolve_dims("flip", &a->dims, from.ndim, &dims));
  if (a->dims.n == 0) dims = 0; /* which means all dimensions to others */
  if (from.numel == 0) return OK;
  for (int d = 0; d < from.ndim; d++) {
    if (!(dims >> d & 1)) continue;
    from.offset += (from.shape[d] - 1) * from.stride[d];
    from.stride[d] = -from.stride[d];
  }
  return host->tensor_copy(c->out[0], &from);
}
