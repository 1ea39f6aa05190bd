/* process.c: special tokens around texts, offsets without spaces, lengths: what follows the model. */
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/tokenizer.h"

void template_free(Template *t) {
  for (size_t i = 0; i < t->n; i++) {
    for (size_t k = 0; t->v[i].tokens != NULL && k < t->v[i].n; k++) free(t->v[i].tokens[k]);
    free(t->v[i].tokens);
    free(t->v[i].ids);
  }
  free(t->v);
}

const char *tokenizer_text(const Tokenizer *t, uint32_t id, size_t *n) {
  const char *text = vocabulary_text(&t->model->vocabulary, id, n);
  return text != NULL ? text : vocabulary_text(&t->added, id, n);
}

const char *token_text(const Tokenizer *t, const char *labels, const Encoding *e, uint32_t i, size_t *n) {
  if (e->labels[i] == 0) return tokenizer_text(t, e->ids[i], n);
  uint32_t size;
  memcpy(&size, labels + e->labels[i] - 1, 4);
  *n = size;
  return labels + e->labels[i] - 1 + 4;
}

/* ---- offsets ------------------------------------------------------------------------------------ */

#define BYTE_SPACE 0x120u /* a space in texts of byte-level models */

static bool is_trimmed(uint32_t c) { return c == BYTE_SPACE || (unicode_properties(c) & CHAR_SPACE); }

/* The spaces at both ends of a token, each counted as if the other end were not. */
static void count_spaces(const char *text, size_t n, uint32_t *before, uint32_t *after) {
  unsigned size;
  *before = *after = 0;
  for (size_t i = 0; i < n && is_trimmed(unicode_at(text + i, &size)); i += size) ++*before;
  for (size_t end = n; end > 0;) {
    do end--; while (!unicode_is_start(text[end]));
    if (!is_trimmed(unicode_at(text + end, &size))) break;
    ++*after;
  }
}

static void trim(Work *w, const Tokenizer *t, const ProcessStep *s, Encoding *e) {
  for (uint32_t i = 0; i < e->n; i++) {
    size_t n;
    uint32_t before, after;
    const char *text = token_text(t, w->labels.v, e, i, &n);
    if (text == NULL) continue;
    count_spaces(text, n, &before, &after);
    Span *span = &e->spans[i];
    /* A space that was put in front of the text has no place that could be left out. */
    if (before > 0 && s->prefix_space && (i == 0 || span->from == 0)) before = 0;
    span->from = span->from + before < span->to ? span->from + before : span->to;
    if (after > 0 && span->to >= after) span->to = span->to - after > span->from ? span->to - after : span->from;
  }
  for (uint32_t i = 0; i < e->n_parts; i++) trim(w, t, s, e->parts[i]);
}

/* ---- templates ---------------------------------------------------------------------------------- */

static Encoding *special_tokens(Work *w, const Tokenizer *t, const TemplatePart *part) {
  Encoding *e = encoding_new(w, (uint32_t)part->n);
  for (uint32_t i = 0; i < e->n; i++) {
    size_t n, length = strlen(part->tokens[i]);
    const char *text = tokenizer_text(t, part->ids[i], &n);
    const bool same = text != NULL && n == length && memcmp(text, part->tokens[i], n) == 0;
    e->ids[i] = part->ids[i];
    e->types[i] = part->type;
    e->words[i] = -1;
    e->spans[i] = (Span){0, 0};
    e->labels[i] = same ? 0 : label_add(w, part->tokens[i], length);
    e->special[i] = e->mask[i] = 1;
  }
  return e;
}

typedef struct { Encoding **v; size_t n; } List;

static List apply_template(Work *w, const Tokenizer *t, const ProcessStep *s, List in, bool special) {
  if (in.n > 2) give_up(&w->failure, "the post-processor has two templates, one behind the other");
  const Template *template = in.n == 2 ? &s->pair : &s->single;
  List out = {pool_take(&w->failure, &w->pool, template->n + 1, sizeof *out.v), 0};
  for (size_t i = 0; i < template->n; i++) {
    const TemplatePart *part = &template->v[i];
    if (part->sequence < 0) {
      if (special) out.v[out.n++] = special_tokens(w, t, part);
      continue;
    }
    if ((size_t)part->sequence >= in.n) give_up(&w->failure, "the template for one text has the text B");
    Encoding *e = pool_take(&w->failure, &w->pool, 1, sizeof *e);
    *e = *in.v[part->sequence];
    e->types = pool_take(&w->failure, &w->pool, e->n, sizeof *e->types);
    for (uint32_t k = 0; k < e->n; k++) e->types[k] = part->type;
    encoding_set_sequence(e, part->sequence);
    out.v[out.n++] = e;
  }
  return out;
}

static List run_steps(Work *w, const Tokenizer *t, List list, bool special) {
  for (size_t i = 0; i < t->process.n; i++) {
    const ProcessStep *s = &t->process.v[i];
    for (size_t k = 0; s->trims && k < list.n; k++) trim(w, t, s, list.v[k]);
    for (size_t k = 0; s->sets_ranges && k < list.n; k++) encoding_set_sequence(list.v[k], (int)k);
    if (s->is_template) list = apply_template(w, t, s, list, special);
  }
  return list;
}

size_t special_count(const Tokenizer *t, bool pair) {
  size_t n = 0;
  for (size_t i = 0; i < t->process.n; i++) {
    const ProcessStep *s = &t->process.v[i];
    const Template *template = pair ? &s->pair : &s->single;
    for (size_t k = 0; s->is_template && k < template->n; k++)
      if (template->v[k].sequence < 0) n += template->v[k].n;
  }
  return n;
}

static void name_sequence(Encoding *e, int sequence) {
  encoding_set_sequence(e, sequence);
  for (uint32_t k = 0; k < e->n; k++) e->types[k] = (uint32_t)sequence;
  for (uint32_t i = 0; i < e->n_parts; i++) encoding_set_sequence(e->parts[i], sequence);
}

/* A max_length that has no room for the special tokens leaves the texts whole, as in the package of the format. */
Encoding *encode_process(Work *w, const Tokenizer *t, Encoding *first, Encoding *second, bool special) {
  const size_t added = special ? special_count(t, second != NULL) : 0;
  if (t->truncation.is_on && t->truncation.max_length >= added)
    encodings_truncate(w, &t->truncation, t->truncation.max_length - added, &first, &second);
  List list = {(Encoding *[]){first, second}, second == NULL ? 1 : 2};
  if (t->has_processor || second != NULL) {
    name_sequence(first, 0);
    if (second != NULL) name_sequence(second, 1);
  }
  list = run_steps(w, t, list, special);
  return list.n == 0 ? encoding_new(w, 0) : encoding_concat(w, list.v, list.n);
}
