/* seen.c: see seen.h. */
#include "seen.h"

#include "owned.h"

static bool shows_the_same(const Tensor *a, const Tensor *b) {
  if (a->dtype != b->dtype || a->offset != b->offset || !tensor_same_shape(a, b)) return false;
  for (int d = 0; d < a->ndim; d++)
    if (a->shape[d] != 1 && a->stride[d] != b->stride[d]) return false;
  return true;
}

Seen *seen_find(const SeenTensors *s, const Tensor *x) {
  const int at = address_find(&s->tensors, x);
  return at >= 0 ? &s->v[at] : NULL;
}

Seen *seen_relative(const SeenTensors *s, const Tensor *x, bool *same) {
  Seen *oldest = NULL;
  *same = false;
  for (int i = address_find(&s->storages, x->storage); i >= 0; i = s->v[i].next_of_storage) {
    *same = shows_the_same(s->v[i].tensor, x);
    if (*same) return &s->v[i];
    if (s->v[i].tensor->dtype == x->dtype) oldest = &s->v[i];
  }
  return oldest;
}

Status seen_add(SeenTensors *s, Tensor *x, Seen **out) {
  *out = seen_find(s, x);
  if (*out != NULL) return OK;
  TRY(array_grow(&s->v, s->n + 1, &s->room, sizeof *s->v));
  TRY(address_set(&s->tensors, x, s->n));
  const int before = address_find(&s->storages, x->storage);
  *out = &s->v[s->n];
  **out = (Seen){.tensor = tensor_retain(x), .value = -1, .next_of_storage = before};
  s->n++;
  return address_set(&s->storages, x->storage, s->n - 1);
}

void seen_free(SeenTensors *s) {
  for (int i = 0; i < s->n; i++) tensor_release(s->v[i].tensor);
  memory_free(s->v, sizeof *s->v * (size_t)s->room);
  address_free(&s->tensors);
  address_free(&s->storages);
}
