/* unigram.c: the most likely segmentation of a text, by Viterbi's algorithm (Kudo, 2018). */
#include "tokenizers/core/model.h"

#include <stdlib.h>
#include <string.h>

static void offer_path(Best *to, double score, uint32_t id, size_t start) {
  if (to->start >= 0 && score <= to->score) return;
  *to = (Best){score, id, (int32_t)start};
}

/* w->path[i] is the best way to byte i. */
static void find_path(Work *w, const Model *m, const char *text, size_t n) {
  w->path.n = 0;
  RESERVE(&w->failure, &w->path, n + 1);
  Best *path = w->path.v;
  for (size_t i = 0; i <= n; i++) path[i] = (Best){0, 0, -1};
  for (size_t start = 0; start < n;) {
    const double score = path[start].score;
    const size_t size = unicode_size(text[start]);
    bool is_token = false; /* the character alone */
    uint32_t node = 0;
    for (size_t i = start; i < n; i++) {
      node = trie_next(&m->trie, node, text[i]);
      if (node == TRIE_NONE) break;
      const uint32_t value = m->trie.units.v[node].value;
      if (value == 0) continue;
      offer_path(&path[i + 1], score + m->scores[value - 1], value - 1, start);
      if (i + 1 == start + size) is_token = true;
    }
    if (!is_token) {
      if (m->unknown == NO_ID) give_up(&w->failure, "a character is not in the vocabulary, and it has no 'unk_id'");
      offer_path(&path[start + size], score + m->unknown_score, m->unknown, start);
    }
    start += size;
  }
}

/* The token of start … end - 1: one that is known, those of its bytes, or the one for what is unknown. */
static void add_token(Work *w, const Model *m, const char *text, size_t start, size_t end) {
  Failure *f = &w->failure;
  const int64_t id = vocabulary_find(&m->vocabulary, text + start, end - start);
  if (id >= 0) {
    PUSH(f, &w->tokens, (Token){(uint32_t)id, (uint32_t)start, (uint32_t)end, 0, false});
    return;
  }
  bool bytes = m->byte_fallback;
  for (size_t i = start; bytes && i < end; i++) bytes = m->byte_ids[(uint8_t)text[i]] != NO_ID;
  for (size_t i = start; bytes && i < end; i++)
    PUSH(f, &w->tokens, (Token){m->byte_ids[(uint8_t)text[i]], (uint32_t)start, (uint32_t)end, 0, false});
  if (bytes) return;
  if (m->unknown == NO_ID) give_up(f, "a text is not in the vocabulary, and it has no 'unk_id'");
  PUSH(f, &w->tokens, (Token){m->unknown, (uint32_t)start, (uint32_t)end, 0, true});
}

/* From the end to the beginning, through w->symbols: unknown characters in a row become one token. */
void unigram_tokenize(Work *w, const Model *m, const char *text, size_t n) {
  find_path(w, m, text, n);
  w->symbols.n = 0;
  bool before = false; /* whether the segment behind is unknown */
  for (size_t end = n; end > 0;) {
    const Best best = w->path.v[end];
    const bool unknown = best.id == m->unknown;
    if (unknown && before) w->symbols.v[w->symbols.n - 1].length += (uint32_t)(end - (size_t)best.start);
    else PUSH(&w->failure, &w->symbols, (Symbol){.length = (uint32_t)(end - (size_t)best.start)});
    before = unknown;
    end = (size_t)best.start;
  }
  size_t at = 0;
  for (size_t i = w->symbols.n; i-- > 0;) {
    add_token(w, m, text, at, at + w->symbols.v[i].length);
    at += w->symbols.v[i].length;
  }
}
