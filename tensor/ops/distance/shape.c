/* distance/shape.c: shapes of distances of rows. */
#include "core/internal.h"

Status infer_euclidean_distances(Call *c) {
  const Tensor *a = c->in[0], *b = c->in[1];
  if (a->ndim != 3 || b->ndim != 3 || a->shape[0] != b->shape[0] || a->shape[2] != b->shape[2])
    return fail(ERROR_ARGUMENT, "euclidean_distances: expected b×n×k and b×m×k");
  if (a->dtype != b->dtype)
    return fail(ERROR_ARGUMENT, "euclidean_distances: 'x2' (argument 2): expected %s as x1, got %s",
                dtype_name((DType)a->dtype), dtype_name((DType)b->dtype));
  const int64_t shape[3] = {a->shape[0], a->shape[1], b->shape[1]};
  return call_output(c, 0, (DType)a->dtype, 3, shape);
}
