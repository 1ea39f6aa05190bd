/* torch.c: the entry of torch.so, for require "torch" in a stock Lua. */
#include "vm.h"

int luaopen_torch_package(lua_State *L);

__attribute__((visibility("default"))) int luaopen_torch(lua_State *L) {
  return luaopen_torch_package(L);
}
