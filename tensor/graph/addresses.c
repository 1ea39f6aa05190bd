/* addresses.c: see addresses.h. */
#include "addresses.h"

static int *address_slot(Addresses *a, const void *key, bool *there) {
  size_t i = ((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u >> 20;
  for (i %= (size_t)a->room; a->key[i] != NULL && a->key[i] != key;) i = (i + 1) % (size_t)a->room;
  *there = a->key[i] == key;
  if (!*there) a->key[i] = key;
  return &a->index[i];
}

int address_find(const Addresses *a, const void *key) {
  if (a->room == 0) return -1;
  size_t i = ((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u >> 20;
  for (i %= (size_t)a->room; a->key[i] != NULL; i = (i + 1) % (size_t)a->room)
    if (a->key[i] == key) return a->index[i];
  return -1;
}

void address_free(Addresses *a) {
  memory_free(a->key, sizeof *a->key * (size_t)a->room);
  memory_free(a->index, sizeof *a->index * (size_t)a->room);
}

Status address_set(Addresses *a, const void *key, int index) {
  bool there;
  if (2 * (a->n + 1) > a->room) {
    Addresses more = {.room = 4 * a->n + 64};
    more.key = memory_zalloc(sizeof *more.key * (size_t)more.room);
    more.index = memory_zalloc(sizeof *more.index * (size_t)more.room);
    if (more.key == NULL || more.index == NULL) {
      address_free(&more);
      return ERROR_MEMORY;
    }
    for (int i = 0; i < a->room; i++)
      if (a->key[i] != NULL) *address_slot(&more, a->key[i], &there) = a->index[i], more.n++;
    address_free(a);
    *a = more;
  }
  int *slot = address_slot(a, key, &there);
  *slot = index;
  if (!there) a->n++;
  return OK;
}
