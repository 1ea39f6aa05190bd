/* cache.c: the words that a thread has seen, and their tokens. A full cache is emptied. */
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/model.h"

#define SLOTS (1u << 16)
#define MAX_BYTES (1u << 20)

typedef struct {
  uint64_t hash;
  uint32_t at, n;         /* the word in 'bytes' */
  uint32_t first, tokens; /* its tokens; at most so many as it has bytes */
} Entry;

struct WordCache {
  Entry slots[SLOTS]; /* n 0: free */
  size_t count;
  VECTOR(char) bytes;
  Tokens tokens;
};

void cache_free(WordCache *c) {
  if (c == NULL) return;
  free(c->bytes.v);
  free(c->tokens.v);
  free(c);
}

static Entry *find_entry(WordCache *c, const char *text, size_t n, uint64_t hash) {
  for (size_t slot = hash % SLOTS;; slot = (slot + 1) % SLOTS) {
    Entry *e = &c->slots[slot];
    if (e->n == 0 || (e->hash == hash && e->n == n && memcmp(c->bytes.v + e->at, text, n) == 0)) return e;
  }
}

bool cache_find(Work *w, const char *text, size_t n, uint64_t hash) {
  if (w->cache == NULL) return false;
  const Entry *e = find_entry(w->cache, text, n, hash);
  if (e->n == 0) return false;
  RESERVE(&w->failure, &w->tokens, e->tokens);
  memcpy(w->tokens.v + w->tokens.n, w->cache->tokens.v + e->first, e->tokens * sizeof(Token));
  w->tokens.n += e->tokens;
  return true;
}

void cache_add(Work *w, const char *text, size_t n, uint64_t hash, size_t first) {
  Failure *f = &w->failure;
  if (w->cache == NULL) w->cache = allocate(f, 1, sizeof *w->cache);
  WordCache *c = w->cache;
  if (c->count >= SLOTS / 2 || c->bytes.n > MAX_BYTES || c->tokens.n > MAX_BYTES) {
    memset(c->slots, 0, sizeof c->slots);
    c->count = c->bytes.n = c->tokens.n = 0;
  }
  const size_t tokens = w->tokens.n - first;
  RESERVE(f, &c->bytes, n);
  RESERVE(f, &c->tokens, tokens + 1);
  Entry *e = find_entry(c, text, n, hash);
  *e = (Entry){hash, (uint32_t)c->bytes.n, (uint32_t)n, (uint32_t)c->tokens.n, (uint32_t)tokens};
  memcpy(c->bytes.v + c->bytes.n, text, n);
  if (tokens > 0) memcpy(c->tokens.v + c->tokens.n, w->tokens.v + first, tokens * sizeof(Token));
  c->bytes.n += n;
  c->tokens.n += tokens;
  c->count++;
}
