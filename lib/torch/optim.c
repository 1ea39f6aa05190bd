/* optim.c: the module torch.optim. */
#include "library.h"
#include "torch/optim/optimizer.h"

int luaopen_torch_optim(lua_State *L);
/** torch.optim: Optimisers: objects that change parameters by their gradients. */
int luaopen_torch_optim(lua_State *L) {
  lua_newtable(L);
  class_push(L, &optimizer_class);
  lua_setfield(L, -2, "Optimizer");
  for (int i = 0; i < OPTIMISER_COUNT; i++) {
    class_push(L, &algorithms[i].base);
    lua_setfield(L, -2, class_short_name(&algorithms[i].base.class));
  }
  library_lazy(L, "torch.optim");
  return 1;
}
