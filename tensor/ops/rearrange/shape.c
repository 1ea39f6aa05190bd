/* rearrange/shape.c: shape of flip. */
#include "core/internal.h"

Status infer_flip(Call *c) {
  const FlipAttrs *a = c->attrs;
  uint32_t dims;
  TRY(resolve_dims("flip", &a->dims, c->in[0]->ndim, &dims));
  return call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape);
}
