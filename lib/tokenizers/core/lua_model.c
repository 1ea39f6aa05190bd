/* lua_model.c: models as values of Lua. A description has the keys of tokenizer.json; its ids count from 0. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/bind.h"

static void model_finalize(lua_State *L, void *self) {
  (void)L;
  ModelBox *box = self;
  model_free(&box->model);
  box->model = (Model){0};
}
const Class model_class = {"tokenizers.model", NULL, model_finalize, NULL, NULL};

/* ---- vocabularies -------------------------------------------------------------------------------- */

static void check_text(Failure *f, const char *key, const char *text, size_t n) {
  if (unicode_valid(text, n) != n) give_up(f, "%s: a token that is no UTF-8", key);
}

/* From the table on top of the stack: ids by tokens. */
static void read_vocab(lua_State *L, Failure *f, Model *m) {
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    size_t n;
    if (lua_type(L, -2) != LUA_TSTRING) give_up(f, "model.vocab: expected an object from tokens to ids, got an array");
    const char *text = lua_tolstring(L, -2, &n);
    int exact;
    const lua_Integer id = lua_tointegerx(L, -1, &exact);
    check_text(f, "model.vocab", text, n);
    if (!exact || id < 0 || id > MAX_ID)
      give_up(f, "model.vocab: '%.60s': expected an id from 0 to %u, got %.30s", text, MAX_ID,
              luaL_tolstring(L, -1, NULL));
    const bool is_there = (size_t)id < m->vocabulary.names.n && m->vocabulary.names.v[id].is_there;
    if (is_there) {
      size_t other;
      const char *first = vocabulary_text(&m->vocabulary, (uint32_t)id, &other);
      give_up(f, "model.vocab: the id %u of two tokens, '%.60s' and '%.*s'", (unsigned)id, text,
           (int)(other < 60 ? other : 60), first);
    }
    vocabulary_add(f, &m->vocabulary, text, n, (uint32_t)id);
  }
}

#define UNKNOWN_PENALTY 10.0 /* of a character that is in no token, below the least likely one */

/* From the array on top of the stack: {token, score}, in the order of the ids. */
static void read_scores(lua_State *L, Failure *f, Model *m) {
  const lua_Integer n = luaL_len(L, -1);
  if (n > (lua_Integer)MAX_ID) give_up(f, "model.vocab: more than %u tokens", MAX_ID);
  double least = INFINITY;
  m->scores = allocate(f, (size_t)n, sizeof *m->scores);
  for (lua_Integer i = 0; i < n; i++) {
    size_t size;
    int is_number = 0;
    const bool is_pair = lua_rawgeti(L, -1, i + 1) == LUA_TTABLE && lua_rawgeti(L, -1, 1) == LUA_TSTRING;
    if (!is_pair) give_up(f, "model.vocab[%d]: expected a token and its score", (int)i + 1);
    const char *text = lua_tolstring(L, -1, &size);
    lua_rawgeti(L, -2, 2);
    m->scores[i] = lua_tonumberx(L, -1, &is_number);
    if (!is_number || lua_type(L, -1) == LUA_TSTRING || isnan(m->scores[i]))
      give_up(f, "model.vocab[%d]: expected a number as the score of '%.60s'", (int)i + 1, text);
    check_text(f, "model.vocab", text, size);
    vocabulary_add(f, &m->vocabulary, text, size, (uint32_t)i);
    if (m->scores[i] < least) least = m->scores[i];
    lua_pop(L, 3);
  }
  m->unknown_score = least - UNKNOWN_PENALTY;
}

/* ---- merges -------------------------------------------------------------------------------------- */

typedef struct { const char *left, *right; size_t n_left, n_right; } Halves;

/* The halves of the merge on top of the stack, "a b" or {a, b}. The table keeps the strings. */
static Halves read_halves(lua_State *L, Failure *f, lua_Integer i) {
  Halves h = {0};
  if (lua_type(L, -1) == LUA_TSTRING) {
    size_t n;
    h.left = lua_tolstring(L, -1, &n);
    const char *space = memchr(h.left, ' ', n);
    if (space == NULL || memchr(space + 1, ' ', n - 1 - (size_t)(space - h.left)) != NULL)
      give_up(f, "model.merges[%d]: expected two tokens with a space between them, got '%.60s'", (int)i, h.left);
    h.n_left = (size_t)(space - h.left);
    h.right = space + 1;
    h.n_right = n - h.n_left - 1;
    return h;
  }
  if (lua_type(L, -1) == LUA_TTABLE) {
    if (lua_rawgeti(L, -1, 1) == LUA_TSTRING) h.left = lua_tolstring(L, -1, &h.n_left);
    if (lua_rawgeti(L, -2, 2) == LUA_TSTRING) h.right = lua_tolstring(L, -1, &h.n_right);
    lua_pop(L, 2);
  }
  if (h.left == NULL || h.right == NULL) give_up(f, "model.merges[%d]: expected two tokens", (int)i);
  return h;
}

static uint32_t find_half(Failure *f, const Model *m, lua_Integer i, const char *text, size_t n) {
  const int64_t id = vocabulary_find(&m->vocabulary, text, n);
  if (id < 0) give_up(f, "model.merges[%d]: '%.*s' is not in the vocabulary", (int)i, (int)(n < 60 ? n : 60), text);
  return (uint32_t)id;
}

/* From the array on top of the stack. The right half without the prefix of tokens inside of words makes the token. */
static void read_merges(lua_State *L, Failure *f, Model *m) {
  const lua_Integer n = luaL_len(L, -1);
  const size_t prefix = m->prefix == NULL ? 0 : strlen(m->prefix);
  VECTOR(char) *joined = (void *)&m->vocabulary.bytes; /* scratch behind the texts of the tokens */
  bpe_prepare(f, m, (size_t)n);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    const Halves h = read_halves(L, f, i);
    const uint32_t left = find_half(f, m, i, h.left, h.n_left), right = find_half(f, m, i, h.right, h.n_right);
    if (h.n_right < prefix) give_up(f, "model.merges[%d]: '%.60s' is shorter than the prefix", (int)i, h.right);
    const size_t size = h.n_left + h.n_right - prefix;
    RESERVE(f, joined, size);
    char *text = joined->v + joined->n;
    memcpy(text, h.left, h.n_left);
    memcpy(text + h.n_left, h.right + prefix, h.n_right - prefix);
    bpe_add_rule(f, m, left, right, (uint32_t)i - 1, find_half(f, m, i, text, size));
    lua_pop(L, 1);
  }
}

/* ---- models -------------------------------------------------------------------------------------- */

typedef struct { lua_State *L; Model *model; } ModelCall;

static char *read_text(lua_State *L, Failure *f, const char *name) {
  lua_getfield(L, 1, name);
  char *text = copy_text(L, f, -1);
  lua_pop(L, 1);
  return text;
}

static void read_options(lua_State *L, Failure *f, Model *m) {
  m->unknown = NO_ID;
  m->unknown_token = read_text(L, f, "unk_token");
  m->prefix = read_text(L, f, "continuing_subword_prefix");
  m->suffix = read_text(L, f, "end_of_word_suffix");
  m->byte_fallback = field_bool(L, 1, "byte_fallback");
  m->fuse_unknown = field_bool(L, 1, "fuse_unk");
  m->ignore_merges = field_bool(L, 1, "ignore_merges");
  m->max_characters = field_count(L, 1, "max_input_chars_per_word");
  lua_getfield(L, 1, "dropout");
  m->dropout = lua_tonumber(L, -1);
  lua_getfield(L, 1, "unk_id");
  if (m->kind == MODEL_UNIGRAM && lua_isinteger(L, -1)) m->unknown = (uint32_t)lua_tointeger(L, -1);
  lua_pop(L, 2);
}

static void make_model(Failure *f, void *data) {
  static const char *const kinds[] = {"BPE", "WordPiece", "Unigram", "WordLevel", NULL};
  const ModelCall *c = data;
  Model *m = c->model;
  m->kind = (ModelKind)field_among(c->L, 1, "type", kinds);
  read_options(c->L, f, m);
  lua_getfield(c->L, 1, "vocab");
  if (m->kind == MODEL_UNIGRAM) read_scores(c->L, f, m);
  else read_vocab(c->L, f, m);
  lua_pop(c->L, 1);
  if (m->kind == MODEL_UNIGRAM && m->unknown != NO_ID && m->unknown >= m->vocabulary.names.n)
    give_up(f, "model.unk_id: %u is not in a vocabulary of %zu tokens", m->unknown, m->vocabulary.names.n);
  if (m->kind == MODEL_BPE) {
    lua_getfield(c->L, 1, "merges");
    read_merges(c->L, f, m);
    lua_pop(c->L, 1);
  }
  model_finish(f, m);
}

static int core_model(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_checkstack(L, 12, "model");
  ModelBox *box = object_new(L, &model_class, sizeof *box, 0);
  Failure f;
  ModelCall c = {L, &box->model};
  return guard(&f, make_model, &c) ? 1 : push_failure(L, &f);
}

static Model *check_model(lua_State *L, const char *function) {
  return &((ModelBox *)object_check(L, 1, &model_class, function, "model"))->model;
}

/* A table from ids (from 1) to tokens, and the greatest id. */
static int core_tokens(lua_State *L) {
  const Model *m = check_model(L, "tokens");
  lua_createtable(L, (int)m->vocabulary.names.n, 0);
  for (uint32_t id = 0; id < m->vocabulary.names.n; id++) {
    size_t n;
    const char *text = vocabulary_text(&m->vocabulary, id, &n);
    if (text == NULL) continue;
    lua_pushlstring(L, text, n);
    lua_rawseti(L, -2, (lua_Integer)id + 1);
  }
  lua_pushinteger(L, (lua_Integer)m->vocabulary.names.n);
  return 2;
}

/* How many tokens a model has; of Unigram equal ones count each. */
static int core_size(lua_State *L) {
  const Model *m = check_model(L, "size");
  lua_pushinteger(L, (lua_Integer)(m->kind == MODEL_UNIGRAM ? m->vocabulary.names.n : m->vocabulary.count));
  return 1;
}

static int core_find(lua_State *L) {
  const Model *m = check_model(L, "find");
  size_t n;
  const char *text = luaL_checklstring(L, 2, &n);
  const int64_t id = vocabulary_find(&m->vocabulary, text, n);
  if (id < 0) return 0;
  lua_pushinteger(L, id + 1);
  return 1;
}

static void push_token(lua_State *L, const Model *m, uint32_t id) {
  size_t n = 0;
  const char *text = vocabulary_text(&m->vocabulary, id, &n);
  lua_pushlstring(L, text == NULL ? "" : text, n);
}

/* The merges by their ranks: table from ranks (from 1) to {left, right}. */
static int core_merges(lua_State *L) {
  const Model *m = check_model(L, "merges");
  lua_newtable(L);
  for (size_t i = 0; m->rules != NULL && i <= m->rules_mask; i++) {
    if (m->rules[i].id == NO_ID) continue;
    lua_createtable(L, 2, 0);
    push_token(L, m, (uint32_t)(m->rules[i].pair >> 32));
    lua_rawseti(L, -2, 1);
    push_token(L, m, (uint32_t)m->rules[i].pair);
    lua_rawseti(L, -2, 2);
    lua_rawseti(L, -2, (lua_Integer)m->rules[i].rank + 1);
  }
  return 1;
}

static int core_scores(lua_State *L) {
  const Model *m = check_model(L, "scores");
  lua_newtable(L);
  for (uint32_t id = 0; m->scores != NULL && id < m->vocabulary.names.n; id++) {
    lua_pushnumber(L, m->scores[id]);
    lua_rawseti(L, -2, (lua_Integer)id + 1);
  }
  return 1;
}

const luaL_Reg model_functions[] = {{"model", core_model}, {"tokens", core_tokens}, {"size", core_size},
  {"find", core_find}, {"merges", core_merges}, {"scores", core_scores}, {NULL, NULL}};
