/* optim.c: the module torch.optim. */
#include "library.h"
#include "torch/optim/optimizer.h"

/* Methods of optim.Optimizer that are written in Lua, in optimizer_hooks.lua. */
static int optim_call_hooks(lua_State *L) {
  const int n = lua_gettop(L);
  luaL_checkstack(L, 4, "methods of optimisers");
  optimizer_check(L, lua_tostring(L, lua_upvalueindex(1)));
  open_push_global(L, "require");
  lua_pushliteral(L, "torch.optim.optimizer_hooks");
  lua_call(L, 1, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_gettable(L, -2);
  lua_replace(L, n + 1);
  lua_insert(L, 1);
  lua_call(L, n, LUA_MULTRET);
  return lua_gettop(L);
}

/* Gives the class at the top its methods that register hooks. */
static void optim_add_hooks(lua_State *L) {
  static const char *const names[] = {"register_step_pre_hook", "register_step_post_hook",
                                      "register_state_dict_pre_hook", "register_state_dict_post_hook",
                                      "register_load_state_dict_pre_hook", "register_load_state_dict_post_hook", NULL};
  for (int i = 0; names[i] != NULL; i++) {
    lua_pushstring(L, names[i]);
    lua_pushcclosure(L, optim_call_hooks, 1);
    lua_setfield(L, -2, names[i]);
  }
}

int luaopen_torch_optim(lua_State *L);
/** torch.optim: Optimisers: objects that change parameters by their gradients. */
int luaopen_torch_optim(lua_State *L) {
  lua_newtable(L);
  class_push(L, &optimizer_class);
  optim_add_hooks(L);
  lua_setfield(L, -2, "Optimizer");
  for (int i = 0; i < OPTIMISER_COUNT; i++) {
    class_push(L, &algorithms[i].base);
    lua_setfield(L, -2, class_short_name(&algorithms[i].base.class));
  }
  library_lazy(L, "torch.optim");
  return 1;
}
