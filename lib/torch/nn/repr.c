/* repr.c: how a module prints: PyTorch's nested form, with its names of the parts. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "module.h"

/* ---- options: "in_features out_features bias" --------------------------------------------
** A layer's `repr` names the options that are printed as name=value. Behind a name may stand, each after a colon:
** value (no name in front), changed (only where it differs from its default), tuple (a pair is never shortened to one
** number), quoted.
*/

#define REPR_MARK 16

static bool repr_has(const char *word, size_t n, const char *mark) {
  char text[REPR_MARK];
  int length = snprintf(text, sizeof text, ":%s", mark);
  for (size_t i = 0; i + (size_t)length <= n; i++)
    if (memcmp(word + i, text, (size_t)length) == 0) return true;
  return false;
}

/* Whether the option is what it is when it is not given. */
static bool repr_is_default(lua_State *L, const Option *o, int value) {
  if (lua_istable(L, value)) { /* a pair */
    for (int i = 1; i <= 2; i++) {
      bool same = lua_rawgeti(L, value, i) == LUA_TNUMBER && lua_tonumber(L, -1) == o->initial;
      lua_pop(L, 1);
      if (!same) return false;
    }
    return true;
  }
  if (lua_isnil(L, value)) return isnan(o->initial);
  if (lua_isboolean(L, value)) return lua_toboolean(L, value) == (o->initial != 0);
  if (lua_isnumber(L, value)) return lua_tonumber(L, value) == o->initial;
  return o->type == OPTION_CHOICE && strcmp(lua_tostring(L, value), option_choices(o)[(int)o->initial]) == 0;
}

/* An array as Python's tuple: (3, 2), (3,). */
static void repr_tuple(lua_State *L, luaL_Buffer *b, int value) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, value);
  luaL_addchar(b, '(');
  for (lua_Integer i = 1; i <= n; i++) {
    if (i > 1) luaL_addstring(b, ", ");
    lua_rawgeti(L, value, i);
    luaL_addvalue(b);
  }
  luaL_addstring(b, n == 1 ? ",)" : ")");
}

static void repr_value(lua_State *L, luaL_Buffer *b, const Option *o, int value, bool whole) {
  if (lua_istable(L, value)) {
    lua_rawgeti(L, value, 1);
    lua_rawgeti(L, value, 2);
    bool one = o->type == OPTION_PAIR && !whole && lua_compare(L, -1, -2, LUA_OPEQ);
    lua_pop(L, one ? 1 : 2);
    if (one) luaL_addvalue(b);
    else repr_tuple(L, b, value);
  } else if (lua_type(L, value) == LUA_TNUMBER && !lua_isinteger(L, value)) {
    options_add_number(b, lua_tonumber(L, value));
  } else {
    luaL_tolstring(L, value, NULL);
    luaL_addvalue(b);
  }
}

/* Pushes the value of an option. Where a parameter has its name (`bias`) it is whether there is one. */
static void repr_push(lua_State *L, Module *m, const Option *o) {
  const Slot *slot = module_find(m, o->name);
  if (slot != NULL) lua_pushboolean(L, slot->tensor != NULL);
  else if (!option_push(L, o, m)) lua_pushnil(L);
}

/* The option that the word at 'at' begins with; *length: of the whole word. */
static const Option *repr_option(lua_State *L, const Layer *layer, const char *at, size_t *length) {
  *length = strcspn(at, " ");
  lua_pushlstring(L, at, strcspn(at, " :"));
  const Option *o = option_find(layer->options, lua_tostring(L, -1));
  lua_pop(L, 1);
  return o;
}

static const char *repr_next(const char *at, size_t length) { return at + length + (at[length] == ' '); }

/* Pushes the text for the module at 1: all values first, for a buffer wants the top of the stack for itself. */
static void repr_options(lua_State *L, const Layer *layer) {
  const char *words = layer->repr != NULL ? layer->repr : "";
  int value = lua_gettop(L);
  size_t n;
  bool first = true;
  luaL_Buffer b;
  for (const char *at = words; *at != '\0'; at = repr_next(at, n))
    repr_push(L, lua_touserdata(L, 1), repr_option(L, layer, at, &n));
  luaL_buffinit(L, &b);
  for (const char *at = words; *at != '\0'; at = repr_next(at, n)) {
    const Option *o = repr_option(L, layer, at, &n);
    value++;
    if (repr_has(at, n, "changed") && repr_is_default(L, o, value)) continue;
    if (!first) luaL_addstring(&b, ", ");
    first = false;
    if (!repr_has(at, n, "value")) luaL_addstring(&b, o->name), luaL_addchar(&b, '=');
    if (repr_has(at, n, "quoted")) luaL_addchar(&b, '\'');
    repr_value(L, &b, o, value, repr_has(at, n, "tuple"));
    if (repr_has(at, n, "quoted")) luaL_addchar(&b, '\'');
  }
  luaL_pushresult(&b);
}

/** nn.Module:extra_repr() -> string: What is printed between the parentheses; a subclass may define
** it. */
int module_extra_repr(lua_State *L) {
  repr_options(L, module_layer(module_check(L, 1, "extra_repr")));
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
    lua_pushstring(L, slot->name);
    lua_getfield(L, fields, slot->name);
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    n++;
  }
  return n;
}

static int print_module(lua_State *L) {
  Module *m = lua_touserdata(L, 1);
  lua_getfield(L, 1, "extra_repr");
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  if (!lua_isstring(L, 2)) return error_raise(L, "extra_repr: expected a string as its result");
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

/* Lua allows some 200 calls of C in each other, of which a level takes two. */
#define REPR_DEPTH 60

/* A module inside itself is its name alone, and one that lies deep in others. */
int module_tostring(lua_State *L) {
  Module *m = module_check(L, 1, "tostring");
  lua_settop(L, 1);
  if (module_visits >= REPR_DEPTH || !module_enter(L, m)) {
    lua_pushfstring(L, "%s(...)", class_short_name(m->object.class));
    return 1;
  }
  lua_pushcfunction(L, print_module);
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  return 1;
}
