/* vocabulary.c: see vocabulary.h. */
#include "tokenizers/core/vocabulary.h"

#include <stdlib.h>
#include <string.h>

uint64_t word_hash(const char *text, size_t n) {
  uint64_t h = 0x9E3779B97F4A7C15u ^ n, word;
  for (; n >= 8; n -= 8, text += 8) {
    memcpy(&word, text, 8);
    h = (h ^ word) * 0xD6E8FEB86659FD93u;
    h ^= h >> 32;
  }
  word = 0;
  memcpy(&word, text, n);
  h = (h ^ word) * 0xD6E8FEB86659FD93u;
  return h ^ h >> 29;
}

void vocabulary_free(Vocabulary *v) {
  free(v->bytes.v);
  free(v->names.v);
  free(v->slots);
  *v = (Vocabulary){0};
}

/* The slot of a text: the one that has it, or the free one where it belongs. */
static size_t find_slot(const Vocabulary *v, const char *text, size_t n) {
  size_t slot = word_hash(text, n) & v->mask;
  for (; v->slots[slot] != 0; slot = (slot + 1) & v->mask) {
    const Name name = v->names.v[v->slots[slot] - 1];
    if (name.n == n && memcmp(v->bytes.v + name.at, text, n) == 0) break;
  }
  return slot;
}

static void grow_slots(Failure *f, Vocabulary *v) {
  const size_t room = v->slots == NULL ? 64 : 2 * (v->mask + 1);
  uint32_t *slots = allocate(f, room, sizeof *slots), *old = v->slots;
  const size_t n = old == NULL ? 0 : v->mask + 1;
  v->slots = slots;
  v->mask = room - 1;
  for (size_t i = 0; i < n; i++) {
    if (old[i] == 0) continue;
    const Name name = v->names.v[old[i] - 1];
    slots[find_slot(v, v->bytes.v + name.at, name.n)] = old[i];
  }
  free(old);
}

void vocabulary_add(Failure *f, Vocabulary *v, const char *text, size_t n, uint32_t id) {
  if (2 * (v->count + 1) > v->mask + 1 || v->slots == NULL) grow_slots(f, v);
  RESERVE(f, &v->bytes, n + 1);
  while (v->names.n <= id) PUSH(f, &v->names, (Name){0, 0, false});
  v->names.v[id] = (Name){v->bytes.n, (uint32_t)n, true};
  memcpy(v->bytes.v + v->bytes.n, text, n);
  v->bytes.n += n;
  const size_t slot = find_slot(v, text, n);
  if (v->slots[slot] == 0) v->count++;
  v->slots[slot] = id + 1;
}

int64_t vocabulary_find(const Vocabulary *v, const char *text, size_t n) {
  return v->slots == NULL ? -1 : (int64_t)v->slots[find_slot(v, text, n)] - 1;
}

const char *vocabulary_text(const Vocabulary *v, uint32_t id, size_t *n) {
  if (id >= v->names.n || !v->names.v[id].is_there) return NULL;
  *n = v->names.v[id].n;
  return v->bytes.v + v->names.v[id].at;
}
