/* size.c: torch.Size, the array that x.shape is: it prints its sizes, compares with == and takes negative positions.
*/
#include "call.h"
#include "undefined.h"

static int size_tostring(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addstring(&b, "torch.Size({");
  for (int i = 1; i <= (int)lua_rawlen(L, 1); i++) {
    if (i > 1) luaL_addstring(&b, ", ");
    lua_rawgeti(L, 1, i);
    luaL_addvalue(&b);
  }
  luaL_addstring(&b, "})");
  luaL_pushresult(&b);
  return 1;
}
static int size_equal(lua_State *L) {
  bool same = lua_istable(L, 1) && lua_istable(L, 2) && lua_rawlen(L, 1) == lua_rawlen(L, 2);
  for (int i = 1; same && i <= (int)lua_rawlen(L, 1); i++) {
    lua_rawgeti(L, 1, i);
    lua_rawgeti(L, 2, i);
    same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
  }
  lua_pushboolean(L, same);
  return 1;
}
static int size_numel(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  lua_Integer n = 1;
  for (int i = 1; i <= (int)lua_rawlen(L, 1); i++) {
    lua_rawgeti(L, 1, i);
    n *= lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
  lua_pushinteger(L, n);
  return 1;
}

/* What the array does not hold itself: shape[-1] counts from the end, and 0 is no position. Behind the end is nothing,
** as ipairs and `shape[3] or 1` need it. Upvalue: the methods. */
static int size_index(lua_State *L) {
  int64_t at;
  if (!integer_test(L, 2, &at)) {
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
    lua_settop(L, 2);
    return undefined_read(L, UNDEFINED_OBJECT);
  }
  if (at == 0) return error_raise(L, "torch.Size: 0 is not a position; positions count from 1");
  if (at > 0 || !lua_istable(L, 1)) return 0;
  const int64_t n = (int64_t)lua_rawlen(L, 1);
  if (at >= -n) lua_rawgeti(L, 1, n + at + 1);
  else lua_pushnil(L);
  return 1;
}

void size_push(lua_State *L, int n, const int64_t *v) {
  static const luaL_Reg meta[] = {{"__tostring", size_tostring}, {"__eq", size_equal}, {NULL, NULL}};
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    lua_pushinteger(L, v[i]);
    lua_rawseti(L, -2, i + 1);
  }
  if (luaL_newmetatable(L, "torch.Size")) {
    luaL_setfuncs(L, meta, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, size_numel);
    lua_setfield(L, -2, "numel");
    lua_pushcclosure(L, size_index, 1);
    lua_setfield(L, -2, "__index");
  }
  lua_setmetatable(L, -2);
}
