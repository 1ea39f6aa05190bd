/* nn.c: the library torch.nn. */
#include "library.h"
#include "torch/nn/module.h"

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
  nn_lazy_layers(L);
  return 1;
}
