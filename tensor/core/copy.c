/* core/copy.c: copies without a trace in the history: on one device, from one to another, and to where the host can
** read them. Nothing outside of the CPU's kernels takes an element of a tensor but through tensor_item, tensor_on_host
** and tensor_stage.
*/
#include "call/mode.h"
#include "device/device.h"
#include "internal.h"

static size_t dense_bytes(const Tensor *t) { return (size_t)t->numel * tensor_itemsize(t); }

/* The bytes of a contiguous tensor into another of its dtype and shape. */
static Status copy_bytes(Tensor *to, const Tensor *from) {
  const DeviceOps *t = device_of(to), *f = device_of(from);
  const int t_index = tensor_device(to).index, f_index = tensor_device(from).index;
  const size_t bytes = dense_bytes(to);
  if (!t->has_data) return OK;
  if (f->host) return t->from_host(t_index, tensor_data(to), tensor_data(from), bytes);
  if (t->host) return f->to_host(f_index, tensor_data(to), tensor_data(from), bytes);
  if (t == f) return t->between(t_index, tensor_data(to), f_index, tensor_data(from), bytes);
  void *block = memory_alloc(bytes);
  if (block == NULL) return ERROR_MEMORY;
  Status status = f->to_host(f_index, block, tensor_data(from), bytes);
  if (status == OK) status = t->from_host(t_index, tensor_data(to), block, bytes);
  memory_free(block, bytes);
  return status;
}

/* Whether data may be read, or zeros be given for it. */
static Status check_data(const char *who, const Tensor *t) {
  char text[DEVICE_TEXT];
  if (device_of(t)->has_data) return OK;
  if (device_placeholder == NULL)
    return fail(ERROR_ARGUMENT, "%s: needs data, which a tensor on %s has not", who,
                device_text(text, tensor_device(t)));
  device_placeholder(who, t);
  return OK;
}

/* What stands for data that is not there: zeros, and ones of integers, for those may be positions and sizes. */
static Status copy_placeholder(Tensor *to, const Tensor *from) {
  const Category kind = dtype_category((DType)from->dtype);
  return device_of(to)->fill(to, scalar_int(kind == CATEGORY_INTEGER ? 1 : 0));
}

/* Between two devices: bytes of dense tensors travel; strides, shapes and dtypes are changed on either side. */
static Status copy_across(const char *who, Tensor *to, Tensor *from) {
  OWNED Tensor *dense = NULL, *arrived = NULL;
  if (!device_of(to)->has_data) return OK;
  TRY(check_data(who, from));
  if (!device_of(from)->has_data) return copy_placeholder(to, from);
  TRY(tensor_contiguous(from, &dense));
  const bool direct = to->dtype == dense->dtype && tensor_same_shape(to, dense) && tensor_is_contiguous(to);
  if (direct) return copy_bytes(to, dense);
  TRY(tensor_empty("copy_", dense->ndim, dense->shape, (DType)dense->dtype, tensor_device(to), &arrived));
  TRY(copy_bytes(arrived, dense));
  return device_of(to)->copy(to, arrived);
}

static Status copy_values(const char *who, Tensor *to, Tensor *from) {
  if (to->numel == 0) return OK;
  return to->device == from->device ? device_of(to)->copy(to, from) : copy_across(who, to, from);
}

Status tensor_copy_raw(Tensor *to, Tensor *from) { return copy_values("copy_", to, from); }

/* A new dense tensor with the elements of t, in another dtype, on another device. */
static Status copy_made(const char *who, Tensor *t, DType dtype, Device device, Tensor **out) {
  TRY(tensor_empty(who, t->ndim, t->shape, dtype, device, out));
  Status status = copy_values(who, *out, t);
  if (status == OK) return OK;
  tensor_release(*out);
  *out = NULL;
  return status;
}

Status tensor_copy_as(Tensor *t, DType dtype, Tensor **out) {
  return copy_made("clone", t, dtype, tensor_device(t), out);
}

Status tensor_copy_to(Tensor *t, Device device, Tensor **out) {
  return copy_made("to", t, (DType)t->dtype, device, out);
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

Status tensor_fill_raw(Tensor *t, Scalar value) { return t->numel == 0 ? OK : device_of(t)->fill(t, value); }

Status tensor_copy(Tensor *to, Tensor *from) {
  int ndim;
  int64_t shape[TENSOR_MAX_DIMS];
  Tensor *both[] = {to, from};
  TRY(broadcast_shape("copy_", 2, both, &ndim, shape));
  MODE_CHANGES(.kind = CHANGE_COPY, .target = to, .source = from);
  return tensor_copy_raw(to, from);
}

/* ---- for the host ------------------------------------------------------------------- */

Status tensor_on_host(const char *who, Tensor *t, Tensor **out) {
  if (!device_of(t)->host) return copy_made(who, t, (DType)t->dtype, (Device){DEVICE_CPU, 0}, out);
  *out = tensor_retain(t);
  return OK;
}

Status tensor_item(const char *who, const Tensor *t, Scalar *out) {
  OWNED Tensor *host = NULL;
  if (t->numel != 1) {
    char text[SHAPE_TEXT];
    return fail(ERROR_ARGUMENT, "%s: expected a tensor of one element, got %s", who, tensor_text(text, t));
  }
  if (!device_of(t)->host) TRY(tensor_on_host(who, (Tensor *)t, &host));
  *out = element_get((DType)t->dtype, tensor_data(host != NULL ? host : t));
  return OK;
}

Status tensor_stage(Tensor *t, Tensor **host) {
  const DeviceOps *ops = device_of(t);
  *host = NULL;
  if (!ops->has_data) return OK;
  if (!ops->host) return tensor_empty_cpu(t->ndim, t->shape, (DType)t->dtype, host);
  *host = tensor_retain(t);
  return OK;
}

Status tensor_staged(Tensor *t, Tensor *host) {
  Status status = host == NULL || host == t ? OK : tensor_copy_raw(t, host);
  tensor_release(host);
  return status;
}
