/* encoding.h: the tokens of an input, with all that is known of them; the parts that truncation leaves out. */
#ifndef TOKENIZERS_ENCODING_H
#define TOKENIZERS_ENCODING_H

#include "tokenizers/core/work.h"

/* Arrays of n. Encodings of a call live in w->pool; they are not changed once another one may share their arrays. */
typedef struct Encoding Encoding;
struct Encoding {
  uint32_t n;
  uint32_t *ids, *types;
  int32_t *words;   /* from 0; -1: none */
  Span *spans;      /* in characters of the original text */
  uint32_t *labels; /* 0: the token is that of its id; else 1 + where its text is in the labels */
  uint8_t *special, *mask;
  Span ranges[2];   /* the tokens of the first and of the second text */
  bool has_range[2];
  Encoding **parts; /* what overflows */
  uint32_t n_parts;
};

Encoding *encoding_new(Work *w, uint32_t n);
/* Tokens from … to - 1, without parts and ranges. */
Encoding *encoding_slice(Work *w, const Encoding *e, uint32_t from, uint32_t to);
/* One behind the other. Parts are combined with parts as the package of the format does. */
Encoding *encoding_concat(Work *w, Encoding *const *list, size_t n);
void encoding_set_sequence(Encoding *e, int sequence);
/* 0 or 1 for each token, -1 where it is of no text, in the order of the tokens. */
void encoding_sequences(const Encoding *e, int8_t *out);

/* Notes a text; the value is what stands in 'labels'. */
uint32_t label_add(Work *w, const char *text, size_t n);

typedef struct {
  bool is_on;
  size_t max_length, stride;
  enum { LONGEST_FIRST, ONLY_FIRST, ONLY_SECOND } strategy;
  bool from_left;
} Truncation;

typedef struct {
  bool is_on, on_left;
  size_t length, multiple; /* 0: that of the longest; 0: of nothing */
  uint32_t id, type;
  char *token; /* owned */
} Padding;

/* Truncates one encoding or two (the second may be NULL). */
void encodings_truncate(Work *w, const Truncation *t, size_t max_length, Encoding **first, Encoding **second);
size_t padding_length(const Padding *p, size_t longest);
Encoding *encoding_pad(Work *w, const Padding *p, const Encoding *e, size_t length, uint32_t label);

/* A copy with all its parts in one block of memory, to be freed by free; NULL: there is none. */
Encoding *encoding_copy(const Encoding *e);

#endif
