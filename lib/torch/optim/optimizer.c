/* optimizer.c: optim.Optimizer: parameter groups. A subclass in Lua gives `step`. */
#include "torch/optim/optimizer.h"

#include <stdio.h>
#include <string.h>

#include "torch/optim/groups.h"
#include "torch/optim/state.h"

Optimizer *optimizer_check(lua_State *L, const char *function) {
  return object_check(L, 1, &optimizer_class.class, function, "optimizer");
}

static const char *optimizer_name(lua_State *L) { return ((Object *)lua_touserdata(L, 1))->class->name; }

const Algorithm *optimizer_algorithm(lua_State *L) {
  const ObjectClass *native = class_native(((Object *)lua_touserdata(L, 1))->class);
  return native == &optimizer_class ? NULL : (const Algorithm *)native;
}

/** optim.Optimizer:add_param_group(param_group: table): Adds {params = {…}, lr = …}; what it does
** not say is as in the call of the constructor. A parameter that is there already raises. */
static int optimizer_add_param_group(lua_State *L) {
  optimizer_check(L, "add_param_group");
  if (!lua_istable(L, 2))
    return error_argument(L, "add_param_group", "param_group", 2,
                          "a table such as {params = {...}, lr = 0.1}", 2);
  groups_add(L, optimizer_algorithm(L), 2);
  return 0;
}

/** optim.Optimizer(params: Tensor[]|table|function, defaults: table = nil): The class of all optimisers. A
** subclass defines step(); `param_groups` is an array of {params =, lr =, …}, `state` a table
** by parameter. params may be net:parameters(), an array of such groups, or net:named_parameters(): then a group
** has the names too, in `param_names`. */
static int optimizer_init(lua_State *L) {
  optimizer_check(L, "__init");
  lua_settop(L, 3);
  if (lua_isnil(L, 3)) {
    lua_newtable(L);
    lua_replace(L, 3);
  }
  if (!lua_istable(L, 3))
    return error_argument(L, optimizer_name(L), "defaults", 2, "a table of options", 3);
  groups_setup(L, optimizer_algorithm(L));
  return 0;
}

/** optim.Optimizer:step(closure: function = nil) -> any: Changes the parameters by their gradients.
** A closure computes the loss and the gradients anew; its result is returned. */
static int optimizer_step(lua_State *L) {
  optimizer_check(L, "step");
  return error_raise(L, "%s: the class has no method 'step'", optimizer_name(L));
}

void optimizer_profile(OpMark *mark, const Class *class, const char *method) {
  mark->running = false;
  if (!mode_is_on(MODE_PROFILE)) return;
  char text[160];
  snprintf(text, sizeof text, "Optimizer.%s#%s.%s", method, class_short_name(class), method);
  const char *name = mode_intern(text);
  profile_begin(mark, EVENT_LABEL, name != NULL ? name : "Optimizer", 0);
}

/* ---- gradients ---------------------------------------------------------------------------- */

static Status optimizer_clear_gradient(Tensor *t, bool set_to_none) {
  if (set_to_none) return tensor_set_grad(t, NULL);
  Tensor *grad = tensor_grad(t);
  if (grad == NULL) return OK;
  bool enabled = grad_set_enabled(false);
  Status status = op_call_in_place(OP_ZERO, &grad, 1, NULL);
  grad_set_enabled(enabled);
  return status;
}

/** optim.Optimizer:zero_grad(set_to_none: bool = true): Forgets the gradients of the parameters, or
** sets them to 0. */
static int optimizer_zero_grad(lua_State *L) {
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
      if (t != NULL) error_check(L, optimizer_clear_gradient(t, set_to_none));
      lua_pop(L, 1);
    }
    lua_settop(L, groups);
  }
  return 0;
}

/** optim.Optimizer:state_dict() -> table: {state =, param_groups =}, data that torch.save writes;
** parameters stand as their numbers, from 1. */
static int optimizer_state_dict(lua_State *L) {
  optimizer_check(L, "state_dict");
  state_save(L);
  return 1;
}

/** optim.Optimizer:load_state_dict(state_dict: table): Takes over the options and the state of a
** state_dict, ours or PyTorch's, whose groups have as many parameters. What does not fit, such as the state of another
** optimiser, raises and changes nothing. */
static int optimizer_load_state_dict(lua_State *L) {
  optimizer_check(L, "load_state_dict");
  state_load(L, optimizer_algorithm(L));
  return 0;
}

/* ---- as text ------------------------------------------------------------------------------ */

/* The first name of an option after 'last' (NULL: of all) in the group at the top; NULL: none is
** left. */
static const char *optimizer_next_option(lua_State *L, const char *last) {
  const char *found = NULL;
  for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "params";
    if (strcmp(name, "params") == 0 || (last != NULL && strcmp(name, last) <= 0)) continue;
    if (found == NULL || strcmp(name, found) < 0) found = name;
  }
  return found;
}

/* Replaces the value at the top by its text: of an array, its elements. */
static void optimizer_value_text(lua_State *L) {
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
static int optimizer_to_string(lua_State *L) {
  optimizer_check(L, "tostring");
  lua_settop(L, 1);
  lua_getfield(L, 1, "param_groups");
  lua_pushfstring(L, "%s (", class_short_name(((Object *)lua_touserdata(L, 1))->class));
  lua_Integer n = lua_istable(L, 2) ? (lua_Integer)lua_rawlen(L, 2) : 0;
  for (lua_Integer g = 1; g <= n; g++) {
    lua_pushfstring(L, "%s\nParameter Group %I", lua_tostring(L, 3), g);
    lua_replace(L, 3);
    if (lua_rawgeti(L, 2, g) != LUA_TTABLE)
      return error_raise(L, "param_groups[%I]: expected a table", g);
    for (const char *name = NULL; (name = optimizer_next_option(L, name)) != NULL;) {
      lua_getfield(L, 4, name);
      optimizer_value_text(L);
      lua_pushfstring(L, "%s\n    %s: %s", lua_tostring(L, 3), name, lua_tostring(L, -1));
      lua_replace(L, 3);
      lua_pop(L, 1);
    }
    lua_pop(L, 1);
  }
  lua_pushfstring(L, "%s\n)", lua_tostring(L, 3));
  return 1;
}

bool optimizer_set(lua_State *L, void *self, const char *key) {
  const ObjectClass *info = (const ObjectClass *)((Object *)self)->class;
  if (info->native != NULL) return false;
  for (const Option *option = ((const Algorithm *)info)->options; option->name != NULL; option++)
    if (strcmp(option->name, key) == 0)
      error_raise(L, "%s: '%s' is an option of the groups of parameters: write opt.param_groups[1].%s = …",
                  info->class.name, key, key);
  return false;
}

/* ---- the class ---------------------------------------------------------------------------- */

static const luaL_Reg optimizer_methods[] = {{"__init", optimizer_init},
                                             {"add_param_group", optimizer_add_param_group},
                                             {"zero_grad", optimizer_zero_grad},
                                             {"step", optimizer_step},
                                             {"state_dict", optimizer_state_dict},
                                             {"load_state_dict", optimizer_load_state_dict},
                                             {NULL, NULL}};
static const luaL_Reg optimizer_metamethods[] = {{"__tostring", optimizer_to_string}, {NULL, NULL}};

/* The algorithms are its descendants made in C. */
static void optimizer_arguments(lua_State *L, const ObjectClass *info) {
  if (info == &optimizer_class) lua_pushnil(L);
  else options_push(L, ((const Algorithm *)info)->options, "params");
}

const ObjectClass optimizer_class = {
    .class = {.name = "optim.Optimizer", .methods = optimizer_methods, .metamethods = optimizer_metamethods},
    .size = sizeof(Optimizer), .arguments = optimizer_arguments};
