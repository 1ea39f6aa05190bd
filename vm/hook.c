/* hook.c: x:register_hook(f).
**
** The function of a hook often holds the tensor of the hook, or what holds that, so Lua's
** collector has to see that the one lives by the other. Three tables in the registry:
**
**   functions  box → {number → function}, weak keys: the function lives as long as the box
**              in which the tensor stood when the hook was added;
**   boxes      number → that box, weak values;
**   anchors    number → the function while a graph or another tensor leads to the hook
**              too (Hook.shared), whatever becomes of the box; else false.
**
** Every hook has its entry in 'anchors' from register_hook on, so that hook_shared, which
** is called amid the work of the tensor library, allocates nothing.
*/
#include "call.h"

static const char functions_key, boxes_key, anchors_key;

static lua_Integer number_of(const Hook *hook) { return (lua_Integer)(intptr_t)hook->data; }

/* Pushes one of the tables, made at first use; 'mode' is that of its weak references. */
static void push_table(lua_State *L, const char *key, const char *mode) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushstring(L, mode);
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

/* Pushes the table of functions of the box of a hook; nil when the box is gone. */
static void push_functions(lua_State *L, lua_Integer number) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &functions_key);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &boxes_key);
  if (lua_rawgeti(L, -1, number) != LUA_TNIL) lua_rawget(L, -3);
  lua_replace(L, -3);
  lua_pop(L, 1);
}

static void hook_shared(Hook *hook, bool shared) {
  lua_State *L = callback_state();
  if (L == NULL || !lua_checkstack(L, 8)) return;
  int top = lua_gettop(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors_key);
  bool anchored = lua_rawgeti(L, -1, number_of(hook)) == LUA_TFUNCTION;
  push_functions(L, number_of(hook));
  if (anchored != shared && lua_istable(L, -1)) { /* without a box the anchor stays */
    if (shared) lua_rawgeti(L, -1, number_of(hook));
    else lua_pushboolean(L, false);
    lua_rawseti(L, top + 1, number_of(hook));
  }
  lua_settop(L, top);
}

static void hook_release(Hook *hook) {
  lua_State *L = callback_state();
  if (L == NULL || !lua_checkstack(L, 8)) return;
  int top = lua_gettop(L);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors_key);
  push_functions(L, number_of(hook));
  for (int i = top + 1; i <= top + 2; i++) {
    if (!lua_istable(L, i)) continue;
    lua_pushnil(L);
    lua_rawseti(L, i, number_of(hook));
  }
  lua_settop(L, top);
}

typedef struct {
  lua_Integer number;
  Tensor *grad, **replacement;
} HookCall;

static int hook_body(lua_State *L) {
  HookCall *h = lua_touserdata(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors_key);
  if (lua_rawgeti(L, -1, h->number) != LUA_TFUNCTION) return 0;
  tensor_push(L, h->grad);
  lua_call(L, 1, 1);
  if (lua_isnil(L, -1)) return 0;
  Tensor *t = tensor_test(L, -1);
  if (t == NULL) {
    char got[ERROR_TEXT];
    return luaL_error(L, "register_hook: a hook returns a tensor or nothing, got %s", error_describe(L, -1, got));
  }
  *h->replacement = tensor_retain(t);
  return 0;
}

static Status hook_call(Hook *hook, Tensor *grad, Tensor **replacement) {
  HookCall h = {number_of(hook), grad, replacement};
  return callback_run(hook_body, &h);
}

/* ---- handles ---------------------------------------------------------------------------- */

typedef struct {
  Object object;
  int64_t id;
} Handle;

static int handle_remove(lua_State *L);
static const luaL_Reg handle_methods[] = {{"remove", handle_remove}, {NULL, NULL}};
static const Class handle_class = {"torch.RemovableHandle", NULL, NULL, handle_methods, NULL};

/* User value 1: the tensor. */
static int handle_remove(lua_State *L) {
  Handle *h = object_check(L, 1, &handle_class, "remove", "self");
  lua_getiuservalue(L, 1, 1);
  Tensor *t = tensor_test(L, -1);
  if (t != NULL) tensor_remove_hook(t, h->id);
  return 0;
}

/* Enters the function at 2 for the tensor at 1 under 'number'. */
static void enter(lua_State *L, lua_Integer number) {
  push_table(L, &functions_key, "k");
  lua_pushvalue(L, 1);
  if (lua_rawget(L, -2) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
  }
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, number);
  push_table(L, &boxes_key, "v");
  lua_pushvalue(L, 1);
  lua_rawseti(L, -2, number);
  push_table(L, &anchors_key, "");
  lua_pushvalue(L, 2);
  lua_rawseti(L, -2, number);
  lua_pop(L, 4);
}

/* x:register_hook(f): f(gradient) is called when the gradient of x is known, and may return
** another one. The handle's :remove() takes it away. */
int register_hook(lua_State *L) {
  static lua_Integer next_number = 1;
  Tensor *t = tensor_check(L, 1, "register_hook", "self");
  if (!lua_isfunction(L, 2)) error_argument(L, "register_hook", "hook", 2, "a function", 2);
  Handle *handle = object_new(L, &handle_class, sizeof *handle, 1);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  Hook hook = {.call = hook_call, .release = hook_release, .shared = hook_shared, .data = (void *)(intptr_t)next_number++};
  enter(L, number_of(&hook));
  Status status = tensor_add_hook(t, &hook, &handle->id);
  if (status != OK) hook_release(&hook);
  error_check(L, status);
  return 1;
}
