/* state.c: state_dict and load_state_dict. A state dict is a table from names to
** tensors that share storage with the module's; its metatable remembers the order,
** and `pairs` follows it.
*/
#include <stdio.h>
#include <string.h>

#include "module.h"

/* ---- an ordered table ---------------------------------------------------------------- */

static int ordered_next(lua_State *L) {
  lua_Integer i = lua_tointeger(L, lua_upvalueindex(3)) + 1;
  lua_pushinteger(L, i);
  lua_replace(L, lua_upvalueindex(3));
  lua_rawgeti(L, lua_upvalueindex(2), i);
  if (lua_isnil(L, -1)) return 1;
  lua_pushvalue(L, -1);
  lua_gettable(L, lua_upvalueindex(1));
  return 2;
}

/* Names added or removed by the script are not in the order: then any order. */
static int ordered_pairs(lua_State *L) {
  lua_Integer n = 0, known = 0;
  lua_settop(L, 1);
  luaL_getmetafield(L, 1, "names");
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) n++;
  for (lua_Integer i = 1; lua_rawgeti(L, 2, i) != LUA_TNIL; i++, lua_pop(L, 1)) {
    lua_pushvalue(L, -1);
    known += lua_rawget(L, 1) != LUA_TNIL;
    lua_pop(L, 1);
  }
  lua_settop(L, 2);
  if (n != known || n != (lua_Integer)lua_rawlen(L, 2)) {
    open_push_global(L, "next");
    lua_pushvalue(L, 1);
    return 2;
  }
  lua_pushinteger(L, 0);
  lua_pushcclosure(L, ordered_next, 3);
  return 1;
}

/* Pushes an empty state dict and the array of its names. */
static void push_ordered(lua_State *L) {
  lua_newtable(L);
  lua_newtable(L);
  lua_pushcfunction(L, ordered_pairs);
  lua_setfield(L, -2, "__pairs");
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "names");
  lua_insert(L, -2);
  lua_setmetatable(L, -3);
}

/* ---- entries ---------------------------------------------------------------------------- */

/* Calls 'entry' for every parameter and persistent buffer below the module, with its
** full name at the top of the stack: under each of its names, but for those that lead through a module twice. */
typedef void (*EntryFn)(lua_State *L, Slot *slot, void *data);

static void each_entry(lua_State *L, Module *m, const char *prefix, const ModulePath *above, EntryFn entry,
                       void *data) {
  const ModulePath path = module_path(m, above);
  module_check_depth(L, "state_dict", path.depth);
  for (int pass = SLOT_PARAMETER; pass <= SLOT_MODULE; pass++)
    for (int i = 0; i < m->n_slots; i++) {
      Slot *slot = &m->slots[i];
      if ((int)slot->kind != pass || slot->transient) continue;
      lua_pushfstring(L, "%s%s", prefix, slot->name);
      if (slot->tensor != NULL) entry(L, slot, data);
      if (slot->module != NULL && !module_is_above(&path, slot->module)) {
        lua_pushliteral(L, ".");
        lua_concat(L, 2);
        each_entry(L, slot->module, lua_tostring(L, -1), &path, entry, data);
      }
      lua_pop(L, 1);
    }
}

typedef struct {
  int state; /* where the state dict is, the names behind it */
  bool keep_vars;
} Collecting;

static void push_entry(lua_State *L, const Slot *slot, bool keep_vars) {
  if (keep_vars) {
    tensor_push(L, slot->tensor);
    return;
  }
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_detach(slot->tensor, &box->tensor));
  box->tensor->flags &= (uint8_t)~TENSOR_PARAMETER;
  tensor_account(L, box);
}

static void collect_entry(lua_State *L, Slot *slot, void *data) {
  const Collecting *collecting = data;
  const int state = collecting->state;
  push_entry(L, slot, collecting->keep_vars);
  lua_pushvalue(L, -2);
  lua_rawseti(L, state + 1, (lua_Integer)lua_rawlen(L, state + 1) + 1);
  lua_pushvalue(L, -2);
  lua_insert(L, -2);
  lua_rawset(L, state);
}

/* Stack: 1 the module, 2 the prefix, 3 keep_vars. */
static int plain_state_dict(lua_State *L) {
  Module *m = module_check(L, 1, "state_dict");
  lua_settop(L, 3);
  Collecting collecting = {.keep_vars = lua_toboolean(L, 3)};
  push_ordered(L);
  collecting.state = lua_gettop(L) - 1;
  each_entry(L, m, lua_tostring(L, 2), NULL, collect_entry, &collecting);
  lua_settop(L, collecting.state);
  return 1;
}

/* Calls the function 'name' of state_hooks.lua with the plain form and the stack. */
static int with_hooks(lua_State *L, const char *name, lua_CFunction plain) {
  const int n = lua_gettop(L);
  open_push_global(L, "require");
  lua_pushliteral(L, "torch.nn.state_hooks");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, name);
  lua_insert(L, 1);
  lua_pop(L, 1);
  lua_pushcfunction(L, plain);
  lua_insert(L, 2);
  lua_call(L, n + 1, LUA_MULTRET);
  return lua_gettop(L);
}

/** nn.Module:state_dict(prefix: string = "", keep_vars: bool = false) -> table: Name → tensor of the parameters and
** persistent buffers, which share their elements; pairs walks them in order. torch.save writes it. prefix stands before
** the names; with keep_vars the tensors have their gradients.
** Example: nn.Linear(2, 1):state_dict().bias.shape */
static int state_dict(lua_State *L) {
  static const Option options[] = {{"prefix", OPTION_VALUE, 0, false, 0, NULL},
                                   {"keep_vars", OPTION_BOOL, 0, false, 0, NULL},
                                   {NULL}};
  bool keep_vars = false;
  module_check(L, 1, "state_dict");
  options_read(L, 2, "state_dict", options, &keep_vars);
  if (!lua_isnil(L, 2) && lua_type(L, 2) != LUA_TSTRING)
    return error_argument(L, "state_dict", "prefix", 1, "a string", 2);
  if (lua_isnil(L, 2)) lua_pushliteral(L, "");
  else lua_pushvalue(L, 2);
  lua_replace(L, 2);
  lua_settop(L, 2);
  lua_pushboolean(L, keep_vars);
  return class_extra_state || module_state_hooked ? with_hooks(L, "state_dict", plain_state_dict)
                                                  : plain_state_dict(L);
}

/* ---- loading ------------------------------------------------------------------------------ */

/* Stack of a load in progress. */
enum { LOAD_MODULE = 1, LOAD_STATE, LOAD_SEEN, LOAD_MISSING, LOAD_UNEXPECTED, LOAD_SIZES };

static void add_to(lua_State *L, int list) {
  lua_rawseti(L, list, (lua_Integer)lua_rawlen(L, list) + 1);
}

static void check_entry(lua_State *L, Slot *slot, void *data) {
  (void)data;
  char have[SHAPE_TEXT], want[SHAPE_TEXT];
  const char *name = lua_tostring(L, -1);
  lua_pushboolean(L, true);
  lua_setfield(L, LOAD_SEEN, name);
  lua_getfield(L, LOAD_STATE, name);
  Tensor *given = tensor_test(L, -1);
  if (lua_isnil(L, -1)) {
    lua_pushstring(L, name);
    add_to(L, LOAD_MISSING);
  } else if (given == NULL) {
    lua_pushfstring(L, "%s is no tensor but a %s", name, luaL_typename(L, -1));
    add_to(L, LOAD_SIZES);
  } else if (!tensor_same_shape(given, slot->tensor)) {
    lua_pushfstring(L, "size mismatch for %s: %s in the state, %s in the module", name,
                    shape_text(have, given->ndim, given->shape),
                    shape_text(want, slot->tensor->ndim, slot->tensor->shape));
    add_to(L, LOAD_SIZES);
  }
  lua_pop(L, 1);
}

static void load_entry(lua_State *L, Slot *slot, void *data) {
  lua_getfield(L, LOAD_STATE, lua_tostring(L, -1));
  Tensor *pair[] = {slot->tensor, tensor_test(L, -1)};
  if (pair[1] != NULL && *(const bool *)data) error_check(L, tensor_set_data(pair[0], pair[1]));
  else if (pair[1] != NULL) {
    bool grad = grad_set_enabled(false);
    Status status = op_call_in_place(OP_COPY, pair, 2, NULL);
    grad_set_enabled(grad);
    error_check(L, status);
  }
  lua_pop(L, 1);
}

static void find_unexpected(lua_State *L) {
  for (lua_pushnil(L); lua_next(L, LOAD_STATE); lua_pop(L, 1)) {
    luaL_tolstring(L, -2, NULL);
    if (lua_getfield(L, LOAD_SEEN, lua_tostring(L, -1)) == LUA_TNIL) {
      lua_pushvalue(L, -2);
      add_to(L, LOAD_UNEXPECTED);
    }
    lua_pop(L, 2);
  }
  open_push_global(L, "table"); /* `pairs` has no order: sort the names */
  if (lua_istable(L, -1) && lua_getfield(L, -1, "sort") == LUA_TFUNCTION) {
    lua_pushvalue(L, LOAD_UNEXPECTED);
    lua_call(L, 1, 0);
  }
  lua_settop(L, LOAD_SIZES);
}

#define LOAD_TOLD 3 /* names of a kind that the message shows */

/* "; missing: a, b, c and 7 more" */
static void add_list(lua_State *L, luaL_Buffer *b, int list, const char *title) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, list);
  if (n > 0) luaL_addstring(b, title);
  for (lua_Integer i = 1; i <= n && i <= LOAD_TOLD; i++) {
    if (i > 1) luaL_addstring(b, ", ");
    lua_rawgeti(L, list, i);
    char text[96];
    if (lua_rawlen(L, -1) >= sizeof text) {
      snprintf(text, sizeof text, "%.90s...", lua_tostring(L, -1));
      lua_pop(L, 1);
      lua_pushstring(L, text);
    }
    luaL_addvalue(b);
  }
  char more[48];
  snprintf(more, sizeof more, " and %lld more", (long long)(n - LOAD_TOLD));
  if (n > LOAD_TOLD) luaL_addstring(b, more);
}

static void check_mismatches(lua_State *L, bool strict) {
  bool wrong = lua_rawlen(L, LOAD_SIZES) > 0;
  if (strict) wrong |= lua_rawlen(L, LOAD_MISSING) > 0 || lua_rawlen(L, LOAD_UNEXPECTED) > 0;
  if (!wrong) return;
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  if (strict) {
    add_list(L, &b, LOAD_MISSING, "; missing: ");
    add_list(L, &b, LOAD_UNEXPECTED, "; unexpected: ");
  }
  add_list(L, &b, LOAD_SIZES, "; ");
  luaL_pushresult(&b);
  Module *m = lua_touserdata(L, LOAD_MODULE);
  error_raise(L, "load_state_dict: the state does not fit %s%s",
              class_short_name(m->object.class), lua_tostring(L, -1));
}

typedef struct {
  bool strict, assign;
} LoadOptions;

/* Stack: 1 the module, 2 the state, 3 strict, 4 assign. */
static int plain_load_state_dict(lua_State *L) {
  Module *m = module_check(L, 1, "load_state_dict");
  const bool strict = lua_toboolean(L, 3);
  bool assign = lua_toboolean(L, 4);
  lua_settop(L, LOAD_STATE);
  for (int i = LOAD_SEEN; i <= LOAD_SIZES; i++) lua_newtable(L);
  each_entry(L, m, "", NULL, check_entry, NULL);
  find_unexpected(L);
  check_mismatches(L, strict);
  each_entry(L, m, "", NULL, load_entry, &assign);
  lua_settop(L, LOAD_UNEXPECTED);
  return 2;
}

/** nn.Module:load_state_dict(state_dict: table, strict: bool = true, assign: bool = false) -> table, table: Copies the
** tensors of a state_dict into the parameters and buffers. Everything is checked before the
** first value changes: sizes that differ raise, with strict also missing and unexpected names, all
** in one message that names three of each. With assign the parameters and buffers show the memory of the given tensors
** instead, in their dtype and on their device. Returns the arrays of missing and of unexpected names. */
static int load_state_dict(lua_State *L) {
  static const Option options[] = {{"state_dict", OPTION_VALUE, 0, true, 0, NULL},
                                   {"strict", OPTION_BOOL, offsetof(LoadOptions, strict), false, 1, NULL},
                                   {"assign", OPTION_BOOL, offsetof(LoadOptions, assign), false, 0, NULL},
                                   {NULL}};
  module_check(L, 1, "load_state_dict");
  if (!lua_istable(L, 2))
    return error_argument(L, "load_state_dict", "state_dict", 2, "a table of tensors, as torch.load(path) gives", 2);
  LoadOptions given = {.strict = true};
  if (lua_gettop(L) == 2) lua_newtable(L); /* the state itself is no table of options */
  options_read(L, 2, "load_state_dict", options, &given);
  lua_settop(L, 2);
  lua_pushboolean(L, given.strict);
  lua_pushboolean(L, given.assign);
  return class_extra_state || module_state_hooked ? with_hooks(L, "load_state_dict", plain_load_state_dict)
                                                  : plain_load_state_dict(L);
}

const luaL_Reg state_methods[] = {{"state_dict", state_dict},
                                  {"load_state_dict", load_state_dict},
                                  {NULL, NULL}};
