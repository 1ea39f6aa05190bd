/* tensors.c: fills and copies of whole tensors. */
#include "cuda.h"

static CudaAddress tensors_address(const Tensor *t) { return (CudaAddress)(uintptr_t)tensor_data(t); }

Status cuda_clear(Tensor *t) {
  CudaState *state;
  if (t->numel == 0) return OK;
  TRY(devices_use(tensor_device(t).index, &state));
  return driver_check(driver.set_bytes(tensors_address(t), 0, (size_t)t->numel * tensor_itemsize(t), state->stream),
                      "a fill");
}

/* A dtype of that size for copies that look at no values; elements of 16 bytes are copied as two of 8. */
DType cuda_move_dtype(size_t size) {
  return size == 1 ? DTYPE_UINT8 : size == 2 ? DTYPE_INT16 : size == 4 ? DTYPE_INT32 : DTYPE_INT64;
}

/* 'out' becomes 't' with a dtype for copies, without a reference of its own. */
static Status tensors_as_bytes(const Tensor *t, Tensor *out) {
  *out = *t;
  out->dtype = (uint8_t)cuda_move_dtype(tensor_itemsize(t));
  if (tensor_itemsize(t) != 16) return OK;
  if (t->ndim == TENSOR_MAX_DIMS)
    return host->fail(ERROR_ARGUMENT, "cuda: complex128 in %d dimensions cannot be copied", TENSOR_MAX_DIMS);
  for (int d = 0; d < t->ndim; d++) out->stride[d] *= 2;
  out->shape[t->ndim] = 2;
  out->stride[t->ndim] = 1;
  out->ndim++;
  out->offset *= 2;
  out->numel *= 2;
  return OK;
}

static Status tensors_move(Tensor *to, Tensor *from) {
  Tensor a, b;
  TRY(tensors_as_bytes(to, &a));
  TRY(tensors_as_bytes(from, &b));
  return walk_run(host->op_info(OP_CLONE), NULL, (DType)a.dtype, 2, (Tensor *[]){&a, &b}, tensor_device(to));
}

/* A cast to 'to' computes in this dtype and stores the result as 'to'. Dtypes without kernels get a wider one, so that
** numbers that do not fit become the same as on the CPU. */
static DType tensors_cast_by(DType from, DType to) {
  switch (to) {
    case DTYPE_UINT16: return DTYPE_INT32;
    case DTYPE_UINT32: return DTYPE_INT64;
    case DTYPE_UINT64: return dtype_is_float(from) ? DTYPE_FLOAT64 : DTYPE_INT64;
    default: return dtype_compute(to);
  }
}

Status cuda_copy(Tensor *to, Tensor *from) {
  const DType a = (DType)from->dtype, b = (DType)to->dtype;
  CudaState *state;
  if (to->numel == 0) return OK;
  if (a != b && (dtype_is_complex(a) || dtype_is_complex(b)))
    return host->fail(ERROR_ARGUMENT, "copy: from %s to %s: not there on cuda yet", dtype_table[a].name,
                      dtype_table[b].name);
  if (a != b)
    return walk_run(host->op_info(OP_CLONE), NULL, tensors_cast_by(a, b), 2, (Tensor *[]){to, from}, tensor_device(to));
  const bool dense = host->tensor_is_contiguous(to) && host->tensor_is_contiguous(from) && to->numel == from->numel;
  if (!dense) return tensors_move(to, from);
  TRY(devices_use(tensor_device(to).index, &state));
  return driver_check(driver.on_device(tensors_address(to), tensors_address(from),
                                       (size_t)to->numel * tensor_itemsize(to), state->stream),
                      "a copy");
}

Status cuda_fill(Tensor *t, Scalar value) {
  _Alignas(16) char element[16] = {0}, zero[16] = {0};
  const size_t size = tensor_itemsize(t);
  host->element_set((DType)t->dtype, element, value);
  if (host->tensor_is_contiguous(t) && memcmp(element, zero, size) == 0) return cuda_clear(t);
  if (size == 16) return host->fail(ERROR_ARGUMENT, "fill: not there on cuda for %s yet", dtype_table[t->dtype].name);
  Storage storage = {.data = element, .bytes = size};
  Tensor number = {.storage = &storage, .numel = 1};
  Tensor all = *t;
  all.dtype = number.dtype = (uint8_t)cuda_move_dtype(size);
  return walk_run(host->op_info(OP_CLONE), NULL, (DType)all.dtype, 2, (Tensor *[]){&all, &number}, tensor_device(t));
}

Status cuda_cast_kernel(Call *c) { return cuda_copy(c->out[0], c->in[0]); }
