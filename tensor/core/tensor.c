/* tensor.c: handles on storages: making, sharing, reading single elements. */
#include <stdio.h>

#include "internal.h"

Ints ints_of(int n, const int64_t *values) {
  Ints list = {.n = n};
  for (int i = 0; i < n; i++) list.v[i] = values[i];
  return list;
}

int64_t shape_numel(int ndim, const int64_t *shape) {
  uint64_t n = 1; /* unsigned: the product of the sizes beside a size of 0 may overflow */
  for (int d = 0; d < ndim; d++) n *= (uint64_t)shape[d];
  return (int64_t)n;
}

void contiguous_strides(Tensor *t) {
  uint64_t step = 1; /* unsigned: for an empty tensor it may overflow, and nothing is read by it */
  for (int d = t->ndim - 1; d >= 0; d--) {
    t->stride[d] = (int64_t)step;
    step *= t->shape[d] > 0 ? (uint64_t)t->shape[d] : 1;
  }
  t->numel = shape_numel(t->ndim, t->shape);
}

/* A tensor made with a small storage lies in one block with it ("at home"): one
** allocation instead of two. It then holds a reference to that storage as long as it
** lives, and one more to the storage that it shows, where tensor_set_data made that
** another one. */
#define HOME 256
_Static_assert(sizeof(Tensor) <= HOME, "a tensor fits the room before its storage");

static Storage *home_of(const Tensor *t) {
  return t->flags & TENSOR_AT_HOME ? (Storage *)((char *)t + HOME) : NULL;
}

/* Clears the fields before the shape; the other fields are written before they are read. */
static Tensor *handle_init(Tensor *t, DType dtype, uint8_t device, int ndim) {
  memset(t, 0, offsetof(Tensor, shape));
  atomic_init(&t->refs, 1);
  t->dtype = (uint8_t)dtype;
  t->device = device;
  t->ndim = (uint8_t)ndim;
  return t;
}

/* A handle without a storage; NULL: no memory. */
static Tensor *handle_new(DType dtype, uint8_t device, int ndim) {
  Tensor *t = memory_alloc(sizeof *t);
  return t != NULL ? handle_init(t, dtype, device, ndim) : NULL;
}

/* A handle with a new storage of so many bytes. */
static Status handle_with_storage(DType dtype, int ndim, size_t bytes, uint8_t device, Tensor **out) {
  void *block;
  Storage *storage;
  if (bytes <= STORAGE_TOGETHER && device == 0) { /* the CPU */
    TRY(storage_new_behind(HOME, bytes, &block, &storage));
    *out = handle_init(block, dtype, 0, ndim);
    (*out)->flags = TENSOR_AT_HOME;
    (*out)->storage = storage;
    return OK;
  }
  Tensor *t = handle_new(dtype, device, ndim);
  if (t == NULL) return ERROR_MEMORY;
  Status status = storage_new(bytes, device_of_byte(device), &t->storage);
  if (status == OK) *out = t;
  else memory_free(t, sizeof *t);
  return status;
}

static Status check_sizes(const char *who, int ndim, const int64_t *shape, DType dtype,
                          size_t *bytes) {
  if (ndim > TENSOR_MAX_DIMS)
    return fail(ERROR_ARGUMENT, "%s: %d dimensions; at most %d are possible", who, ndim,
                TENSOR_MAX_DIMS);
  int64_t n = (int64_t)dtype_size(dtype);
  bool empty = false, overflow = false;
  for (int d = 0; d < ndim; d++) {
    if (shape[d] < 0)
      return fail(ERROR_ARGUMENT, "%s: size %lld in dimension %d is negative", who,
                  (long long)shape[d], d + 1);
    if (shape[d] == 0) empty = true;
    else if (__builtin_mul_overflow(n, shape[d], &n)) overflow = true;
  }
  if (overflow && !empty) {
    char text[SHAPE_TEXT];
    return fail(ERROR_MEMORY, "%s: a tensor of shape %s has too many elements", who,
                shape_text(text, ndim, shape));
  }
  *bytes = empty ? 0 : (size_t)n;
  return OK;
}

Status tensor_empty(const char *who, int ndim, const int64_t *shape, DType dtype,
                    Device device, Tensor **out) {
  size_t bytes;
  *out = NULL;
  TRY(check_sizes(who, ndim, shape, dtype, &bytes));
  Status status = handle_with_storage(dtype, ndim, bytes, device_byte(device), out);
  if (status == ERROR_MEMORY) {
    char text[SHAPE_TEXT];
    return fail(ERROR_MEMORY, "%s: not enough memory for a tensor of shape %s (%zu bytes)", who,
                shape_text(text, ndim, shape), bytes);
  }
  if (status != OK) return status;
  for (int d = 0; d < ndim; d++) (*out)->shape[d] = shape[d];
  contiguous_strides(*out);
  return OK;
}

Status tensor_empty_like(const Tensor *like, DType dtype, Tensor **out) {
  *out = NULL;
  TRY(handle_with_storage(dtype, like->ndim, (size_t)like->numel * dtype_size(dtype), like->device, out));
  Tensor *t = *out;
  for (int d = 0; d < like->ndim; d++) {
    t->shape[d] = like->shape[d];
    t->stride[d] = like->stride[d];
  }
  t->numel = like->numel;
  return OK;
}

Status tensor_empty_cpu(int ndim, const int64_t *shape, DType dtype, Tensor **out) {
  return tensor_empty("tensor", ndim, shape, dtype, (Device){DEVICE_CPU, 0}, out);
}

Status tensor_wrap_number(Scalar value, Tensor **out) {
  DType dtype = value.kind == SCALAR_FLOAT     ? DTYPE_FLOAT64
                : value.kind == SCALAR_COMPLEX ? DTYPE_COMPLEX128
                                               : scalar_dtype(value);
  TRY(tensor_empty_cpu(0, NULL, dtype, out));
  (*out)->flags |= TENSOR_WRAPPED_NUMBER;
  element_set(dtype, (*out)->storage->data, value);
  return OK;
}

Status tensor_from_storage(Storage *storage, DType dtype, int64_t offset, int ndim,
                           const int64_t *shape, const int64_t *stride, Tensor **out) {
  size_t bytes;
  *out = NULL;
  TRY(check_sizes("tensor", ndim, shape, dtype, &bytes));
  int64_t first = offset, last = offset;
  for (int d = 0; d < ndim; d++) {
    int64_t reach;
    if (__builtin_mul_overflow(shape[d] - 1, stride[d], &reach) ||
        __builtin_add_overflow(reach < 0 ? first : last, reach, reach < 0 ? &first : &last))
      return fail(ERROR_ARGUMENT, "as_strided: strides overflow");
  }
  if (offset < 0 || (bytes > 0 && (first < 0 || (uint64_t)last >= storage->bytes / dtype_size(dtype))))
    return fail(ERROR_ARGUMENT, "as_strided: the shape and strides reach outside the storage");
  Tensor *t = handle_new(dtype, device_byte(storage->device), ndim);
  if (t == NULL) return ERROR_MEMORY;
  for (int d = 0; d < ndim; d++) {
    t->shape[d] = shape[d];
    t->stride[d] = stride[d];
  }
  t->numel = shape_numel(ndim, shape);
  t->offset = offset;
  storage_retain(storage);
  t->storage = storage;
  *out = t;
  return OK;
}

/* A handle with the dtype, shape and strides of 'in' that shows 'storage', to which it gets a reference. */
static Status handle_like(const Tensor *in, Storage *storage, Tensor **out) {
  Tensor *t = handle_new((DType)in->dtype, in->device, in->ndim);
  *out = t;
  if (t == NULL) return ERROR_MEMORY;
  for (int d = 0; d < in->ndim; d++) {
    t->shape[d] = in->shape[d];
    t->stride[d] = in->stride[d];
  }
  t->offset = in->offset;
  t->numel = in->numel;
  storage_retain(storage);
  t->storage = storage;
  return OK;
}

Status tensor_view_of(const Tensor *in, Tensor **out) { return handle_like(in, in->storage, out); }

Status tensor_layout_of(const Tensor *t, Tensor **out) {
  static Storage nothing = {.refs = 1, .device = {DEVICE_CPU, 0}}; /* never released, so never freed */
  return handle_like(t, &nothing, out);
}

Status tensor_alias(const Tensor *t, Tensor **out) { return tensor_view_of(t, out); }

Tensor *tensor_retain(Tensor *t) {
  if (t == NULL) return t;
  atomic_fetch_add_explicit(&t->refs, 1, memory_order_relaxed);
  if (t->flags & TENSOR_HOOKED) hooks_recount(t);
  return t;
}

void tensor_release(Tensor *t) {
  if (t == NULL) return;
  if (atomic_load_explicit(&t->refs, memory_order_acquire) != 1 &&
      atomic_fetch_sub_explicit(&t->refs, 1, memory_order_acq_rel) != 1) {
    if (t->flags & TENSOR_HOOKED) hooks_recount(t);
    return;
  }
  if (t->autograd != NULL) t->autograd->release(t);
  tensor_release(t->base); /* a base is never a view: depth 1 */
  Storage *home = home_of(t);
  if (t->storage != home) storage_release(t->storage);
  if (home != NULL) storage_release(home);
  else memory_free(t, sizeof *t);
}

void tensor_replace_data(Tensor *t, const Tensor *from) {
  Storage *home = home_of(t), *old = t->storage;
  if (from->storage != home) storage_retain(from->storage);
  t->storage = from->storage;
  t->kind = from->kind;
  t->offset = from->offset;
  memcpy(t->stride, from->stride, sizeof t->stride);
  if (old != home) storage_release(old);
}

bool tensor_is_contiguous(const Tensor *t) {
  int64_t step = 1;
  for (int d = t->ndim - 1; d >= 0; d--) {
    if (t->shape[d] == 0) return true;
    if (t->shape[d] != 1 && t->stride[d] != step) {
      for (int e = 0; e < d; e++) if (t->shape[e] == 0) return true;
      return false;
    }
    step *= t->shape[d];
  }
  return true;
}

bool tensor_same_shape(const Tensor *a, const Tensor *b) {
  if (a->ndim != b->ndim) return false;
  for (int d = 0; d < a->ndim; d++)
    if (a->shape[d] != b->shape[d]) return false;
  return true;
}

bool tensor_is_expanded(const Tensor *t) {
  for (int d = 0; d < t->ndim; d++)
    if (t->stride[d] == 0 && t->shape[d] > 1) return true;
  return false;
}

size_t tensor_held_bytes(const Tensor *t) {
  return sizeof *t + sizeof(Storage) + (t->storage->data != NULL ? t->storage->bytes : 0);
}

const char *shape_text(char *buffer, int ndim, const int64_t *shape) {
  int at = snprintf(buffer, SHAPE_TEXT, "(");
  for (int d = 0; d < ndim && at < SHAPE_TEXT - 24; d++)
    at += snprintf(buffer + at, (size_t)(SHAPE_TEXT - at), "%s%lld", d > 0 ? "×" : "",
                   (long long)shape[d]);
  snprintf(buffer + at, (size_t)(SHAPE_TEXT - at), ")");
  return buffer;
}

const char *tensor_text(char *buffer, const Tensor *t) {
  char shape[SHAPE_TEXT], device[DEVICE_TEXT] = "";
  if (t->device != 0) device_text(device, tensor_device(t));
  snprintf(buffer, SHAPE_TEXT, "%s %.150s%s%s", dtype_name((DType)t->dtype), shape_text(shape, t->ndim, t->shape),
           t->device != 0 ? " on " : "", device);
  return buffer;
}

Scalar tensor_get(const Tensor *t, const int64_t *index) {
  int64_t at = t->offset;
  for (int d = 0; d < t->ndim; d++) at += index[d] * t->stride[d];
  return element_get((DType)t->dtype, (char *)t->storage->data + at * (int64_t)tensor_itemsize(t));
}
