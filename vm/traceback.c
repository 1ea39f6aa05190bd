/* traceback.c: what is told of an error beside its message. */
#include <string.h>

#include "vm.h"

static bool explaining;
void error_explain(bool on) { explaining = on; }

/* Called with the message by error_traceback: lib/hecate/session/fault.lua looks at its caller. */
static int explain(lua_State *L) {
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.session.fault");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "script");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  return 1;
}

/* Whether the message, with the source and what else there is to tell, was pushed. After a
** stack overflow there is no room for that. */
static bool push_explanation(lua_State *L, const char *message) {
  if (!explaining || strstr(message, "stack overflow") != NULL || !lua_checkstack(L, LUA_MINSTACK)) return false;
  lua_pushcfunction(L, explain);
  lua_pushstring(L, message);
  return lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING;
}

/* Replaces the message at 1 by one that says what to write instead, where there is something to say: slips.lua looks
** at the frames below. */
static const char *improve(lua_State *L, const char *message) {
  if (strstr(message, "stack overflow") != NULL || !lua_checkstack(L, LUA_MINSTACK)) return message;
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.slips");
  if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_getfield(L, -1, "improve") == LUA_TFUNCTION) {
    lua_pushstring(L, message);
    if (lua_pcall(L, 1, 1, 0) == LUA_OK && lua_type(L, -1) == LUA_TSTRING) lua_replace(L, 1);
  }
  lua_settop(L, 1);
  return lua_tostring(L, 1);
}

int error_traceback(lua_State *L) {
  const char *message = lua_tostring(L, 1);
  if (message == NULL) {
    if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING) return 1;
    message = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
  }
  if (strcmp(message, "interrupted") == 0) return callback_traceback(L);
  if (lua_type(L, 1) == LUA_TSTRING) message = improve(L, message);
  if (!callback_passed_trace_push(L, message) && !push_explanation(L, message)) luaL_traceback(L, L, message, 1);
  return 1;
}
