/* hook.c: Lua values that belong to a place in the graph: the functions of
** x:register_hook(f), the contexts of autograd functions.
**
** Such a value often holds the tensor it belongs to, or what holds that, so Lua's
** collector has to see that the one lives by the other. Three tables in the registry:
**
**   values   box → {number → value}, weak keys: the value lives as long as the box in which
**            the tensor stood when the hook was added;
**   boxes    number → that box, weak values;
**   anchors  number → the value while a graph or another tensor leads to the hook too
**            (Hook.shared), whatever becomes of the box; else false.
**
** Every hook has its entry in 'anchors' from the start, so that hook_shared, which is
** called amid the work of the tensor library, allocates nothing.
*/
#include "call.h"

static const char values_key, boxes_key, anchors_key;

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

/* Pushes the table of values of the box of a hook; nil when the box is gone. */
static void push_values(lua_State *L, lua_Integer number) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &values_key);
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
  lua_rawgeti(L, -1, number_of(hook));
  bool anchored = lua_toboolean(L, -1);
  push_values(L, number_of(hook));
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
  push_values(L, number_of(hook));
  lua_rawgetp(L, LUA_REGISTRYINDEX, &boxes_key);
  for (int i = top + 1; i <= top + 3; i++) {
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
  if (!hook_value_push(L, h->number)) return 0;
  tensor_push(L, h->grad);
  lua_call(L, 1, 1);
  if (lua_isnil(L, -1)) return 0;
  Tensor *t = tensor_test(L, -1);
  if (t == NULL) {
    char got[ERROR_TEXT];
    return error_raise(L, "register_hook: a hook returns a tensor or nothing, got %s", error_describe(L, -1, got));
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

/* Enters the value at index 'value' for the tensor at 'box' under 'number'. */
static void enter(lua_State *L, int box, int value, lua_Integer number) {
  push_table(L, &values_key, "k");
  lua_pushvalue(L, box);
  if (lua_rawget(L, -2) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, box);
    lua_pushvalue(L, -2);
    lua_rawset(L, -4);
  }
  lua_pushvalue(L, value);
  lua_rawseti(L, -2, number);
  push_table(L, &boxes_key, "v");
  lua_pushvalue(L, box);
  lua_rawseti(L, -2, number);
  push_table(L, &anchors_key, "");
  lua_pushvalue(L, value);
  lua_rawseti(L, -2, number);
  lua_pop(L, 4);
}

lua_Integer hook_numbers(int n) {
  static lua_Integer next = 1;
  next += n;
  return next - n;
}

static void hook_add_at(lua_State *L, int box, int value, lua_Integer number,
                        Status (*call)(Hook *hook, Tensor *grad, Tensor **replacement), bool after, int64_t *id) {
  Hook hook = {.call = call, .release = hook_release, .shared = hook_shared, .data = (void *)(intptr_t)number,
               .after = after};
  enter(L, lua_absindex(L, box), lua_absindex(L, value), number);
  Status status = tensor_add_hook(tensor_test(L, box), &hook, id);
  if (status != OK) hook_release(&hook);
  error_check(L, status);
}

void hook_add(lua_State *L, int box, int value, lua_Integer number, int64_t *id) {
  hook_add_at(L, box, value, number, NULL, false, id);
}

bool hook_value_push(lua_State *L, lua_Integer number) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &anchors_key);
  lua_rawgeti(L, -1, number);
  lua_remove(L, -2);
  if (lua_toboolean(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

/* register_hook and register_post_accumulate_grad_hook, by where the hook is called. */
static int register_either(lua_State *L, const char *who, bool after) {
  tensor_check(L, 1, who, "self");
  if (!lua_isfunction(L, 2)) error_argument(L, who, "hook", 2, "a function", 2);
  lua_settop(L, 2);
  Handle *handle = object_new(L, &handle_class, sizeof *handle, 1);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  hook_add_at(L, 1, 2, hook_numbers(1), hook_call, after, &handle->id);
  return 1;
}

/** x:register_hook(hook: function) -> torch.RemovableHandle: Calls hook(gradient) when backward has
** the gradient of x; a tensor that it returns takes its place. handle:remove() ends it.
** Example: torch.ones(2, {requires_grad = true}):register_hook(function(g) return g * 2 end) */
int register_hook(lua_State *L) {
  return register_either(L, "register_hook", false);
}

/** x:register_post_accumulate_grad_hook(hook: function) -> torch.RemovableHandle: Calls hook(x) when backward has added
** to the grad of x, a leaf: a step of an optimiser may be made there, and the grad let go. handle:remove() ends it.
** Example:
**     local w = torch.ones(2, {requires_grad = true})
**     w:register_post_accumulate_grad_hook(function(x) print(x.grad) end)
**     w:sum():backward() */
int register_post_accumulate_grad_hook(lua_State *L) {
  return register_either(L, "register_post_accumulate_grad_hook", true);
}

/* torch._C.hook_id(handle) -> the number of the hook, which holds nothing. */
int hook_id(lua_State *L) {
  const Handle *h = object_check(L, 1, &handle_class, "hook_id", "handle");
  lua_pushinteger(L, h->id);
  return 1;
}

/* torch._C.backward_pass(ids) -> the number of the backward pass that runs (0: none), how many of these hooks it comes
** to, and whether no other pass runs around it. */
int backward_pass(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const int n = (int)lua_rawlen(L, 1);
  int64_t *ids = lua_newuserdatauv(L, sizeof *ids * (size_t)(n + 1), 0);
  bool outermost;
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 1, i + 1);
    ids[i] = luaL_checkinteger(L, -1);
    lua_pop(L, 1);
  }
  lua_pushinteger(L, (lua_Integer)autograd_pass(&outermost));
  lua_pushinteger(L, autograd_reaches_hooks(n, ids));
  lua_pushboolean(L, outermost);
  return 3;
}
