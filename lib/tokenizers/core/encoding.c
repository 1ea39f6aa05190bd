/* encoding.c: see encoding.h. */
#include "tokenizers/core/encoding.h"

#include <stdlib.h>
#include <string.h>

Encoding *encoding_new(Work *w, uint32_t n) {
  Encoding *e = pool_take(&w->failure, &w->pool, 1, sizeof *e);
  *e = (Encoding){.n = n};
  uint32_t *words = pool_take(&w->failure, &w->pool, n, 6 * sizeof *words + 2);
  e->spans = (Span *)words;
  e->ids = words + 2 * (size_t)n;
  e->types = e->ids + n;
  e->words = (int32_t *)(e->types + n);
  e->labels = e->types + 2 * (size_t)n;
  e->special = (uint8_t *)(e->labels + n);
  e->mask = e->special + n;
  return e;
}

/* Copies tokens from … to - 1 of 'e' to the place 'at' of another one. */
static void copy_tokens(Encoding *to, uint32_t at, const Encoding *e, uint32_t from, uint32_t n) {
  if (n == 0) return;
  memcpy(to->ids + at, e->ids + from, n * sizeof *to->ids);
  memcpy(to->types + at, e->types + from, n * sizeof *to->types);
  memcpy(to->words + at, e->words + from, n * sizeof *to->words);
  memcpy(to->spans + at, e->spans + from, n * sizeof *to->spans);
  memcpy(to->labels + at, e->labels + from, n * sizeof *to->labels);
  memcpy(to->special + at, e->special + from, n);
  memcpy(to->mask + at, e->mask + from, n);
}

Encoding *encoding_slice(Work *w, const Encoding *e, uint32_t from, uint32_t to) {
  Encoding *slice = encoding_new(w, to - from);
  copy_tokens(slice, 0, e, from, to - from);
  return slice;
}

void encoding_set_sequence(Encoding *e, int sequence) {
  if (sequence > 1) return;
  e->ranges[sequence] = (Span){0, e->n};
  e->has_range[sequence] = true;
}

void encoding_sequences(const Encoding *e, int8_t *out) {
  memset(out, -1, e->n);
  const int n = e->has_range[0] + e->has_range[1];
  for (int sequence = 0; sequence < (n == 0 ? 1 : n); sequence++) {
    const Span range = e->has_range[sequence] ? e->ranges[sequence] : (Span){0, e->n};
    for (uint32_t i = range.from; i < range.to && i < e->n; i++) out[i] = (int8_t)sequence;
  }
}

/* The tokens of the encodings of the list in a row, and their ranges; no parts. */
static Encoding *join(Work *w, Encoding *const *list, size_t n) {
  size_t total = 0;
  for (size_t i = 0; i < n; i++) total += list[i]->n;
  if (total > INT32_MAX / 2) give_up(&w->failure, "too many tokens in one encoding");
  Encoding *joined = encoding_new(w, (uint32_t)total);
  uint32_t at = 0;
  for (size_t i = 0; i < n; i++) {
    const Encoding *e = list[i];
    copy_tokens(joined, at, e, 0, e->n);
    for (int k = 0; k < 2; k++) {
      if (!e->has_range[k]) continue;
      joined->ranges[k] = (Span){e->ranges[k].from + at, e->ranges[k].to + at};
      joined->has_range[k] = true;
    }
    at += e->n;
  }
  return joined;
}

#define MAX_PARTS 1000000 /* that two texts with overflowing parts may make */

/* First every part of a with b and with the parts of b, then a with the parts of b, each as deep as they are. */
static Encoding *concat_two(Work *w, Encoding *a, Encoding *b) {
  Encoding *result = join(w, (Encoding *[]){a, b}, 2);
  const size_t n = (size_t)a->n_parts * (1 + b->n_parts) + b->n_parts;
  if (n == 0) return result;
  if (n > MAX_PARTS) give_up(&w->failure, "more than %d overflowing parts", MAX_PARTS);
  result->parts = pool_take(&w->failure, &w->pool, n, sizeof *result->parts);
  for (uint32_t i = 0; i < a->n_parts; i++) {
    result->parts[result->n_parts++] = concat_two(w, a->parts[i], b);
    for (uint32_t k = 0; k < b->n_parts; k++)
      result->parts[result->n_parts++] = concat_two(w, a->parts[i], b->parts[k]);
  }
  for (uint32_t k = 0; k < b->n_parts; k++) result->parts[result->n_parts++] = concat_two(w, a, b->parts[k]);
  return result;
}

Encoding *encoding_concat(Work *w, Encoding *const *list, size_t n) {
  bool any = false;
  for (size_t i = 0; i < n; i++) any |= list[i]->n_parts > 0;
  if (n == 1) return list[0];
  if (!any) return join(w, list, n);
  Encoding *result = list[0];
  for (size_t i = 1; i < n; i++) result = concat_two(w, result, list[i]);
  return result;
}

uint32_t label_add(Work *w, const char *text, size_t n) {
  const uint32_t size = (uint32_t)n;
  const size_t at = w->labels.n;
  if (at + n > UINT32_MAX - 8) give_up(&w->failure, "a text that is too long");
  RESERVE(&w->failure, &w->labels, n + 4);
  memcpy(w->labels.v + at, &size, 4);
  memcpy(w->labels.v + at + 4, text, n);
  w->labels.n += n + 4;
  return (uint32_t)at + 1;
}

size_t padding_length(const Padding *p, size_t longest) {
  const size_t n = p->length > 0 ? p->length : longest;
  return p->multiple > 0 && n % p->multiple > 0 ? n + p->multiple - n % p->multiple : n;
}

Encoding *encoding_pad(Work *w, const Padding *p, const Encoding *e, size_t length, uint32_t label) {
  const uint32_t more = length > e->n ? (uint32_t)(length - e->n) : 0, at = p->on_left ? more : 0;
  Encoding *padded = encoding_new(w, e->n + more);
  copy_tokens(padded, at, e, 0, e->n);
  for (uint32_t i = 0; i < more; i++) {
    const uint32_t k = p->on_left ? i : e->n + i;
    padded->ids[k] = p->id;
    padded->types[k] = p->type;
    padded->words[k] = -1;
    padded->spans[k] = (Span){0, 0};
    padded->labels[k] = label;
    padded->special[k] = 1;
    padded->mask[k] = 0;
  }
  for (int k = 0; k < 2; k++) {
    padded->has_range[k] = e->has_range[k];
    padded->ranges[k] = (Span){e->ranges[k].from + at, e->ranges[k].to + at};
  }
  padded->n_parts = e->n_parts;
  padded->parts = pool_take(&w->failure, &w->pool, e->n_parts, sizeof *padded->parts);
  for (uint32_t i = 0; i < e->n_parts; i++) padded->parts[i] = encoding_pad(w, p, e->parts[i], length, label);
  return padded;
}

/* ---- copies ------------------------------------------------------------------------------------ */

static size_t rounded(size_t n) { return (n + 15) & ~(size_t)15; }
static size_t tokens_size(uint32_t n) { return rounded((size_t)n * (6 * sizeof(uint32_t) + 2)); }

static size_t copy_size(const Encoding *e) {
  size_t size = rounded(sizeof *e) + tokens_size(e->n) + rounded(e->n_parts * sizeof *e->parts);
  for (uint32_t i = 0; i < e->n_parts; i++) size += copy_size(e->parts[i]);
  return size;
}

/* Writes a copy at *at, and moves it behind the copy. */
static Encoding *copy_to(const Encoding *e, char **at) {
  Encoding *to = (Encoding *)*at;
  *to = *e;
  *at += rounded(sizeof *e);
  uint32_t *words = (uint32_t *)*at;
  to->spans = (Span *)words;
  to->ids = words + 2 * (size_t)e->n;
  to->types = to->ids + e->n;
  to->words = (int32_t *)(to->types + e->n);
  to->labels = to->types + 2 * (size_t)e->n;
  to->special = (uint8_t *)(to->labels + e->n);
  to->mask = to->special + e->n;
  copy_tokens(to, 0, e, 0, e->n);
  *at += tokens_size(e->n);
  to->parts = (Encoding **)*at;
  *at += rounded(e->n_parts * sizeof *e->parts);
  for (uint32_t i = 0; i < e->n_parts; i++) to->parts[i] = copy_to(e->parts[i], at);
  return to;
}

Encoding *encoding_copy(const Encoding *e) {
  char *block = malloc(copy_size(e));
  return block == NULL ? NULL : copy_to(e, &block);
}
