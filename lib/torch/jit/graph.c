/* graph.c: the module torch.jit.graph: graphs (tensor/graph/graph.h) as Lua values, and recording them.
** torch/jit.lua is what programs use.
*/
#include "torch/jit/graph_box.h"

#include <string.h>

#include "graph/passes/passes.h"
typedef struct {
  Object object;
  Graph *graph; /* owned; NULL until it is filled */
} GraphBox;

static void graph_finalize(lua_State *L, void *self) {
  GraphBox *box = self;
  (void)L;
  graph_free(box->graph);
  box->graph = NULL;
}

static int graph_tostring(lua_State *L);
static const luaL_Reg graph_methods[];
static const luaL_Reg graph_metamethods[] = {{"__tostring", graph_tostring}, {NULL, NULL}};
static const Class graph_class = {"torch.Graph", NULL, graph_finalize, graph_methods, graph_metamethods};

Graph *graph_check(lua_State *L, const char *function) {
  GraphBox *box = object_check(L, 1, &graph_class, function, "self");
  if (box->graph == NULL) error_raise(L, "%s: the graph is gone", function);
  return box->graph;
}

static GraphBox *graph_box(lua_State *L) { return object_new(L, &graph_class, sizeof(GraphBox), 0); }

/* A text of C that goes with its userdata. */
typedef struct {
  Object object;
  char *text;
} TextBox;

static void text_finalize(lua_State *L, void *self) {
  TextBox *box = self;
  (void)L;
  graph_text_free(box->text);
  box->text = NULL;
}
static const Class text_class = {"torch.Graph text", NULL, text_finalize, NULL, NULL};

static int graph_tostring(lua_State *L) {
  const Graph *g = graph_check(L, "__tostring");
  TextBox *box = object_new(L, &text_class, sizeof *box, 0);
  error_check(L, graph_text(g, &box->text));
  lua_pushstring(L, box->text);
  return 1;
}

/* ---- what is in it ------------------------------------------------------------------------------ */

static void set_text(lua_State *L, const char *key, const char *value) {
  lua_pushstring(L, value); /* nil for NULL */
  lua_setfield(L, -2, key);
}

static void push_shape(lua_State *L, const GraphValue *v) {
  lua_createtable(L, v->ndim, 0);
  for (int d = 0; d < v->ndim; d++) {
    lua_pushinteger(L, v->shape[d]);
    lua_rawseti(L, -2, d + 1);
  }
}

/* graph:values(): array of {kind =, name =, dtype =, shape =, tensor =, base =}, numbered as in the text, from 1. */
static int graph_values(lua_State *L) {
  static const char *const kinds[] = {"input", "parameter", "constant", "number", "result"};
  const Graph *g = graph_check(L, "values");
  lua_createtable(L, g->n_values, 0);
  for (int i = 0; i < g->n_values; i++) {
    const GraphValue *v = &g->values[i];
    lua_createtable(L, 0, 6);
    set_text(L, "kind", kinds[v->kind]);
    set_text(L, "name", v->name);
    set_text(L, "dtype", dtype_name((DType)v->dtype));
    push_shape(L, v);
    lua_setfield(L, -2, "shape");
    if (v->base >= 0) lua_pushinteger(L, v->base + 1), lua_setfield(L, -2, "base");
    if (v->tensor != NULL) tensor_push(L, v->tensor), lua_setfield(L, -2, "tensor");
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

static void set_numbers(lua_State *L, const char *key, const int *list, int n) {
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    if (list[i] < 0) lua_pushboolean(L, false);
    else lua_pushinteger(L, list[i] + 1);
    lua_rawseti(L, -2, i + 1);
  }
  lua_setfield(L, -2, key);
}

/* graph:nodes(): array of {op =, in_place =, no_grad =, group =, inputs =, outputs =, place =, scope =};
** inputs and outputs are positions in graph:values(), false where none is given; nodes of a group run as one walk. */
static int graph_nodes(lua_State *L) {
  const Graph *g = graph_check(L, "nodes");
  lua_createtable(L, g->n_nodes, 0);
  for (int i = 0; i < g->n_nodes; i++) {
    const GraphNode *n = &g->nodes[i];
    lua_createtable(L, 0, 8);
    set_text(L, "op", n->info->name);
    set_text(L, "place", n->place);
    set_text(L, "scope", n->scope);
    lua_pushboolean(L, n->in_place), lua_setfield(L, -2, "in_place");
    lua_pushboolean(L, n->no_grad), lua_setfield(L, -2, "no_grad");
    if (n->group != 0) lua_pushinteger(L, n->group), lua_setfield(L, -2, "group");
    set_numbers(L, "inputs", n->inputs, n->n_inputs);
    set_numbers(L, "outputs", n->outputs, n->n_outputs);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* graph:results(): what it returns, as positions in graph:values(). */
static int graph_results(lua_State *L) {
  const Graph *g = graph_check(L, "results");
  lua_createtable(L, g->n_outputs, 0);
  for (int i = 0; i < g->n_outputs; i++) {
    lua_pushinteger(L, g->outputs[i] + 1);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* graph:bind(position, tensor): gives a parameter or constant its tensor. */
static int graph_bind_tensor(lua_State *L) {
  Graph *g = graph_check(L, "bind");
  int64_t position;
  if (!integer_test(L, 2, &position) || position < 1 || position > g->n_values)
    return error_argument(L, "bind", "position", 2, "a position in graph:values()", 2);
  error_check(L, graph_bind(g, (int)position - 1, tensor_check(L, 3, "bind", "tensor")));
  return 0;
}

/* ---- running ---------------------------------------------------------------------------------------- */

/* graph:run(inputs): the results, one after another. */
static int graph_run_it(lua_State *L) {
  const Graph *g = graph_check(L, "run");
  if (!lua_istable(L, 2)) return error_argument(L, "run", "inputs", 2, "an array of tensors", 2);
  const int n = (int)lua_rawlen(L, 2);
  luaL_checkstack(L, g->n_outputs + n + 8, "run");
  Tensor **in = lua_newuserdatauv(L, sizeof *in * (size_t)(n + g->n_outputs + 1), 0), **out = in + n;
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, 2, i + 1); /* stays on the stack: in[i] is borrowed from it */
    in[i] = tensor_test(L, -1);
  }
  TensorBox **box = lua_newuserdatauv(L, sizeof *box * (size_t)(g->n_outputs + 1), 0);
  for (int i = 0; i < g->n_outputs; i++) box[i] = tensor_box(L);
  const Status status = graph_run(g, n, in, out);
  for (int i = 0; i < g->n_outputs; i++) box[i]->tensor = status == OK ? out[i] : NULL;
  error_check(L, status);
  for (int i = 0; i < g->n_outputs; i++) tensor_account(L, box[i]);
  return g->n_outputs;
}

/* ---- making ------------------------------------------------------------------------------------------- */

/* graph.parse(text) */
static int graph_parse_text(lua_State *L) {
  const char *text = luaL_checkstring(L, 1);
  GraphBox *box = graph_box(L);
  error_check(L, graph_parse(text, &box->graph));
  return 1;
}

static int graph_copy_it(lua_State *L) {
  const Graph *g = graph_check(L, "copy");
  error_check(L, graph_copy(g, &graph_box(L)->graph));
  return 1;
}

static int graph_verify_it(lua_State *L) {
  error_check(L, graph_verify(graph_check(L, "verify")));
  return 0;
}

/* ---- passes: graph:dead_code() and so on change the graph, and say whether they did -------------------------- */

static int pass_result(lua_State *L, const Graph *g, Status status, bool changed) {
  if (status == OK) status = graph_verify(g);
  error_check(L, status);
  lua_pushboolean(L, changed);
  return 1;
}

static int pass_run(lua_State *L, const char *name, Status (*pass)(Graph *g, bool *changed)) {
  Graph *g = graph_check(L, name);
  bool changed = false;
  const Status status = pass(g, &changed);
  return pass_result(L, g, status, changed);
}

static int graph_dead_code(lua_State *L) { return pass_run(L, "dead_code", pass_dead_code); }
static int graph_fold_constants(lua_State *L) { return pass_run(L, "fold_constants", pass_constants); }
static int graph_fuse(lua_State *L) { return pass_run(L, "fuse", pass_fuse); }
static int graph_common(lua_State *L) { return pass_run(L, "common_subexpressions", pass_common); }

/* graph:decompose(op): the composites of this name, or all. */
static int graph_decompose(lua_State *L) {
  Graph *g = graph_check(L, "decompose");
  if (!lua_isnoneornil(L, 2) && lua_type(L, 2) != LUA_TSTRING)
    return error_argument(L, "decompose", "op", 2, "the name of an op", 2);
  const char *name = lua_tostring(L, 2);
  const OpInfo *info = name != NULL ? op_find(name) : NULL;
  if (name != NULL && info == NULL) return error_raise(L, "decompose: no op '%s'", name);
  bool changed = false;
  const Status status = pass_decompose(g, info != NULL ? info->id : OP_COUNT, &changed);
  return pass_result(L, g, status, changed);
}

/* ---- recording -------------------------------------------------------------------------------------------- */

/* A recording that goes with its userdata, whatever happens. */
typedef struct {
  Object object;
  Trace *trace;
} TraceBox;

static void trace_finalize(lua_State *L, void *self) {
  TraceBox *box = self;
  (void)L;
  if (box->trace != NULL) trace_leave(box->trace);
  trace_free(box->trace);
  box->trace = NULL;
}
static const Class trace_class = {"torch.Graph trace", NULL, trace_finalize, NULL, NULL};

/* Tells the trace of the tensors in the array at 'tensors', with the names at 'names'. */
static void trace_tell(lua_State *L, Trace *t, int tensors, int names,
                       Status (*tell)(Trace *t, Tensor *x, const char *name)) {
  const lua_Integer n = luaL_len(L, tensors);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, tensors, i);
    lua_rawgeti(L, names, i);
    error_check(L, tell(t, tensor_check(L, -2, "trace", "inputs"), lua_tostring(L, -1)));
    lua_pop(L, 2);
  }
}

static void push_warnings(lua_State *L, const Trace *t) {
  lua_createtable(L, trace_warnings(t), 0);
  for (int i = 0; i < trace_warnings(t); i++) {
    lua_pushstring(L, trace_warning(t, i));
    lua_rawseti(L, -2, i + 1);
  }
}

enum { TRACE_FUNCTION = 1, TRACE_INPUTS, TRACE_NAMES, TRACE_PARAMETERS, TRACE_PARAMETER_NAMES, TRACE_AS_IT_IS,
       TRACE_WITHIN, TRACE_TOP = TRACE_WITHIN };

/* Whether a node goes by the strides of a value that depends on the inputs and does not lie in order from the start of
** its memory. 'depends': a scratch, [n_values]. */
static bool trace_goes_by_strides(const Graph *g, const TraceLayout *layouts, bool *depends) {
  for (int i = 0; i < g->n_values; i++) depends[i] = g->values[i].kind == VALUE_INPUT;
  for (int i = 0; i < g->n_nodes; i++) {
    const GraphNode *n = &g->nodes[i];
    const OpId op = n->info->id;
    bool any = false;
    for (int k = 0; k < n->n_inputs; k++) any = any || (n->inputs[k] >= 0 && depends[n->inputs[k]]);
    for (int k = 0; k < n->n_outputs; k++)
      if (n->outputs[k] >= 0) depends[n->outputs[k]] = any;
    if ((op == OP_AS_STRIDED || op == OP_AS_STRIDED_SCATTER) && any && !layouts[n->inputs[0]].dense) return true;
  }
  return false;
}

/* graph.trace(f, inputs, names, parameters, parameter_names, as_it_is, within): f() is run, which returns an array of
** tensors. Gives the graph, an array of warnings, and whether the graph goes by strides that are those of the example.
** as_it_is: changes in place and dead code stay. within: another trace may run, which does not see this one. */
static int graph_trace(lua_State *L) {
  lua_settop(L, TRACE_TOP);
  TraceBox *recording = object_new(L, &trace_class, sizeof *recording, 0);
  error_check(L, trace_new(&recording->trace));
  Trace *t = recording->trace;
  trace_tell(L, t, TRACE_INPUTS, TRACE_NAMES, trace_input);
  trace_tell(L, t, TRACE_PARAMETERS, TRACE_PARAMETER_NAMES, trace_parameter);
  GraphBox *box = graph_box(L);
  error_check(L, lua_toboolean(L, TRACE_WITHIN) ? trace_enter_within(t) : trace_enter(t));
  lua_pushvalue(L, TRACE_FUNCTION);
  const int raised = lua_pcall(L, 0, 1, 0);
  const Status status = trace_leave(t);
  if (raised != LUA_OK) return lua_error(L);
  error_check(L, status);
  const int results = lua_gettop(L);
  for (lua_Integer i = 1, n = luaL_len(L, results); i <= n; i++) {
    lua_rawgeti(L, results, i);
    error_check(L, trace_output(t, tensor_check(L, -1, "trace", "results")));
    lua_pop(L, 1);
  }
  const TraceLayout *layouts;
  error_check(L, trace_take(t, &box->graph, &layouts));
  bool *depends = lua_newuserdatauv(L, (size_t)box->graph->n_values + 1, 0);
  const bool by_strides = trace_goes_by_strides(box->graph, layouts, depends);
  if (!lua_toboolean(L, TRACE_AS_IT_IS)) {
    error_check(L, pass_functional(box->graph, layouts, NULL));
    error_check(L, pass_dead_code(box->graph, NULL));
  } else error_check(L, graph_compact(box->graph, NULL));
  error_check(L, graph_verify(box->graph));
  lua_pushvalue(L, results - 1);
  push_warnings(L, t);
  lua_pushboolean(L, by_strides);
  trace_finalize(L, recording);
  return 3;
}

/* graph.warn(what): of the trace that runs. */
static int graph_warn(lua_State *L) {
  trace_warn(luaL_checkstring(L, 1));
  return 0;
}

static int graph_is_tracing(lua_State *L) {
  lua_pushboolean(L, trace_is_on());
  return 1;
}

static const luaL_Reg graph_methods[] = {{"values", graph_values}, {"nodes", graph_nodes}, {"bind", graph_bind_tensor},
                                         {"results", graph_results},
                                         {"dead_code", graph_dead_code},
                                         {"fold_constants", graph_fold_constants},
                                         {"common_subexpressions", graph_common},
                                         {"decompose", graph_decompose}, {"fuse", graph_fuse},
                                         {"run", graph_run_it}, {"copy", graph_copy_it}, {"verify", graph_verify_it},
                                         {NULL, NULL}};

int luaopen_torch_jit_graph(lua_State *L);
int luaopen_torch_jit_graph(lua_State *L) {
  static const luaL_Reg functions[] = {{"parse", graph_parse_text}, {"trace", graph_trace}, {"warn", graph_warn},
                                       {"is_tracing", graph_is_tracing}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
