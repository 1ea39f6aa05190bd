/* ipairs.c: `ipairs` over what is no table: it stops at the first nil, so its question behind the last item is
** answered with nil, where every other reader is told that there is nothing.
*/
#include "vm.h"

static lua_CFunction ipairs_iterator; /* the same function in every Lua state */

void ipairs_open(lua_State *L) {
  lua_getglobal(L, "ipairs");
  lua_newtable(L);
  lua_call(L, 1, 1);
  ipairs_iterator = lua_tocfunction(L, -1);
  lua_pop(L, 1);
}

bool ipairs_asks(lua_State *L) {
  lua_Debug frame;
  if (!lua_getstack(L, 1, &frame)) return false;
  lua_getinfo(L, "f", &frame);
  const lua_CFunction asks = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  return asks != NULL && asks == ipairs_iterator;
}
