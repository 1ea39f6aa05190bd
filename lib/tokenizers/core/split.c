/* split.c: steps that split a text: it stays, and its pieces become smaller ones. */
#include <stdlib.h>

#include "tokenizers/core/work.h"

void work_free(Work *w) {
  matcher_free(&w->matcher);
  AlignedText *texts[] = {&w->text, &w->other, &w->scratch[0], &w->scratch[1]};
  for (int i = 0; i < 4; i++) aligned_free(texts[i]);
  void *arrays[] = {w->pieces.v, w->next.v, w->segments.v, w->merged.v, w->changes.v, w->composed.v, w->tokens.v,
    w->symbols.v, w->heap.v, w->skipped.v, w->path.v, w->word.v, w->characters.v, w->labels.v};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) free(arrays[i]);
  pool_free(&w->pool);
}

void piece_add(Work *w, uint32_t start, uint32_t end, int32_t token) {
  if (start < end) PUSH(&w->failure, &w->next, (Piece){start, end, w->text.origin.v[start].from, token});
}

/* The runs of characters that have one of the properties: each character that has is a segment. */
static void property_segments(Work *w, unsigned mask, const char *bytes, size_t n) {
  size_t before = 0;
  for (size_t i = 0; i < n;) {
    unsigned size;
    if (unicode_properties(unicode_at(bytes + i, &size)) & mask) {
      if (before < i) PUSH(&w->failure, &w->segments, (Segment){(uint32_t)before, (uint32_t)i, false});
      PUSH(&w->failure, &w->segments, (Segment){(uint32_t)i, (uint32_t)(i + size), true});
      before = i + size;
    }
    i += size;
  }
  if (before < n) PUSH(&w->failure, &w->segments, (Segment){(uint32_t)before, (uint32_t)n, false});
}

/* Puts segments together from left to right: CONTIGUOUS those of a kind, WITH_PREVIOUS a delimiter and what is
** before. */
static void merge_forward(Work *w, Behavior behavior) {
  bool before = false;
  for (size_t i = 0; i < w->segments.n; i++) {
    const Segment s = w->segments.v[i];
    const bool join = behavior == DELIMITER_CONTIGUOUS ? s.matched == before : s.matched && !before;
    if (join && w->merged.n > 0) w->merged.v[w->merged.n - 1].to = s.to;
    else PUSH(&w->failure, &w->merged, (Segment){s.from, s.to, false});
    before = s.matched;
  }
}

/* A delimiter and what is behind it, from right to left. */
static void merge_backward(Work *w) {
  bool before = false;
  for (size_t i = w->segments.n; i-- > 0;) {
    const Segment s = w->segments.v[i];
    if (s.matched && !before && w->merged.n > 0) w->merged.v[w->merged.n - 1].from = s.from;
    else PUSH(&w->failure, &w->merged, (Segment){s.from, s.to, false});
    before = s.matched;
  }
  for (size_t i = 0, k = w->merged.n; i + 1 < k; i++) {
    const Segment s = w->merged.v[i];
    w->merged.v[i] = w->merged.v[--k];
    w->merged.v[k] = s;
  }
}

static void split_piece(Work *w, const Step *s, Piece piece) {
  const char *bytes = w->text.bytes.v + piece.start;
  w->segments.n = w->merged.n = 0;
  if (s->pattern != NULL)
    pattern_segments(&w->failure, &w->matcher, s->pattern, bytes, piece.end - piece.start, &w->segments);
  else property_segments(w, s->mask, bytes, piece.end - piece.start);
  if (s->invert)
    for (size_t i = 0; i < w->segments.n; i++) w->segments.v[i].matched = !w->segments.v[i].matched;
  if (s->behavior == DELIMITER_CONTIGUOUS || s->behavior == DELIMITER_WITH_PREVIOUS) merge_forward(w, s->behavior);
  else if (s->behavior == DELIMITER_WITH_NEXT) merge_backward(w);
  const Segments *list =
    s->behavior == DELIMITER_ISOLATED || s->behavior == DELIMITER_REMOVED ? &w->segments : &w->merged;
  for (size_t i = 0; i < list->n; i++)
    if (!(s->behavior == DELIMITER_REMOVED && list->v[i].matched))
      piece_add(w, piece.start + list->v[i].from, piece.start + list->v[i].to, -1);
}

/* Words, and runs of what is neither in words nor a space. */
static void split_words(Work *w, Piece piece) {
  uint32_t start = piece.start;
  unsigned kind = 0; /* of the run: CHAR_WORD, CHAR_SPACE or 0 */
  for (uint32_t i = piece.start; i < piece.end;) {
    unsigned size;
    const unsigned properties = unicode_properties(unicode_at(w->text.bytes.v + i, &size));
    const unsigned next = properties & CHAR_WORD ? CHAR_WORD : properties & CHAR_SPACE;
    if (next != kind) {
      if (kind != CHAR_SPACE) piece_add(w, start, i, -1);
      start = i;
      kind = next;
    }
    i += size;
  }
  if (kind != CHAR_SPACE) piece_add(w, start, piece.end, -1);
}

/* Where the script changes; what is in front of the first character of a script is left out. */
static void split_scripts(Work *w, Piece piece) {
  uint32_t start = UINT32_MAX;
  unsigned before = UINT32_MAX; /* the script of the character before that has one */
  for (uint32_t i = piece.start; i < piece.end;) {
    unsigned size;
    const unsigned script = unicode_script(unicode_at(w->text.bytes.v + i, &size));
    if (script != 0 && script != before) {
      if (start != UINT32_MAX) piece_add(w, start, i, -1);
      start = i;
    }
    if (script != 0) before = script;
    i += size;
  }
  if (start != UINT32_MAX) piece_add(w, start, piece.end, -1);
}

static void split_fixed(Work *w, size_t length, Piece piece) {
  uint32_t start = piece.start;
  size_t count = 0;
  for (uint32_t i = piece.start; i < piece.end;) {
    i += unicode_size(w->text.bytes.v[i]);
    if (++count == length || i >= piece.end) {
      piece_add(w, start, i, -1);
      start = i;
      count = 0;
    }
  }
}

/* A new text of the pieces, each changed by a step. */
static void change_pieces(Work *w, const Step *s) {
  aligned_clear(&w->other);
  for (size_t i = 0; i < w->pieces.n; i++) {
    Piece *piece = &w->pieces.v[i];
    const View view = aligned_view(&w->text, piece->start, piece->end, piece->origin);
    const uint32_t start = (uint32_t)w->other.bytes.n;
    if (piece->token >= 0) aligned_copy(&w->failure, view, &w->other);
    else step_apply(w, s, view, &w->other);
    piece->start = start;
    piece->end = (uint32_t)w->other.bytes.n;
  }
  const AlignedText text = w->text;
  w->text = w->other;
  w->other = text;
}

void steps_split(Work *w, const Steps *steps) {
  for (size_t k = 0; k < steps->n; k++) {
    const Step *s = &steps->v[k];
    if (s->kind < STEP_SPLIT) {
      change_pieces(w, s);
      continue;
    }
    w->next.n = 0;
    for (size_t i = 0; i < w->pieces.n; i++) {
      const Piece piece = w->pieces.v[i];
      if (piece.token >= 0) PUSH(&w->failure, &w->next, piece);
      else if (s->kind == STEP_SPLIT) split_piece(w, s, piece);
      else if (s->kind == STEP_WORDS) split_words(w, piece);
      else if (s->kind == STEP_SCRIPTS) split_scripts(w, piece);
      else split_fixed(w, s->length, piece);
    }
    const Pieces pieces = w->pieces;
    w->pieces = w->next;
    w->next = pieces;
  }
}
