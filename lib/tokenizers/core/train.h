/* train.h: making vocabularies from the words of texts and their counts. */
#ifndef TOKENIZERS_TRAIN_H
#define TOKENIZERS_TRAIN_H

#include "tokenizers/core/vocabulary.h"
#include "tokenizers/core/work.h"

/* Words, and how often each came. */
typedef struct {
  Vocabulary words;
  VECTOR(uint64_t) counts; /* by the ids of words */
} Counter;

void counter_add(Failure *f, Counter *c, const char *text, size_t n, uint64_t count);
void counter_free(Counter *c);

/* ---- byte pair encoding --------------------------------------------------------------------------- */

typedef struct { uint32_t left, right, id; } Rule;

typedef struct {
  size_t vocab_size, limit_alphabet, max_token_length; /* 0: no limit of the two */
  uint64_t min_frequency;
  const char *prefix, *suffix; /* or NULL */
  Vocabulary vocabulary;       /* special tokens at first, all tokens at the end */
  VECTOR(uint32_t) alphabet;   /* characters that are in it in any case */
  VECTOR(Rule) rules;          /* the result */
  struct BpeState *state;
} BpeTraining;

void bpe_train(Failure *f, BpeTraining *t, const Counter *words);
void bpe_training_free(BpeTraining *t);

/* ---- unigram ---------------------------------------------------------------------------------------- */

/* Piece i is bytes at … at + n - 1. */
typedef struct { size_t at; uint32_t n; double score; } UnigramPiece;
typedef VECTOR(UnigramPiece) UnigramPieces;

typedef struct {
  size_t vocab_size, max_piece_length, seed_size, sub_iterations;
  double shrinking_factor;
  VECTOR(char) bytes;
  UnigramPieces pieces; /* the result */
  struct UnigramState *state;
} UnigramTraining;

void unigram_train(Failure *f, UnigramTraining *t, const Counter *words);
void unigram_training_free(UnigramTraining *t);

/* unigram_seed.c: the substrings with which the training begins, at most seed_size. */
void unigram_seed(Failure *f, UnigramTraining *t, const Counter *words);

#endif
