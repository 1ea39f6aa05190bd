/* globals.c: getmetatable and setmetatable of the table of globals. The libraries that are there without a require are
** loaded by its __index when they are read first. A program that takes the metatable to make it its own (as modules
** called strict do) would lose them, so they are loaded before it gets it.
*/
#include "library.h"
#include "vm.h"

enum { GLOBALS_GET, GLOBALS_SET };
static lua_CFunction globals_own[2]; /* Lua's functions; the same in every Lua state */
static const void *globals_table;    /* of the first state, which runs the program */

/* Reads the names in __lazy of the metatable of the table at 1. A library that cannot be loaded is left out. */
static void globals_load(lua_State *L) {
  const int top = lua_gettop(L);
  if (luaL_getmetafield(L, 1, "__lazy") == LUA_TTABLE)
    for (lua_pushnil(L); lua_next(L, top + 1) != 0; lua_settop(L, top + 2)) {
      lua_pop(L, 1);
      lua_pushvalue(L, -1);
      if (lua_type(L, -1) != LUA_TSTRING || lua_rawget(L, 1) != LUA_TNIL) continue;
      open_push_global(L, "require");
      lua_pushvalue(L, top + 2);
      lua_rawget(L, top + 1);
      if (lua_pcall(L, 1, 1, 0) != LUA_OK) continue;
      lua_pushvalue(L, top + 2);
      lua_insert(L, -2);
      lua_rawset(L, 1);
    }
  lua_settop(L, top);
}

static int globals_getmetatable(lua_State *L) {
  if (lua_topointer(L, 1) == globals_table) globals_load(L);
  return globals_own[GLOBALS_GET](L);
}

static int globals_setmetatable(lua_State *L) {
  if (lua_topointer(L, 1) == globals_table) globals_load(L);
  return globals_own[GLOBALS_SET](L);
}

void globals_open(lua_State *L) {
  static const char *const names[] = {"getmetatable", "setmetatable"};
  static const lua_CFunction functions[] = {globals_getmetatable, globals_setmetatable};
  lua_pushglobaltable(L);
  if (globals_table == NULL) globals_table = lua_topointer(L, -1);
  lua_pop(L, 1);
  for (int i = GLOBALS_GET; i <= GLOBALS_SET; i++) {
    lua_getglobal(L, names[i]);
    if (lua_tocfunction(L, -1) != functions[i]) globals_own[i] = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    lua_pushcfunction(L, functions[i]);
    lua_setglobal(L, names[i]);
  }
}
