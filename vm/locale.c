/* locale.c: numbers have a point, whatever the program says to os.setlocale or its host to setlocale. With a decimal
** comma files, graphs, CSV and what gnuplot is told could not be read again. All else follows the locale.
**
** A thread may have a locale of its own, before which that of the process counts nothing. It gets one only while
** that of the process has no point.
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* newlocale */
#endif
#include <lauxlib.h>
#include <lualib.h>
#include <locale.h>
#include <string.h>

#include "vm.h"

static locale_t locale_pinned; /* 0: none */

void locale_close(void) {
  if (locale_pinned == (locale_t)0) return;
  uselocale(LC_GLOBAL_LOCALE);
  freelocale(locale_pinned);
  locale_pinned = (locale_t)0;
}

/* Looks at the locale of the process anew. Without memory numbers are as it says. */
static void locale_pin(void) {
  locale_close();
  if (strcmp(localeconv()->decimal_point, ".") == 0) return;
  locale_t copy = duplocale(LC_GLOBAL_LOCALE), pinned = copy;
  if (copy != (locale_t)0) pinned = newlocale(LC_NUMERIC_MASK, "C", copy);
  if (pinned == (locale_t)0) {
    if (copy != (locale_t)0) freelocale(copy);
    return;
  }
  locale_pinned = pinned;
  uselocale(pinned);
}

/* os.setlocale; upvalue: Lua's own. */
static int locale_door(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, 1);
  locale_pin();
  return 1;
}

void locale_open(lua_State *L) {
  locale_pin();
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, LUA_OSLIBNAME) == LUA_TTABLE) {
    lua_getfield(L, -1, "setlocale");
    lua_pushcclosure(L, locale_door, 1);
    lua_setfield(L, -2, "setlocale");
  }
  lua_pop(L, 2);
}
