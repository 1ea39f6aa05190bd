/* table.c: tables that a program gives as lists or as named arguments. */
#include <string.h>

#include "vm.h"

/* Whether the key and value on top of the stack are one of the n items, or table.pack's n. */
static bool belongs(lua_State *L, lua_Integer n) {
  if (lua_isinteger(L, -2)) return lua_tointeger(L, -2) >= 1 && lua_tointeger(L, -2) <= n;
  return lua_type(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -2), "n") == 0 && lua_tointeger(L, -1) == n;
}

/* Lua walks through the items in order when they lie in the array part of the table, so most tables are known after
** one step: from the last item on there is nothing. */
bool table_is_list(lua_State *L, int index, lua_Integer n) {
  index = lua_absindex(L, index);
  if (n > 0 && lua_rawlen(L, index) == (lua_Unsigned)n) {
    lua_pushinteger(L, n);
    if (!lua_next(L, index)) return true;
    lua_pop(L, 2);
  }
  lua_pushnil(L);
  while (lua_next(L, index)) {
    if (!belongs(L, n)) {
      lua_pop(L, 2);
      return false;
    }
    lua_pop(L, 1);
  }
  return true;
}

/* The order in which Lua walks through names changes from run to run, so all keys count, not only the first. */
bool table_has_names(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TTABLE || lua_rawlen(L, index) != 0) return false;
  index = lua_absindex(L, index);
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING) continue;
    lua_pop(L, 2);
    return true;
  }
  return false;
}

bool table_is_empty(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TTABLE) return false;
  lua_pushnil(L);
  if (!lua_next(L, index)) return true;
  lua_pop(L, 2);
  return false;
}

void table_check_names(lua_State *L, int index, const char *function, const char *const *names) {
  if (lua_isnoneornil(L, index)) return;
  for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
    char got[ERROR_TEXT];
    if (lua_type(L, -2) != LUA_TSTRING)
      error_raise(L, "%s: expected options by name, {name = value}; %s has no name", function,
                  error_describe(L, -1, got));
    const char *key = lua_tostring(L, -2);
    int i = 0;
    while (names[i] != NULL && strcmp(names[i], key) != 0) i++;
    if (names[i] != NULL) continue;
    const char *near = error_nearest(key, names);
    error_raise(L, "%s: no argument '%s'%s%s%s", function, key, near ? "; did you mean '" : "", near ? near : "",
                near ? "'?" : "");
  }
}
