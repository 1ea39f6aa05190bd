/* walk.c: what a module holds, in the order of registration: parameters(),
** named_children() and their like. A tensor or module that is reachable by several
** names is listed once, under the first, unless remove_duplicate is false.
*/
#include <string.h>

#include "module.h"

typedef enum { WALK_PARAMETERS, WALK_BUFFERS, WALK_CHILDREN, WALK_MODULES } WalkKind;

/* A walk under way: the stack holds the list that is filled, name and value in
** turns, and the set of what was seen. */
typedef struct {
  const char *who;
  WalkKind kind;
  bool recurse, repeats; /* repeats: under all of its names */
  int list, seen, depth;
  lua_Integer n;
} Walk;

/* Whether 'identity' has been met before and is not to be met again; it is known from now on. */
static bool walk_known(lua_State *L, const Walk *walk, const void *identity) {
  if (walk->repeats) return false;
  bool known = lua_rawgetp(L, walk->seen, identity) != LUA_TNIL;
  lua_pop(L, 1);
  if (known) return true;
  lua_pushboolean(L, true);
  lua_rawsetp(L, walk->seen, identity);
  return false;
}

/* Appends the value at the top under the name below it, unless 'identity' is known;
** pops both. */
static bool walk_append(lua_State *L, Walk *walk, const void *identity) {
  if (walk_known(L, walk, identity)) {
    lua_pop(L, 2);
    return false;
  }
  lua_rawseti(L, walk->list, walk->n + 2);
  lua_rawseti(L, walk->list, walk->n + 1);
  walk->n += 2;
  return true;
}

/* Pushes "prefix.name". */
static void push_name(lua_State *L, const char *prefix, const char *name) {
  if (*prefix == '\0') lua_pushstring(L, name);
  else lua_pushfstring(L, "%s.%s", prefix, name);
}

static bool walk_wanted(const Walk *walk, const Slot *slot) {
  if (walk->kind == WALK_PARAMETERS) return slot->kind == SLOT_PARAMETER && slot->tensor;
  if (walk->kind == WALK_BUFFERS) return slot->kind == SLOT_BUFFER && slot->tensor;
  return walk->kind == WALK_CHILDREN && slot->kind == SLOT_MODULE && slot->module;
}

/* Whether the value at the top is what a module registers. */
static bool is_registered_kind(lua_State *L) {
  const Tensor *tensor = tensor_test(L, -1);
  return module_test(L, -1) != NULL || (tensor != NULL && tensor->flags & TENSOR_PARAMETER);
}

#define WARN_ITEMS 8 /* of a table that are looked at: it may be long, and parameters() is called in each step */

/* Warns of a plain table among the fields at 'fields' that holds modules or parameters, several of them: one alone is
** hidden in a table on purpose, {teacher}. */
static void warn_of_tables(lua_State *L, int fields) {
  for (lua_pushnil(L); lua_next(L, fields) != 0; lua_pop(L, 1)) {
    int n = 0, items = 0;
    const int table = lua_gettop(L);
    const bool plain = lua_istable(L, table) && luaL_getmetafield(L, table, "__name") == LUA_TNIL;
    lua_settop(L, table);
    if (!plain) continue;
    for (lua_pushnil(L); n < 2 && items++ < WARN_ITEMS && lua_next(L, table) != 0; lua_pop(L, 1))
      n += is_registered_kind(L);
    lua_settop(L, table);
    if (n == 2 && lua_type(L, -2) == LUA_TSTRING)
      warn_user("nn.Module: the modules in the table '%s' are not registered, so that they have no place among the "
                "parameters; write nn.ModuleList(…) or nn.ModuleDict(…)", lua_tostring(L, -2));
  }
}

/* Visits the module at the top. */
static void walk_visit(lua_State *L, const char *prefix, Walk *walk) {
  module_check_depth(L, walk->who, ++walk->depth);
  int self = lua_gettop(L);
  Module *m = lua_touserdata(L, self);
  if (walk->kind == WALK_MODULES) {
    lua_pushstring(L, prefix);
    lua_pushvalue(L, self);
    if (!walk_append(L, walk, m)) {
      walk->depth--;
      return;
    }
  } else if (walk->recurse && walk_known(L, walk, m)) { /* it may have two names, or hold itself or its parent */
    walk->depth--;
    return;
  }
  class_fields(L, self);
  if (walk->kind == WALK_PARAMETERS) warn_of_tables(L, self + 1);
  for (int i = 0; i < m->n_slots; i++) {
    const Slot *slot = &m->slots[i];
    if (!walk_wanted(walk, slot)) continue;
    push_name(L, prefix, slot->name);
    lua_getfield(L, self + 1, slot->name);
    walk_append(L, walk, slot->tensor != NULL ? (void *)slot->tensor : slot->module);
  }
  for (int i = 0; walk->recurse && i < m->n_slots; i++) {
    if (m->slots[i].kind != SLOT_MODULE || m->slots[i].module == NULL) continue;
    push_name(L, prefix, m->slots[i].name);
    lua_getfield(L, self + 1, m->slots[i].name);
    walk_visit(L, lua_tostring(L, -2), walk);
    lua_pop(L, 2);
  }
  lua_settop(L, self);
  walk->depth--;
}

/* Pushes the list for the module at 1. */
static Walk walk_module(lua_State *L, const char *who, WalkKind kind, const char *prefix, bool recurse, bool repeats) {
  lua_newtable(L);
  lua_newtable(L);
  Walk walk = {.who = who, .kind = kind, .recurse = recurse && kind != WALK_CHILDREN, .repeats = repeats,
               .list = lua_gettop(L) - 1, .seen = lua_gettop(L)};
  lua_pushvalue(L, 1);
  walk_visit(L, prefix, &walk);
  lua_settop(L, walk.list);
  return walk;
}

static const Option no_options[] = {{NULL}};

static int walk_array(lua_State *L, WalkKind kind, const char *who) {
  static const Option options[] = {{"recurse", OPTION_BOOL, 0, false, 1, NULL}, {NULL}};
  bool recurse = true;
  module_check(L, 1, who);
  options_read(L, 2, who, kind == WALK_PARAMETERS || kind == WALK_BUFFERS ? options : no_options, &recurse);
  Walk walk = walk_module(L, who, kind, "", recurse, false);
  lua_createtable(L, (int)(walk.n / 2), 0);
  for (lua_Integer i = 1; i <= walk.n / 2; i++) {
    lua_rawgeti(L, walk.list, 2 * i);
    lua_rawseti(L, -2, i);
  }
  return 1;
}

/* The iterator: upvalue 1 is the list, 2 the place in it. */
static int next_pair(lua_State *L) {
  lua_Integer i = lua_tointeger(L, lua_upvalueindex(2));
  lua_pushinteger(L, i + 2);
  lua_replace(L, lua_upvalueindex(2));
  lua_rawgeti(L, lua_upvalueindex(1), i + 1);
  lua_rawgeti(L, lua_upvalueindex(1), i + 2);
  return 2;
}

typedef struct { bool recurse, remove_duplicate; } NamedOptions;

/* Returns the iterator over the list at the top. */
static int walk_iterate(lua_State *L) {
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, next_pair, 2);
  return 1;
}

static int walk_pairs(lua_State *L, WalkKind kind, const char *who) {
  static const Option of_tensors[] = {
      {"prefix", OPTION_VALUE, 0, false, 0, NULL},
      {"recurse", OPTION_BOOL, offsetof(NamedOptions, recurse), false, 1, NULL},
      {"remove_duplicate", OPTION_BOOL, offsetof(NamedOptions, remove_duplicate), false, 1, NULL},
      {NULL}};
  static const Option of_modules[] = {
      {"prefix", OPTION_VALUE, 0, false, 0, NULL},
      {"remove_duplicate", OPTION_BOOL, offsetof(NamedOptions, remove_duplicate), false, 1, NULL},
      {NULL}};
  NamedOptions named = {.recurse = true, .remove_duplicate = true};
  module_check(L, 1, who);
  options_read(L, 2, who, kind == WALK_MODULES ? of_modules : of_tensors, &named);
  if (!lua_isnil(L, 2) && !lua_isstring(L, 2)) return error_argument(L, who, "prefix", 1, "a string", 2);
  const char *prefix = lua_isnil(L, 2) ? "" : lua_tostring(L, 2);
  walk_module(L, who, kind, prefix, named.recurse, !named.remove_duplicate);
  return walk_iterate(L);
}

/** nn.Module:parameters(recurse: bool = true) -> Tensor[]: The parameters, in the order of
** registration; without recurse only its own. What has several names is there once. */
/** nn.Module:buffers(recurse: bool = true) -> Tensor[]: The buffers, in the order of registration;
** without recurse only its own. */
/** nn.Module:children() -> table: An array of the modules right inside. */
/** nn.Module:modules() -> table: An array of the module and all modules inside. */
static int parameters(lua_State *L) { return walk_array(L, WALK_PARAMETERS, "parameters"); }
static int buffers(lua_State *L) { return walk_array(L, WALK_BUFFERS, "buffers"); }
static int children(lua_State *L) { return walk_array(L, WALK_CHILDREN, "children"); }
static int modules(lua_State *L) { return walk_array(L, WALK_MODULES, "modules"); }

/** nn.Module:named_parameters(prefix: string = "", recurse: bool = true, remove_duplicate: bool = true) -> function:
** For loops: gives name and parameter, as "fc.weight". remove_duplicate = false: a parameter that has several names
** comes under each of them.
** Example: for name, p in nn.Linear(2, 1):named_parameters() do print(name, p.shape) end */
/** nn.Module:named_buffers(prefix: string = "", recurse: bool = true, remove_duplicate: bool = true) -> function: For
** loops: gives name and buffer. */
/** nn.Module:named_children() -> function: For loops: gives name and module of the children. */
/** nn.Module:named_modules(prefix: string = "", remove_duplicate: bool = true) -> function: For loops: gives name and
** module of all inside; the module itself has the name "". remove_duplicate = false: a module that has several names
** comes under each of them. */
static int named_parameters(lua_State *L) {
  return walk_pairs(L, WALK_PARAMETERS, "named_parameters");
}
static int named_buffers(lua_State *L) { return walk_pairs(L, WALK_BUFFERS, "named_buffers"); }
static int named_children(lua_State *L) {
  module_check(L, 1, "named_children");
  options_read(L, 2, "named_children", no_options, NULL);
  walk_module(L, "named_children", WALK_CHILDREN, "", false, false);
  return walk_iterate(L);
}
static int named_modules(lua_State *L) { return walk_pairs(L, WALK_MODULES, "named_modules"); }

/* ---- by path: "features.0.weight" ---------------------------------------------------- */

/* Replaces the module at the top by its part 'name' of the given kind. */
static void walk_enter(lua_State *L, const char *who, const char *name, const char *path,
                  SlotKind kind) {
  static const char *const kinds[] = {"parameter", "buffer", "module"};
  Module *m = lua_touserdata(L, -1);
  Slot *slot = module_find(m, name);
  if (slot == NULL || slot->kind != kind)
    error_raise(L, "%s: '%s' (in '%s'): %s has no %s of that name", who, name, path,
                m->object.class->name, kinds[kind]);
  class_fields(L, -1);
  lua_getfield(L, -1, name);
  if (lua_isnil(L, -1)) error_raise(L, "%s: '%s' is registered as nil", who, path);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

static int by_path(lua_State *L, const char *who, SlotKind kind) {
  module_check(L, 1, who);
  if (lua_type(L, 2) != LUA_TSTRING) return error_argument(L, who, "target", 2, "a string", 2);
  lua_settop(L, 2);
  const char *path = lua_tostring(L, 2), *at = path, *dot;
  lua_pushvalue(L, 1);
  if (*at == '\0' && kind == SLOT_MODULE) return 1;
  while ((dot = strchr(at, '.')) != NULL) {
    lua_pushlstring(L, at, (size_t)(dot - at));
    lua_insert(L, -2);
    walk_enter(L, who, lua_tostring(L, -2), path, SLOT_MODULE);
    lua_remove(L, -2);
    at = dot + 1;
  }
  walk_enter(L, who, at, path, kind);
  return 1;
}

/** nn.Module:get_parameter(target: string) -> Tensor: The parameter of a name with dots, as
** "features.0.weight". */
/** nn.Module:get_buffer(target: string) -> Tensor: The buffer of a name with dots. */
/** nn.Module:get_submodule(target: string) -> Module: The module of a name with dots; "" is the
** module itself. */
static int get_parameter(lua_State *L) { return by_path(L, "get_parameter", SLOT_PARAMETER); }
static int get_buffer(lua_State *L) { return by_path(L, "get_buffer", SLOT_BUFFER); }
static int get_submodule(lua_State *L) { return by_path(L, "get_submodule", SLOT_MODULE); }

const luaL_Reg walk_methods[] = {{"parameters", parameters},
                                 {"buffers", buffers},
                                 {"children", children},
                                 {"modules", modules},
                                 {"named_parameters", named_parameters},
                                 {"named_buffers", named_buffers},
                                 {"named_children", named_children},
                                 {"named_modules", named_modules},
                                 {"get_parameter", get_parameter},
                                 {"get_buffer", get_buffer},
                                 {"get_submodule", get_submodule},
                                 {NULL, NULL}};
