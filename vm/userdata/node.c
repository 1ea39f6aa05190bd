/* node.c: torch.autograd.Node, what x.grad_fn is: a place of the graph that backward walks. */
#include "call.h"

typedef struct {
  Object object;
  Node *node;
} NodeBox;
static void node_finalize(lua_State *L, void *self) {
  (void)L;
  NodeBox *box = self;
  node_release(box->node);
  box->node = NULL;
}
static const Class node_class;

static int node_tostring(lua_State *L) {
  const NodeBox *box = object_check(L, 1, &node_class, "tostring", "self");
  lua_pushfstring(L, "<%s>", box->node != NULL ? node_name(box->node) : "closed");
  return 1;
}
void node_push(lua_State *L, Node *node) {
  if (node == NULL) {
    lua_pushnil(L);
    return;
  }
  NodeBox *box = object_new(L, &node_class, sizeof *box, 0);
  node_retain(node);
  box->node = node;
}
static Node *node_check(lua_State *L, int index, const char *method) {
  const NodeBox *box = object_check(L, lua_absindex(L, index), &node_class, method, "self");
  return box->node;
}
static int node_name_method(lua_State *L) {
  lua_pushstring(L, node_name(node_check(L, 1, "name")));
  return 1;
}
/* The nodes that made the inputs, and which result of each the input is. */
static int node_next(lua_State *L) {
  const Node *n = node_check(L, 1, "next_functions");
  lua_newtable(L);
  lua_newtable(L);
  for (int i = 0, k = 1; i < node_input_count(n); i++) {
    if (node_input(n, i) == NULL) continue;
    node_push(L, node_input(n, i));
    lua_rawseti(L, -3, k);
    lua_pushinteger(L, node_input_output(n, i) + 1);
    lua_rawseti(L, -2, k++);
  }
  return 2;
}
/* Two boxes of one node are equal. */
static int node_equal(lua_State *L) {
  const NodeBox *a = object_test(L, 1, &node_class), *b = object_test(L, 2, &node_class);
  lua_pushboolean(L, a != NULL && b != NULL && a->node == b->node);
  return 1;
}

/* ---- hooks: functions of the script that see the gradients of a node, and what it notes there -------------------- */

static int reference_of(const NodeHook *h) { return (int)(intptr_t)h->data; }

static void node_hook_release(NodeHook *h) {
  lua_State *L = callback_state();
  if (L != NULL) luaL_unref(L, LUA_REGISTRYINDEX, reference_of(h));
}

/* ---- calling ---------------------------------------------------------------------------------------------- */

typedef struct {
  NodeHook *hook;
  int n_in, n_out;
  Tensor **in, **out;
} NodeHookCall;

/* An array with n, nil where there is no gradient. */
static void push_gradients(lua_State *L, int n, Tensor **list) {
  lua_createtable(L, n, 1);
  for (int i = 0; i < n; i++) {
    tensor_push(L, list[i]);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushinteger(L, n);
  lua_setfield(L, -2, "n");
}

/* What a hook returned, at 'index', in place of the gradients. */
static void take_gradients(lua_State *L, const char *who, int index, int n, Tensor **list) {
  char got[ERROR_TEXT];
  if (lua_isnil(L, index)) return;
  if (!lua_istable(L, index))
    error_raise(L, "%s: a hook returns an array of gradients or nothing, got %s", who, error_describe(L, index, got));
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, index, i + 1);
    Tensor *t = lua_isnil(L, -1) ? NULL : tensor_test(L, -1);
    if (t == NULL && !lua_isnil(L, -1))
      error_raise(L, "%s: a hook returns an array of tensors, got %s at %d", who, error_describe(L, -1, got), i + 1);
    tensor_retain(t);
    tensor_release(list[i]);
    list[i] = t;
    lua_pop(L, 1);
  }
}

static int node_hook_body(lua_State *L) {
  NodeHookCall *c = lua_touserdata(L, 1);
  const bool before = c->hook->before;
  lua_rawgeti(L, LUA_REGISTRYINDEX, reference_of(c->hook));
  if (!before) push_gradients(L, c->n_in, c->in);
  push_gradients(L, c->n_out, c->out);
  lua_call(L, before ? 1 : 2, 1);
  if (before) take_gradients(L, "register_prehook", lua_gettop(L), c->n_out, c->out);
  else take_gradients(L, "register_hook", lua_gettop(L), c->n_in, c->in);
  return 0;
}

static Status node_hook_call(NodeHook *hook, int n_in, Tensor **in, int n_out, Tensor **out) {
  NodeHookCall c = {hook, n_in, n_out, in, out};
  return callback_run(node_hook_body, &c);
}

/* ---- adding and removing -------------------------------------------------------------------------------- */

typedef struct {
  Object object;
  int64_t id;
} NodeHandle;

static int node_handle_remove(lua_State *L);
static const luaL_Reg node_handle_methods[] = {{"remove", node_handle_remove}, {NULL, NULL}};
static const luaL_Reg node_handle_metamethods[] = {{"__close", node_handle_remove}, {NULL, NULL}};
static const Class node_handle_class = {"torch.RemovableHandle", NULL, NULL, node_handle_methods,
                                        node_handle_metamethods};

/* User value 1: the node. */
static int node_handle_remove(lua_State *L) {
  NodeHandle *h = object_check(L, 1, &node_handle_class, "remove", "self");
  lua_getiuservalue(L, 1, 1);
  node_remove_hook(node_check(L, -1, "remove"), h->id);
  return 0;
}

static int node_hook_register(lua_State *L, const char *who, bool before) {
  Node *n = node_check(L, 1, who);
  if (!lua_isfunction(L, 2)) return error_argument(L, who, "fn", 2, "a function", 2);
  lua_settop(L, 2);
  NodeHandle *handle = object_new(L, &node_handle_class, sizeof *handle, 1);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, 2);
  const NodeHook hook = {.call = node_hook_call, .release = node_hook_release, .before = before,
                         .data = (void *)(intptr_t)luaL_ref(L, LUA_REGISTRYINDEX)};
  error_check(L, node_add_hook(n, &hook, &handle->id));
  return 1;
}

static int node_register_hook(lua_State *L) { return node_hook_register(L, "register_hook", false); }
static int node_register_prehook(lua_State *L) { return node_hook_register(L, "register_prehook", true); }

/* node:metadata(): the table of the node, which is empty at first. */
static int node_metadata(lua_State *L) {
  Node *n = node_check(L, 1, "metadata");
  NodeHook *note = node_note(n);
  int64_t id;
  if (note != NULL) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, reference_of(note));
    return 1;
  }
  lua_newtable(L);
  lua_pushvalue(L, -1);
  const NodeHook hook = {.release = node_hook_release, .data = (void *)(intptr_t)luaL_ref(L, LUA_REGISTRYINDEX)};
  error_check(L, node_add_hook(n, &hook, &id));
  return 1;
}

static const luaL_Reg node_methods[] = {{"name", node_name_method}, {"next_functions", node_next},
                                        {"register_hook", node_register_hook},
                                        {"register_prehook", node_register_prehook},
                                        {"metadata", node_metadata}, {NULL, NULL}};
static const luaL_Reg node_metamethods[] = {{"__tostring", node_tostring}, {"__eq", node_equal}, {NULL, NULL}};
static const Class node_class = {"torch.autograd.Node", NULL, node_finalize, node_methods, node_metamethods};
