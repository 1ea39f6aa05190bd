/* scope.c: calls of modules while a mode wants to know which module runs (tensor/call/mode.h). */
#include "call/profile.h"

#include <stdio.h>
#include <string.h>

#include "module.h"

#define SCOPE_TEXT 512
#define SCOPE_DEPTH 32 /* of modules in modules: a module may contain itself */

/* Writes the path from 'outer' to 'm' behind the text of 'length' bytes; false: 'outer' does not hold it. */
static bool scope_path_to(const Module *outer, const Module *m, char *text, size_t length, int depth) {
  if (depth == SCOPE_DEPTH) return false;
  for (int i = 0; i < outer->n_slots; i++) {
    const Slot *slot = &outer->slots[i];
    if (slot->kind != SLOT_MODULE || slot->module == NULL) continue;
    const int n = snprintf(text + length, SCOPE_TEXT - length, "%s%s", length > 0 ? "." : "", slot->name);
    if (n < 0 || length + (size_t)n >= SCOPE_TEXT) continue;
    if (slot->module == m || scope_path_to(slot->module, m, text, length + (size_t)n, depth + 1)) return true;
  }
  return false;
}

/* "features.0": as named_modules of the outermost module names it. A module that no module around it holds is named
** by its class; the outermost has the empty path. */
static const char *scope_path(const Module *m) {
  char text[SCOPE_TEXT];
  for (const ModeScope *s = mode_scope; s != NULL; s = s->outer) {
    const size_t length = strlen(s->path);
    if (length >= SCOPE_TEXT) continue;
    memcpy(text, s->path, length + 1);
    if (s->module == m) return s->path;
    if (scope_path_to(s->module, m, text, length, 0)) return mode_intern(text);
  }
  return mode_scope == NULL ? "" : mode_intern(class_short_name(m->object.class));
}

int module_call_in_scope(lua_State *L) {
  const Module *m = module_check(L, 2, "__call");
  ModeScope scope;
  const char *path = scope_path(m), *type = mode_intern(m->object.class->name);
  const int n = lua_gettop(L) - 1;
  luaL_checkstack(L, 4, "calls of modules");
  lua_pushcfunction(L, callback_traceback);
  lua_insert(L, 1);
  mode_scope_push(&scope, m, path != NULL ? path : "", type != NULL ? type : "");
  OpMark mark;
  profile_begin(&mark, EVENT_MODULE, scope.type, 0);
  const int status = lua_pcall(L, n, LUA_MULTRET, 1);
  profile_end(&mark);
  mode_scope_pop(&scope);
  if (status == LUA_OK) return lua_gettop(L) - 1;
  callback_passes(L);
  return lua_error(L);
}
