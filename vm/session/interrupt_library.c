/* interrupt_library.c: interrupt.c for programs in Lua that run what others wrote, as the
** kernel of notebooks does: require "hecate.interrupt".
*/
#include <lauxlib.h>

#include "session.h"

/* watch(): SIGINT never ends the process from now on, and interrupts nothing but the
** functions that 'call' runs. */
static int watch(lua_State *L) {
  (void)L;
  interrupt_catch(true);
  interrupt_nothing();
  return 0;
}

/* call(f, ...) → true and the results of f(...), or false and the message with a
** traceback. SIGINT raises "interrupted" in it. */
static int call(lua_State *L) {
  luaL_checkany(L, 1);
  int status = interrupt_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  lua_pushboolean(L, status == LUA_OK);
  lua_insert(L, 1);
  return lua_gettop(L);
}

static int open(lua_State *L) {
  static const luaL_Reg functions[] = {{"watch", watch}, {"call", call}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}

void session_preload_interrupt(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, open);
  lua_setfield(L, -2, "hecate.interrupt");
  lua_pop(L, 1);
}
