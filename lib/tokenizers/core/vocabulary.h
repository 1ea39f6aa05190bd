/* vocabulary.h: tokens and their ids, which count from 0 here; a trie of them. */
#ifndef TOKENIZERS_VOCABULARY_H
#define TOKENIZERS_VOCABULARY_H

#include "tokenizers/core/memory.h"

#define MAX_ID 0x00FFFFFFu /* of ids that files may have: memory is asked for up to the greatest one */

typedef struct { size_t at; uint32_t n; bool is_there; } Name;

typedef struct {
  VECTOR(char) bytes;
  VECTOR(Name) names;  /* by id */
  uint32_t *slots;     /* ids + 1 by the hashes of their texts; 0: free */
  size_t mask, count;  /* of slots - 1; of the tokens in them */
} Vocabulary;

void vocabulary_free(Vocabulary *v);
/* Of two tokens with one text the later one is found. */
void vocabulary_add(Failure *f, Vocabulary *v, const char *text, size_t n, uint32_t id);
/* The id, or -1. */
int64_t vocabulary_find(const Vocabulary *v, const char *text, size_t n);
/* The text of an id, or NULL. */
const char *vocabulary_text(const Vocabulary *v, uint32_t id, size_t *n);

uint64_t word_hash(const char *text, size_t n);

/* A double array: the child of node i by byte b is base + b, if its 'parent' is i + 1. */
typedef struct { uint32_t base, parent, value; } Unit; /* value: id + 1, or 0 */
typedef struct {
  VECTOR(Unit) units; /* the first is the root */
} Trie;

typedef struct { const char *text; uint32_t n, id; } Key;

void trie_free(Trie *t);
/* Of keys with one text the one with the greatest id counts. Sorts them. */
void trie_build(Failure *f, Trie *t, Key *keys, size_t n);
/* The trie of all tokens of a vocabulary. */
void trie_of(Failure *f, Trie *t, const Vocabulary *v);

#define TRIE_NONE UINT32_MAX
static inline uint32_t trie_next(const Trie *t, uint32_t node, char byte) {
  const size_t next = (size_t)t->units.v[node].base + (uint8_t)byte;
  return next < t->units.n && t->units.v[next].parent == node + 1 ? (uint32_t)next : TRIE_NONE;
}

#endif
