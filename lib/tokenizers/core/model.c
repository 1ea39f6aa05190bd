/* model.c: what models share, and the two simple ones. */
#include "tokenizers/core/model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void model_free(Model *m) {
  vocabulary_free(&m->vocabulary);
  trie_free(&m->trie);
  void *owned[] = {m->unknown_token, m->prefix, m->suffix, m->rules, m->scores};
  for (int i = 0; i < 5; i++) free(owned[i]);
}

static uint32_t find_id(const Model *m, const char *text, size_t n) {
  const int64_t id = vocabulary_find(&m->vocabulary, text, n);
  return id < 0 ? NO_ID : (uint32_t)id;
}

static void find_singles(Model *m) {
  for (uint32_t c = 0; c < SINGLES; c++) {
    char text[4];
    m->singles[c] = find_id(m, text, unicode_put(text, c));
  }
}

/* The node behind the prefix of tokens inside of words. */
static uint32_t find_inside(const Model *m) {
  uint32_t node = 0;
  for (const char *p = m->prefix; p != NULL && *p != '\0' && node != TRIE_NONE; p++)
    node = trie_next(&m->trie, node, *p);
  return node;
}

void model_finish(Failure *f, Model *m) {
  for (int b = 0; b < 256; b++) {
    char text[8];
    snprintf(text, sizeof text, "<0x%02X>", b);
    m->byte_ids[b] = find_id(m, text, 6);
  }
  if (m->unknown_token != NULL) m->unknown = find_id(m, m->unknown_token, strlen(m->unknown_token));
  find_singles(m);
  if (m->kind != MODEL_WORDPIECE && m->kind != MODEL_UNIGRAM) return;
  trie_of(f, &m->trie, &m->vocabulary);
  m->inside = find_inside(m);
}

static uint32_t unknown_id(Work *w, const Model *m) {
  if (m->unknown == NO_ID)
    give_up(&w->failure, "a text is not in the vocabulary, and neither is the token '%.60s' for what is unknown",
         m->unknown_token == NULL ? "" : m->unknown_token);
  return m->unknown;
}

void wordlevel_tokenize(Work *w, const Model *m, const char *text, size_t n) {
  const int64_t id = vocabulary_find(&m->vocabulary, text, n);
  PUSH(&w->failure, &w->tokens, (Token){id >= 0 ? (uint32_t)id : unknown_id(w, m), 0, (uint32_t)n, 0, false});
}

/* The longest token that is a prefix of the text, from a node on: its id, and its size. */
static uint32_t longest_prefix(const Trie *t, uint32_t node, const char *text, size_t n, size_t *size) {
  uint32_t found = NO_ID;
  for (size_t i = 0; i < n && node != TRIE_NONE; i++) {
    node = trie_next(t, node, text[i]);
    if (node == TRIE_NONE) break;
    const uint32_t value = t->units.v[node].value;
    if (value != 0 && (i + 1 == n || unicode_is_start(text[i + 1]))) {
      found = value - 1;
      *size = i + 1;
    }
  }
  return found;
}

void wordpiece_tokenize(Work *w, const Model *m, const char *text, size_t n) {
  const size_t first = w->tokens.n;
  bool known = n <= m->max_characters || unicode_count(text, n) <= m->max_characters;
  for (size_t at = 0, size = 0; known && at < n; at += size) {
    const uint32_t id = longest_prefix(&m->trie, at == 0 ? 0 : m->inside, text + at, n - at, &size);
    known = id != NO_ID;
    if (known) PUSH(&w->failure, &w->tokens, (Token){id, (uint32_t)at, (uint32_t)(at + size), 0, false});
  }
  if (known) return;
  w->tokens.n = first;
  PUSH(&w->failure, &w->tokens, (Token){unknown_id(w, m), 0, (uint32_t)n, 0, false});
}

#define CACHED 256 /* longer words are not kept */

void model_tokenize(Work *w, const Model *m, const char *text, size_t n) {
  static void (*const tokenize[])(Work *, const Model *, const char *, size_t) = {
    bpe_tokenize, wordpiece_tokenize, unigram_tokenize, wordlevel_tokenize};
  const bool cached = n <= CACHED && n > 1 && m->kind != MODEL_WORDLEVEL && m->dropout == 0;
  const uint64_t hash = cached ? word_hash(text, n) : 0;
  if (cached && cache_find(w, text, n, hash)) return;
  const size_t first = w->tokens.n;
  tokenize[m->kind](w, m, text, n);
  if (cached) cache_add(w, text, n, hash, first);
}
