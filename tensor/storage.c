/* storage.c: counted memory that tensors and their views share. */
#include "internal.h"

Status storage_new(size_t bytes, Device device, Storage **out) {
  *out = NULL;
  if (device.type != DEVICE_CPU)
    return fail(ERROR_ARGUMENT, "device: this build knows only 'cpu'");
  Storage *s = memory_alloc(sizeof *s);
  if (s == NULL) return ERROR_MEMORY;
  void *data = memory_alloc(bytes > 0 ? bytes : 1);
  if (data == NULL) {
    memory_free(s, sizeof *s);
    return ERROR_MEMORY;
  }
  *s = (Storage){.device = device, .data = data, .bytes = bytes};
  atomic_init(&s->refs, 1);
  atomic_init(&s->version, 0);
  *out = s;
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
  if (s->release != NULL) s->release(s);
  else memory_free(s->data, s->bytes > 0 ? s->bytes : 1);
  memory_free(s, sizeof *s);
}
