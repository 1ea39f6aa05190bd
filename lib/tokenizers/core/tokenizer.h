/* tokenizer.h: a whole tokenizer: added tokens, steps, a model, templates. It does not change while it encodes. */
#ifndef TOKENIZERS_TOKENIZER_H
#define TOKENIZERS_TOKENIZER_H

#include "tokenizers/core/encoding.h"
#include "tokenizers/core/model.h"

typedef struct {
  uint32_t id;
  bool single_word, left, right, special;
} Added;

/* The added tokens that are looked for in one form of the text. */
typedef struct {
  Trie trie;           /* its values: places in the list + 1 */
  bool begins[256];    /* the bytes with which one begins */
  VECTOR(Added) list;
} AddedSet;

/* A part of a template: the tokens of a text, or special ones. */
typedef struct {
  int sequence; /* 0 or 1; -1: special tokens */
  uint32_t type;
  size_t n;
  uint32_t *ids;
  char **tokens;
} TemplatePart;
typedef VECTOR(TemplatePart) Template;

/* A step of the post-processor: a template, or the trimming of offsets. */
typedef struct {
  bool is_template, trims, prefix_space, sets_ranges;
  Template single, pair;
} ProcessStep;

typedef struct {
  AddedSet plain, normalized;   /* found in the text as it came, and behind the normalizer */
  Vocabulary added;             /* all added tokens */
  const Steps *normalizer;      /* borrowed, or NULL */
  const Steps *pre_tokenizer;   /* borrowed, or NULL */
  const Model *model;           /* borrowed */
  bool has_processor;
  VECTOR(ProcessStep) process;
  Truncation truncation;
  Padding padding;
  bool encode_special_tokens;   /* as any other text */
} Tokenizer;

typedef struct {
  const char *const *texts;
  const size_t *sizes;
  size_t n;
  bool is_words; /* the text came in words; else n is 1 */
} Input;

void added_free(AddedSet *set);
void template_free(Template *t);
/* Splits start … end - 1 of w->text at the tokens of a set: pieces at the end of w->next. */
void added_split(Work *w, const Tokenizer *t, const AddedSet *set, uint32_t start, uint32_t end);
/* The text of an id of the model or of an added token; NULL: there is none. */
const char *tokenizer_text(const Tokenizer *t, uint32_t id, size_t *n);
const char *token_text(const Tokenizer *t, const char *labels, const Encoding *e, uint32_t i, size_t *n);

/* Pieces of a text, up to the model. */
void text_to_words(Work *w, const Tokenizer *t, const char *text, size_t n);
void text_to_pieces(Work *w, const Tokenizer *t, const char *text, size_t n);
size_t special_count(const Tokenizer *t, bool pair);
Encoding *encode_process(Work *w, const Tokenizer *t, Encoding *first, Encoding *second, bool special);
/* The encoding of a text, or of two. It lives until the next call of encode with the same Work. */
Encoding *encode(Work *w, const Tokenizer *t, const Input *first, const Input *second, bool special);

#endif
