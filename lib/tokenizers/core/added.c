/* added.c: added tokens are found before the model sees a text. */
#include <stdlib.h>

#include "tokenizers/core/tokenizer.h"

void added_free(AddedSet *set) {
  trie_free(&set->trie);
  free(set->list.v);
  *set = (AddedSet){0};
}

static bool is_in_word(const char *at) {
  unsigned size;
  return (unicode_properties(unicode_at(at, &size)) & CHAR_WORD) != 0;
}

static bool is_space(const char *at, unsigned *size) {
  return (unicode_properties(unicode_at(at, size)) & CHAR_SPACE) != 0;
}

static uint32_t character_before(const char *text, uint32_t at) {
  do at--; while (!unicode_is_start(text[at]));
  return at;
}

/* The longest token that begins at 'at': its place in the list, or -1; *end is behind it. */
static int64_t match_at(const AddedSet *set, const char *text, uint32_t at, uint32_t limit, uint32_t *end) {
  int64_t found = -1;
  uint32_t node = 0;
  for (uint32_t i = at; i < limit; i++) {
    node = trie_next(&set->trie, node, text[i]);
    if (node == TRIE_NONE) break;
    const uint32_t value = set->trie.units.v[node].value;
    if (value != 0) found = (int64_t)value - 1, *end = i + 1;
  }
  return found;
}

/* Whether a token that was found at from … to - 1 counts; it may take in the spaces around. */
static bool take_match(const Tokenizer *t, const Added *added, const char *text, Span part, uint32_t done,
                       uint32_t *from, uint32_t *to) {
  if (t->encode_special_tokens && added->special) return false;
  if (added->single_word) {
    const bool before = *from > part.from && is_in_word(text + character_before(text, *from));
    if (before || (*to < part.to && is_in_word(text + *to))) return false;
  }
  unsigned size;
  while (added->left && *from > done && is_space(text + character_before(text, *from), &size))
    *from = character_before(text, *from);
  while (added->right && *to < part.to && is_space(text + *to, &size)) *to += size;
  return true;
}

void added_split(Work *w, const Tokenizer *t, const AddedSet *set, uint32_t start, uint32_t end) {
  const char *text = w->text.bytes.v;
  uint32_t done = start; /* what is before is in pieces */
  if (set->list.n == 0) {
    piece_add(w, start, end, -1);
    return;
  }
  for (uint32_t at = start; at < end;) {
    uint32_t to = at, from = at;
    const int64_t found = set->begins[(uint8_t)text[at]] ? match_at(set, text, at, end, &to) : -1;
    if (found < 0) {
      at++;
      continue;
    }
    const Added *added = &set->list.v[found];
    at = to; /* the next one begins behind this one, also where this one does not count */
    if (!take_match(t, added, text, (Span){start, end}, done, &from, &to)) continue;
    if (done < from) piece_add(w, done, from, -1);
    piece_add(w, from, to, (int32_t)added->id);
    done = to;
  }
  if (done < end) piece_add(w, done, end, -1);
}
