/* extra.c: methods of nn.Module that are written in Lua, in extras.lua, which is loaded when one is called first. */
#include <string.h>

#include "module.h"

static int extra_call(lua_State *L) {
  const int n = lua_gettop(L);
  luaL_checkstack(L, 4, "methods of modules");
  module_check(L, 1, lua_tostring(L, lua_upvalueindex(1)));
  open_push_global(L, "require");
  lua_pushliteral(L, "torch.nn.extras");
  lua_call(L, 1, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_gettable(L, -2);
  lua_replace(L, n + 1);
  lua_insert(L, 1);
  lua_call(L, n, LUA_MULTRET);
  return lua_gettop(L);
}

void module_add_extras(lua_State *L) {
  static const char *const names[] = {
      "clone", "set_submodule", "type", "share_memory", "register_full_backward_pre_hook", "register_backward_hook",
      "register_state_dict_pre_hook", "register_state_dict_post_hook", "register_load_state_dict_pre_hook",
      "register_load_state_dict_post_hook", "get_extra_state", "set_extra_state", NULL};
  for (int i = 0; names[i] != NULL; i++) {
    lua_pushstring(L, names[i]);
    lua_pushcclosure(L, extra_call, 1);
    lua_setfield(L, -2, names[i]);
  }
}

/* torch._C.module_shell(module): a new object of the same class with the same options, without parts and fields. */
int module_shell(lua_State *L) {
  const Module *m = module_check(L, 1, "clone");
  const ObjectClass *info = (const ObjectClass *)m->object.class;
  Module *shell = class_instance(L, info);
  memcpy((char *)shell + sizeof *shell, (const char *)m + sizeof *m, info->size - sizeof *m);
  shell->evaluating = m->evaluating;
  shell->hooked = m->hooked;
  return 1;
}
