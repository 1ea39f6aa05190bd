/* encode.c: from a text to its encoding. */
#include "tokenizers/core/tokenizer.h"

/* ---- from the text to pieces ---------------------------------------------------------------------- */

static void swap_pieces(Work *w) {
  const Pieces pieces = w->pieces;
  w->pieces = w->next;
  w->next = pieces;
  w->next.n = 0;
}

/* Normalizes the pieces that are no tokens, and splits them at the tokens that are looked for behind the normalizer. */
static void normalize_pieces(Work *w, const Tokenizer *t) {
  aligned_clear(&w->other);
  for (size_t i = 0; i < w->pieces.n; i++) {
    Piece *piece = &w->pieces.v[i];
    const View view = aligned_view(&w->text, piece->start, piece->end, piece->origin);
    piece->start = (uint32_t)w->other.bytes.n;
    if (piece->token >= 0) aligned_copy(&w->failure, view, &w->other);
    else steps_apply(w, t->normalizer, view, &w->other);
    piece->end = (uint32_t)w->other.bytes.n;
  }
  const AlignedText text = w->text;
  w->text = w->other;
  w->other = text;
}

void text_to_pieces(Work *w, const Tokenizer *t, const char *text, size_t n) {
  if (n > INT32_MAX / 4) give_up(&w->failure, "a text of more than 512 MB");
  aligned_set(&w->failure, &w->text, text, n);
  w->next.n = 0;
  if (n > 0) added_split(w, t, &t->plain, 0, (uint32_t)n);
  swap_pieces(w);
  if (t->normalizer != NULL) normalize_pieces(w, t);
  if (t->normalizer != NULL || t->normalized.list.n > 0) {
    for (size_t i = 0; i < w->pieces.n; i++) {
      const Piece piece = w->pieces.v[i];
      if (piece.token >= 0) PUSH(&w->failure, &w->next, piece);
      else added_split(w, t, &t->normalized, piece.start, piece.end);
    }
    swap_pieces(w);
  }
  if (t->pre_tokenizer != NULL) steps_split(w, t->pre_tokenizer);
}

/* Without added tokens, for training. */
void text_to_words(Work *w, const Tokenizer *t, const char *text, size_t n) {
  if (n > INT32_MAX / 4) give_up(&w->failure, "a text of more than 512 MB");
  aligned_set(&w->failure, &w->text, text, n);
  w->pieces.n = 0;
  if (n == 0) return;
  PUSH(&w->failure, &w->pieces, (Piece){0, (uint32_t)n, 0, -1});
  if (t->normalizer != NULL) normalize_pieces(w, t);
  if (t->pre_tokenizer != NULL) steps_split(w, t->pre_tokenizer);
}

/* ---- tokens ------------------------------------------------------------------------------------- */

/* w->tokens of all pieces, at places of w->text. */
static void pieces_to_tokens(Work *w, const Tokenizer *t) {
  w->tokens.n = 0;
  for (size_t i = 0; i < w->pieces.n; i++) {
    const Piece piece = w->pieces.v[i];
    const size_t first = w->tokens.n;
    if (piece.token >= 0)
      PUSH(&w->failure, &w->tokens, (Token){(uint32_t)piece.token, 0, piece.end - piece.start, 0, true});
    else model_tokenize(w, t->model, w->text.bytes.v + piece.start, piece.end - piece.start);
    for (size_t k = first; k < w->tokens.n; k++) {
      Token *token = &w->tokens.v[k];
      token->start += piece.start;
      token->end += piece.start;
      token->piece = (uint32_t)i;
    }
  }
}

/* The bytes of the original that a token stands for. */
static Span token_origin(const Work *w, const Token *token) {
  if (token->start >= token->end) {
    const Piece piece = w->pieces.v[token->piece];
    const uint32_t at = piece.origin + token->start - piece.start;
    return (Span){at, at};
  }
  return (Span){w->text.origin.v[token->start].from, w->text.origin.v[token->end - 1].to};
}

/* w->characters[i]: the number of the character that byte i is of; at the end their count. */
static void number_characters(Work *w, const char *text, size_t n) {
  w->characters.n = 0;
  RESERVE(&w->failure, &w->characters, n + 1);
  uint32_t number = 0;
  for (size_t i = 0; i < n; i++) {
    if (i > 0 && unicode_is_start(text[i])) number++;
    w->characters.v[i] = number;
  }
  w->characters.v[n] = n > 0 ? number + 1 : 0;
}

/* A token that is shown as its text has a label, unless its id has the same text. */
static uint32_t token_label(Work *w, const Tokenizer *t, const Token *token) {
  if (!token->is_text) return 0;
  size_t n = 0;
  const char *own = w->text.bytes.v + token->start, *text = tokenizer_text(t, token->id, &n);
  const size_t size = token->end - token->start;
  if (text != NULL && n == size) {
    size_t i = 0;
    while (i < n && text[i] == own[i]) i++;
    if (i == n) return 0;
  }
  return label_add(w, own, size);
}

/* 'word' is the number of the word that the text is; -1: it is a text, and pieces are its words. */
static Encoding *encode_text(Work *w, const Tokenizer *t, const char *text, size_t n, int32_t word, uint32_t type) {
  text_to_pieces(w, t, text, n);
  pieces_to_tokens(w, t);
  const bool is_ascii = unicode_is_ascii(text, n);
  if (!is_ascii) number_characters(w, text, n);
  Encoding *e = encoding_new(w, (uint32_t)w->tokens.n);
  for (uint32_t i = 0; i < e->n; i++) {
    const Token *token = &w->tokens.v[i];
    Span span = token_origin(w, token);
    if (!is_ascii && span.from < n && span.to <= n)
      span = (Span){w->characters.v[span.from],
        span.to == span.from ? w->characters.v[span.from] : w->characters.v[span.to - 1] + 1};
    e->ids[i] = token->id;
    e->types[i] = type;
    e->words[i] = word >= 0 ? word : (int32_t)token->piece;
    e->spans[i] = span;
    e->labels[i] = token_label(w, t, token);
    e->special[i] = 0;
    e->mask[i] = 1;
  }
  return e;
}

static Encoding *encode_input(Work *w, const Tokenizer *t, const Input *input, uint32_t type) {
  if (!input->is_words) return encode_text(w, t, input->texts[0], input->sizes[0], -1, type);
  if (input->n == 0) return encoding_new(w, 0);
  Encoding **list = pool_take(&w->failure, &w->pool, input->n, sizeof *list);
  for (size_t i = 0; i < input->n; i++)
    list[i] = encode_text(w, t, input->texts[i], input->sizes[i], (int32_t)i, type);
  return encoding_concat(w, list, input->n);
}

Encoding *encode(Work *w, const Tokenizer *t, const Input *first, const Input *second, bool special) {
  pool_reset(&w->pool);
  w->labels.n = 0;
  Encoding *one = encode_input(w, t, first, 0);
  Encoding *two = second == NULL ? NULL : encode_input(w, t, second, 1);
  return encode_process(w, t, one, two, special);
}
