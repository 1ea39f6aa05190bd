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
static int node_name_method(lua_State *L) {
  NodeBox *box = object_check(L, 1, &node_class, "name", "self");
  lua_pushstring(L, node_name(box->node));
  return 1;
}
static int node_next(lua_State *L) {
  NodeBox *box = object_check(L, 1, &node_class, "next_functions", "self");
  lua_newtable(L);
  for (int i = 0, k = 1; i < node_input_count(box->node); i++) {
    if (node_input(box->node, i) == NULL) continue;
    node_push(L, node_input(box->node, i));
    lua_rawseti(L, -2, k++);
  }
  return 1;
}
static const luaL_Reg node_methods[] = {{"name", node_name_method}, {"next_functions", node_next}, {NULL, NULL}};
static const luaL_Reg node_metamethods[] = {{"__tostring", node_tostring}, {NULL, NULL}};
static const Class node_class = {"torch.autograd.Node", NULL, node_finalize, node_methods, node_metamethods};
