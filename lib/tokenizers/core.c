/* core.c: the module "tokenizers.core": the part of the library in C. What its functions take is checked by the Lua
** files of tokenizers, which are its only users; texts are valid UTF-8. Ids are from 1 on the Lua side.
**
**   pattern(source, literal) → pattern       segments(pattern, text) → array of texts, array of booleans
**   steps(list) → steps     apply(steps, text) → text     split(steps, text) → texts, spans in characters
**   model(description) → model     tokens(model) → table from ids to texts, the greatest id
**   size(model) → count
**   find(model, text) → id or nil     merges(model) → table from ranks to pairs     scores(model) → array
**   tokenizer(model) → tokenizer     configure(tokenizer, description)
**   id(tokenizer, text) → id or nil     text(tokenizer, id) → text or nil
**   encode(tokenizer, first, second, special, seed) → encoding, or nil and what is wrong
**   encode_batch(tokenizer, firsts, seconds, special, threads) → array of encodings, or nil, what is wrong, which one
**   field(encoding, name) → value       part(encoding, i) → encoding
**   training: lua_train.c
**   valid(text) → nil, or the place of the first byte that is not UTF-8
**   lossy(bytes) → text       decode_bytes(tokens) → text: of byte-level models
*/
#include <string.h>

#include "tokenizers/core/bind.h"

static int core_valid(lua_State *L) {
  size_t n;
  const char *text = luaL_checklstring(L, 1, &n);
  const size_t at = unicode_valid(text, n);
  if (at == n) return 0;
  lua_pushinteger(L, (lua_Integer)at + 1);
  return 1;
}

/* How many bytes at 'at' are the beginning of a character that the byte behind them spoils, at least 1. */
static size_t spoiled(const uint8_t *at, size_t n) {
  if (at[0] < 0xC2 || at[0] > 0xF4) return 1;
  const size_t wanted = at[0] < 0xE0 ? 2 : at[0] < 0xF0 ? 3 : 4;
  const uint8_t low = at[0] == 0xE0 ? 0xA0 : at[0] == 0xF0 ? 0x90 : 0x80;
  const uint8_t high = at[0] == 0xED ? 0x9F : at[0] == 0xF4 ? 0x8F : 0xBF;
  if (n < 2 || at[1] < low || at[1] > high) return 1;
  size_t i = 2;
  while (i < wanted && i < n && (at[i] & 0xC0) == 0x80) i++;
  return i;
}

static void add_lossy(luaL_Buffer *b, const char *bytes, size_t n) {
  for (size_t i = 0; i < n;) {
    const size_t valid = unicode_valid(bytes + i, n - i);
    luaL_addlstring(b, bytes + i, valid);
    i += valid;
    if (i >= n) return;
    luaL_addstring(b, "\xEF\xBF\xBD");
    i += spoiled((const uint8_t *)bytes + i, n - i);
  }
}

static int core_lossy(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  add_lossy(&b, bytes, n);
  luaL_pushresult(&b);
  return 1;
}

/* The bytes of a token whose characters all stand for bytes; else those of its text. */
static void add_token_bytes(luaL_Buffer *b, const char *text, size_t n) {
  char *bytes = luaL_prepbuffsize(b, n);
  size_t count = 0;
  unsigned size;
  for (size_t i = 0; i < n; i += size) {
    const int byte = character_byte(unicode_at(text + i, &size));
    if (byte < 0) {
      memcpy(bytes, text, n);
      luaL_addsize(b, n);
      return;
    }
    bytes[count++] = (char)byte;
  }
  luaL_addsize(b, count);
}

static int core_decode_bytes(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_Buffer b;
  const lua_Integer n = luaL_len(L, 1);
  lua_pushnil(L); /* the place of a token, below the buffer */
  luaL_buffinit(L, &b);
  for (lua_Integer i = 1; i <= n; i++) {
    size_t size;
    lua_rawgeti(L, 1, i);
    lua_replace(L, 2);
    const char *text = luaL_checklstring(L, 2, &size);
    if (unicode_valid(text, size) == size) add_token_bytes(&b, text, size);
    else luaL_addlstring(&b, text, size);
  }
  luaL_pushresult(&b);
  return 1;
}

int luaopen_tokenizers_core(lua_State *L) {
  static const luaL_Reg functions[] = {{"valid", core_valid}, {"lossy", core_lossy},
    {"decode_bytes", core_decode_bytes}, {NULL, NULL}};
  luaL_newlib(L, functions);
  luaL_setfuncs(L, steps_functions, 0);
  luaL_setfuncs(L, model_functions, 0);
  luaL_setfuncs(L, tokenizer_functions, 0);
  luaL_setfuncs(L, encoding_functions, 0);
  luaL_setfuncs(L, batch_functions, 0);
  luaL_setfuncs(L, train_functions, 0);
  return 1;
}
