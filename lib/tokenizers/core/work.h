/* work.h: what one thread needs to encode, used again from text to text; steps of normalizers and pre-tokenizers. */
#ifndef TOKENIZERS_WORK_H
#define TOKENIZERS_WORK_H

#include "tokenizers/core/pattern.h"
#include "tokenizers/core/text.h"

/* Bytes start … end - 1 of the text that is split so far. */
typedef struct {
  uint32_t start, end;
  uint32_t origin; /* where it begins in the original */
  int32_t token;   /* the id of the added token that it is, or -1 */
} Piece;
typedef VECTOR(Piece) Pieces;

/* A token at bytes start … end - 1 of the text of its model, or of the split text. */
typedef struct {
  uint32_t id, start, end;
  uint32_t piece;   /* the number of the piece, from 0 */
  bool is_text;     /* it is shown as the text that it stands for: an unknown one, an added one */
} Token;
typedef VECTOR(Token) Tokens;

typedef struct { uint32_t id, length; int32_t before, after; } Symbol; /* of a word that is merged; length 0: gone */
typedef struct { uint32_t rank, place, id; } Merge;                   /* waits in the heap */
typedef struct { double score; uint32_t id; int32_t start; } Best;    /* the best path to a place; start -1: none yet */

typedef struct {
  Failure failure;
  Matcher matcher;
  AlignedText text, other, scratch[2]; /* text: the normalized one; other: the one that is being made */
  Pieces pieces, next;
  Segments segments, merged;
  Changes changes, composed;
  Tokens tokens;
  VECTOR(Symbol) symbols;
  VECTOR(Merge) heap, skipped;
  VECTOR(Best) path;
  VECTOR(char) word;
  VECTOR(uint32_t) characters; /* of each byte of an original: the number of its character */
  Pool pool;                   /* the encodings of the call */
  VECTOR(char) labels;         /* texts of tokens that are not those of their ids: a size in 4 bytes, the bytes */
  struct WordCache *cache;
  uint64_t random; /* the state of the generator of dropout */
} Work;

void work_free(Work *w);

typedef enum {
  /* these make a new text */
  STEP_NFC, STEP_NFD, STEP_NFKC, STEP_NFKD, STEP_LOWERCASE, STEP_STRIP, STEP_REMOVE, STEP_REPLACE, STEP_PREPEND,
  STEP_PREFIX, STEP_CHARSMAP, STEP_CLEAN, STEP_SPACE_CHINESE, STEP_NMT, STEP_BYTES,
  /* these split it */
  STEP_SPLIT, STEP_WORDS, STEP_SCRIPTS, STEP_FIXED
} StepKind;

typedef enum {
  DELIMITER_ISOLATED, DELIMITER_REMOVED, DELIMITER_CONTIGUOUS, DELIMITER_WITH_PREVIOUS, DELIMITER_WITH_NEXT
} Behavior;

typedef struct {
  StepKind kind;
  unsigned mask;     /* REMOVE, SPLIT: characters with one of these properties, where it is not 0 */
  Pattern *pattern;  /* REPLACE, SPLIT: owned, or NULL */
  char *content;     /* REPLACE, PREPEND, PREFIX; the map of CHARSMAP: owned, or NULL */
  size_t size;       /* of content */
  Behavior behavior; /* SPLIT */
  bool invert;       /* SPLIT: what does not match delimits */
  bool left, right;  /* STRIP */
  bool first;        /* PREFIX: only where the text begins */
  size_t length;     /* FIXED: characters */
} Step;

typedef struct {
  Step *v;
  size_t n;
} Steps;

/* The text of a view, changed by a step that makes a new one, at the end of 'out'. */
void step_apply(Work *w, const Step *s, View in, AlignedText *out);
/* The same by all steps. */
void steps_apply(Work *w, const Steps *steps, View in, AlignedText *out);
void compose_apply(Work *w, StepKind form, View in, AlignedText *out);
void charsmap_apply(Work *w, const Step *s, View in, AlignedText *out);
/* Whether the bytes are a map that charsmap_apply can walk through; else what is wrong with it. */
const char *charsmap_check(const char *bytes, size_t n);
/* The character that stands for a byte in texts of byte-level models, and back: -1 where it is none. */
uint32_t byte_character(uint8_t byte);
int character_byte(uint32_t c);
/* Splits, or changes, the pieces of w->text that are no tokens. */
void steps_split(Work *w, const Steps *steps);
/* Adds start … end of w->text to w->next, unless it is empty. */
void piece_add(Work *w, uint32_t start, uint32_t end, int32_t token);

#endif
