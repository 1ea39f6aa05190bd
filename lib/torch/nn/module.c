/* module.c: the class nn.Module, which gathers the methods of the other files. See module.h. */
#include "module.h"

void module_arguments(lua_State *L, const ObjectClass *info) {
  options_push(L, ((const Layer *)info)->options, NULL);
}

/* There is nothing to do, so that a subclass may call it or not. */
/** nn.Module(): The class of all layers and models. A subclass defines forward, and __init where it
** has parts; a field that is an nn.Parameter or a module registers itself. Calling the object
** calls forward. `training` tells the mode.
** Example:
**     local Twice = torch.class("Twice", nn.Module)
**     function Twice:forward(x) return x * 2 end
**     return Twice()(torch.ones(2)) */
static int empty_init(lua_State *L) {
  module_check(L, 1, "__init");
  if (lua_gettop(L) > 1) {
    luaL_getmetafield(L, 1, "__name");
    return error_raise(L, "%s: at most 0 arguments are expected, got %d", lua_tostring(L, -1), lua_gettop(L) - 2);
  }
  return 0;
}

static const luaL_Reg module_methods[] = {{"__init", empty_init},
                                          {"forward", module_forward},
                                          {"extra_repr", module_extra_repr},
                                          {NULL, NULL}};

static const luaL_Reg module_metamethods[] = {
    {"__call", module_call}, {"__tostring", module_tostring}, {NULL, NULL}};

const Layer module_class = {
    .base = MODULE_BASE("nn.Module", Module, NULL, module_methods, module_metamethods)};

void nn_add_class(lua_State *L, const Layer *layer) {
  class_push(L, &layer->base);
  lua_setfield(L, -2, class_short_name(&layer->base.class));
}

void nn_open_module(lua_State *L) {
  class_push(L, &module_class.base);
  luaL_setfuncs(L, attribute_methods, 0);
  luaL_setfuncs(L, walk_methods, 0);
  luaL_setfuncs(L, state_methods, 0);
  luaL_setfuncs(L, mode_methods, 0);
  luaL_setfuncs(L, hook_methods, 0);
  module_add_extras(L);
  lua_pop(L, 1);
  nn_add_class(L, &module_class);
  lua_pushcfunction(L, module_parameter);
  lua_setfield(L, -2, "Parameter");
}
