/* core/shape.c: helpers of shape functions. */
#include "internal.h"

Status broadcast_shape(const char *who, int n, Tensor *const *tensors, int *ndim,
                       int64_t *shape) {
  int most = 0;
  for (int i = 0; i < n; i++)
    if (tensors[i]->ndim > most) most = tensors[i]->ndim;
  *ndim = most;
  for (int d = 0; d < most; d++) shape[d] = 1;
  for (int i = 0; i < n; i++) {
    const Tensor *t = tensors[i];
    for (int d = 0; d < t->ndim; d++) {
      int64_t *size = &shape[most - t->ndim + d];
      if (t->shape[d] == *size || t->shape[d] == 1) continue;
      if (*size != 1) {
        char a[SHAPE_TEXT], b[SHAPE_TEXT];
        return fail(ERROR_ARGUMENT, "%s: shapes %s and %s do not broadcast (dimension %d)", who,
                    shape_text(a, tensors[0]->ndim, tensors[0]->shape),
                    shape_text(b, t->ndim, t->shape), most - t->ndim + d + 1);
      }
      *size = t->shape[d];
    }
  }
  return OK;
}

Status resolve_dim(const char *who, int64_t dim, int ndim, int *out) {
  int n = ndim > 0 ? ndim : 1;
  int64_t d = dim < 0 ? dim + n : dim;
  if (d < 0 || d >= n)
    return fail(ERROR_ARGUMENT, "%s: dimension %lld is out of range; the tensor has %d dimension%s",
                who, (long long)(dim < 0 ? dim : dim + 1), ndim, ndim == 1 ? "" : "s");
  *out = (int)d;
  return OK;
}

Status resolve_dims(const char *who, const Ints *dims, int ndim, uint32_t *bits) {
  *bits = 0;
  if (dims->n <= 0) {
    *bits = (1u << ndim) - 1;
    return OK;
  }
  for (int i = 0; i < dims->n; i++) {
    int d = 0;
    TRY(resolve_dim(who, dims->v[i], ndim, &d));
    if (*bits >> d & 1)
      return fail(ERROR_ARGUMENT, "%s: dimension %d appears twice", who, d + 1);
    *bits |= 1u << d;
  }
  return OK;
}

bool tensor_is_dense(const Tensor *t) {
  uint32_t done = 0;
  int64_t step = 1;
  for (int i = 0; i < t->ndim; i++) {
    int d = 0;
    while (d < t->ndim && (done >> d & 1 || (t->shape[d] != 1 && t->stride[d] != step))) d++;
    if (d == t->ndim) return false;
    done |= 1u << d;
    step *= t->shape[d];
  }
  return true;
}
