/* core/shape.c: helpers of shape functions, and copies without the tape. */
#include "call/mode.h"
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

static void copy_strip(int64_t n, char *const *p, const int64_t *stride, const void *cast) {
  (*(const CastFn *)cast)(n, p[0], stride[0], p[1], stride[1]);
}

Status tensor_copy_raw(Tensor *to, Tensor *from) {
  Iter it;
  Tensor *operands[] = {to, from};
  if (to->numel == 0) return OK;
  iter_init(&it, 2, operands);
  iter_run(&it, copy_strip, &cpu_cast[from->dtype][to->dtype], 3);
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

Status tensor_copy_as(Tensor *t, DType dtype, Tensor **out) {
  TRY(tensor_empty("clone", t->ndim, t->shape, dtype, tensor_device(t), out));
  Status status = tensor_copy_raw(*out, t);
  if (status != OK) {
    tensor_release(*out);
    *out = NULL;
  }
  return status;
}

Status tensor_contiguous(Tensor *t, Tensor **out) {
  if (!tensor_is_contiguous(t)) return tensor_copy_as(t, (DType)t->dtype, out);
  *out = tensor_retain(t);
  return OK;
}

Status tensor_cast(Tensor *t, DType dtype, Tensor **out) {
  if (t->dtype != dtype) return tensor_copy_as(t, dtype, out);
  *out = tensor_retain(t);
  return OK;
}

void tensor_fill_raw(Tensor *t, Scalar value) {
  _Alignas(16) char element[ELEMENT_BYTES];
  Iter it;
  Tensor *operands[] = {t, t};
  if (t->numel == 0) return;
  element_set((DType)t->dtype, element, value);
  iter_init(&it, 2, operands);
  it.data[1] = element; /* read again and again */
  memset(it.stride[1], 0, sizeof it.stride[1]);
  iter_run(&it, copy_strip, &cpu_cast[t->dtype][t->dtype], 3);
}

Status tensor_copy(Tensor *to, Tensor *from) {
  int ndim;
  int64_t shape[TENSOR_MAX_DIMS];
  Tensor *both[] = {to, from};
  TRY(broadcast_shape("copy_", 2, both, &ndim, shape));
  MODE_CHANGES(.kind = CHANGE_COPY, .target = to, .source = from);
  return tensor_copy_raw(to, from);
}
