/* unigram_seed.c: the characters of all words, and the substrings that are there twice and more and go on in
** different ways: the inner nodes of the suffix tree of all words, which are the intervals of equal prefixes in the
** sorted suffixes.
*/
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/train.h"

/* A substring: its characters from 'at' on; 'score' is count times length. */
typedef struct { uint32_t at, length; uint64_t score; } Substring;

typedef struct {
  uint32_t *characters; /* of all words, each with a 0 behind it */
  size_t n, room;
  uint32_t *suffixes;
  size_t length;        /* that counts */
  VECTOR(Substring) found, open;
  uint64_t *counts;     /* of characters */
} Seed;

/* Characters that two suffixes share, at most one more than counts; the end of a word ends a suffix. */
static size_t shared(const Seed *s, uint32_t a, uint32_t b) {
  size_t i = 0;
  while (i <= s->length && s->characters[a + i] == s->characters[b + i]) {
    if (s->characters[a + i] == 0) return i + 1;
    i++;
  }
  return i;
}

static int compare_suffixes(const void *left, const void *right, void *data) {
  const Seed *s = data;
  const uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
  for (size_t i = 0; i <= s->length; i++) {
    const uint32_t x = s->characters[a + i], y = s->characters[b + i];
    if (x != y) return x < y ? -1 : 1;
    if (x == 0) break;
  }
  return a < b ? -1 : a > b;
}

/* Notes the substring of an interval of 'count' suffixes, unless it is too long, too short, or has the end of a word.
** */
static void note(Failure *f, Seed *s, Substring interval, size_t count) {
  if (interval.length < 2 || interval.length > s->length || count < 2) return;
  for (uint32_t i = 0; i < interval.length; i++) if (s->characters[interval.at + i] == 0) return;
  PUSH(f, &s->found, (Substring){interval.at, interval.length, (uint64_t)count * interval.length});
}

/* The intervals of suffixes with a common prefix, by a stack of those that are open; 'score' is where one begins. */
static void find_intervals(Failure *f, Seed *s) {
  for (size_t i = 1; i <= s->n; i++) {
    const size_t length = i < s->n ? shared(s, s->suffixes[i - 1], s->suffixes[i]) : 0;
    uint64_t first = i - 1;
    while (s->open.n > 0 && s->open.v[s->open.n - 1].length > length) {
      const Substring top = s->open.v[--s->open.n];
      note(f, s, top, i - (size_t)top.score);
      first = top.score;
    }
    if (length > 0 && (s->open.n == 0 || s->open.v[s->open.n - 1].length < length))
      PUSH(f, &s->open, (Substring){s->suffixes[i - 1], (uint32_t)length, first});
  }
}

static int compare_scores(const void *left, const void *right, void *data) {
  const Substring *a = left, *b = right;
  if (a->score != b->score) return a->score > b->score ? -1 : 1;
  return -compare_suffixes(&a->at, &b->at, data);
}

static void read_characters(Failure *f, Seed *s, const Counter *words) {
  size_t room = words->words.bytes.n + words->words.names.n + 2;
  s->counts = allocate(f, 0x110000, sizeof *s->counts);
  s->characters = allocate(f, room + s->length, sizeof *s->characters);
  s->suffixes = allocate(f, room, sizeof *s->suffixes);
  size_t at = 0;
  for (uint32_t id = 0; id < words->words.names.n; id++) {
    size_t n;
    unsigned size;
    const char *text = vocabulary_text(&words->words, id, &n);
    for (size_t i = 0; i < n; i += size) {
      const uint32_t c = unicode_at(text + i, &size);
      if (c != 0) s->counts[c] += words->counts.v[id], s->suffixes[s->n++] = (uint32_t)at;
      s->characters[at++] = c;
    }
    s->characters[at++] = 0;
  }
  if (at > UINT32_MAX / 2) give_up(f, "too many words");
}

static void add_piece(Failure *f, UnigramTraining *t, const uint32_t *characters, size_t length, double score) {
  const size_t at = t->bytes.n;
  RESERVE(f, &t->bytes, 4 * length);
  for (size_t i = 0; i < length; i++) t->bytes.n += unicode_put(t->bytes.v + t->bytes.n, characters[i]);
  PUSH(f, &t->pieces, (UnigramPiece){at, (uint32_t)(t->bytes.n - at), score});
}

typedef struct { uint32_t c; uint64_t count; } CountedCharacter;

static int compare_characters(const void *left, const void *right) {
  const CountedCharacter *a = left, *b = right;
  if (a->count != b->count) return a->count > b->count ? -1 : 1;
  return a->c > b->c ? -1 : a->c < b->c;
}

/* Characters come first, by falling count. */
static void add_characters(Failure *f, UnigramTraining *t, const Seed *s) {
  VECTOR(CountedCharacter) list = {0};
  for (uint32_t c = 0; c < 0x110000; c++) {
    if (s->counts[c] == 0) continue;
    if (list.n == list.capacity) {
      const size_t room = 2 * list.capacity + 256;
      CountedCharacter *grown = realloc(list.v, room * sizeof *grown);
      if (grown == NULL) {
        free(list.v);
        give_up(f, "not enough memory");
      }
      list.v = grown;
      list.capacity = room;
    }
    list.v[list.n++] = (CountedCharacter){c, s->counts[c]};
  }
  if (list.n > 0) qsort(list.v, list.n, sizeof *list.v, compare_characters);
  RESERVE(f, &t->pieces, list.n);
  RESERVE(f, &t->bytes, 4 * list.n);
  for (size_t i = 0; i < list.n; i++) add_piece(f, t, &list.v[i].c, 1, (double)list.v[i].count);
  free(list.v);
}

typedef struct { UnigramTraining *training; const Counter *words; Seed seed; } SeedCall;

static void seed_guarded(Failure *f, void *data) {
  SeedCall *c = data;
  Seed *s = &c->seed;
  UnigramTraining *t = c->training;
  s->length = t->max_piece_length;
  read_characters(f, s, c->words);
  qsort_r(s->suffixes, s->n, sizeof *s->suffixes, compare_suffixes, s);
  find_intervals(f, s);
  if (s->found.n > 0) qsort_r(s->found.v, s->found.n, sizeof *s->found.v, compare_scores, s);
  PUSH(f, &t->pieces, (UnigramPiece){0, 0, NAN}); /* what is unknown */
  add_characters(f, t, s);
  for (size_t i = 0; i < s->found.n && t->pieces.n <= t->seed_size; i++)
    add_piece(f, t, s->characters + s->found.v[i].at, s->found.v[i].length, (double)s->found.v[i].score);
  double sum = 0;
  for (size_t i = 1; i < t->pieces.n; i++) sum += t->pieces.v[i].score;
  for (size_t i = 1; i < t->pieces.n; i++) t->pieces.v[i].score = log(t->pieces.v[i].score) - log(sum);
}

void unigram_seed(Failure *f, UnigramTraining *t, const Counter *words) {
  SeedCall call = {.training = t, .words = words};
  Failure inner;
  const bool done = guard(&inner, seed_guarded, &call);
  void *arrays[] = {call.seed.characters, call.seed.suffixes, call.seed.found.v, call.seed.open.v, call.seed.counts};
  for (int i = 0; i < 5; i++) free(arrays[i]);
  if (!done) give_up(f, "%s", inner.message);
}
