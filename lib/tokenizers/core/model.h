/* model.h: what makes tokens of pieces of text: BPE, WordPiece, Unigram, WordLevel. */
#ifndef TOKENIZERS_MODEL_H
#define TOKENIZERS_MODEL_H

#include "tokenizers/core/vocabulary.h"
#include "tokenizers/core/work.h"

typedef enum { MODEL_BPE, MODEL_WORDPIECE, MODEL_UNIGRAM, MODEL_WORDLEVEL } ModelKind;

typedef struct { uint64_t pair; uint32_t rank, id; } MergeRule; /* pair: left << 32 | right; id UINT32_MAX: free */

#define SINGLES 0x800 /* characters whose tokens are found without a search */
#define NO_ID UINT32_MAX

typedef struct {
  ModelKind kind;
  Vocabulary vocabulary;
  char *unknown_token; /* its text, or NULL */
  uint32_t unknown;    /* its id, or NO_ID */
  bool byte_fallback;
  uint32_t byte_ids[256]; /* of "<0x00>" and so on, or NO_ID */
  char *prefix, *suffix;  /* of tokens inside of a word, of one at its end; or NULL */
  /* BPE */
  MergeRule *rules;
  size_t rules_mask;
  double dropout;
  bool fuse_unknown, ignore_merges;
  uint32_t singles[SINGLES]; /* tokens of one character, or NO_ID */
  /* WordPiece, Unigram */
  Trie trie;
  uint32_t inside; /* WordPiece: the node of the prefix */
  size_t max_characters;
  double *scores, unknown_score;
} Model;

void model_free(Model *m);
/* Completes a model whose vocabulary and options are there. */
void model_finish(Failure *f, Model *m);
/* Adds the tokens of a text to w->tokens, with places in it. */
void model_tokenize(Work *w, const Model *m, const char *text, size_t n);

void bpe_add_rule(Failure *f, Model *m, uint32_t left, uint32_t right, uint32_t rank, uint32_t id);
void bpe_prepare(Failure *f, Model *m, size_t rules);
void bpe_tokenize(Work *w, const Model *m, const char *text, size_t n);
void wordpiece_tokenize(Work *w, const Model *m, const char *text, size_t n);
void unigram_tokenize(Work *w, const Model *m, const char *text, size_t n);
void wordlevel_tokenize(Work *w, const Model *m, const char *text, size_t n);

/* The tokens of words that came before. */
typedef struct WordCache WordCache;
void cache_free(WordCache *c);
/* Adds the tokens of a word to w->tokens; false: it is not there. */
bool cache_find(Work *w, const char *text, size_t n, uint64_t hash);
/* Notes that the tokens from 'first' on are those of the word. */
void cache_add(Work *w, const char *text, size_t n, uint64_t hash, size_t first);

#endif
