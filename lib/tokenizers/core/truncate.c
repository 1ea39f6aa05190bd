/* truncate.c: how long encodings may be: what is left out overflows into parts. */
#include "tokenizers/core/encoding.h"

/* The part that begins 'i' tokens from the side where it begins. */
static Span part_at(size_t n, size_t length, size_t i, bool from_left) {
  if (from_left) return (Span){(uint32_t)(n - i > length ? n - i - length : 0), (uint32_t)(n - i)};
  return (Span){(uint32_t)i, (uint32_t)(i + length < n ? i + length : n)};
}

/* Parts of at most 'length' tokens, each one less 'stride' behind the one before, until the end is reached. */
static Encoding *cut(Work *w, const Truncation *t, const Encoding *e, size_t length) {
  if (length >= e->n) return (Encoding *)e;
  if (t->stride >= length)
    give_up(&w->failure, "'stride' (%zu) is not less than the room for the text without special tokens (%zu)",
            t->stride, length);
  const size_t step = length - t->stride;
  const Span first = part_at(e->n, length, 0, t->from_left);
  Encoding *result = encoding_slice(w, e, first.from, first.to);
  result->parts = pool_take(&w->failure, &w->pool, e->n / step + 1, sizeof *result->parts);
  for (size_t i = step; i < e->n; i += step) {
    const Span part = part_at(e->n, length, i, t->from_left);
    result->parts[result->n_parts++] = encoding_slice(w, e, part.from, part.to);
    if (t->from_left ? part.from == 0 : part.to == e->n) break;
  }
  return result;
}

/* Nothing is left, all overflows. */
static Encoding *cut_all(Work *w, const Encoding *e) {
  if (e->n == 0) return (Encoding *)e;
  Encoding *result = encoding_new(w, 0);
  result->parts = pool_take(&w->failure, &w->pool, 1, sizeof *result->parts);
  result->parts[result->n_parts++] = (Encoding *)e;
  return result;
}

static Encoding *cut_to(Work *w, const Truncation *t, const Encoding *e, size_t length) {
  return length == 0 ? cut_all(w, e) : cut(w, t, e, length);
}

/* The shorter text stays whole while it has less than half of the room. */
static void cut_longest(Work *w, const Truncation *t, size_t max, Encoding **first, Encoding **second) {
  size_t shorter = (*first)->n, longer = (*second)->n;
  const bool swap = shorter > longer;
  if (swap) shorter = (*second)->n, longer = (*first)->n;
  if (shorter > max) longer = shorter;
  else longer = shorter > max - shorter ? shorter : max - shorter;
  if (shorter + longer > max) {
    shorter = max / 2;
    longer = shorter + max % 2;
  }
  *first = cut_to(w, t, *first, swap ? longer : shorter);
  *second = cut_to(w, t, *second, swap ? shorter : longer);
}

void encodings_truncate(Work *w, const Truncation *t, size_t max, Encoding **first, Encoding **second) {
  if (max == 0) {
    *first = cut_all(w, *first);
    if (*second != NULL) *second = cut_all(w, *second);
    return;
  }
  const size_t total = (*first)->n + (*second != NULL ? (*second)->n : 0);
  if (total <= max) return;
  if (t->strategy == LONGEST_FIRST) {
    if (*second != NULL) cut_longest(w, t, max, first, second);
    else *first = cut_to(w, t, *first, max);
    return;
  }
  if (t->strategy == ONLY_SECOND && *second == NULL)
    give_up(&w->failure, "the strategy 'only_second' truncates the second text, and there is none");
  Encoding **target = t->strategy == ONLY_FIRST ? first : second;
  if ((*target)->n <= total - max)
    give_up(&w->failure, "the %s text is too short to be truncated to the 'max_length'",
         t->strategy == ONLY_FIRST ? "first" : "second");
  *target = cut_to(w, t, *target, (*target)->n - (total - max));
}
