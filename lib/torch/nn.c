/* nn.c: the library torch.nn. */
#include <string.h>

#include "library.h"
#include "torch/nn/module.h"
#include "undefined.h"

/* ---- the classes of rows ---------------------------------------------------------------- */

/* nn.NAME: upvalue 1 is what finds the names that are no rows. */
static int lazy_class(lua_State *L) {
  const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  for (const Layer *const *layer = layer_table; *layer != NULL; layer++)
    if (strcmp(class_short_name(&(*layer)->base.class), name) == 0) {
      class_push(L, &(*layer)->base);
      lua_pushvalue(L, -1);
      lua_setfield(L, 1, name);
      return 1;
    }
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return lua_isnil(L, -1) ? undefined_read(L, "torch.nn") : 1;
}

/* pairs(nn) makes them all. */
static int all_classes(lua_State *L) {
  lua_settop(L, 1);
  for (const Layer *const *layer = layer_table; *layer != NULL; layer++) {
    lua_getfield(L, 1, class_short_name(&(*layer)->base.class));
    lua_pop(L, 1);
  }
  open_push_global(L, "next");
  lua_insert(L, 1);
  return 2;
}

/* They become fields of the table at the top, which has a metatable, at first use. */
static void lazy_classes(lua_State *L) {
  lua_getmetatable(L, -1);
  lua_getfield(L, -1, "__lazy");
  for (const Layer *const *layer = layer_table; *layer != NULL; layer++) {
    lua_pushboolean(L, true);
    lua_setfield(L, -2, class_short_name(&(*layer)->base.class));
  }
  lua_pop(L, 1);
  lua_getfield(L, -1, "__index");
  lua_pushcclosure(L, lazy_class, 1);
  lua_setfield(L, -2, "__index");
  lua_pushcfunction(L, all_classes);
  lua_setfield(L, -2, "__pairs");
  lua_pop(L, 1);
}

/* torch._C.failed_layer(): the address of the layer made in C whose forward failed last, and forgets it; or nil. */
static int failed_layer(lua_State *L) {
  if (layer_failed == NULL) return 0;
  lua_pushlightuserdata(L, (void *)(uintptr_t)layer_failed);
  layer_failed = NULL;
  return 1;
}

/* torch._C.swap_part(module, name, tensor): puts a tensor of any kind in the place of a parameter or buffer, which
** keeps its place and its kind, and returns what stood there: for torch.func.functional_call. */
static int swap_part(lua_State *L) {
  Module *m = module_check(L, 1, "swap_part");
  const char *name = luaL_checkstring(L, 2);
  const Slot *slot = module_find(m, name);
  if (slot == NULL || slot->kind == SLOT_MODULE) return error_raise(L, "swap_part: no part '%s'", name);
  const SlotKind kind = slot->kind;
  const bool transient = slot->transient;
  lua_settop(L, 3);
  class_fields(L, 1);
  lua_getfield(L, -1, name);
  lua_insert(L, 3);
  lua_pop(L, 1);
  module_store(L, 1, name, kind);
  module_find(m, name)->transient = transient;
  return 1;
}

/* torch._C.buffer_is_kept(module, name): whether a buffer is in the state_dict. */
static int buffer_is_kept(lua_State *L) {
  const Slot *slot = module_find(module_check(L, 1, "buffer_is_kept"), luaL_checkstring(L, 2));
  lua_pushboolean(L, slot != NULL && !slot->transient);
  return 1;
}

/* torch._C.parts_of(module): the names of its slots in order, and what each is: "parameter", "buffer" or "module". */
static int parts_of(lua_State *L) {
  static const char *const kinds[] = {"parameter", "buffer", "module"};
  const Module *m = module_check(L, 1, "parts_of");
  lua_createtable(L, m->n_slots, 0);
  lua_createtable(L, m->n_slots, 0);
  for (int i = 0; i < m->n_slots; i++) {
    lua_pushstring(L, m->slots[i].name);
    lua_rawseti(L, -3, i + 1);
    lua_pushstring(L, kinds[m->slots[i].kind]);
    lua_rawseti(L, -2, i + 1);
  }
  return 2;
}

/* torch._C.fields_of(object): the table of its fields. */
static int fields_of(lua_State *L) {
  module_check(L, 1, "fields_of");
  class_fields(L, 1);
  return 1;
}

/* torch._C.set_data(parameter, tensor): as parameter.data = tensor, in any shape and dtype, for a parameter that no
** graph has used yet. */
static int set_data(lua_State *L) {
  Tensor *parameter = tensor_check(L, 1, "set_data", "parameter");
  const Tensor *from = tensor_check(L, 2, "set_data", "tensor");
  error_check(L, tensor_set_data(parameter, from));
  parameter->ndim = from->ndim;
  parameter->numel = from->numel;
  memcpy(parameter->shape, from->shape, sizeof parameter->shape);
  return 0;
}

/* torch._C.is_parameter(tensor): whether it is an nn.Parameter. */
static int is_parameter(lua_State *L) {
  lua_pushboolean(L, tensor_check(L, 1, "is_parameter", "tensor")->flags & TENSOR_PARAMETER);
  return 1;
}

static const luaL_Reg nn_internals[] = {{"is_parameter", is_parameter}, {"swap_part", swap_part},
                                        {"set_data", set_data}, {"buffer_is_kept", buffer_is_kept},
                                        {"parts_of", parts_of}, {"fields_of", fields_of},
                                        {"module_shell", module_shell}, {NULL, NULL}};

static void add_internals(lua_State *L) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "torch");
  if (lua_istable(L, -1) && lua_getfield(L, -1, "_C") == LUA_TTABLE) {
    lua_pushcfunction(L, failed_layer);
    lua_setfield(L, -2, "failed_layer");
    luaL_setfuncs(L, nn_internals, 0);
    luaL_setfuncs(L, hook_internals, 0);
  }
}

/* ---- the library ------------------------------------------------------------------------ */

int luaopen_torch_nn(lua_State *L);
/** torch.nn: Modules: layers, containers and losses as objects with parameters. A model is a subclass
** of nn.Module, or an nn.Sequential of others. */
/** torch.nn.functional: What layers compute, as functions; also the global F. Names that are not here
** are those of torch. */
int luaopen_torch_nn(lua_State *L) {
  static const char *const parts[][2] = {{"init", "torch.nn.init"}, {"utils", "torch.nn.utils"}};
  lua_newtable(L);
  nn_open_module(L);
  nn_open_containers(L);
  nn_open_init(L);
  nn_open_utils(L);
  int nn = lua_gettop(L);
  add_internals(L);
  lua_settop(L, nn);
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
    lua_getfield(L, -1, parts[i][0]);
    library_lazy(L, parts[i][1]);
    library_set_loaded(L, parts[i][1]);
    lua_pop(L, 1);
  }
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "torch.nn.functional");
  lua_setfield(L, -3, "functional");
  lua_pop(L, 1);
  library_lazy(L, "torch.nn");
  lazy_classes(L);
  return 1;
}
