/* lua_tokenizer.c: tokenizers as values of Lua. A description has, each where it is there, 'normalizer' and
** 'pre_tokenizer' (steps), 'added' (an array of {content=, normalized_content=, id=, single_word=, lstrip=, rstrip=,
** normalized=, special=}), 'process' (an array of {template = {single=, pair=}} and {trims=, prefix_space=}),
** 'truncation', 'padding' and 'encode_special_tokens'. Ids count from 0.
*/
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/bind.h"

static void clear_configuration(Tokenizer *t) {
  added_free(&t->plain);
  added_free(&t->normalized);
  vocabulary_free(&t->added);
  for (size_t i = 0; i < t->process.n; i++) {
    template_free(&t->process.v[i].single);
    template_free(&t->process.v[i].pair);
  }
  free(t->process.v);
  free(t->padding.token);
  *t = (Tokenizer){.model = t->model};
}

static void tokenizer_finalize(lua_State *L, void *self) {
  (void)L;
  TokenizerBox *box = self;
  clear_configuration(&box->tokenizer);
  for (int i = 0; i < MAX_THREADS; i++) {
    work_free(&box->work[i]);
    cache_free(box->work[i].cache);
    box->work[i] = (Work){0};
  }
}
const Class tokenizer_class = {"tokenizers.tokenizer", NULL, tokenizer_finalize, NULL, NULL};

static int core_tokenizer(lua_State *L) {
  ModelBox *model = object_check(L, 1, &model_class, "tokenizer", "model");
  TokenizerBox *box = object_new(L, &tokenizer_class, sizeof *box, 3);
  box->tokenizer.model = &model->model;
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  return 1;
}

/* ---- added tokens --------------------------------------------------------------------------------- */

/* The token of the table on top of the stack. */
static void read_added(lua_State *L, Failure *f, Tokenizer *t) {
  size_t n;
  const int table = lua_gettop(L);
  const Added added = {.id = (uint32_t)field_count(L, table, "id"), .single_word = field_bool(L, table, "single_word"),
    .left = field_bool(L, table, "lstrip"), .right = field_bool(L, table, "rstrip"),
    .special = field_bool(L, table, "special")};
  lua_getfield(L, table, "content");
  const char *text = lua_tolstring(L, -1, &n);
  vocabulary_add(f, &t->added, text, n, added.id);
  lua_pop(L, 1);
  if (field_bool(L, table, "normalized")) PUSH(f, &t->normalized.list, added);
  else PUSH(f, &t->plain.list, added);
}

/* The trie of a set, whose texts are in the field 'name' of the tables of the array at 'index' that are 'normalized' or
** not. The first of two equal ones counts, so values fall. */
static void build_set(lua_State *L, Failure *f, AddedSet *set, int index, const char *name, bool normalized) {
  const size_t total = (size_t)luaL_len(L, index);
  Key *keys = lua_newuserdatauv(L, (total + 1) * sizeof *keys, 0);
  size_t n = 0, place = 0;
  for (size_t i = 1; i <= total; i++) {
    lua_rawgeti(L, index, (lua_Integer)i);
    if (field_bool(L, -1, "normalized") == normalized) {
      size_t size;
      lua_getfield(L, -1, name);
      const char *text = lua_tolstring(L, -1, &size);
      keys[n] = (Key){text, (uint32_t)size, (uint32_t)(set->list.n - 1 - place++)};
      if (size > 0) set->begins[(uint8_t)text[0]] = true, n++;
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
  }
  trie_build(f, &set->trie, keys, n);
  for (size_t i = 0, k = set->list.n; i + 1 < k; i++) { /* the list in the order of the values */
    const Added added = set->list.v[i];
    set->list.v[i] = set->list.v[--k];
    set->list.v[k] = added;
  }
  lua_pop(L, 1);
}

/* ---- the post-processor ----------------------------------------------------------------------------- */

/* A part of a template from the table on top of the stack: {sequence=, type=} or {ids=, tokens=, type=}. */
static void read_part(lua_State *L, Failure *f, Template *to) {
  const int table = lua_gettop(L);
  PUSH(f, to, (TemplatePart){.sequence = -1});
  TemplatePart *part = &to->v[to->n - 1];
  part->type = (uint32_t)field_count(L, table, "type");
  lua_getfield(L, table, "sequence");
  if (lua_isinteger(L, -1)) part->sequence = (int)lua_tointeger(L, -1);
  lua_pop(L, 1);
  if (part->sequence >= 0) return;
  lua_getfield(L, table, "ids");
  lua_getfield(L, table, "tokens");
  const size_t n = (size_t)luaL_len(L, -2);
  part->ids = allocate(f, n, sizeof *part->ids);
  part->tokens = allocate(f, n, sizeof *part->tokens);
  for (size_t i = 0; i < n; i++) {
    lua_rawgeti(L, -2, (lua_Integer)i + 1);
    part->ids[i] = (uint32_t)lua_tointeger(L, -1);
    lua_rawgeti(L, -2, (lua_Integer)i + 1);
    part->tokens[part->n++] = copy_text(L, f, -1);
    lua_pop(L, 2);
  }
  lua_pop(L, 2);
}

static void read_template(lua_State *L, Failure *f, int table, const char *name, Template *to) {
  lua_getfield(L, table, name);
  const lua_Integer n = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    read_part(L, f, to);
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

static void read_process(lua_State *L, Failure *f, Tokenizer *t) {
  t->has_processor = lua_getfield(L, 2, "process") == LUA_TTABLE;
  const lua_Integer n = t->has_processor ? luaL_len(L, -1) : 0;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, -1, i);
    const int table = lua_gettop(L);
    PUSH(f, &t->process, (ProcessStep){.trims = field_bool(L, table, "trims"),
      .prefix_space = field_bool(L, table, "prefix_space"), .sets_ranges = field_bool(L, table, "sets_ranges")});
    ProcessStep *s = &t->process.v[t->process.n - 1];
    lua_getfield(L, table, "template");
    s->is_template = lua_istable(L, -1);
    if (s->is_template) {
      read_template(L, f, table + 1, "single", &s->single);
      read_template(L, f, table + 1, "pair", &s->pair);
    }
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
}

/* ---- lengths --------------------------------------------------------------------------------------- */

static void read_lengths(lua_State *L, Failure *f, Tokenizer *t) {
  static const char *const strategies[] = {"longest_first", "only_first", "only_second", NULL};
  static const char *const sides[] = {"right", "left", NULL};
  if (lua_getfield(L, 2, "truncation") == LUA_TTABLE) {
    const int at = lua_gettop(L);
    t->truncation = (Truncation){true, field_count(L, at, "max_length"), field_count(L, at, "stride"),
      field_among(L, at, "strategy", strategies), field_among(L, at, "direction", sides) == 1};
  }
  if (lua_getfield(L, 2, "padding") == LUA_TTABLE) {
    const int at = lua_gettop(L);
    t->padding = (Padding){true, field_among(L, at, "direction", sides) == 1, field_count(L, at, "length"),
      field_count(L, at, "pad_to_multiple_of"), (uint32_t)field_count(L, at, "pad_id"),
      (uint32_t)field_count(L, at, "pad_type_id"), NULL};
    lua_getfield(L, at, "pad_token");
    t->padding.token = copy_text(L, f, -1);
    lua_pop(L, 1);
  }
  lua_pop(L, 2);
}

static void configure(Failure *f, void *data) {
  lua_State *L = data;
  TokenizerBox *box = lua_touserdata(L, 1);
  Tokenizer *t = &box->tokenizer;
  clear_configuration(t);
  lua_getfield(L, 2, "normalizer");
  StepsBox *normalizer = object_test(L, -1, &steps_class);
  lua_setiuservalue(L, 1, 2);
  lua_getfield(L, 2, "pre_tokenizer");
  StepsBox *pre_tokenizer = object_test(L, -1, &steps_class);
  lua_setiuservalue(L, 1, 3);
  if (normalizer != NULL) t->normalizer = &normalizer->steps;
  if (pre_tokenizer != NULL) t->pre_tokenizer = &pre_tokenizer->steps;
  t->encode_special_tokens = field_bool(L, 2, "encode_special_tokens");
  lua_getfield(L, 2, "added");
  const int added = lua_gettop(L);
  for (lua_Integer i = 1, n = luaL_len(L, added); i <= n; i++) {
    lua_rawgeti(L, added, i);
    read_added(L, f, t);
    lua_pop(L, 1);
  }
  build_set(L, f, &t->plain, added, "content", false);
  build_set(L, f, &t->normalized, added, "normalized_content", true);
  lua_settop(L, 2);
  read_process(L, f, t);
  read_lengths(L, f, t);
}

static int core_configure(lua_State *L) {
  object_check(L, 1, &tokenizer_class, "configure", "tokenizer");
  luaL_checktype(L, 2, LUA_TTABLE);
  luaL_checkstack(L, 20, "configure");
  Failure f;
  lua_settop(L, 2);
  return guard(&f, configure, L) ? 0 : push_failure(L, &f);
}

/* ---- ids ------------------------------------------------------------------------------------------- */

static int core_id(lua_State *L) {
  const TokenizerBox *box = object_check(L, 1, &tokenizer_class, "id", "tokenizer");
  size_t n;
  const char *text = luaL_checklstring(L, 2, &n);
  int64_t id = vocabulary_find(&box->tokenizer.added, text, n);
  if (id < 0) id = vocabulary_find(&box->tokenizer.model->vocabulary, text, n);
  if (id < 0) return 0;
  lua_pushinteger(L, id + 1);
  return 1;
}

static int core_text(lua_State *L) {
  const TokenizerBox *box = object_check(L, 1, &tokenizer_class, "text", "tokenizer");
  const lua_Integer id = luaL_checkinteger(L, 2) - 1;
  size_t n = 0;
  const char *text = NULL;
  if (id >= 0 && id <= (lua_Integer)MAX_ID) {
    text = vocabulary_text(&box->tokenizer.added, (uint32_t)id, &n);
    if (text == NULL) text = tokenizer_text(&box->tokenizer, (uint32_t)id, &n);
  }
  if (text == NULL) return 0;
  lua_pushlstring(L, text, n);
  return 1;
}

const luaL_Reg tokenizer_functions[] = {{"tokenizer", core_tokenizer}, {"configure", core_configure}, {"id", core_id},
  {"text", core_text}, {NULL, NULL}};
