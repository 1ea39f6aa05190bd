/* pattern.c: see pattern.h. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "tokenizers/core/pattern.h"

#include <pcre2.h>
#include <stdlib.h>
#include <string.h>

struct Pattern {
  pcre2_code *code; /* NULL: the text stands for itself */
  bool is_compiled; /* to machine code */
  size_t n;
  char text[];
};

void matcher_free(Matcher *m) {
  pcre2_match_data_free(m->data);
  m->data = NULL;
}

void pattern_free(Pattern *p) {
  if (p == NULL) return;
  pcre2_code_free(p->code);
  free(p);
}

typedef VECTOR(char) Source;

static void source_add(Failure *f, Source *s, const char *text, size_t n) {
  RESERVE(f, s, n);
  memcpy(s->v + s->n, text, n);
  s->n += n;
}

/* What PCRE2 writes for a class that Oniguruma writes with the letter, inside of brackets or outside. NULL: the same.
** */
static const char *class_text(char letter, bool inside) {
  switch (letter) {
    case 's': return inside ? "\\t-\\r\\x{85}\\p{Z}" : "[\\t-\\r\\x{85}\\p{Z}]";
    case 'S': return inside ? NULL : "[^\\t-\\r\\x{85}\\p{Z}]";
    case 'w': return inside ? "\\p{L}\\p{N}\\p{M}\\p{Pc}" : "[\\p{L}\\p{N}\\p{M}\\p{Pc}]";
    case 'W': return inside ? NULL : "[^\\p{L}\\p{N}\\p{M}\\p{Pc}]";
    case 'h': return inside ? "0-9a-fA-F" : "[0-9a-fA-F]";
    case 'H': return inside ? NULL : "[^0-9a-fA-F]";
    default: return NULL;
  }
}

/* Inside of brackets: passes a class such as [:alpha:] at i, and where it ends; refuses what PCRE2 would read
** otherwise. */
static size_t translate_inside(Failure *f, Source *out, const char *source, size_t n, size_t i) {
  if (source[i] == '[' && i + 1 < n && source[i + 1] == ':') {
    size_t end = i + 2;
    while (end + 1 < n && !(source[end] == ':' && source[end + 1] == ']')) end++;
    if (end + 1 < n) {
      source_add(f, out, source + i, end + 2 - i);
      return end + 1;
    }
  }
  if (source[i] == '[') give_up(f, "a class inside of a class, at byte %zu of the pattern, is not understood", i + 1);
  if (source[i] == '&' && i + 1 < n && source[i + 1] == '&')
    give_up(f, "an intersection of classes, at byte %zu of the pattern, is not understood", i + 1);
  source_add(f, out, source + i, 1);
  return i;
}

/* The pattern as PCRE2 reads it: classes by their letters hold what those of Oniguruma hold. */
static void translate(Failure *f, Source *out, const char *source, size_t n) {
  bool inside = false;
  for (size_t i = 0; i < n; i++) {
    const char c = source[i];
    if (c == '\\' && i + 1 < n) {
      const char *text = class_text(source[++i], inside);
      if (text != NULL) source_add(f, out, text, strlen(text));
      else source_add(f, out, source + i - 1, 2);
    } else if (inside && c != ']') {
      i = translate_inside(f, out, source, n, i);
    } else {
      inside = c == '[';
      source_add(f, out, &c, 1);
      if (inside && i + 1 < n && source[i + 1] == '^') source_add(f, out, &source[++i], 1);
      if (inside && i + 1 < n && source[i + 1] == ']') source_add(f, out, "\\]", 2), i++;
    }
  }
}

typedef struct {
  const char *source;
  size_t n;
  Source translated;
} Translation;

static void translate_guarded(Failure *f, void *data) {
  Translation *t = data;
  translate(f, &t->translated, t->source, t->n);
}

static pcre2_code *compile(Failure *f, const char *source, size_t n) {
  Translation t = {source, n, {0}};
  Failure inner;
  if (!guard(&inner, translate_guarded, &t)) {
    free(t.translated.v);
    give_up(f, "%s", inner.message);
  }
  int reason;
  size_t place;
  pcre2_code *code = pcre2_compile((PCRE2_SPTR)t.translated.v, t.translated.n,
    PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &reason, &place, NULL);
  free(t.translated.v);
  if (code == NULL) {
    PCRE2_UCHAR words[120] = "";
    pcre2_get_error_message(reason, words, sizeof words);
    give_up(f, "%s", (const char *)words);
  }
  return code;
}

Pattern *pattern_new(Failure *f, const char *source, size_t n, bool literal) {
  pcre2_code *code = literal ? NULL : compile(f, source, n);
  Pattern *p = malloc(sizeof *p + n + 1);
  if (p == NULL) {
    pcre2_code_free(code);
    give_up(f, "not enough memory");
  }
  p->code = code;
  p->is_compiled = code != NULL && pcre2_jit_compile(code, PCRE2_JIT_COMPLETE) == 0;
  p->n = n;
  memcpy(p->text, source, n);
  p->text[n] = '\0';
  return p;
}

static void segment_add(Failure *f, Segments *out, size_t from, size_t to, bool matched) {
  PUSH(f, out, (Segment){(uint32_t)from, (uint32_t)to, matched});
}

static void text_segments(Failure *f, const Pattern *p, const char *bytes, size_t n, Segments *out) {
  size_t before = 0;
  while (p->n > 0 && before < n) {
    const char *found = memmem(bytes + before, n - before, p->text, p->n);
    if (found == NULL) break;
    const size_t at = (size_t)(found - bytes);
    if (at > before) segment_add(f, out, before, at, false);
    segment_add(f, out, at, at + p->n, true);
    before = at + p->n;
  }
  if (before < n) segment_add(f, out, before, n, false);
}

/* The next match from 'at' on; false: none. A match that needs more stack than the machine code has is tried again
** without it. */
static bool next_match(Failure *f, pcre2_match_data *data, const Pattern *p, const char *bytes, size_t n, size_t at) {
  PCRE2_SPTR text = (PCRE2_SPTR)bytes;
  int count = PCRE2_ERROR_JIT_STACKLIMIT;
  if (p->is_compiled) count = pcre2_jit_match(p->code, text, n, at, PCRE2_NO_UTF_CHECK, data, NULL);
  if (count == PCRE2_ERROR_JIT_STACKLIMIT)
    count = pcre2_match(p->code, text, n, at, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, NULL);
  if (count >= 0) return true;
  if (count != PCRE2_ERROR_NOMATCH) {
    PCRE2_UCHAR words[120] = "";
    pcre2_get_error_message(count, words, sizeof words);
    give_up(f, "the pattern '%.100s' does not come to an end: %s", p->text, (const char *)words);
  }
  return false;
}

void pattern_segments(Failure *f, Matcher *m, const Pattern *p, const char *bytes, size_t n, Segments *out) {
  if (p->code == NULL) {
    text_segments(f, p, bytes, n, out);
    return;
  }
  if (m->data == NULL && (m->data = pcre2_match_data_create(1, NULL)) == NULL) give_up(f, "not enough memory");
  const size_t *place = pcre2_get_ovector_pointer(m->data);
  size_t at = 0, before = 0;
  bool any = false; /* no empty match follows right behind another match */
  while (n > 0 && at <= n && next_match(f, m->data, p, bytes, n, at)) {
    const size_t from = place[0], to = place[1];
    if (from >= to && any && before == to) {
      at = to + 1;
      while (at < n && ((uint8_t)bytes[at] & 0xC0) == 0x80) at++;
      continue;
    }
    if (from > before) segment_add(f, out, before, from, false);
    segment_add(f, out, from, to > from ? to : from, true);
    at = before = to;
    any = true;
  }
  if (before < n) segment_add(f, out, before, n, false);
}
