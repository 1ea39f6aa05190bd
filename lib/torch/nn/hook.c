/* hook.c: hooks of modules. The lists of a module are among its fields, under
** PyTorch's names; each holds one table {function, options} a hook. The call of a module that has
** any is in Lua (lib/torch/nn/hooks.lua), so that modules without are called as fast as ever.
*/
#include <string.h>

#include "module.h"

static const char *const lists[] = {"_forward_pre_hooks", "_forward_hooks", "_backward_hooks", "_backward_pre_hooks"};
enum { HOOK_LISTS = sizeof lists / sizeof *lists };

/* ---- handles: user values 1 the module, 2 the list, 3 the hook's table ----------------- */

static void find_hooks(lua_State *L, int module) {
  Module *m = lua_touserdata(L, module);
  m->hooked = false;
  class_fields(L, module);
  for (int i = 0; i < HOOK_LISTS; i++) {
    lua_getfield(L, -1, lists[i]);
    if (lua_istable(L, -1)) m->hooked |= lua_rawlen(L, -1) > 0;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
}

static int module_hook_remove(lua_State *L);
static const luaL_Reg handle_methods[] = {{"remove", module_hook_remove}, {NULL, NULL}};
static const luaL_Reg handle_metamethods[] = {{"__close", module_hook_remove}, {NULL, NULL}};
static const Class handle_class = {"torch.utils.hooks.RemovableHandle", NULL, NULL, handle_methods, handle_metamethods};

static int module_hook_remove(lua_State *L) {
  object_check(L, 1, &handle_class, "remove", "self");
  lua_settop(L, 1);
  for (int i = 1; i <= 3; i++) lua_getiuservalue(L, 1, i); /* 2 module, 3 list, 4 hook */
  lua_Integer n = (lua_Integer)lua_rawlen(L, 3), kept = 0;
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 3, i);
    if (lua_rawequal(L, -1, 4)) lua_pop(L, 1);
    else lua_rawseti(L, 3, ++kept);
  }
  for (lua_Integer i = kept + 1; i <= n; i++) {
    lua_pushnil(L);
    lua_rawseti(L, 3, i);
  }
  find_hooks(L, 2);
  return 0;
}

/* ---- registration ------------------------------------------------------------------------ */

typedef struct {
  bool prepend, with_kwargs, always_call;
} HookOptions;

/* The options of the forward hooks, PyTorch's; with_kwargs is true or false alike, for Lua has no keywords. */
static HookOptions read_options(lua_State *L, const char *who) {
  static const Option known[] = {{"hook", OPTION_VALUE, 0, true, 0, NULL},
                                 {"prepend", OPTION_BOOL, offsetof(HookOptions, prepend), false, 0, NULL},
                                 {"with_kwargs", OPTION_BOOL, offsetof(HookOptions, with_kwargs), false, 0, NULL},
                                 {"always_call", OPTION_BOOL, offsetof(HookOptions, always_call), false, 0, NULL},
                                 {NULL}};
  HookOptions options = {false, false, false};
  if (lua_gettop(L) > 2) options_read(L, 2, who, known, &options);
  return options;
}

/* Puts the value at the top into the list at 'list', first or last. */
static void hook_put(lua_State *L, int list, bool first) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, list);
  for (lua_Integer i = n; first && i >= 1; i--) {
    lua_rawgeti(L, list, i);
    lua_rawseti(L, list, i + 1);
  }
  lua_rawseti(L, list, first ? 1 : n + 1);
}

static int hook_register(lua_State *L, const char *who, const char *list) {
  Module *m = module_check(L, 1, who);
  if (!lua_isfunction(L, 2)) return error_argument(L, who, "hook", 2, "a function", 2);
  const HookOptions options = read_options(L, who);
  lua_settop(L, 2);
  class_fields(L, 1);
  if (lua_getfield(L, 3, list) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, 3, list);
  }
  lua_createtable(L, 1, 0); /* 5: the hook */
  lua_pushvalue(L, 2);
  lua_rawseti(L, 5, 1);
  lua_pushboolean(L, options.always_call);
  lua_rawseti(L, 5, 2);
  object_new(L, &handle_class, sizeof(Object), 3);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, 6, 1);
  lua_pushvalue(L, 4);
  lua_setiuservalue(L, 6, 2);
  lua_pushvalue(L, 5);
  lua_setiuservalue(L, 6, 3);
  lua_pushvalue(L, 5);
  hook_put(L, 4, options.prepend);
  find_hooks(L, 1);
  (void)m;
  return 1;
}

/* torch._C.register_hook(module, list, name, hook, ...): a hook in any list of the module, for extras.lua. */
static int hook_register_any(lua_State *L) {
  const char *list = luaL_checkstring(L, 2), *who = luaL_checkstring(L, 3);
  if (strstr(list, "state_dict") != NULL) module_state_hooked = true;
  lua_remove(L, 2);
  lua_remove(L, 2);
  return hook_register(L, who, list);
}

bool module_hooks_of_all, module_state_hooked;

/* torch._C.hooks_of_all(on): whether there are hooks of all modules, which hooks.lua has. */
static int hooks_of_all(lua_State *L) {
  module_hooks_of_all = lua_toboolean(L, 1);
  return 0;
}

const luaL_Reg hook_internals[] = {{"register_hook", hook_register_any}, {"hooks_of_all", hooks_of_all}, {NULL, NULL}};

/** nn.Module:register_forward_pre_hook(hook: function) -> any: hook(module, input) runs before
** every call; `input` is the array of the arguments, and what it returns (a tensor, or an
** array) takes their place. The handle's :remove() takes the hook away.
** Example: nn.ReLU():register_forward_pre_hook(function(module, input) return input[1] * 2 end) */
static int register_forward_pre_hook(lua_State *L) { return hook_register(L, "register_forward_pre_hook", lists[0]); }
/** nn.Module:register_forward_hook(hook: function) -> any: hook(module, input, output) runs after
** every call; `input` is the array of the arguments, `output` the result (an array of several),
** and what it returns takes its place. The handle's :remove() takes the hook away.
** Example: nn.ReLU():register_forward_hook(function(module, input, output) print(output.shape) end) */
static int register_forward_hook(lua_State *L) { return hook_register(L, "register_forward_hook", lists[1]); }
/** nn.Module:register_full_backward_hook(hook: function) -> any: hook(module, grad_input,
** grad_output) runs in a backward pass when the gradients of the inputs of a call are known;
** both are arrays, and an array that it returns takes the place of grad_input. The handle's
** :remove() takes the hook away.
** Example: nn.ReLU():register_full_backward_hook(function(module, grad_input, grad_output) end) */
static int register_full_backward_hook(lua_State *L) {
  return hook_register(L, "register_full_backward_hook", lists[2]);
}

/* Calls hooks.lua with the lists, the module, its forward, and the arguments. */
int module_call_hooked(lua_State *L) {
  int n = lua_gettop(L);
  luaL_checkstack(L, HOOK_LISTS + 4, "too many arguments");
  open_push_global(L, "require");
  lua_pushliteral(L, "torch.nn.hooks");
  lua_call(L, 1, 1);
  class_fields(L, 1);
  for (int i = 0; i < HOOK_LISTS; i++) lua_getfield(L, n + 2, lists[i]);
  lua_remove(L, n + 2);
  lua_getfield(L, 1, "forward");
  lua_rotate(L, 1, HOOK_LISTS + 2);
  lua_call(L, n + HOOK_LISTS + 1, LUA_MULTRET);
  return lua_gettop(L);
}

const luaL_Reg hook_methods[] = {{"register_forward_pre_hook", register_forward_pre_hook},
                                 {"register_forward_hook", register_forward_hook},
                                 {"register_full_backward_hook", register_full_backward_hook},
                                 {NULL, NULL}};
