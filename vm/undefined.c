/* undefined.c: see undefined.h. Here is what must be quick, for a loop may ask for a name a million times; what the
** code around a read does with the value is found out in lib/hecate/undefined.lua, once for each place.
*/
#include "undefined.h"

#include <stdlib.h>
#include <string.h>

static bool globals_strict;
static const char watched_key, require_key; /* their addresses are keys of the registry: source → true; a function */

/* Places that are known to ask only. Addresses may come again for another function; then a name is nil as in Lua. */
typedef struct {
  const void *function, *name;
  int line;
} KnownPlace;
#define KNOWN_PLACES 256 /* a power of 2 */
static KnownPlace known_places[KNOWN_PLACES];

static KnownPlace *known_slot(const KnownPlace *p) {
  uintptr_t hash = ((uintptr_t)p->function >> 4) * 31 + ((uintptr_t)p->name >> 4) * 7 + (uintptr_t)p->line;
  return &known_places[hash % KNOWN_PLACES];
}

void undefined_watch(lua_State *L, const char *source) {
  luaL_checkstack(L, 3, "sources");
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &watched_key) == LUA_TTABLE) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, source);
  }
  lua_pop(L, 1);
}

/* Whether globals that are not there are errors in this chunk: inputs of the session, scripts. */
static bool is_watched(lua_State *L, const char *source) {
  if (strncmp(source, "=input[", 7) == 0) return true;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &watched_key);
  lua_getfield(L, -1, source);
  const bool watched = lua_toboolean(L, -1);
  lua_pop(L, 2);
  return watched;
}

/* Whether the chunk is one that may read what is not there: everything, for what C reads has no source. */
static bool is_lenient(lua_State *L, const lua_Debug *frame, const char *holder) {
  if (frame->source[0] == '\0' || strcmp(frame->what, "C") == 0 || source_is_ours(frame->source)) return true;
  return holder == NULL && !is_watched(L, frame->source);
}

int undefined_read(lua_State *L, const char *holder) {
  lua_Debug frame;
  if (holder == NULL && !globals_strict) return 0;
  if (lua_type(L, 2) != LUA_TSTRING || !lua_getstack(L, 1, &frame) || !lua_checkstack(L, LUA_MINSTACK)) return 0;
  lua_getinfo(L, "lf", &frame);
  KnownPlace place = {lua_topointer(L, -1), lua_tostring(L, 2), frame.currentline};
  KnownPlace *known = known_slot(&place);
  if (frame.currentline <= 0 || /* C, or its lines were stripped */
      (known->function == place.function && known->name == place.name && known->line == place.line))
    return 0;
  lua_getinfo(L, "S", &frame);
  if (!is_lenient(L, &frame, holder)) {
    const int function = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &require_key);
    lua_pushliteral(L, "hecate.undefined");
    lua_call(L, 1, 1);
    lua_pushvalue(L, function);
    lua_pushinteger(L, frame.currentline);
    lua_pushvalue(L, 2);
    lua_pushstring(L, holder); /* nil for NULL */
    lua_pushvalue(L, 1);
    lua_call(L, 5, 0); /* raises where the value is used */
  }
  *known = place;
  return 0;
}

int undefined_strict(lua_State *L) {
  if (lua_type(L, 1) == LUA_TSTRING) undefined_watch(L, lua_tostring(L, 1));
  else if (!lua_isnone(L, 1)) {
    globals_strict = bool_check(L, 1, "strict", "on");
    memset(known_places, 0, sizeof known_places);
  }
  lua_pushboolean(L, globals_strict);
  return 1;
}

void undefined_open(lua_State *L) {
  const char *given = getenv("HECATE_STRICT");
  globals_strict = given == NULL || strcmp(given, "0") != 0;
  lua_rawsetp(L, LUA_REGISTRYINDEX, &require_key);
  lua_newtable(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &watched_key);
}
