/* repr.c: how a module prints: PyTorch's nested form, with places from 1. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "module.h"

/** nn.Module:extra_repr() -> string: What is printed between the parentheses; a subclass may define
** it. */
int module_extra_repr(lua_State *L) {
  Module *m = module_check(L, 1, "extra_repr");
  const Layer *layer = module_layer(m);
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  if (layer->describe != NULL) layer->describe(&b, m);
  luaL_pushresult(&b);
  return 1;
}

/* Adds the text at 'index', the lines after the first moved in by two. */
static void add_indented(lua_State *L, luaL_Buffer *b, int index) {
  for (const char *at = lua_tostring(L, index);; at++) {
    const char *end = strchr(at, '\n');
    if (end == NULL) {
      luaL_addstring(b, at);
      return;
    }
    luaL_addlstring(b, at, (size_t)(end - at));
    luaL_addstring(b, "\n  ");
    at = end;
  }
}

/* Pushes the name that the child in 'slot' is printed with. */
static void push_child_name(lua_State *L, const Module *m, const Slot *slot) {
  char *end;
  long place = strtol(slot->name, &end, 10);
  if (module_counts_children(m) && *end == '\0') lua_pushinteger(L, place + 1);
  else lua_pushstring(L, slot->name);
}

/* Pushes the texts of the children from stack position 'first' on, name and text in
** turns; returns how many there are. */
static int push_children(lua_State *L, const Module *m) {
  int n = 0;
  class_fields(L, 1);
  int fields = lua_gettop(L);
  for (int i = 0; i < m->n_slots; i++) {
    const Slot *slot = &m->slots[i];
    if (slot->kind != SLOT_MODULE || slot->module == NULL) continue;
    luaL_checkstack(L, 20, "too many modules");
    push_child_name(L, m, slot);
    lua_getfield(L, fields, slot->name);
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    n++;
  }
  return n;
}

int module_tostring(lua_State *L) {
  Module *m = module_check(L, 1, "tostring");
  lua_settop(L, 1);
  lua_getfield(L, 1, "extra_repr");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  if (!lua_isstring(L, 2)) return luaL_error(L, "extra_repr: expected a string as its result");
  int children = push_children(L, m);
  int first = lua_gettop(L) - 2 * children + 1;
  bool nested = children > 0 || strchr(lua_tostring(L, 2), '\n') != NULL;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addstring(&b, class_short_name(m->object.class));
  luaL_addchar(&b, '(');
  if (nested && *lua_tostring(L, 2) != '\0') luaL_addstring(&b, "\n  ");
  add_indented(L, &b, 2);
  for (int i = 0; i < children; i++) {
    luaL_addstring(&b, "\n  (");
    luaL_addstring(&b, lua_tostring(L, first + 2 * i));
    luaL_addstring(&b, "): ");
    add_indented(L, &b, first + 2 * i + 1);
  }
  if (nested) luaL_addchar(&b, '\n');
  luaL_addchar(&b, ')');
  luaL_pushresult(&b);
  return 1;
}
