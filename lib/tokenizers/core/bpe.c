/* bpe.c: byte pair encoding: the characters of a word, then the merges in the order of their ranks
** (Sennrich et al., 2016). */
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/model.h"

/* ---- the rules ---------------------------------------------------------------------------------- */

static size_t rule_slot(const Model *m, uint64_t pair) {
  size_t slot = (pair * 0x9E3779B97F4A7C15u >> 20) & m->rules_mask;
  while (m->rules[slot].id != NO_ID && m->rules[slot].pair != pair) slot = (slot + 1) & m->rules_mask;
  return slot;
}

void bpe_prepare(Failure *f, Model *m, size_t rules) {
  size_t room = 16;
  while (room < 2 * rules + 1) room *= 2;
  m->rules = allocate(f, room, sizeof *m->rules);
  m->rules_mask = room - 1;
  for (size_t i = 0; i < room; i++) m->rules[i].id = NO_ID;
}

/* There is room for as many as bpe_prepare was told of; of two rules for a pair the later one counts. */
void bpe_add_rule(Failure *f, Model *m, uint32_t left, uint32_t right, uint32_t rank, uint32_t id) {
  (void)f;
  const uint64_t pair = (uint64_t)left << 32 | right;
  m->rules[rule_slot(m, pair)] = (MergeRule){pair, rank, id};
}

static const MergeRule *find_rule(const Model *m, uint32_t left, uint32_t right) {
  const MergeRule *rule = &m->rules[rule_slot(m, (uint64_t)left << 32 | right)];
  return rule->id == NO_ID ? NULL : rule;
}

/* ---- the heap: the least rank first, of equal ones the one that is furthest left ------------------ */

static bool comes_before(const Merge *a, const Merge *b) {
  return a->rank != b->rank ? a->rank < b->rank : a->place < b->place;
}

static void heap_push(Work *w, Merge merge) {
  PUSH(&w->failure, &w->heap, merge);
  Merge *heap = w->heap.v;
  size_t i = w->heap.n - 1;
  for (; i > 0 && comes_before(&merge, &heap[(i - 1) / 2]); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
  heap[i] = merge;
}

static Merge heap_pop(Work *w) {
  Merge *heap = w->heap.v;
  const Merge top = heap[0], last = heap[--w->heap.n];
  const size_t n = w->heap.n;
  size_t i = 0;
  for (size_t child = 1; child < n; child = 2 * i + 1) {
    if (child + 1 < n && comes_before(&heap[child + 1], &heap[child])) child++;
    if (!comes_before(&heap[child], &last)) break;
    heap[i] = heap[child];
    i = child;
  }
  if (n > 0) heap[i] = last;
  return top;
}

/* Notes that the symbol at 'place' and the one behind it can merge. */
static void heap_offer(Work *w, const Model *m, int32_t place) {
  const Symbol *symbols = w->symbols.v;
  const int32_t next = symbols[place].after;
  if (next < 0) return;
  const MergeRule *rule = find_rule(m, symbols[place].id, symbols[next].id);
  if (rule != NULL) heap_push(w, (Merge){rule->rank, (uint32_t)place, rule->id});
}

/* ---- a word ------------------------------------------------------------------------------------ */

static void add_symbol(Work *w, uint32_t id, size_t length) {
  const int32_t n = (int32_t)w->symbols.n;
  PUSH(&w->failure, &w->symbols, (Symbol){id, (uint32_t)length, n - 1, n + 1});
}

/* The token of a character, with the prefix of those inside of a word and the suffix of the last one. */
static int64_t find_character(Work *w, const Model *m, const char *text, size_t size, bool first, bool last) {
  if (size <= 2 && m->prefix == NULL && m->suffix == NULL) {
    unsigned ignored;
    const uint32_t id = m->singles[unicode_at(text, &ignored)];
    return id == NO_ID ? -1 : (int64_t)id;
  }
  const char *prefix = first || m->prefix == NULL ? "" : m->prefix;
  const char *suffix = !last || m->suffix == NULL ? "" : m->suffix;
  const size_t before = strlen(prefix), after = strlen(suffix);
  w->word.n = 0;
  RESERVE(&w->failure, &w->word, before + size + after);
  memcpy(w->word.v, prefix, before);
  memcpy(w->word.v + before, text, size);
  memcpy(w->word.v + before + size, suffix, after);
  w->word.n = before + size + after;
  return vocabulary_find(&m->vocabulary, w->word.v, w->word.n);
}

/* The tokens of the bytes of a character that has none itself; its text with prefix and suffix counts where it was
** built in w->word. */
static bool add_bytes(Work *w, const Model *m, const char *text, size_t size) {
  if (m->prefix != NULL || m->suffix != NULL) text = w->word.v, size = w->word.n;
  for (size_t i = 0; i < size; i++) if (m->byte_ids[(uint8_t)text[i]] == NO_ID) return false;
  for (size_t i = 0; i < size; i++) add_symbol(w, m->byte_ids[(uint8_t)text[i]], 1);
  return true;
}

static void add_symbols(Work *w, const Model *m, const char *text, size_t n) {
  size_t unknown = 0; /* bytes that wait to become a token for what is unknown */
  w->symbols.n = 0;
  for (size_t at = 0; at < n;) {
    const size_t size = unicode_size(text[at]);
    const int64_t id = find_character(w, m, text + at, size, at == 0, at + size >= n);
    if (id >= 0) {
      if (unknown > 0) add_symbol(w, m->unknown, unknown);
      unknown = 0;
      add_symbol(w, (uint32_t)id, size);
    } else if (!(m->byte_fallback && add_bytes(w, m, text + at, size)) && m->unknown_token != NULL) {
      if (m->unknown == NO_ID) give_up(&w->failure, "the token '%.60s' for what is unknown is not in the vocabulary",
        m->unknown_token);
      if (unknown > 0 && !m->fuse_unknown) add_symbol(w, m->unknown, unknown), unknown = 0;
      unknown += size;
    }
    at += size;
  }
  if (unknown > 0) add_symbol(w, m->unknown, unknown);
  if (w->symbols.n > 0) w->symbols.v[w->symbols.n - 1].after = -1;
}

/* A number in [0, 1) by splitmix64. */
static double next_random(Work *w) {
  uint64_t x = w->random += 0x9E3779B97F4A7C15u;
  x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
  x = (x ^ x >> 27) * 0x94D049BB133111EBu;
  return (double)((x ^ x >> 31) >> 11) * 0x1p-53;
}

/* Merges the pair, if it is still the one that was noted. */
static void merge_pair(Work *w, const Model *m, Merge merge) {
  Symbol *symbols = w->symbols.v, *left = &symbols[merge.place];
  if (left->length == 0 || left->after < 0) return;
  Symbol *right = &symbols[left->after];
  const MergeRule *rule = find_rule(m, left->id, right->id);
  if (rule == NULL || rule->id != merge.id) return;
  left->id = merge.id;
  left->length += right->length;
  left->after = right->after;
  right->length = 0;
  if (left->after >= 0) symbols[left->after].before = (int32_t)merge.place;
  if (left->before >= 0) heap_offer(w, m, left->before);
  heap_offer(w, m, (int32_t)merge.place);
}

static void merge_all(Work *w, const Model *m) {
  w->heap.n = w->skipped.n = 0;
  for (size_t i = 0; i + 1 < w->symbols.n; i++) heap_offer(w, m, (int32_t)i);
  while (w->heap.n > 0) {
    const Merge top = heap_pop(w);
    if (m->dropout > 0 && next_random(w) < m->dropout) {
      PUSH(&w->failure, &w->skipped, top);
      continue;
    }
    for (size_t i = 0; i < w->skipped.n; i++) heap_push(w, w->skipped.v[i]);
    w->skipped.n = 0;
    merge_pair(w, m, top);
  }
}

void bpe_tokenize(Work *w, const Model *m, const char *text, size_t n) {
  if (m->ignore_merges && m->dropout == 0) {
    const int64_t id = vocabulary_find(&m->vocabulary, text, n);
    if (id >= 0) {
      PUSH(&w->failure, &w->tokens, (Token){(uint32_t)id, 0, (uint32_t)n, 0, false});
      return;
    }
  }
  add_symbols(w, m, text, n);
  merge_all(w, m);
  uint32_t at = 0;
  for (size_t i = 0; i < w->symbols.n; i++) {
    const Symbol s = w->symbols.v[i];
    if (s.length > 0) PUSH(&w->failure, &w->tokens, (Token){s.id, at, at + s.length, 0, false});
    at += s.length;
  }
}
