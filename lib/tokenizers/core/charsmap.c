/* charsmap.c: the map of characters of SentencePiece: a double array, and the texts that its leaves lead to. */
#include <string.h>
#include <utf8proc.h>

#include "tokenizers/core/work.h"

typedef struct {
  const char *units; /* little-endian words of 32 bits */
  uint32_t n;        /* of them */
  const char *texts;
  size_t size;       /* of the texts, each with a zero byte at its end */
} Map;

static uint32_t read_word(const char *p) {
  const uint8_t *b = (const uint8_t *)p;
  return b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

static Map charsmap_map(const char *bytes, size_t n) {
  const uint32_t size = read_word(bytes);
  return (Map){bytes + 4, size / 4, bytes + 4 + size, n - 4 - size};
}

const char *charsmap_check(const char *bytes, size_t n) {
  if (n < 4) return "a map of at least 4 bytes";
  const uint32_t size = read_word(bytes);
  if (size % 4 != 0 || size > n - 4 || size < 4) return "a map whose first 4 bytes tell the size of its trie";
  if (n - 4 - size == 0 || bytes[n - 1] != '\0') return "a map that ends with a zero byte";
  return NULL;
}

static uint32_t unit_offset(uint32_t unit) { return (unit >> 10) << ((unit & 512) >> 6); }

/* What the shortest prefix of the text that the map has becomes; NULL: it has none. The library that wrote the maps of
** tokenizer.json files looks for the shortest one, too. */
static const char *lookup(const Map *m, const char *text, size_t n) {
  uint32_t node = unit_offset(read_word(m->units));
  for (size_t i = 0; i < n && text[i] != '\0'; i++) {
    node ^= (uint8_t)text[i];
    if (node >= m->n) return NULL;
    const uint32_t unit = read_word(m->units + 4 * (size_t)node);
    if ((unit & (1u << 31 | 255)) != (uint8_t)text[i]) return NULL;
    node ^= unit_offset(unit);
    if (unit >> 8 & 1) {
      if (node >= m->n) return NULL;
      const uint32_t at = read_word(m->units + 4 * (size_t)node) & 0x7FFFFFFF;
      return at < m->size ? m->texts + at : NULL;
    }
  }
  return NULL;
}

/* The changes that put 'text' in the place of the 'n' bytes 'old'. */
static void put_text(Work *w, const char *old, size_t n, const char *text) {
  Changes *list = &w->changes;
  const size_t first = list->n, length = strlen(text);
  for (size_t i = 0; i < length;) {
    unsigned size;
    PUSH(&w->failure, list, (Change){unicode_at(text + i, &size), 0});
    i += size;
  }
  const ptrdiff_t more = (ptrdiff_t)(list->n - first) - (ptrdiff_t)unicode_count(old, n);
  for (ptrdiff_t k = 0; k < more; k++) list->v[list->n - 1 - (size_t)k].change = 1;
  if (more < 0 && list->n > 0) list->v[list->n - 1].change += (int32_t)more;
}

/* The end of the grapheme that begins at 'at'. */
static size_t grapheme_end(View in, size_t at) {
  unsigned size;
  utf8proc_int32_t state = 0;
  uint32_t c = unicode_at(in.bytes + at, &size);
  for (at += size; at < in.n; at += size) {
    const uint32_t next = unicode_at(in.bytes + at, &size);
    if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)c, (utf8proc_int32_t)next, &state)) break;
    c = next;
  }
  return at;
}

/* A grapheme of less than 6 bytes is looked up as a whole, else its characters one by one. */
static bool map_grapheme(Work *w, const Map *m, const char *bytes, size_t n) {
  const char *text = n < 6 ? lookup(m, bytes, n) : NULL;
  if (text != NULL) {
    put_text(w, bytes, n, text);
    return true;
  }
  bool any = false;
  for (size_t i = 0; i < n;) {
    unsigned size;
    const uint32_t c = unicode_at(bytes + i, &size);
    text = lookup(m, bytes + i, size);
    if (text != NULL) put_text(w, bytes + i, size, text);
    else PUSH(&w->failure, &w->changes, (Change){c, 0});
    any |= text != NULL;
    i += size;
  }
  return any;
}

void charsmap_apply(Work *w, const Step *s, View in, AlignedText *out) {
  const Map map = charsmap_map(s->content, s->size);
  bool any = false;
  w->changes.n = 0;
  for (size_t i = 0; i < in.n;) {
    const size_t end = grapheme_end(in, i);
    any |= map_grapheme(w, &map, in.bytes + i, end - i);
    i = end;
  }
  if (any) aligned_change(&w->failure, in, &w->changes, 0, out);
  else aligned_copy(&w->failure, in, out);
}
