/* storage.c: counted memory that tensors and their views share. */
#include "device/device.h"
#include "internal.h"

/* A Storage takes the first HEADER bytes of its block. Small data follows in the same block. */
#define HEADER 64
_Static_assert(sizeof(Storage) <= HEADER, "the header of a storage fits one line");

_Thread_local bool storage_inference;

static void *behind(Storage *s) { return (char *)s + HEADER; }

static void fill_header(Storage *s, Device device, size_t bytes, void *data) {
  *s = (Storage){.device = device, .data = data, .bytes = bytes, .inference = storage_inference};
  atomic_init(&s->refs, 1);
  atomic_init(&s->version, 0);
  if (storage_watched) storage_note(s);
}

Status storage_new_behind(size_t lead, size_t bytes, void **block, Storage **out) {
  *out = NULL;
  if ((*block = memory_alloc(lead + HEADER + bytes)) == NULL) return ERROR_MEMORY;
  Storage *s = (Storage *)((char *)*block + lead);
  fill_header(s, (Device){DEVICE_CPU, 0}, bytes, behind(s));
  s->lead = (uint16_t)lead;
  s->room = (uint16_t)bytes;
  *out = s;
  return OK;
}

static void storage_free_on_device(Storage *s) {
  device_ops(s->device)->free(s->device.index, s->data, s->bytes);
}

Status storage_new(size_t bytes, Device device, Storage **out) {
  void *block, *data = NULL;
  if (device.type == DEVICE_CPU && bytes <= STORAGE_TOGETHER) return storage_new_behind(0, bytes, &block, out);
  *out = NULL;
  Storage *s = memory_alloc(HEADER);
  if (s == NULL) return ERROR_MEMORY;
  Status status = device_ops(device)->allocate(device.index, bytes, &data);
  if (status != OK) {
    memory_free(s, HEADER);
    return status;
  }
  fill_header(s, device, bytes, data);
  if (device.type != DEVICE_CPU) s->release = storage_free_on_device;
  *out = s;
  return OK;
}

Status storage_resize(Storage *s, size_t bytes) {
  const DeviceOps *device = device_ops(s->device);
  const size_t kept = bytes < s->bytes ? bytes : s->bytes;
  void *data = NULL;
  if (device->host && s->release != NULL)
    return fail(ERROR_ARGUMENT, "resize: the memory belongs to another owner (a file, a library) and has a fixed size");
  TRY(device->allocate(s->device.index, bytes, &data));
  Status status = OK;
  if (kept > 0 && device->host) memcpy(data, s->data, kept);
  else if (kept > 0 && device->has_data)
    status = device->between(s->device.index, data, s->device.index, s->data, kept);
  if (status != OK) {
    device->free(s->device.index, data, bytes);
    return status;
  }
  if (storage_watched) storage_forget(s);
  if (s->data != behind(s)) device->free(s->device.index, s->data, s->bytes);
  s->data = data;
  s->bytes = bytes;
  s->accounted = false; /* the collector is told of the new memory */
  if (storage_watched) storage_note(s);
  return OK;
}

void storage_retain(Storage *s) {
  atomic_fetch_add_explicit(&s->refs, 1, memory_order_relaxed);
}

void storage_release(Storage *s) {
  if (s == NULL) return;
  /* the last owner needs no locked instruction */
  if (atomic_load_explicit(&s->refs, memory_order_acquire) != 1 &&
      atomic_fetch_sub_explicit(&s->refs, 1, memory_order_acq_rel) != 1)
    return;
  if (storage_watched) storage_forget(s);
  if (s->release != NULL) s->release(s);
  else if (s->data != behind(s)) memory_free(s->data, s->bytes);
  memory_free((char *)s - s->lead, (size_t)s->lead + HEADER + s->room);
}
