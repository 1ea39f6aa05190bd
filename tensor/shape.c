/* shape.c: helpers of shape functions, and copies without the tape. */
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

Status tensor_copy_raw(Tensor *to, Tensor *from) {
  Iter it;
  Tensor *operands[] = {to, from};
  if (to->numel == 0) return OK;
  iter_init(&it, 2, operands);
  CastFn cast = cpu_cast[from->dtype][to->dtype];
  int last = it.ndim - 1;
  int64_t ts = it.stride[0][last], fs = it.stride[1][last], inner = it.shape[last];
  int64_t rows = it.numel / inner;
  if (rows == 1 && inner > STRIP * 16) { /* one long row: cut it for the threads */
    int64_t chunks = (inner + STRIP * 16 - 1) / (STRIP * 16);
#pragma omp parallel for if (worth_threads(inner, 1))
    for (int64_t i = 0; i < chunks; i++) {
      int64_t at = i * STRIP * 16, n = inner - at < STRIP * 16 ? inner - at : STRIP * 16;
      if (!interrupt_requested()) cast(n, it.data[0] + at * ts, ts, it.data[1] + at * fs, fs);
    }
  } else {
#pragma omp parallel for if (worth_threads(it.numel, 1))
    for (int64_t row = 0; row < rows; row++) {
      char *p[ITER_MAX_OPERANDS];
      iter_seek(&it, row * inner, p);
      if (!interrupt_requested()) cast(inner, p[0], ts, p[1], fs);
    }
  }
  return interrupt_requested() ? fail(ERROR_INTERRUPT, "interrupted") : OK;
}

static Status copy_as(Tensor *t, DType dtype, Tensor **out) {
  TRY(tensor_empty("clone", t->ndim, t->shape, dtype, tensor_device(t), out));
  Status status = tensor_copy_raw(*out, t);
  if (status != OK) {
    tensor_release(*out);
    *out = NULL;
  }
  return status;
}

Status tensor_contiguous(Tensor *t, Tensor **out) {
  if (!tensor_is_contiguous(t)) return copy_as(t, (DType)t->dtype, out);
  *out = tensor_retain(t);
  return OK;
}

Status tensor_cast(Tensor *t, DType dtype, Tensor **out) {
  if (t->dtype != dtype) return copy_as(t, dtype, out);
  *out = tensor_retain(t);
  return OK;
}

void tensor_fill_raw(Tensor *t, Scalar value) {
  if (t->numel == 0) return;
  _Alignas(8) char element[8];
  element_set((DType)t->dtype, element, value);
  Iter it;
  iter_init(&it, 1, &t);
  size_t size = tensor_itemsize(t);
  int64_t stride = it.stride[0][it.ndim - 1];
  for (int64_t at = 0; at < t->numel;) {
    char *p[ITER_MAX_OPERANDS];
    int64_t n = iter_seek(&it, at, p);
    for (int64_t i = 0; i < n; i++) memcpy(p[0] + i * stride, element, size);
    at += n;
  }
}

Status tensor_copy(Tensor *to, Tensor *from) {
  int ndim;
  int64_t shape[TENSOR_MAX_DIMS];
  Tensor *both[] = {to, from};
  TRY(broadcast_shape("copy_", 2, both, &ndim, shape));
  return tensor_copy_raw(to, from);
}
