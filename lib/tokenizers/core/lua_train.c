/* lua_train.c: training as functions of Lua.
**
**   counter() → counter       count(counter, tokenizer, text): adds the words of a text
**   counts(counter) → array of words, array of counts
**   train_bpe(counter, options) → array of tokens, array of merges
**   train_unigram(counter, options) → array of {token, score}, the least score
*/
#include <math.h>
#include <string.h>

#include "tokenizers/core/bind.h"
#include "tokenizers/core/train.h"

typedef struct { Object object; Counter counter; Work work; } CounterBox;

static void counter_finalize(lua_State *L, void *self) {
  (void)L;
  CounterBox *box = self;
  counter_free(&box->counter);
  work_free(&box->work);
  box->work = (Work){0};
}
static const Class counter_class = {"tokenizers.counter", NULL, counter_finalize, NULL, NULL};

static int core_counter(lua_State *L) {
  object_new(L, &counter_class, sizeof(CounterBox), 0);
  return 1;
}

typedef struct { lua_State *L; CounterBox *box; const Tokenizer *tokenizer; } CountCall;

static void count_words(Failure *f, void *data) {
  const CountCall *c = data;
  Work *w = &c->box->work;
  size_t n;
  const char *text = lua_tolstring(c->L, 3, &n);
  text_to_words(w, c->tokenizer, text, n);
  for (size_t i = 0; i < w->pieces.n; i++) {
    const Piece piece = w->pieces.v[i];
    counter_add(f, &c->box->counter, w->text.bytes.v + piece.start, piece.end - piece.start, 1);
  }
}

static int core_count(lua_State *L) {
  TokenizerBox *tokenizer = object_check(L, 2, &tokenizer_class, "count", "tokenizer");
  CountCall c = {L, object_check(L, 1, &counter_class, "count", "counter"), &tokenizer->tokenizer};
  luaL_checkstring(L, 3);
  return guard(&c.box->work.failure, count_words, &c) ? 0 : push_failure(L, &c.box->work.failure);
}

static int core_counts(lua_State *L) {
  const Counter *c = &((CounterBox *)object_check(L, 1, &counter_class, "counts", "counter"))->counter;
  lua_createtable(L, (int)c->counts.n, 0);
  lua_createtable(L, (int)c->counts.n, 0);
  for (uint32_t id = 0; id < c->counts.n; id++) {
    size_t n = 0;
    const char *text = vocabulary_text(&c->words, id, &n);
    lua_pushlstring(L, text, n);
    lua_rawseti(L, -3, (lua_Integer)id + 1);
    lua_pushinteger(L, (lua_Integer)c->counts.v[id]);
    lua_rawseti(L, -2, (lua_Integer)id + 1);
  }
  return 2;
}

/* ---- byte pair encoding ------------------------------------------------------------------------------ */

typedef struct { Object object; BpeTraining training; UnigramTraining unigram; } TrainingBox;

static void training_finalize(lua_State *L, void *self) {
  (void)L;
  TrainingBox *box = self;
  bpe_training_free(&box->training);
  unigram_training_free(&box->unigram);
}
static const Class training_class = {"tokenizers.training", NULL, training_finalize, NULL, NULL};

typedef struct { lua_State *L; TrainingBox *box; const Counter *counter; } TrainCall;

/* The field of the options: it stays alive, and where it is, as the table of options does. */
static const char *field_text(lua_State *L, const char *name) {
  lua_getfield(L, 2, name);
  const char *text = lua_tostring(L, -1);
  lua_pop(L, 1);
  return text;
}

/* Special tokens get the first ids; characters of the alphabet are there in any case. */
static void read_lists(lua_State *L, Failure *f, BpeTraining *t) {
  size_t n;
  unsigned size;
  lua_getfield(L, 2, "special");
  for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
    const char *text = lua_tolstring(L, -1, &n);
    if (vocabulary_find(&t->vocabulary, text, n) < 0)
      vocabulary_add(f, &t->vocabulary, text, n, (uint32_t)t->vocabulary.names.n);
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
  lua_getfield(L, 2, "alphabet");
  for (lua_Integer i = 1; lua_rawgeti(L, -1, i) != LUA_TNIL; i++) {
    PUSH(f, &t->alphabet, unicode_at(lua_tostring(L, -1), &size));
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
}

static void train_bpe(Failure *f, void *data) {
  const TrainCall *c = data;
  BpeTraining *t = &c->box->training;
  t->vocab_size = field_count(c->L, 2, "vocab_size");
  t->min_frequency = field_count(c->L, 2, "min_frequency");
  t->limit_alphabet = field_count(c->L, 2, "limit_alphabet");
  t->max_token_length = field_count(c->L, 2, "max_token_length");
  t->prefix = field_text(c->L, "continuing_subword_prefix");
  t->suffix = field_text(c->L, "end_of_word_suffix");
  read_lists(c->L, f, t);
  bpe_train(f, t, c->counter);
}

static void push_name(lua_State *L, const Vocabulary *v, uint32_t id) {
  size_t n = 0;
  const char *text = vocabulary_text(v, id, &n);
  lua_pushlstring(L, text, n);
}

static TrainCall start_training(lua_State *L, const char *function) {
  const CounterBox *counter = object_check(L, 1, &counter_class, function, "counter");
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checkstack(L, 10, function);
  return (TrainCall){L, object_new(L, &training_class, sizeof(TrainingBox), 0), &counter->counter};
}

static int core_train_bpe(lua_State *L) {
  Failure f;
  TrainCall c = start_training(L, "train_bpe");
  if (!guard(&f, train_bpe, &c)) return push_failure(L, &f);
  const BpeTraining *t = &c.box->training;
  lua_createtable(L, (int)t->vocabulary.names.n, 0);
  for (uint32_t id = 0; id < t->vocabulary.names.n; id++) {
    push_name(L, &t->vocabulary, id);
    lua_rawseti(L, -2, (lua_Integer)id + 1);
  }
  lua_createtable(L, (int)t->rules.n, 0);
  for (size_t i = 0; i < t->rules.n; i++) {
    lua_createtable(L, 2, 0);
    push_name(L, &t->vocabulary, t->rules.v[i].left);
    lua_rawseti(L, -2, 1);
    push_name(L, &t->vocabulary, t->rules.v[i].right);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
  return 2;
}

/* ---- unigram ------------------------------------------------------------------------------------------ */

static void train_unigram(Failure *f, void *data) {
  const TrainCall *c = data;
  UnigramTraining *t = &c->box->unigram;
  t->vocab_size = field_count(c->L, 2, "vocab_size");
  t->max_piece_length = field_count(c->L, 2, "max_piece_length");
  t->seed_size = field_count(c->L, 2, "seed_size");
  t->sub_iterations = field_count(c->L, 2, "n_sub_iterations");
  lua_getfield(c->L, 2, "shrinking_factor");
  t->shrinking_factor = lua_tonumber(c->L, -1);
  lua_pop(c->L, 1);
  unigram_train(f, t, c->counter);
}

static int core_train_unigram(lua_State *L) {
  Failure f;
  TrainCall c = start_training(L, "train_unigram");
  if (!guard(&f, train_unigram, &c)) return push_failure(L, &f);
  const UnigramTraining *t = &c.box->unigram;
  double least = INFINITY;
  lua_createtable(L, (int)t->pieces.n, 0);
  for (size_t i = 1; i < t->pieces.n; i++) {
    const UnigramPiece p = t->pieces.v[i];
    if (p.score < least) least = p.score;
    lua_createtable(L, 2, 0);
    lua_pushlstring(L, t->bytes.v + p.at, p.n);
    lua_rawseti(L, -2, 1);
    lua_pushnumber(L, p.score);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)i);
  }
  lua_pushnumber(L, least);
  return 2;
}

const luaL_Reg train_functions[] = {{"counter", core_counter}, {"count", core_count}, {"counts", core_counts},
  {"train_bpe", core_train_bpe}, {"train_unigram", core_train_unigram}, {NULL, NULL}};
