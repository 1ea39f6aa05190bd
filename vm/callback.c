/* callback.c: the tensor library calls Lua: hooks of tensors, functions of the script with
** a backward of their own. What they raise cannot cross the frames of the library: it waits
** in the registry, the library gives up with ERROR_CALLBACK, and error_check raises it again.
*/
#include <string.h>

#include "call.h"

static lua_State *main_state; /* NULL once it is closing */
/* In the registry: the value that was raised (false: none, so that storing one allocates
** nothing), and its message with the traceback of the place where it was raised. */
static const char raised_key, trace_key;

lua_State *callback_state(void) { return main_state; }

/* Where an error whose traceback is noted was raised again last: the frame of a C function. Another error may have the
** same message, when the first one was caught. */
typedef struct {
  lua_State *thread;
  const void *frame; /* Lua gives it to the next call of that depth, which may be one of another function */
  lua_CFunction function;
} RaisedFrom;
static RaisedFrom callback_passed;

static RaisedFrom callback_frame(lua_State *L, int level) {
  lua_Debug frame;
  RaisedFrom from = {.thread = L};
  if (!lua_getstack(L, level, &frame)) return from;
  from.frame = frame.i_ci;
  lua_getinfo(L, "f", &frame);
  from.function = lua_tocfunction(L, -1);
  lua_pop(L, 1);
  return from;
}

void callback_passes(lua_State *L) {
  if (lua_checkstack(L, 2)) callback_passed = callback_frame(L, 0);
}

void callback_passes_door(lua_State *L, const lua_State *coroutine) {
  if (callback_passed.thread == coroutine) callback_passes(L);
}

/* In a message handler: whether the error was raised again, by us or by a file of lib/. */
static bool callback_is_passing(lua_State *L) {
  lua_Debug frame;
  const RaisedFrom from = callback_frame(L, 1);
  if (from.function == NULL) return false;
  if (from.thread == callback_passed.thread && from.frame == callback_passed.frame &&
      from.function == callback_passed.function)
    return true;
  if (!lua_getstack(L, 2, &frame)) return false;
  lua_getinfo(L, "S", &frame);
  return source_is_ours(frame.source);
}

/* Whether the noted traceback is that of the message. It is pushed, or nil. */
static bool callback_has_trace(lua_State *L, const char *message) {
  const size_t n = strlen(message);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &trace_key) == LUA_TSTRING && strncmp(lua_tostring(L, -1), message, n) == 0 &&
      strncmp(lua_tostring(L, -1) + n, "\nstack traceback:", 17) == 0)
    return true;
  lua_pop(L, 1);
  lua_pushnil(L);
  return false;
}

int callback_traceback(lua_State *L) {
  if (lua_type(L, 1) != LUA_TSTRING) return 1;
  const bool noted = callback_is_passing(L) && callback_has_trace(L, lua_tostring(L, 1));
  lua_settop(L, 1);
  if (noted) return 1;
  luaL_traceback(L, L, lua_tostring(L, 1), 1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
  return 1;
}

static Status callback_failed(lua_State *L) {
  if (lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "interrupted") == 0) {
    lua_pop(L, 1);
    return fail(ERROR_INTERRUPT, "interrupted");
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, &raised_key);
  return fail(ERROR_CALLBACK, "a function of the script failed");
}

Status callback_run(lua_CFunction body, void *data) {
  lua_State *L = main_state;
  if (L == NULL) return fail(ERROR_CALLBACK, "the Lua state is closing");
  if (!lua_checkstack(L, 8)) return fail_memory(0);
  lua_pushcfunction(L, callback_traceback);
  lua_pushcfunction(L, body);
  lua_pushlightuserdata(L, data);
  int handler = lua_gettop(L) - 2;
  Status status = lua_pcall(L, 1, 0, handler) == LUA_OK ? OK : callback_failed(L);
  lua_settop(L, handler - 1);
  return status;
}

bool callback_error_push(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &raised_key);
  bool some = lua_toboolean(L, -1);
  if (!some) lua_pop(L, 1);
  lua_pushboolean(L, false);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &raised_key);
  return some;
}

bool callback_trace_push(lua_State *L, const char *message) {
  const bool is_its = callback_has_trace(L, message);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &trace_key);
  if (!is_its) lua_pop(L, 1);
  return is_its;
}

bool callback_passed_trace_push(lua_State *L, const char *message) {
  return callback_is_passing(L) && callback_trace_push(L, message);
}

bool callable_test(lua_State *L, int index) {
  if (lua_isnone(L, index)) return false;
  if (lua_isfunction(L, index)) return true;
  bool has = luaL_getmetafield(L, index, "__call") != LUA_TNIL;
  if (has) lua_pop(L, 1);
  return has;
}

void callback_open(lua_State *L) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  main_state = lua_tothread(L, -1);
  lua_pop(L, 1);
  lua_pushboolean(L, false);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &raised_key);
}

void callback_close(void) { main_state = NULL; }
