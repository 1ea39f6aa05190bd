/* text.h: a text on its way through normalizers and pre-tokenizers, with the place in the original of each of its
** bytes. */
#ifndef TOKENIZERS_TEXT_H
#define TOKENIZERS_TEXT_H

#include "tokenizers/core/memory.h"
#include "tokenizers/core/unicode.h"

/* Bytes from … to - 1, from 0. */
typedef struct { uint32_t from, to; } Span;

/* bytes.n equals origin.n: origin.v[i] are the bytes of the original text that byte i came from; all bytes of a
** character have the same. */
typedef struct {
  VECTOR(char) bytes;
  VECTOR(Span) origin;
} AlignedText;

/* A part of a text. 'start': where it begins in the original; what is put in front of it belongs there. */
typedef struct {
  const char *bytes;
  const Span *origin;
  size_t n;
  uint32_t start;
} View;

/* A character of a new text. change 0: it replaces one of the old text; 1: it is new, and belongs to the place of the
** character before it; -n: it replaces one, and the n that follow are gone. */
typedef struct { uint32_t c; int32_t change; } Change;
typedef VECTOR(Change) Changes;

void aligned_clear(AlignedText *t);
void aligned_free(AlignedText *t);
void aligned_set(Failure *f, AlignedText *t, const char *bytes, size_t n); /* the original itself */
View aligned_view(const AlignedText *t, size_t start, size_t end, uint32_t origin);

/* These write at the end of 'out', which is not the text of the view. */
void aligned_copy(Failure *f, View view, AlignedText *out);
void aligned_put(Failure *f, AlignedText *out, uint32_t c, Span origin);
void aligned_write(Failure *f, AlignedText *out, const char *bytes, size_t n, Span origin);
/* The view without its first 'skipped' characters, changed. */
void aligned_change(Failure *f, View view, const Changes *changes, size_t skipped, AlignedText *out);

#endif
