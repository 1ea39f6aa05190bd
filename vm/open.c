/* open.c: the package: the table torch and the globals. */
#include "call.h"
#include "deferred.h"
#include "device_plugin.h"
#include "internals.h"
#include "library.h"
#include "coroutine.h"
#include "userdata/class.h"
#include "userdata/print.h"

extern const luaL_Reg autograd_modes[];
void place_open(lua_State *L, int torch);
void autocast_open(lua_State *L, int torch);
void warning_open(void);
void locale_open(lua_State *L);
void profile_open_library(lua_State *L, int torch);
void deterministic_open(lua_State *L, int torch);
bool owner_claim(lua_State *L);

/* Pushes torch.nn.functional, an empty table that the rows of ops fill. */
static int open_functional(lua_State *L) {
  lua_newtable(L);
  library_set_loaded(L, "torch.nn.functional");
  library_lazy(L, "torch.nn.functional");
  return lua_gettop(L);
}

/* What no row of ops makes of torch and of the methods of tensors. */
static void open_functions(lua_State *L, int torch) {
  static const luaL_Reg functions[] = {{"class", class_new},
                                       {"typename", class_typename}, {"isinstance", class_isinstance},
                                       {"set_printoptions", print_options}, {NULL, NULL}};
  object_metatable(L, &tensor_class);
  lua_getfield(L, -1, "__methods");
  luaL_setfuncs(L, autograd_methods, 0);
  lua_pop(L, 2);
  lua_pushvalue(L, torch);
  luaL_setfuncs(L, functions, 0);
  luaL_setfuncs(L, tensor_functions, 0);
  luaL_setfuncs(L, promotion_functions, 0);
  luaL_setfuncs(L, deferred_functions, 0);
  luaL_setfuncs(L, autograd_modes, 0);
  lua_pushliteral(L, HECATE_VERSION);
  lua_setfield(L, -2, "__version__");
  lua_pop(L, 1);
}

/* Sets the field torch.autograd. */
static void open_autograd(lua_State *L, int torch) {
  lua_newtable(L);
  luaL_setfuncs(L, autograd_functions, 0);
  luaL_setfuncs(L, autograd_modes, 0);
  library_lazy(L, "torch.autograd");
  library_set_loaded(L, "torch.autograd");
  lua_setfield(L, torch, "autograd");
}

/** torch: Tensors: making them, ops over them, their dtypes, random numbers, gradients. Every
** op that begins with a tensor is a method too: torch.sum(x, 1) is x:sum(1). */
int luaopen_torch_package(lua_State *L) {
  const bool first = owner_claim(L);
  lua_newtable(L);
  const int torch = lua_gettop(L);
  library_globals(L, torch);
  device_plugins();
  error_open(L, library_push_loaded);
  ipairs_open(L);
  library_set_loaded(L, "torch");
  const int functional = open_functional(L);
  options_open(L, torch);
  generator_open(L, torch);
  tensor_open(L, torch, functional);
  lua_pushvalue(L, functional);
  library_lazy(L, "torch.nn.functional");
  lua_pop(L, 1);
  open_functions(L, torch);
  lua_pop(L, 1);
  library_searcher(L);
  lua_pushvalue(L, torch);
  library_lazy(L, "torch");
  open_autograd(L, torch);
  internals_push(L);
  lua_setfield(L, torch, "_C");
  lua_pop(L, 1);
  if (first) {
    mode_open(L);
    callback_open(L);
    warning_open();
    locale_open(L);
  }
  place_open(L, torch);
  autocast_open(L, torch);
  profile_open_library(L, torch);
  deterministic_open(L, torch);
  if (open_embedded(L, "torch.lua") != LUA_OK) return lua_error(L);
  lua_pushvalue(L, torch);
  lua_call(L, 1, 0);
  return 1;
}

void open_globals(lua_State *L) {
  static const char *const globals[][2] = {{"nn", "torch.nn"}, {"optim", "torch.optim"}, {"gnuplot", "gnuplot"},
                                           {"torchvision", "torchvision"}, {"torchmetrics", "torchmetrics"},
                                           {"torchaudio", "torchaudio"}, {NULL, NULL}};
  /* Tensors mostly die young: see tensor_account. */
  lua_gc(L, LUA_GCGEN, 5, 100);
  luaopen_torch_package(L);
  lua_setglobal(L, "torch");
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "torch.nn.functional");
  lua_setglobal(L, "F");
  lua_pop(L, 1);
  library_lazy_globals(L, globals);
  globals_open(L);
}
