/* node.c: the module torch.jit.node: single nodes of a graph, as vmap needs them (torch/func/batch.lua). Numbers and
** positions are those of C: they count from 0.
*/
#include <string.h>

#include "torch/jit/graph_box.h"

static const GraphNode *node_check(lua_State *L, const Graph *g, const char *function) {
  int64_t i;
  if (!integer_test(L, 2, &i) || i < 1 || i > g->n_nodes) error_raise(L, "%s: no such node", function);
  return &g->nodes[i - 1];
}

/* ---- attributes as a table ------------------------------------------------------------------------ */

static void push_integer(lua_State *L, int64_t v) {
  if (v == INT64_MIN) lua_pushnil(L);
  else lua_pushinteger(L, v);
}

static void push_scalar(lua_State *L, Scalar s) {
  if (s.kind == SCALAR_INT || s.kind == SCALAR_BOOL) lua_pushinteger(L, s.as.i);
  else if (s.kind == SCALAR_FLOAT) lua_pushnumber(L, s.as.f);
  else lua_pushnil(L);
}

static void push_list(lua_State *L, const Ints *list) {
  if (list->n < 0) {
    lua_pushnil(L);
    return;
  }
  lua_createtable(L, list->n, 0);
  for (int i = 0; i < list->n; i++) {
    lua_pushinteger(L, list->v[i]);
    lua_rawseti(L, -2, i + 1);
  }
}

/* What vmap asks for; others stay as they are. */
static void push_attribute(lua_State *L, const OpArg *arg, const void *attrs) {
  const void *at = (const char *)attrs + arg->offset;
  switch ((ArgType)arg->type) {
    case ARG_INT: case ARG_DIM: case ARG_INDEX: push_integer(L, *(const int64_t *)at); break;
    case ARG_DIMS: case ARG_SHAPE: case ARG_INTS: push_list(L, at); break;
    case ARG_BOOL: lua_pushboolean(L, *(const bool *)at); break;
    case ARG_FLOAT: lua_pushnumber(L, *(const double *)at); break;
    case ARG_NUMBER: push_scalar(L, *(const Scalar *)at); break;
    case ARG_CHOICE: lua_pushstring(L, arg->choices[*(const int *)at]); break;
    default: lua_pushnil(L);
  }
}

/* node.attributes(graph, i): the attributes of node i by name. */
static int node_attributes(lua_State *L) {
  const GraphNode *n = node_check(L, graph_check(L, "attributes"), "attributes");
  lua_createtable(L, 0, n->info->n_args);
  for (int i = 0; i < n->info->n_args && n->attrs != NULL; i++) {
    const OpArg *arg = &n->info->args[i];
    if (arg->type == ARG_TENSOR || arg->type == ARG_POSITIONS || arg->type == ARG_INTEGERS) continue;
    push_attribute(L, arg, n->attrs);
    lua_setfield(L, -2, arg->name);
  }
  return 1;
}

/* ---- calling ------------------------------------------------------------------------------------------- */

static Ints list_of(lua_State *L, int index) {
  Ints list = {.n = (int)lua_rawlen(L, index)};
  if (list.n > TENSOR_MAX_DIMS) error_raise(L, "vmap: more than %d dimensions", TENSOR_MAX_DIMS);
  for (int i = 0; i < list.n; i++) {
    lua_rawgeti(L, index, i + 1);
    list.v[i] = lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
  return list;
}

static void change_attribute(lua_State *L, const OpArg *arg, void *attrs, int index) {
  void *at = (char *)attrs + arg->offset;
  switch ((ArgType)arg->type) {
    case ARG_INT: case ARG_DIM: case ARG_INDEX: *(int64_t *)at = lua_tointeger(L, index); break;
    case ARG_DIMS: case ARG_SHAPE: case ARG_INTS: *(Ints *)at = list_of(L, index); break;
    case ARG_BOOL: *(bool *)at = lua_toboolean(L, index); break;
    case ARG_CHOICE:
      for (int k = 0; arg->choices[k] != NULL; k++)
        if (strcmp(arg->choices[k], lua_tostring(L, index)) == 0) *(int *)at = k;
      break;
    default: error_raise(L, "vmap: '%s' cannot be changed", arg->name);
  }
}

/* The attributes of the node with those of the table at 'index' in their place, in a userdata. */
static void *changed_attributes(lua_State *L, const GraphNode *n, int index) {
  if (n->info->attrs_size == 0) return NULL;
  void *attrs = lua_newuserdatauv(L, n->info->attrs_size, 0);
  if (n->attrs != NULL) memcpy(attrs, n->attrs, n->info->attrs_size);
  for (int i = 0; i < n->info->n_args && lua_istable(L, index); i++) {
    if (lua_getfield(L, index, n->info->args[i].name) != LUA_TNIL)
      change_attribute(L, &n->info->args[i], attrs, lua_gettop(L));
    lua_pop(L, 1);
  }
  return attrs;
}

/* Gives the tensors (owned) away, as an array. */
static int push_results(lua_State *L, int n, Tensor **list) {
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    if (list[i] == NULL) lua_pushboolean(L, false);
    else {
      TensorBox *box = tensor_box(L);
      box->tensor = list[i];
      tensor_account(L, box);
    }
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* node.call(graph, i, inputs, changes): calls the op of node i; inputs: tensors, false for one that is not given. Gives
** an array of the results. */
static int node_call(lua_State *L) {
  lua_settop(L, 4);
  const GraphNode *n = node_check(L, graph_check(L, "call"), "call");
  const int count = (int)lua_rawlen(L, 3);
  Tensor **in = lua_newuserdatauv(L, sizeof *in * (size_t)(count + 1), 0), *out[OP_MAX_OUTPUTS] = {NULL};
  luaL_checkstack(L, count + 8, "call");
  for (int i = 0; i < count; i++) {
    lua_rawgeti(L, 3, i + 1); /* stays on the stack: in[i] is borrowed from it */
    in[i] = lua_toboolean(L, -1) ? tensor_check(L, -1, "call", "inputs") : NULL;
  }
  const void *attrs = changed_attributes(L, n, 4);
  if (n->list) {
    TensorList list = {0};
    error_check(L, op_call_list(n->info->id, in, count, attrs, &list));
    push_results(L, list.n, list.v);
    for (int i = 0; i < list.n; i++) list.v[i] = NULL;
    tensor_list_release(&list);
    return 1;
  }
  error_check(L, op_call(n->info->id, in, count, attrs, out));
  return push_results(L, n->info->n_outputs, out);
}

int luaopen_torch_jit_node(lua_State *L);
int luaopen_torch_jit_node(lua_State *L) {
  static const luaL_Reg functions[] = {{"attributes", node_attributes}, {"call", node_call}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
