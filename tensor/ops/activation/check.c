/* check.c: glu halves a dimension. */
#include "core/internal.h"

Status check_glu(const Call *c) {
  const Tensor *in = c->in[0];
  const int64_t given = ((const GluAttrs *)c->attrs)->dim, dim = given < 0 ? given + in->ndim : given;
  char text[SHAPE_TEXT];
  if (in->ndim == 0)
    return fail(ERROR_ARGUMENT, "glu: 'input' (argument 1): expected at least 1 dimension, got 0");
  if (dim < 0 || dim >= in->ndim || in->shape[dim] % 2 == 0) return OK; /* what narrow refuses, it names */
  return fail(ERROR_ARGUMENT, "glu: 'input' (argument 1): expected an even size in dimension %lld, got %s",
              (long long)dim + 1, tensor_text(text, in));
}
