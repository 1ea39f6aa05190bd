/* autograd.c: gradients from Lua: backward, grad, the gradient modes.
**
** torch.no_grad and its kin have two forms: torch.no_grad(f) runs f and restores, also
** when f raises; local _ <close> = torch.no_grad() lasts to the end of the block (coroutine.h).
*/
#include <string.h>

#include "call.h"
#include "coroutine.h"

/* ---- gradient modes ------------------------------------------------------------------ */

static const Class grad_mode_class = {"torch.grad_mode", &mode_class, NULL, NULL, NULL};

/* A call with a function as first argument runs it; else a value to close. */
static int set_mode(lua_State *L, bool on) {
  const bool runs = callable_test(L, 1);
  if (!runs && !lua_isnoneornil(L, 1))
    return error_argument(L, on ? "enable_grad" : "no_grad", "f", 1, "a function or nothing", 1);
  mode_enter(L, &grad_mode_class, sizeof(ModeEntry), PART_GRAD, runs);
  grad_set_enabled(on);
  return runs ? mode_run(L, 1) : 1;
}
/** torch.no_grad(f: function = nil, ...: any) -> any: Without f: gradients are off until the result
** is closed: `local _ <close> = torch.no_grad()`. With f: runs f(...) without gradients and
** returns its results; gradients come back also when f raises.
** Example: torch.no_grad(function() return torch.ones(2, {requires_grad = true}) * 2 end) */
static int no_grad(lua_State *L) { return set_mode(L, false); }
/** torch.enable_grad(f: function = nil, ...: any) -> any: As no_grad, but gradients are on.
** Example: torch.enable_grad(function() return torch.is_grad_enabled() end) */
static int enable_grad(lua_State *L) { return set_mode(L, true); }
/** torch.set_grad_enabled(mode: bool, f: function = nil): Gradients are on or off from now on; with
** f only while it runs.
** Example: torch.set_grad_enabled(false, function() return torch.is_grad_enabled() end) */
static int set_grad_enabled(lua_State *L) {
  bool on = bool_check(L, 1, "set_grad_enabled", "mode");
  if (callable_test(L, 2)) {
    lua_remove(L, 1);
    return set_mode(L, on);
  }
  mode_keep(L, PART_GRAD);
  grad_set_enabled(on);
  return 0;
}
/** torch.is_grad_enabled() -> bool: Whether ops note what backward needs. */
static int is_grad_enabled(lua_State *L) {
  lua_pushboolean(L, grad_enabled());
  return 1;
}

/** torch.inference_mode(mode: bool = true, f: function = nil, ...: any) -> any: As no_grad (the mode may be left out:
** torch.inference_mode(f)), and what is made inside can never take part in gradients nor be changed in place outside:
** a mistake is told at once. With false: the opposite, inside of another one.
** Example: torch.inference_mode(function() return torch.ones(2):is_inference() end) */
static int inference_mode(lua_State *L) {
  bool on = true;
  if (lua_isboolean(L, 1)) {
    on = lua_toboolean(L, 1);
    lua_remove(L, 1);
  }
  const bool runs = callable_test(L, 1);
  if (!runs && !lua_isnoneornil(L, 1))
    return error_argument(L, "inference_mode", "mode", 1, "true, false, a function or nothing", 1);
  mode_enter(L, &grad_mode_class, sizeof(ModeEntry), PART_GRAD, runs);
  inference_set_enabled(on);
  grad_set_enabled(!on);
  return runs ? mode_run(L, 1) : 1;
}
/** torch.is_inference_mode_enabled() -> bool: Whether inference_mode is on. */
static int is_inference_mode_enabled(lua_State *L) {
  lua_pushboolean(L, inference_enabled());
  return 1;
}
/** torch.is_inference(input: Tensor) -> bool: Whether input was made in inference_mode.
** Example: torch.is_inference(torch.ones(1)) */
static int is_inference(lua_State *L) {
  lua_pushboolean(L, tensor_check(L, 1, "is_inference", "input")->storage->inference);
  return 1;
}

/* ---- leaves ------------------------------------------------------------------------------ */

/** x:requires_grad_(requires_grad: bool = true) -> Tensor: Says whether backward gives x a
** gradient; x is a leaf of a floating point dtype. Returns x.
** Example: torch.ones(2):requires_grad_() */
static int requires_grad_(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "requires_grad_", "self");
  const bool wanted = lua_isnoneornil(L, 2) || bool_check(L, 2, "requires_grad_", "requires_grad");
  error_check(L, tensor_set_requires_grad(t, wanted));
  lua_settop(L, 1);
  return 1;
}
/** x:retain_grad(): Makes backward keep the gradient of x, which is no leaf, in x.grad. */
static int retain_grad(lua_State *L) {
  error_check(L, tensor_retain_grad(tensor_check(L, 1, "retain_grad", "self")));
  return 0;
}
/** x:detach() -> Tensor: A view of the same elements without the history.
** Example: torch.ones(2, {requires_grad = true}):detach() */
static int detach(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "detach", "self");
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_detach(t, &box->tensor));
  return 1;
}
/** x:detach_() -> Tensor: Forgets the history of x. Returns x. */
static int detach_(lua_State *L) {
  error_check(L, tensor_detach_(tensor_check(L, 1, "detach_", "self")));
  lua_settop(L, 1);
  return 1;
}

/* ---- backward, grad --------------------------------------------------------------------------- */

static bool flag(lua_State *L, int options, const char *name, bool otherwise) {
  if (!lua_istable(L, options)) return otherwise;
  bool on = lua_getfield(L, options, name) == LUA_TNIL ? otherwise : bool_check(L, -1, "backward", name);
  lua_pop(L, 1);
  return on;
}

/* Tensors at 'index' (one or an array) into a new block on the stack. */
static Tensor **tensor_array(lua_State *L, int index, const char *function, const char *name, int position, int *n,
                             bool holes) {
  Tensor *one = tensor_test(L, index);
  if (one == NULL && !lua_istable(L, index))
    error_argument(L, function, name, position, "a tensor or an array of tensors", index);
  const size_t length = one != NULL ? 1 : lua_rawlen(L, index);
  *n = length < INT32_MAX ? (int)length : 0; /* longer than any array that memory holds: its keys are no list */
  if (one == NULL && !table_is_list(L, index, *n))
    error_argument(L, function, name, position, "an array of tensors without names in it", index);
  Tensor **list = lua_newuserdatauv(L, sizeof(Tensor *) * (size_t)(*n + 1), 0);
  memset(list, 0, sizeof(Tensor *) * (size_t)(*n + 1));
  if (one != NULL) list[0] = one;
  for (int i = 0; one == NULL && i < *n; i++) {
    lua_rawgeti(L, index, i + 1);
    list[i] = tensor_test(L, -1);
    if (list[i] == NULL && !(holes && !lua_toboolean(L, -1)))
      error_argument(L, function, name, position, "an array of tensors", lua_gettop(L));
    lua_pop(L, 1);
  }
  return list;
}

/** x:backward(gradient: Tensor = nil, {retain_graph: bool = nil, create_graph: bool = false,
** inputs: Tensor[] = nil}): Adds the gradient of x with respect to every leaf that requires one
** to its grad. x has one element unless gradient, in its shape, is given. retain_graph (by
** default as create_graph) keeps what another call needs; create_graph makes the gradients
** differentiable; inputs limits the leaves. A second call without retain_graph raises.
** Example: torch.ones(2, {requires_grad = true}):sum():backward() */
static int backward(lua_State *L) {
  static const char *const names[] = {"gradient", "retain_graph", "create_graph", "inputs", NULL};
  Tensor *root = tensor_check(L, 1, "backward", "self");
  lua_settop(L, 5);
  int options = lua_istable(L, 2) ? 2 : lua_istable(L, 3) ? 3 : 5;
  table_check_names(L, options, "backward", names);
  Tensor *gradient = NULL;
  if (options != 2 && !lua_isnil(L, 2)) gradient = tensor_check(L, 2, "backward", "gradient");
  bool create = flag(L, options, "create_graph", lua_isboolean(L, 4) && lua_toboolean(L, 4));
  bool retain = flag(L, options, "retain_graph", lua_isboolean(L, 3) ? lua_toboolean(L, 3) : create);
  Tensor **inputs = NULL;
  int n = 0;
  if (lua_istable(L, options)) {
    if (gradient == NULL && lua_getfield(L, options, "gradient") != LUA_TNIL)
      gradient = tensor_check(L, -1, "backward", "gradient");
    if (lua_getfield(L, options, "inputs") != LUA_TNIL)
      inputs = tensor_array(L, lua_gettop(L), "backward", "inputs", 4, &n, false);
  }
  error_check(L, autograd_backward("backward", 1, &root, &gradient, retain, create, n, inputs, NULL));
  return 0;
}

/** torch.autograd.backward(tensors: Tensor|Tensor[], grad_tensors: Tensor|Tensor[] = nil,
** {retain_graph: bool = nil, create_graph: bool = false}): x:backward for several tensors at once.
** Example: torch.autograd.backward({torch.ones(1, {requires_grad = true}):sum()}) */
static int backward_many(lua_State *L) {
  static const char *const names[] = {"grad_tensors", "retain_graph", "create_graph", NULL};
  int n, m = 0;
  lua_settop(L, 3);
  int options = lua_istable(L, 3) ? 3 : 0;
  if (options) table_check_names(L, options, "autograd.backward", names);
  Tensor **roots = tensor_array(L, 1, "autograd.backward", "tensors", 1, &n, false), **grads = NULL;
  if (!lua_isnil(L, 2)) grads = tensor_array(L, 2, "autograd.backward", "grad_tensors", 2, &m, true);
  if (grads != NULL && m != n) return error_raise(L, "autograd.backward: %d tensors but %d gradients", n, m);
  bool create = options && flag(L, options, "create_graph", false);
  bool retain = options ? flag(L, options, "retain_graph", create) : false;
  error_check(L, autograd_backward("autograd.backward", n, roots, grads, retain, create, 0, NULL, NULL));
  return 0;
}

/* The m boxes from stack position 'first' on are results of autograd.grad: an empty one becomes nil where 'unused'
** inputs are allowed. */
static void grad_results(lua_State *L, int first, int m, bool unused) {
  for (int i = 0; i < m; i++) {
    TensorBox *box = lua_touserdata(L, first + i);
    if (box->tensor != NULL) {
      tensor_account(L, box);
      continue;
    }
    if (!unused)
      error_raise(L, "autograd.grad: 'inputs' (argument 2): tensor %d was not used in the graph; pass "
                  "{allow_unused = true} if that is meant", i + 1);
    lua_pushnil(L);
    lua_replace(L, first + i);
  }
}

/** torch.autograd.grad(outputs: Tensor|Tensor[], inputs: Tensor|Tensor[], grad_outputs: Tensor|Tensor[] = nil,
** {retain_graph: bool = nil, create_graph: bool = false, allow_unused: bool = false}) -> Tensor:
** The gradients of the sum of outputs (weighted by grad_outputs) with respect to inputs, one result
** per input; no grad field changes. With create_graph they can be differentiated again. An
** input that outputs do not depend on raises, or is nil with allow_unused.
** Example:
**     local x = torch.tensor(3.0, {requires_grad = true})
**     local first = torch.autograd.grad(x ^ 3, x, nil, {create_graph = true})
**     return first, torch.autograd.grad(first, x) */
static int grad(lua_State *L) {
  static const char *const names[] = {"grad_outputs", "retain_graph", "create_graph", "allow_unused", NULL};
  int n, m, k = 0;
  lua_settop(L, 4);
  int options = lua_istable(L, 4) ? 4 : 0;
  if (!options && lua_istable(L, 3) && lua_rawlen(L, 3) == 0) options = 3;
  if (options) table_check_names(L, options, "autograd.grad", names);
  Tensor **roots = tensor_array(L, 1, "autograd.grad", "outputs", 1, &n, false), **grads = NULL;
  Tensor **inputs = tensor_array(L, 2, "autograd.grad", "inputs", 2, &m, false);
  if (options != 3 && !lua_isnil(L, 3)) grads = tensor_array(L, 3, "autograd.grad", "grad_outputs", 3, &k, true);
  else if (options && lua_getfield(L, options, "grad_outputs") != LUA_TNIL)
    grads = tensor_array(L, lua_gettop(L), "autograd.grad", "grad_outputs", 3, &k, true);
  if (grads != NULL && k != n) return error_raise(L, "autograd.grad: %d outputs but %d gradients", n, k);
  if (m < 1) return error_raise(L, "autograd.grad: 'inputs' (argument 2) is empty");
  bool create = options && flag(L, options, "create_graph", false);
  bool retain = options ? flag(L, options, "retain_graph", create) : false;
  bool unused = options && flag(L, options, "allow_unused", false);
  luaL_checkstack(L, m + 4, "autograd.grad");
  int first = lua_gettop(L) + 1;
  for (int i = 0; i < m; i++) tensor_box(L);
  Tensor **results = lua_newuserdatauv(L, sizeof(Tensor *) * (size_t)m, 0);
  memset(results, 0, sizeof(Tensor *) * (size_t)m);
  Status status = autograd_backward("autograd.grad", n, roots, grads, retain, create, m, inputs, results);
  for (int i = 0; i < m; i++) ((TensorBox *)lua_touserdata(L, first + i))->tensor = results[i];
  error_check(L, status);
  lua_pop(L, 1);
  grad_results(L, first, m, unused);
  return m;
}

/* torch._C.graph_leads_elsewhere(roots, own): whether anything but the tensors `own` has a part in the roots. */
int graph_leads_elsewhere(lua_State *L) {
  int n, m;
  bool elsewhere;
  Tensor **roots = tensor_array(L, 1, "graph_leads_elsewhere", "roots", 1, &n, false);
  Tensor **own = tensor_array(L, 2, "graph_leads_elsewhere", "own", 2, &m, false);
  error_check(L, autograd_leads_elsewhere(n, roots, m, own, &elsewhere));
  lua_pushboolean(L, elsewhere);
  return 1;
}

/** torch.autograd: Gradients: of scalars with respect to anything they were computed from, of any
** order, and checks of them. */
const luaL_Reg autograd_methods[] = {{"backward", backward},
                                     {"requires_grad_", requires_grad_},
                                     {"retain_grad", retain_grad},
                                     {"detach", detach},
                                     {"detach_", detach_},
                                     {"register_hook", register_hook},
                                     {"register_post_accumulate_grad_hook", register_post_accumulate_grad_hook},
                                     {"is_inference", is_inference},
                                     {NULL, NULL}};
const luaL_Reg autograd_modes[] = {{"no_grad", no_grad},
                                   {"enable_grad", enable_grad},
                                   {"set_grad_enabled", set_grad_enabled},
                                   {"is_grad_enabled", is_grad_enabled},
                                   {"inference_mode", inference_mode},
                                   {"is_inference_mode_enabled", is_inference_mode_enabled},
                                   {"is_inference", is_inference},
                                   {NULL, NULL}};
const luaL_Reg autograd_functions[] = {{"grad", grad}, {"backward", backward_many}, {NULL, NULL}};
