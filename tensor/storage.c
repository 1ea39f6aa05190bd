/* storage.c: counted memory that tensors and their views share. */
#include "internal.h"

/* Small data lies behind its header in one block. */
#define HEADER 64
#define TOGETHER 4096
_Static_assert(sizeof(Storage) <= HEADER, "the header of a storage fits one line");

Status storage_new(size_t bytes, Device device, Storage **out) {
  *out = NULL;
  if (device.type != DEVICE_CPU)
    return fail(ERROR_ARGUMENT, "device: this build knows only 'cpu'");
  bool together = bytes <= TOGETHER;
  Storage *s = memory_alloc(together ? HEADER + bytes : sizeof *s);
  if (s == NULL) return ERROR_MEMORY;
  void *data = together ? (char *)s + HEADER : memory_alloc(bytes);
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
  bool together = s->data == (char *)s + HEADER;
  if (s->release != NULL) s->release(s);
  else if (!together) memory_free(s->data, s->bytes);
  memory_free(s, together ? HEADER + s->bytes : sizeof *s);
}
