/* bind.c: see bind.h. */
#include "tokenizers/core/bind.h"

#include <string.h>

char *copy_text(lua_State *L, Failure *f, int index) {
  size_t n;
  const char *text = lua_tolstring(L, index, &n);
  if (text == NULL) return NULL;
  char *copy = allocate(f, n + 1, 1);
  memcpy(copy, text, n);
  return copy;
}

bool field_bool(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  const bool value = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return value;
}

size_t field_count(lua_State *L, int index, const char *name) {
  lua_getfield(L, index, name);
  const lua_Integer value = lua_tointeger(L, -1);
  lua_pop(L, 1);
  return value > 0 ? (size_t)value : 0;
}

int field_among(lua_State *L, int index, const char *name, const char *const *names) {
  lua_getfield(L, index, name);
  const char *value = lua_tostring(L, -1);
  int found = 0;
  for (int i = 0; value != NULL && names[i] != NULL; i++) if (strcmp(names[i], value) == 0) found = i;
  lua_pop(L, 1);
  return found;
}

/* Control characters of tokens would break the line of the message. */
int push_failure(lua_State *L, const Failure *f) {
  char line[sizeof f->message];
  strcpy(line, f->message);
  for (char *c = line; *c != '\0'; c++) if ((uint8_t)*c < 32 || *c == 127) *c = '?';
  lua_pushnil(L);
  lua_pushstring(L, line);
  return 2;
}
