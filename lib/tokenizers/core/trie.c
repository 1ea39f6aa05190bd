/* trie.c: the double array of vocabulary.h, made level by level from sorted keys. */
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/vocabulary.h"

void trie_free(Trie *t) {
  free(t->units.v);
  *t = (Trie){0};
}

static int compare_keys(const void *left, const void *right) {
  const Key *a = left, *b = right;
  const int order = memcmp(a->text, b->text, a->n < b->n ? a->n : b->n);
  if (order != 0) return order;
  if (a->n != b->n) return a->n < b->n ? -1 : 1;
  return a->id < b->id ? -1 : a->id > b->id;
}

/* Keys first … last - 1 have the same 'depth' bytes, which lead to the node. */
typedef struct { uint32_t node; size_t first, last, depth; } Task;
typedef struct {
  Trie *trie;
  Key *keys;
  size_t n;
  VECTOR(Task) tasks;
  size_t search; /* before it there is hardly a free unit */
} Builder;

static void ensure_units(Failure *f, Trie *t, size_t n) {
  if (t->units.n >= n) return;
  RESERVE(f, &t->units, n - t->units.n);
  memset(t->units.v + t->units.n, 0, (n - t->units.n) * sizeof(Unit));
  t->units.n = n;
}

/* A base at which the units of all 'n' bytes (which rise) are free. */
static size_t find_base(Failure *f, Builder *b, const uint8_t *bytes, size_t n) {
  Trie *t = b->trie;
  size_t at = b->search > (size_t)bytes[0] + 1 ? b->search : (size_t)bytes[0] + 1, taken = 0;
  bool first = true;
  for (;; at++) {
    ensure_units(f, t, at + 256);
    if (t->units.v[at].parent != 0) {
      taken++;
      continue;
    }
    if (first) b->search = at, first = false;
    const size_t base = at - bytes[0];
    size_t k = 1;
    while (k < n && t->units.v[base + bytes[k]].parent == 0) k++;
    if (k == n) {
      if (taken * 20 >= (at - b->search + 1) * 19) b->search = at;
      return base;
    }
  }
}

static void place_children(Failure *f, Builder *b, Task task) {
  uint8_t bytes[256];
  size_t starts[257], n = 0, i = task.first;
  Trie *t = b->trie;
  for (; i < task.last && b->keys[i].n == task.depth; i++) t->units.v[task.node].value = b->keys[i].id + 1;
  for (; i < task.last; i++) {
    const uint8_t byte = (uint8_t)b->keys[i].text[task.depth];
    if (n == 0 || bytes[n - 1] != byte) bytes[n] = byte, starts[n++] = i;
  }
  if (n == 0) return;
  starts[n] = task.last;
  const size_t base = find_base(f, b, bytes, n);
  if (base > UINT32_MAX - 512) give_up(f, "too many tokens");
  t->units.v[task.node].base = (uint32_t)base;
  for (size_t k = 0; k < n; k++) t->units.v[base + bytes[k]].parent = task.node + 1;
  for (size_t k = 0; k < n; k++)
    PUSH(f, &b->tasks, (Task){(uint32_t)(base + bytes[k]), starts[k], starts[k + 1], task.depth + 1});
}

static void build_guarded(Failure *f, void *data) {
  Builder *b = data;
  ensure_units(f, b->trie, 512);
  b->trie->units.v[0].parent = UINT32_MAX; /* the root is not free */
  if (b->n > 0) PUSH(f, &b->tasks, (Task){0, 0, b->n, 0});
  while (b->tasks.n > 0) place_children(f, b, b->tasks.v[--b->tasks.n]);
}

void trie_build(Failure *f, Trie *t, Key *keys, size_t n) {
  Builder b = {.trie = t, .keys = keys, .n = n, .search = 1};
  Failure inner;
  qsort(keys, n, sizeof *keys, compare_keys);
  const bool done = guard(&inner, build_guarded, &b);
  free(b.tasks.v);
  if (!done) give_up(f, "%s", inner.message);
}

typedef struct { Trie *trie; const Vocabulary *vocabulary; Key *keys; } OfVocabulary;

static void of_guarded(Failure *f, void *data) {
  OfVocabulary *d = data;
  size_t n = 0;
  for (uint32_t id = 0; id < d->vocabulary->names.n; id++) {
    const Name name = d->vocabulary->names.v[id];
    if (name.is_there && name.n > 0) d->keys[n++] = (Key){d->vocabulary->bytes.v + name.at, name.n, id};
  }
  trie_build(f, d->trie, d->keys, n);
}

void trie_of(Failure *f, Trie *t, const Vocabulary *v) {
  OfVocabulary data = {t, v, allocate(f, v->names.n, sizeof(Key))};
  Failure inner;
  const bool done = guard(&inner, of_guarded, &data);
  free(data.keys);
  if (!done) give_up(f, "%s", inner.message);
}
