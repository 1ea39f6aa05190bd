/* error.c: the one place where a failure becomes a Lua error. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

void error_check(lua_State *L, Status status) {
  if (status == OK) return;
  /* What was left half done may look wrong to the check that comes after it. */
  if (status != ERROR_CALLBACK && interrupt_requested()) status = ERROR_INTERRUPT;
  if (status == ERROR_INTERRUPT) {
    interrupt_clear(); /* raised now: cleanup code may use tensors again */
    lua_pushliteral(L, "interrupted");
    lua_error(L);
  }
  if (status == ERROR_CALLBACK && callback_error_push(L)) lua_error(L);
  luaL_error(L, "%s", status_message());
}

const char *error_describe(lua_State *L, int index, char *buffer) {
  char text[SHAPE_TEXT];
  Tensor *t = tensor_test(L, index);
  int type = lua_type(L, index);
  if (t != NULL) snprintf(buffer, ERROR_TEXT, "a tensor %s", tensor_text(text, t));
  else if (type == LUA_TNONE || type == LUA_TNIL)
    snprintf(buffer, ERROR_TEXT, "%s", type == LUA_TNIL ? "nil" : "nothing");
  else if (type == LUA_TSTRING) {
    size_t length;
    const char *s = lua_tolstring(L, index, &length);
    snprintf(buffer, ERROR_TEXT, "the string \"%.60s%s\"", s, length > 60 ? "…" : "");
  } else if (type == LUA_TNUMBER && lua_isinteger(L, index))
    snprintf(buffer, ERROR_TEXT, "the number %lld", (long long)lua_tointeger(L, index));
  else if (type == LUA_TNUMBER && lua_tonumber(L, index) != lua_tonumber(L, index))
    snprintf(buffer, ERROR_TEXT, "the number nan");
  else if (type == LUA_TNUMBER) snprintf(buffer, ERROR_TEXT, "the number %.14g", lua_tonumber(L, index));
  else if (type == LUA_TBOOLEAN) snprintf(buffer, ERROR_TEXT, "%s", lua_toboolean(L, index) ? "true" : "false");
  else if (object_test(L, index, &tensor_class) != NULL) snprintf(buffer, ERROR_TEXT, "a closed tensor");
  else if (object_test(L, index, NULL) != NULL)
    snprintf(buffer, ERROR_TEXT, "%s", ((Object *)lua_touserdata(L, index))->class->name);
  else snprintf(buffer, ERROR_TEXT, "a %s", lua_typename(L, type));
  return buffer;
}

bool bool_check(lua_State *L, int index, const char *function, const char *name) {
  if (!lua_isboolean(L, index)) error_argument(L, function, name, 0, "true or false", index);
  return lua_toboolean(L, index);
}

int error_argument(lua_State *L, const char *function, const char *name, int position,
                   const char *expected, int index) {
  char got[ERROR_TEXT];
  error_describe(L, index, got);
  if (position <= 0) return luaL_error(L, "%s: '%s': expected %s, got %s", function, name, expected, got);
  return luaL_error(L, "%s: '%s' (argument %d): expected %s, got %s", function, name, position, expected, got);
}

/* Levenshtein's distance, at most 'limit'. */
static int distance(const char *a, const char *b) {
  size_t n = strlen(b);
  int row[64];
  if (n >= 63 || strlen(a) >= 63) return 99;
  for (size_t j = 0; j <= n; j++) row[j] = (int)j;
  for (size_t i = 0; a[i] != '\0'; i++) {
    int diagonal = row[0];
    row[0] = (int)i + 1;
    for (size_t j = 0; j < n; j++) {
      int keep = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      int best = diagonal + 1 < row[j] + 1 ? diagonal + 1 : row[j] + 1;
      row[j + 1] = keep < best ? keep : best;
    }
  }
  return row[n];
}

const char *error_nearest(const char *wrong, const char *const *names) {
  const char *best = NULL;
  int least = (int)strlen(wrong) / 3 + 2;
  for (; *names != NULL; names++) {
    int d = distance(wrong, *names);
    if (d < least) {
      least = d;
      best = *names;
    }
  }
  return best;
}

/* ---- tracebacks ------------------------------------------------------------- */

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

int error_traceback(lua_State *L) {
  const char *message = lua_tostring(L, 1);
  if (message == NULL) {
    if (luaL_callmeta(L, 1, "__tostring") && lua_type(L, -1) == LUA_TSTRING) return 1;
    message = lua_pushfstring(L, "(error object is a %s value)", luaL_typename(L, 1));
  }
  if (strcmp(message, "interrupted") == 0) return callback_traceback(L);
  if (!callback_trace_push(L, message) && !push_explanation(L, message)) luaL_traceback(L, L, message, 1);
  return 1;
}
