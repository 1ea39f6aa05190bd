/* panel.c: curves and progress bars, which torch.utils.panel shows below the prompt. */
#include <lauxlib.h>

#include "editor.h"

static lua_State *panel_state;

static int panel_restore_protected(lua_State *L) {
  bool erased = lua_toboolean(L, 1);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, "torch.utils.panel") != LUA_TTABLE) return 0; /* nobody has shown anything */
  lua_getfield(L, -1, "restore");
  lua_pushboolean(L, erased);
  lua_call(L, 1, 0);
  return 0;
}

void panel_restore(bool erased) {
  lua_pushcfunction(panel_state, panel_restore_protected);
  lua_pushboolean(panel_state, erased);
  if (lua_pcall(panel_state, 1, 0, 0) != LUA_OK) lua_pop(panel_state, 1);
}

void panel_install(lua_State *L) { panel_state = L; }
