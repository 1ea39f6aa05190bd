/* compose.c: the four normal forms of Unicode (UAX 15), with the places in the old text of the characters of the new.
** */
#include <string.h>
#include <utf8proc.h>

#include "tokenizers/core/work.h"

static unsigned combining_class(uint32_t c) {
  if (c < 0x300 || (unicode_properties(c) & CHAR_PLAIN)) return 0;
  return utf8proc_get_property((utf8proc_int32_t)c)->combining_class;
}

/* Sorts the marks from 'first' to the end by their classes; marks of one class stay in order. */
static void sort_marks(Work *w, size_t first) {
  Changes *list = &w->changes;
  if (list->n - first > 32) {
    size_t starts[257] = {0};
    for (size_t i = first; i < list->n; i++) starts[combining_class(list->v[i].c) + 1]++;
    for (int class = 0; class < 256; class++) starts[class + 1] += starts[class];
    w->composed.n = 0;
    RESERVE(&w->failure, &w->composed, list->n - first);
    for (size_t i = first; i < list->n; i++) w->composed.v[starts[combining_class(list->v[i].c)]++] = list->v[i];
    memcpy(list->v + first, w->composed.v, (list->n - first) * sizeof(Change));
    return;
  }
  for (size_t i = first + 1; i < list->n; i++) {
    const Change mark = list->v[i];
    const unsigned class = combining_class(mark.c);
    size_t k = i;
    for (; k > first && combining_class(list->v[k - 1].c) > class; k--) list->v[k] = list->v[k - 1];
    list->v[k] = mark;
  }
}

static void decompose(Work *w, View in, bool compatible) {
  Failure *f = &w->failure;
  const utf8proc_option_t form = compatible ? UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT : UTF8PROC_DECOMPOSE;
  const uint32_t plain = compatible ? 0xA0 : 0xC0; /* below nothing decomposes */
  size_t marks = 0; /* where the marks at the end begin */
  w->changes.n = 0;
  for (size_t i = 0; i < in.n;) {
    unsigned size;
    const uint32_t c = unicode_at(in.bytes + i, &size);
    i += size;
    utf8proc_int32_t parts[32] = {(utf8proc_int32_t)c};
    int boundary = 0;
    const bool is_plain = c < plain || (unicode_properties(c) & CHAR_PLAIN);
    const utf8proc_ssize_t n = is_plain ? 1 : utf8proc_decompose_char(parts[0], parts, 32, form, &boundary);
    for (utf8proc_ssize_t k = 0; k < n && k < 32; k++) {
      const uint32_t part = (uint32_t)parts[k];
      if (combining_class(part) == 0) {
        if (w->changes.n > marks + 1) sort_marks(w, marks);
        marks = w->changes.n + 1;
      }
      PUSH(f, &w->changes, (Change){part, k > 0});
    }
  }
  if (w->changes.n > marks + 1) sort_marks(w, marks);
}

static bool is_hangul_part(uint32_t c) { return c >= 0x1100 && (c < 0x1200 || (c >= 0xAC00 && c < 0xD7A4)); }

/* The character that two make, or 0. */
static uint32_t composed(uint32_t first, uint32_t second) {
  if (second < 0x300) return 0;
  if (!(is_hangul_part(first) && is_hangul_part(second)) &&
      (utf8proc_get_property((utf8proc_int32_t)first)->comb_index == UINT16_MAX ||
       utf8proc_get_property((utf8proc_int32_t)second)->comb_index == UINT16_MAX))
    return 0;
  utf8proc_int32_t pair[2] = {(utf8proc_int32_t)first, (utf8proc_int32_t)second};
  if (utf8proc_normalize_utf32(pair, 2, UTF8PROC_COMPOSE | UTF8PROC_STABLE) != 1) return 0;
  return unicode_properties((uint32_t)pair[0]) & CHAR_PLAIN ? 0 : (uint32_t)pair[0];
}

/* w->changes to w->composed. 'starter' is the place of the last character that marks may join; between it and the end
** stand marks that did not. */
static void compose(Work *w) {
  Failure *f = &w->failure;
  size_t starter = SIZE_MAX;
  unsigned last = 0; /* the class of the last mark that did not join; 0: there is none */
  w->composed.n = 0;
  for (size_t i = 0; i < w->changes.n; i++) {
    const Change next = w->changes.v[i];
    const unsigned class = combining_class(next.c);
    if (starter != SIZE_MAX && (last == 0 || last < class)) {
      Change *to = &w->composed.v[starter];
      const uint32_t joined = composed(to->c, next.c);
      if (joined != 0) {
        *to = (Change){joined, to->change + next.change - 1};
        continue;
      }
    }
    if (class == 0) starter = w->composed.n, last = 0;
    else if (starter != SIZE_MAX) last = class;
    PUSH(f, &w->composed, next);
  }
}

void compose_apply(Work *w, StepKind form, View in, AlignedText *out) {
  if (unicode_is_ascii(in.bytes, in.n)) {
    aligned_copy(&w->failure, in, out);
    return;
  }
  decompose(w, in, form == STEP_NFKC || form == STEP_NFKD);
  if (form == STEP_NFC || form == STEP_NFKC) {
    compose(w);
    aligned_change(&w->failure, in, &w->composed, 0, out);
  } else aligned_change(&w->failure, in, &w->changes, 0, out);
}
