/* function.c: the C side of torch.autograd.Function (lib/torch/autograd/Function.lua). The node in
** the graph calls the runner of the function: runner(callback, ...) gets a gradient per
** output and returns a table with one per input. The runner holds the context of
** the call; the outputs hold the runner, as hook.c says.
*/
#include <string.h>

#include "call.h"

/* One call of backward, on its way to Lua. */
typedef struct {
  Callback *callback;
  int n_out, n_in;
  Tensor **grad_out, **grad_in;
} Run;

static int run_body(lua_State *L) {
  Run *r = lua_touserdata(L, 1);
  luaL_checkstack(L, r->n_out + 8, "backward");
  lua_Integer number = (lua_Integer)(intptr_t)r->callback->data;
  bool found = false; /* each output has an entry; that of one that is gone may be empty */
  for (int i = 0; i < r->n_out && !found; i++) found = hook_value_push(L, number + i);
  if (!found) return error_raise(L, "backward: the context of %s is gone", r->callback->name);
  lua_pushlightuserdata(L, r->callback);
  for (int i = 0; i < r->n_out; i++) tensor_push(L, r->grad_out[i]);
  lua_call(L, r->n_out + 1, 1);
  for (int k = 0; k < r->n_in; k++) {
    lua_rawgeti(L, -1, k + 1);
    r->grad_in[k] = tensor_retain(tensor_test(L, -1));
    lua_pop(L, 1);
  }
  return 0;
}

static Status run(Callback *c, int n_out, Tensor **grad_out, int n_in, Tensor **grad_in) {
  Run r = {c, n_out, n_in, grad_out, grad_in};
  return callback_run(run_body, &r);
}

/* Tensors of the array at 'index' (what is no tensor stays NULL), as a block on the stack. */
static Tensor **tensors(lua_State *L, int index, int n) {
  Tensor **list = lua_newuserdatauv(L, sizeof(Tensor *) * (size_t)(n + 1), 0);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, index, i + 1);
    list[i] = tensor_test(L, -1);
    lua_pop(L, 1);
  }
  return list;
}

enum { ATTACH_NAME = 1, ATTACH_RUNNER, ATTACH_INPUTS, ATTACH_N_IN, ATTACH_OUTPUTS, ATTACH_N_OUT, ATTACH_DIRTY };

/* Whether output 'i' cannot carry the history itself: it has one, is an input, or shows
** another tensor's memory. */
static bool needs_alias(lua_State *L, const Tensor *t, int n_in, Tensor *const *in, int i) {
  lua_rawgeti(L, ATTACH_DIRTY, i + 1);
  bool dirty = lua_toboolean(L, -1), is_input = false;
  lua_pop(L, 1);
  for (int k = 0; k < n_in; k++) is_input |= in[k] == t;
  return !dirty && (is_input || t->base != NULL || tensor_requires_grad(t));
}

/* torch._C.function_attach(name, runner, inputs, n, outputs, n, dirty): gives the
** outputs their history; those that cannot carry it are replaced in the array.
** dirty[i]: output i is an input that was changed in place. */
static int function_attach(lua_State *L) {
  int n_in = (int)lua_tointeger(L, ATTACH_N_IN), n_out = (int)lua_tointeger(L, ATTACH_N_OUT);
  Callback c = {.backward = run};
  const char *name = lua_tostring(L, ATTACH_NAME);
  if (n_in > UINT16_MAX || n_out > UINT8_MAX) return error_raise(L, "%s: too many arguments or results", name);
  strncpy(c.name, name, sizeof c.name - 1);
  Tensor **in = tensors(L, ATTACH_INPUTS, n_in), **out = tensors(L, ATTACH_OUTPUTS, n_out);
  for (int i = 0; i < n_out; i++) {
    if (out[i] == NULL || !needs_alias(L, out[i], n_in, in, i)) continue;
    TensorBox *box = tensor_box(L);
    error_check(L, tensor_alias(out[i], &box->tensor));
    out[i] = box->tensor;
    lua_rawseti(L, ATTACH_OUTPUTS, i + 1);
  }
  c.data = (void *)(intptr_t)hook_numbers(n_out);
  error_check(L, autograd_attach(&c, n_in, in, n_out, out));
  for (int i = 0; i < n_out; i++) {
    if (out[i] == NULL) continue;
    int64_t id;
    lua_rawgeti(L, ATTACH_OUTPUTS, i + 1);
    hook_add(L, -1, ATTACH_RUNNER, (lua_Integer)(intptr_t)c.data + i, &id);
    lua_pop(L, 1);
  }
  return 0;
}

/* torch._C.function_output(callback, i, alias): what was output i, with its history. */
static int function_output(lua_State *L) {
  Callback *c = lua_touserdata(L, 1);
  Tensor *alias = tensor_check(L, 3, "saved_tensors", "alias");
  TensorBox *box = tensor_box(L);
  error_check(L, callback_output(c, (int)lua_tointeger(L, 2) - 1, alias, &box->tensor));
  return 1;
}

const luaL_Reg function_internals[] = {{"function_attach", function_attach},
                                       {"function_output", function_output},
                                       {NULL, NULL}};
