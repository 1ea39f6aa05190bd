/* lua_encoding.c: encodings as values of Lua, which live without the memory of the call that made them. */
#include <stdlib.h>
#include <string.h>

#include "tokenizers/core/bind.h"

static void encoding_finalize(lua_State *L, void *self) {
  (void)L;
  EncodingBox *box = self;
  if (box->owns) {
    free(box->encoding);
    free(box->labels);
  }
  box->encoding = NULL;
}
const Class encoding_class = {"tokenizers.encoding", NULL, encoding_finalize, NULL, NULL};

EncodingBox *push_encoding(lua_State *L, int index) {
  lua_pushvalue(L, index);
  EncodingBox *box = object_new(L, &encoding_class, sizeof *box, 2);
  lua_insert(L, -2);
  lua_setiuservalue(L, -2, 1);
  return box;
}

void fill_encoding(Failure *f, EncodingBox *box, const Encoding *e, const char *labels, size_t n_labels) {
  free(box->encoding);
  box->owns = true;
  box->encoding = encoding_copy(e);
  if (box->encoding == NULL) give_up(f, "not enough memory");
  if (n_labels == 0 || box->labels != NULL) return;
  box->labels = malloc(n_labels);
  if (box->labels == NULL) give_up(f, "not enough memory");
  memcpy(box->labels, labels, n_labels);
}

Input read_input(lua_State *L, int index) {
  if (lua_type(L, index) == LUA_TSTRING) {
    struct { const char *text; size_t size; } *one = lua_newuserdatauv(L, sizeof *one, 0);
    one->text = lua_tolstring(L, index, &one->size);
    return (Input){&one->text, &one->size, 1, false};
  }
  const size_t n = (size_t)luaL_len(L, index);
  const char **texts = lua_newuserdatauv(L, (n + 1) * (sizeof *texts + sizeof(size_t)), 0);
  size_t *sizes = (size_t *)(texts + n);
  for (size_t i = 0; i < n; i++) {
    lua_rawgeti(L, index, (lua_Integer)i + 1);
    texts[i] = lua_tolstring(L, -1, &sizes[i]);
    lua_pop(L, 1);
  }
  return (Input){texts, sizes, n, true};
}

/* ---- fields --------------------------------------------------------------------------------------- */

static void push_ids(lua_State *L, const uint32_t *values, uint32_t n) {
  lua_createtable(L, (int)n, 0);
  for (uint32_t i = 0; i < n; i++) {
    lua_pushinteger(L, (lua_Integer)values[i] + 1);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_flags(lua_State *L, const uint8_t *values, uint32_t n) {
  lua_createtable(L, (int)n, 0);
  for (uint32_t i = 0; i < n; i++) {
    lua_pushinteger(L, values[i]);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_words(lua_State *L, const Encoding *e) {
  lua_createtable(L, (int)e->n, 0);
  for (uint32_t i = 0; i < e->n; i++) {
    if (e->words[i] < 0) lua_pushboolean(L, 0);
    else lua_pushinteger(L, (lua_Integer)e->words[i] + 1);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_spans(lua_State *L, const Encoding *e) {
  lua_createtable(L, 2 * (int)e->n, 0);
  for (uint32_t i = 0; i < e->n; i++) {
    lua_pushinteger(L, e->spans[i].from);
    lua_rawseti(L, -2, 2 * (lua_Integer)i + 1);
    lua_pushinteger(L, e->spans[i].to);
    lua_rawseti(L, -2, 2 * (lua_Integer)i + 2);
  }
}

static void push_sequences(lua_State *L, const Encoding *e) {
  int8_t *sequences = lua_newuserdatauv(L, e->n + 1, 0);
  encoding_sequences(e, sequences);
  lua_createtable(L, (int)e->n, 0);
  for (uint32_t i = 0; i < e->n; i++) {
    if (sequences[i] < 0) lua_pushboolean(L, 0);
    else lua_pushinteger(L, sequences[i] + 1);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static void push_tokens(lua_State *L, const EncodingBox *box) {
  const Encoding *e = box->encoding;
  lua_getiuservalue(L, 1, 1);
  const Tokenizer *t = &((TokenizerBox *)lua_touserdata(L, -1))->tokenizer;
  lua_createtable(L, (int)e->n, 0);
  for (uint32_t i = 0; i < e->n; i++) {
    size_t n = 0;
    const char *text = token_text(t, box->labels, e, i, &n);
    lua_pushlstring(L, text == NULL ? "" : text, n);
    lua_rawseti(L, -2, (lua_Integer)i + 1);
  }
}

static int core_field(lua_State *L) {
  static const char *const names[] = {"n", "ids", "types", "words", "spans", "sequences", "tokens", "special", "mask",
    "parts", NULL};
  const EncodingBox *box = object_check(L, 1, &encoding_class, "field", "encoding");
  const Encoding *e = box->encoding;
  switch (luaL_checkoption(L, 2, NULL, names)) {
    case 0: lua_pushinteger(L, e->n); break;
    case 1: push_ids(L, e->ids, e->n); break;
    case 2: push_ids(L, e->types, e->n); break;
    case 3: push_words(L, e); break;
    case 4: push_spans(L, e); break;
    case 5: push_sequences(L, e); break;
    case 6: push_tokens(L, box); break;
    case 7: push_flags(L, e->special, e->n); break;
    case 8: push_flags(L, e->mask, e->n); break;
    default: lua_pushinteger(L, e->n_parts); break;
  }
  return 1;
}

static int core_part(lua_State *L) {
  const EncodingBox *box = object_check(L, 1, &encoding_class, "part", "encoding");
  const lua_Integer i = luaL_checkinteger(L, 2);
  if (i < 1 || i > (lua_Integer)box->encoding->n_parts) return 0;
  lua_getiuservalue(L, 1, 1);
  EncodingBox *part = push_encoding(L, lua_gettop(L));
  part->encoding = box->encoding->parts[i - 1];
  part->labels = box->labels;
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 2);
  return 1;
}

const luaL_Reg encoding_functions[] = {{"field", core_field}, {"part", core_part}, {NULL, NULL}};
