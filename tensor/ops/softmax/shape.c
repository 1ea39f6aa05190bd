/* softmax/shape.c: shapes of softmax, log_softmax and their gradients. */
#include "core/internal.h"

Status infer_softmax(Call *c) {
  const SoftmaxAttrs *a = c->attrs; /* those of log_softmax are the same */
  DType dtype = a->dtype != DTYPE_NONE ? a->dtype : (DType)c->in[0]->dtype;
  int dim;
  TRY(resolve_dim(c->info->lua_name, a->dim, c->in[0]->ndim, &dim));
  if (!dtype_is_float(dtype))
    return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): expected a float tensor, got %s; give dtype or use :float()",
                c->info->lua_name, dtype_name(dtype));
  return call_output(c, 0, dtype, c->in[0]->ndim, c->in[0]->shape);
}

Status infer_softmax_backward(Call *c) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (c->in[0]->dtype != c->in[1]->dtype || !tensor_same_shape(c->in[0], c->in[1]))
    return fail(ERROR_ARGUMENT, "%s: the gradient is %s, the output %s", c->info->lua_name,
                tensor_text(a, c->in[0]), tensor_text(b, c->in[1]));
  return call_output(c, 0, (DType)c->in[0]->dtype, c->in[0]->ndim, c->in[0]->shape);
}
