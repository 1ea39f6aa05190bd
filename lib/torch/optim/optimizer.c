/* optimizer.c: optim.Optimizer: parameter groups. A subclass in Lua gives `step`. */
#include <string.h>

#include "optimizer.h"

Optimizer *optimizer_check(lua_State *L, const char *function) {
  return object_check(L, 1, &optimizer_class.class, function, "optimizer");
}

static const char *name_of(lua_State *L) {
  return ((Object *)lua_touserdata(L, 1))->class->name;
}

/* ---- groups ----------------------------------------------------------------------------- */

/* The parameter at the top must be a leaf and new to the set at 'seen'. */
static void check_parameter(lua_State *L, int seen, lua_Integer i) {
  const char *who = name_of(L);
  char got[ERROR_TEXT];
  Tensor *t = tensor_test(L, -1);
  if (t == NULL)
    luaL_error(L, "%s: 'params': entry %I: expected a tensor, got %s", who, i,
               error_describe(L, -1, got));
  if (!tensor_is_leaf(t))
    luaL_error(L, "%s: 'params': entry %I is not a leaf: it was computed from others; "
               "give the tensors it was computed from", who, i);
  if (!dtype_is_float((DType)t->dtype))
    luaL_error(L, "%s: 'params': entry %I: expected a float tensor, got %s", who, i,
               error_describe(L, -1, got));
  if (lua_rawgetp(L, seen, t) != LUA_TNIL)
    luaL_error(L, "%s: 'params': entry %I is given twice", who, i);
  lua_pop(L, 1);
  lua_pushboolean(L, true);
  lua_rawsetp(L, seen, t);
}

/* Pushes a set of the parameters in all groups. */
static void push_seen(lua_State *L) {
  lua_newtable(L);
  int seen = lua_gettop(L);
  lua_getfield(L, 1, "param_groups");
  for (lua_Integer g = 1; lua_geti(L, seen + 1, g) == LUA_TTABLE; g++) {
    lua_getfield(L, -1, "params");
    for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
      lua_pushboolean(L, true);
      lua_rawsetp(L, seen, tensor_test(L, -2));
      lua_pop(L, 1);
    }
    lua_settop(L, seen + 1);
  }
  lua_settop(L, seen);
}

/* Pushes a copy of the array of parameters (or the one tensor) at 'index', checked. */
static void push_parameters(lua_State *L, int index) {
  const char *who = name_of(L);
  if (tensor_test(L, index) != NULL) {
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, index);
    lua_rawseti(L, -2, 1);
    lua_replace(L, index);
  }
  if (!lua_istable(L, index))
    error_argument(L, who, "params", 0, "an array of tensors", index);
  push_seen(L);
  int seen = lua_gettop(L);
  lua_Integer n = luaL_len(L, index);
  if (n == 0) luaL_error(L, "%s: 'params': the list of parameters is empty", who);
  lua_createtable(L, (int)n, 0);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, index, i);
    check_parameter(L, seen, i);
    lua_rawseti(L, seen + 1, i);
  }
  lua_remove(L, seen);
}

/** optim.Optimizer:add_param_group(param_group: table): Adds {params = {…}, lr = …}; what it does
** not say is as in the call of the constructor. A parameter that is there already raises. */
static int add_param_group(lua_State *L) {
  optimizer_check(L, "add_param_group");
  if (!lua_istable(L, 2))
    return error_argument(L, "add_param_group", "param_group", 2,
                          "a table such as {params = {...}, lr = 0.1}", 2);
  lua_settop(L, 2);
  lua_newtable(L); /* 3: the group */
  lua_getfield(L, 1, "defaults");
  if (lua_istable(L, 4))
    for (lua_pushnil(L); lua_next(L, 4); lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, 3);
    }
  lua_settop(L, 3);
  for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 3);
  }
  lua_getfield(L, 2, "params");
  push_parameters(L, 4);
  lua_setfield(L, 3, "params");
  const ObjectClass *native = class_native(((Object *)lua_touserdata(L, 1))->class);
  Hyper hyper;
  if (native != &optimizer_class) algorithm_read(L, (const Algorithm *)native, 3, &hyper);
  lua_settop(L, 3);
  lua_getfield(L, 1, "param_groups");
  lua_insert(L, 3);
  lua_rawseti(L, 3, (lua_Integer)lua_rawlen(L, 3) + 1);
  return 0;
}

static void set_new_table(lua_State *L, const char *name) {
  lua_newtable(L);
  lua_setfield(L, 1, name);
}

static void add_group(lua_State *L, int group) {
  lua_pushcfunction(L, add_param_group);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, group);
  lua_call(L, 2, 0);
}

void optimizer_setup(lua_State *L) {
  const char *who = name_of(L);
  if (tensor_test(L, 2) != NULL || !lua_istable(L, 2))
    error_argument(L, who, "params", 1, "an array of tensors or of groups", 2);
  set_new_table(L, "param_groups");
  set_new_table(L, "state");
  lua_pushvalue(L, 3);
  lua_setfield(L, 1, "defaults");
  lua_Integer n = luaL_len(L, 2);
  if (n == 0) luaL_error(L, "%s: 'params' (argument 1): the list of parameters is empty", who);
  lua_settop(L, 3);
  lua_geti(L, 2, 1);
  bool groups = lua_istable(L, 4);
  for (lua_Integer i = 1; groups && i <= n; i++) {
    lua_geti(L, 2, i);
    add_group(L, 5);
    lua_settop(L, 4);
  }
  if (groups) return;
  lua_newtable(L);
  lua_pushvalue(L, 2);
  lua_setfield(L, 5, "params");
  add_group(L, 5);
}

/** optim.Optimizer(params: Tensor[]|table, defaults: table = nil): The class of all optimisers. A
** subclass defines step(); `param_groups` is an array of {params =, lr =, …}, `state` a table
** by parameter. */
static int optimizer_init(lua_State *L) {
  optimizer_check(L, "__init");
  lua_settop(L, 3);
  if (lua_isnil(L, 3)) {
    lua_newtable(L);
    lua_replace(L, 3);
  }
  if (!lua_istable(L, 3))
    return error_argument(L, name_of(L), "defaults", 2, "a table of options", 3);
  optimizer_setup(L);
  return 0;
}

/** optim.Optimizer:step(closure: function = nil) -> any: Changes the parameters by their gradients.
** A closure computes the loss and the gradients anew; its result is returned. */
static int optimizer_step(lua_State *L) {
  optimizer_check(L, "step");
  return luaL_error(L, "%s: the class has no method 'step'", name_of(L));
}

/* ---- gradients ---------------------------------------------------------------------------- */

static Status clear_gradient(Tensor *t, bool set_to_none) {
  Tensor *grad = tensor_grad(t);
  if (grad == NULL) return OK;
  if (set_to_none) return tensor_set_grad(t, NULL);
  bool enabled = grad_set_enabled(false);
  Status status = op_call_in_place(OP_ZERO, &grad, 1, NULL);
  grad_set_enabled(enabled);
  return status;
}

/** optim.Optimizer:zero_grad(set_to_none: bool = true): Forgets the gradients of the parameters, or
** sets them to 0. */
static int zero_grad(lua_State *L) {
  static const Option options[] = {{"set_to_none", OPTION_BOOL, 0, false, 1, NULL}, {NULL}};
  bool set_to_none;
  optimizer_check(L, "zero_grad");
  options_read(L, 2, "zero_grad", options, &set_to_none);
  lua_getfield(L, 1, "param_groups");
  int groups = lua_gettop(L);
  for (lua_Integer g = 1; lua_geti(L, groups, g) == LUA_TTABLE; g++) {
    lua_getfield(L, -1, "params");
    for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
      Tensor *t = tensor_test(L, -1);
      if (t != NULL) error_check(L, clear_gradient(t, set_to_none));
      lua_pop(L, 1);
    }
    lua_settop(L, groups);
  }
  return 0;
}

static const luaL_Reg methods[] = {{"__init", optimizer_init},
                                   {"add_param_group", add_param_group},
                                   {"zero_grad", zero_grad},
                                   {"step", optimizer_step},
                                   {"state_dict", optimizer_state_dict},
                                   {"load_state_dict", optimizer_load_state_dict},
                                   {NULL, NULL}};

/* The first name of an option after 'last' (NULL: of all) in the group at the top; NULL: none is
** left. */
static const char *next_option(lua_State *L, const char *last) {
  const char *found = NULL;
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "params";
    if (strcmp(name, "params") == 0 || (last != NULL && strcmp(name, last) <= 0)) continue;
    if (found == NULL || strcmp(name, found) < 0) found = name;
  }
  return found;
}

/* Replaces the value at the top by its text: of an array, its elements. */
static void value_text(lua_State *L) {
  if (!lua_istable(L, -1)) {
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    return;
  }
  lua_pushliteral(L, "{");
  lua_Integer n = (lua_Integer)lua_rawlen(L, -2);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_pushstring(L, i > 1 ? ", " : "");
    lua_rawgeti(L, -3, i);
    luaL_tolstring(L, -1, NULL);
    lua_remove(L, -2);
    lua_concat(L, 3);
  }
  lua_pushliteral(L, "}");
  lua_concat(L, 2);
  lua_remove(L, -2);
}

/* As PyTorch prints it: the groups with their options by name. */
static int to_string(lua_State *L) {
  optimizer_check(L, "tostring");
  lua_settop(L, 1);
  lua_getfield(L, 1, "param_groups");
  lua_pushfstring(L, "%s (", class_short_name(((Object *)lua_touserdata(L, 1))->class));
  lua_Integer n = lua_istable(L, 2) ? (lua_Integer)lua_rawlen(L, 2) : 0;
  for (lua_Integer g = 1; g <= n; g++) {
    lua_pushfstring(L, "%s\nParameter Group %I", lua_tostring(L, 3), g);
    lua_replace(L, 3);
    if (lua_rawgeti(L, 2, g) != LUA_TTABLE) return luaL_error(L, "param_groups[%I]: expected a table", g);
    for (const char *name = NULL; (name = next_option(L, name)) != NULL;) {
      lua_getfield(L, 4, name);
      value_text(L);
      lua_pushfstring(L, "%s\n    %s: %s", lua_tostring(L, 3), name, lua_tostring(L, -1));
      lua_replace(L, 3);
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
  }
  lua_pushfstring(L, "%s\n)", lua_tostring(L, 3));
  return 1;
}

static const luaL_Reg metamethods[] = {{"__tostring", to_string}, {NULL, NULL}};

/* The algorithms are its descendants made in C. */
static void arguments(lua_State *L, const ObjectClass *info) {
  if (info == &optimizer_class) lua_pushnil(L);
  else options_push(L, ((const Algorithm *)info)->options, "params");
}

const ObjectClass optimizer_class = {
    .class = {.name = "optim.Optimizer", .methods = methods, .metamethods = metamethods},
    .size = sizeof(Optimizer), .arguments = arguments};
