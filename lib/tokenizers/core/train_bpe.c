/* train_bpe.c: the merges of byte pair encoding: again and again the pair of symbols that is most frequent. */
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/train.h"

typedef VECTOR(uint32_t) Places; /* numbers of words */

/* A pair of symbols: how often it is there, and the words where it appeared in this round. */
typedef struct {
  uint64_t pair; /* left << 32 | right */
  int64_t count;
  Places fresh;
  bool is_used, is_touched;
} PairEntry;

/* A pair that waits, with its count when it was put here, and the words to look into. */
typedef struct { uint64_t pair; int64_t count; Places places; } Waiting;

typedef struct { uint32_t start, n; } TrainedWord; /* its symbols */
typedef struct { uint32_t id, length; } TrainedSymbol;

typedef struct BpeState {
  VECTOR(TrainedSymbol) symbols;
  VECTOR(TrainedWord) words;
  const uint64_t *counts;
  PairEntry *pairs;
  size_t mask, used;
  VECTOR(uint64_t) touched;
  VECTOR(Waiting) heap;
  VECTOR(char) text; /* scratch */
  uint64_t *characters; /* how often each character is there */
} BpeState;

void counter_add(Failure *f, Counter *c, const char *text, size_t n, uint64_t count) {
  int64_t id = vocabulary_find(&c->words, text, n);
  if (id < 0) {
    id = (int64_t)c->words.names.n;
    PUSH(f, &c->counts, 0);
    vocabulary_add(f, &c->words, text, n, (uint32_t)id);
  }
  c->counts.v[id] += count;
}

void counter_free(Counter *c) {
  vocabulary_free(&c->words);
  free(c->counts.v);
  *c = (Counter){0};
}

void bpe_training_free(BpeTraining *t) {
  BpeState *s = t->state;
  if (s != NULL) {
    for (size_t i = 0; s->pairs != NULL && i <= s->mask; i++) free(s->pairs[i].fresh.v);
    for (size_t i = 0; i < s->heap.n; i++) free(s->heap.v[i].places.v);
    void *arrays[] = {s->symbols.v, s->words.v, s->pairs, s->touched.v, s->heap.v, s->text.v, s->characters, s};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
  }
  vocabulary_free(&t->vocabulary);
  free(t->alphabet.v);
  free(t->rules.v);
  *t = (BpeTraining){0};
}

/* ---- pairs ---------------------------------------------------------------------------------------- */

static size_t pair_slot(const PairEntry *pairs, size_t mask, uint64_t pair) {
  size_t slot = (pair * 0x9E3779B97F4A7C15u >> 20) & mask;
  while (pairs[slot].is_used && pairs[slot].pair != pair) slot = (slot + 1) & mask;
  return slot;
}

static void grow_pairs(Failure *f, BpeState *s) {
  const size_t room = s->pairs == NULL ? 1024 : 2 * (s->mask + 1);
  PairEntry *pairs = allocate(f, room, sizeof *pairs);
  for (size_t i = 0; s->pairs != NULL && i <= s->mask; i++)
    if (s->pairs[i].is_used) pairs[pair_slot(pairs, room - 1, s->pairs[i].pair)] = s->pairs[i];
  free(s->pairs);
  s->pairs = pairs;
  s->mask = room - 1;
}

static PairEntry *find_pair(Failure *f, BpeState *s, uint64_t pair) {
  if (2 * (s->used + 1) > s->mask) grow_pairs(f, s);
  PairEntry *entry = &s->pairs[pair_slot(s->pairs, s->mask, pair)];
  if (!entry->is_used) {
    s->used++;
    *entry = (PairEntry){.pair = pair, .is_used = true};
  }
  return entry;
}

/* A pair is there so often more, in a word. */
static void change_pair(Failure *f, BpeState *s, uint32_t left, uint32_t right, int64_t change, uint32_t word) {
  PairEntry *entry = find_pair(f, s, (uint64_t)left << 32 | right);
  entry->count += change;
  if (change <= 0) return;
  if (!entry->is_touched) PUSH(f, &s->touched, entry->pair);
  entry->is_touched = true;
  if (entry->fresh.n == 0 || entry->fresh.v[entry->fresh.n - 1] != word) PUSH(f, &entry->fresh, word);
}

/* ---- the heap: the greatest count first, of equal ones the pair of the least ids ---------------------- */

static bool is_ahead(const Waiting *a, const Waiting *b) {
  return a->count != b->count ? a->count > b->count : a->pair < b->pair;
}

static void wait(Failure *f, BpeState *s, Waiting item) {
  PUSH(f, &s->heap, item);
  Waiting *heap = s->heap.v;
  size_t i = s->heap.n - 1;
  for (; i > 0 && is_ahead(&item, &heap[(i - 1) / 2]); i = (i - 1) / 2) heap[i] = heap[(i - 1) / 2];
  heap[i] = item;
}

static Waiting take(BpeState *s) {
  Waiting *heap = s->heap.v;
  const Waiting top = heap[0], last = heap[--s->heap.n];
  const size_t n = s->heap.n;
  size_t i = 0;
  for (size_t child = 1; child < n; child = 2 * i + 1) {
    if (child + 1 < n && is_ahead(&heap[child + 1], &heap[child])) child++;
    if (!is_ahead(&heap[child], &last)) break;
    heap[i] = heap[child];
    i = child;
  }
  if (n > 0) heap[i] = last;
  return top;
}

/* Pairs that appeared in this round wait with the words where they did. */
static void flush_pairs(Failure *f, BpeState *s) {
  for (size_t i = 0; i < s->touched.n; i++) {
    PairEntry *entry = find_pair(f, s, s->touched.v[i]);
    entry->is_touched = false;
    if (entry->count > 0) {
      RESERVE(f, &s->heap, 1);
      const Places places = entry->fresh;
      entry->fresh = (Places){0};
      wait(f, s, (Waiting){entry->pair, entry->count, places});
    } else entry->fresh.n = 0;
  }
  s->touched.n = 0;
}

/* ---- the alphabet, and the words in its symbols -------------------------------------------------------- */

static void count_characters(Failure *f, BpeTraining *t, const Counter *words) {
  BpeState *s = t->state;
  s->characters = allocate(f, 0x110000, sizeof *s->characters);
  for (uint32_t id = 0; id < words->words.names.n; id++) {
    size_t n;
    unsigned size;
    const char *text = vocabulary_text(&words->words, id, &n);
    for (size_t i = 0; i < n; i += size) s->characters[unicode_at(text + i, &size)] += words->counts.v[id];
  }
  for (size_t i = 0; i < t->alphabet.n; i++) s->characters[t->alphabet.v[i]] = UINT64_MAX;
}

/* Of too many characters those that are rarest go, one by one of equal count from the greatest code on. */
static void limit_characters(BpeTraining *t) {
  BpeState *s = t->state;
  size_t n = 0;
  for (uint32_t c = 0; c < 0x110000; c++) n += s->characters[c] > 0;
  while (t->limit_alphabet > 0 && n > t->limit_alphabet) {
    uint64_t least = UINT64_MAX;
    for (uint32_t c = 0; c < 0x110000; c++)
      if (s->characters[c] > 0 && s->characters[c] < least) least = s->characters[c];
    for (uint32_t c = 0x110000; c-- > 0 && n > t->limit_alphabet;)
      if (s->characters[c] == least) s->characters[c] = 0, n--;
  }
}

static uint32_t add_token(Failure *f, BpeTraining *t, const char *text, size_t n) {
  const int64_t id = vocabulary_find(&t->vocabulary, text, n);
  if (id >= 0) return (uint32_t)id;
  vocabulary_add(f, &t->vocabulary, text, n, (uint32_t)t->vocabulary.names.n);
  return (uint32_t)t->vocabulary.names.n - 1;
}

/* The token of a character: with the prefix inside of a word, with the suffix at its end. */
static uint32_t character_token(Failure *f, BpeTraining *t, const char *text, unsigned size, bool first, bool last) {
  BpeState *s = t->state;
  const char *parts[] = {first || t->prefix == NULL ? "" : t->prefix, !last || t->suffix == NULL ? "" : t->suffix};
  const size_t before = strlen(parts[0]), after = strlen(parts[1]);
  s->text.n = 0;
  RESERVE(f, &s->text, before + size + after);
  memcpy(s->text.v, parts[0], before);
  memcpy(s->text.v + before, text, size);
  memcpy(s->text.v + before + size, parts[1], after);
  return add_token(f, t, s->text.v, before + size + after);
}

static void read_words(Failure *f, BpeTraining *t, const Counter *words) {
  BpeState *s = t->state;
  for (uint32_t id = 0; id < words->words.names.n; id++) {
    size_t n;
    unsigned size;
    const char *text = vocabulary_text(&words->words, id, &n);
    const uint32_t start = (uint32_t)s->symbols.n;
    for (size_t i = 0; i < n; i += size) {
      const uint32_t c = unicode_at(text + i, &size);
      if (s->characters[c] == 0) continue;
      const uint32_t token = character_token(f, t, text + i, size, i == 0, i + size >= n);
      PUSH(f, &s->symbols, (TrainedSymbol){token, 1});
    }
    PUSH(f, &s->words, (TrainedWord){start, (uint32_t)s->symbols.n - start});
    const TrainedSymbol *symbols = s->symbols.v + start;
    for (uint32_t i = 0; i + 1 < s->words.v[id].n; i++)
      change_pair(f, s, symbols[i].id, symbols[i + 1].id, (int64_t)words->counts.v[id], id);
  }
}

/* ---- merges ------------------------------------------------------------------------------------------ */

/* Puts a pair together wherever it stands in a word. */
static void merge_word(Failure *f, BpeTraining *t, uint32_t word, Rule rule) {
  BpeState *s = t->state;
  TrainedSymbol *v = s->symbols.v + s->words.v[word].start;
  const uint32_t n = s->words.v[word].n;
  const int64_t count = (int64_t)s->counts[word];
  const size_t limit = t->max_token_length > 0 ? t->max_token_length : SIZE_MAX;
  uint32_t to = 0;
  for (uint32_t i = 0; i < n; i++, to++) {
    if (v[i].id != rule.left || i + 1 >= n || v[i + 1].id != rule.right) {
      v[to] = v[i];
      continue;
    }
    const TrainedSymbol joined = {rule.id, v[i].length + v[i + 1].length};
    if (to > 0) {
      change_pair(f, s, v[to - 1].id, rule.left, -count, word);
      if (v[to - 1].length + joined.length < limit) change_pair(f, s, v[to - 1].id, rule.id, count, word);
    }
    if (i + 2 < n) {
      change_pair(f, s, rule.right, v[i + 2].id, -count, word);
      if (v[i + 2].length + joined.length < limit) change_pair(f, s, rule.id, v[i + 2].id, count, word);
    }
    v[to] = joined;
    i++;
  }
  s->words.v[word].n = to;
}

/* The token of a pair: the right half without the prefix of tokens inside of words. */
static uint32_t joined_token(Failure *f, BpeTraining *t, uint32_t left, uint32_t right) {
  BpeState *s = t->state;
  size_t n_left, n_right;
  const size_t prefix = t->prefix == NULL ? 0 : strlen(t->prefix);
  const char *a = vocabulary_text(&t->vocabulary, left, &n_left);
  const char *b = vocabulary_text(&t->vocabulary, right, &n_right);
  if (prefix > 0 && n_right >= prefix && memcmp(b, t->prefix, prefix) == 0) b += prefix, n_right -= prefix;
  s->text.n = 0;
  RESERVE(f, &s->text, n_left + n_right);
  memcpy(s->text.v, a, n_left);
  memcpy(s->text.v + n_left, b, n_right);
  return add_token(f, t, s->text.v, n_left + n_right);
}

static void merge_pairs(Failure *f, BpeTraining *t) {
  BpeState *s = t->state;
  while (t->vocabulary.count < t->vocab_size && s->heap.n > 0) {
    Waiting top = take(s);
    const int64_t count = find_pair(f, s, top.pair)->count;
    if (top.count != count && count > 0) {
      top.count = count;
      wait(f, s, top);
      continue;
    }
    if (count < 1 || (uint64_t)count < t->min_frequency) {
      free(top.places.v);
      if (count < 1) continue;
      return;
    }
    Rule rule = {(uint32_t)(top.pair >> 32), (uint32_t)top.pair, 0};
    rule.id = joined_token(f, t, rule.left, rule.right);
    PUSH(f, &t->rules, rule);
    for (size_t i = 0; i < top.places.n; i++) merge_word(f, t, top.places.v[i], rule);
    free(top.places.v);
    flush_pairs(f, s);
  }
}

void bpe_train(Failure *f, BpeTraining *t, const Counter *words) {
  BpeState *s = t->state = allocate(f, 1, sizeof *s);
  s->counts = words->counts.v;
  count_characters(f, t, words);
  limit_characters(t);
  for (uint32_t c = 0; c < 0x110000; c++) {
    char text[4];
    if (s->characters[c] > 0) add_token(f, t, text, unicode_put(text, c));
  }
  read_words(f, t, words);
  flush_pairs(f, s);
  merge_pairs(f, t);
}
