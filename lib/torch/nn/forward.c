/* forward.c: calls of modules, and __init of layers made in C. */
#include <stdio.h>
#include <string.h>

#include "call/mode.h"
#include "module.h"

/* Whether an object of a class made in Lua is called as one of the C class that it is derived from: no class between
** them, and no field, says otherwise. */
static bool is_called_as_native(lua_State *L, int index) {
  const int top = lua_gettop(L);
  luaL_checkstack(L, 4, "calls of modules");
  lua_getfield(L, index, "forward");
  bool same = lua_tocfunction(L, -1) == module_forward;
  if (same) same = luaL_getmetafield(L, index, "__call") != LUA_TNIL && lua_tocfunction(L, -1) == module_call;
  lua_settop(L, top);
  return same;
}

bool module_is_native(lua_State *L, int index) {
  Module *m = lua_touserdata(L, index);
  if (object_is_closed(L, index)) return false; /* a child may be: the call of it says so */
  const Layer *layer = module_layer(m);
  if (m->hooked || module_hooks_of_all) return false;
  if (layer->forward == NULL && layer->forward_on_stack == NULL) return false;
  if (m->object.class != &layer->base.class) return is_called_as_native(L, index);
  class_fields(L, index);
  lua_pushliteral(L, "forward");
  bool replaced = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return !replaced && (!class_replaced || !class_has_own(L, &layer->base, "forward"));
}

/* The tensors of a call, borrowed from stack 2...; the common case without options_read. */
static void read_inputs(lua_State *L, const Layer *layer, Tensor **in) {
  int n = layer->n_inputs;
  bool plain = lua_gettop(L) == n + 1;
  for (int i = 0; plain && i < n; i++) plain = (in[i] = tensor_test(L, 2 + i)) != NULL;
  if (plain) return;
  Option options[LAYER_INPUTS + 1] = {{NULL}};
  for (int i = 0; i < n; i++) options[i] = (Option){layer->inputs[i], OPTION_TENSOR, 0, true, 0, NULL};
  options_read(L, 2, layer->base.class.name, options, NULL);
  for (int i = 0; i < n; i++)
    if ((in[i] = tensor_test(L, 2 + i)) == NULL)
      error_argument(L, layer->base.class.name, layer->inputs[i], i + 1, "a tensor", 2 + i);
}

#define OWN_METHODS 32 /* of a class, that are looked at */

/* "; did you mean 'forward' for 'foward'?" where the class of the module has a method that is nearly called so. */
static void misspelt_forward(lua_State *L, const Module *m, char text[static 128]) {
  static const char *const wanted[] = {"forward", NULL};
  text[0] = '\0';
  object_metatable(L, m->object.class);
  if (lua_getfield(L, -1, "__methods") != LUA_TTABLE) return;
  lua_pushnil(L);
  for (int i = 0; i < OWN_METHODS && lua_next(L, -2); i++, lua_pop(L, 1)) {
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    if (strncmp(name, "__", 2) == 0 || error_nearest(name, wanted) == NULL) continue;
    snprintf(text, 128, "; did you mean 'forward' for '%.60s'?", name);
    return;
  }
}

/** nn.Module:forward(input: any, ...: any) -> any: What model(...) calls; a subclass defines it. */
int module_forward(lua_State *L) {
  Module *m = module_check(L, 1, "forward");
  const Layer *layer = module_layer(m);
  if (layer->forward_on_stack != NULL) return layer->forward_on_stack(L);
  if (layer->forward == NULL) {
    char near[128];
    misspelt_forward(L, m, near);
    return error_raise(L, "%s: the class has no method 'forward'%s", m->object.class->name, near);
  }
  Tensor *in[LAYER_INPUTS] = {NULL}, *out[2] = {NULL, NULL};
  TensorBox *boxes[2];
  read_inputs(L, layer, in);
  for (int i = 0; i < layer->n_outputs; i++) boxes[i] = tensor_box(L);
  Status status = layer_forward(m, in, out);
  if (status == FORWARD_IN_LUA) return layer_forward_lua(L);
  for (int i = 0; i < layer->n_outputs; i++) boxes[i]->tensor = out[i];
  error_check(L, status);
  if (layer->n_outputs == 2 && out[1] == NULL) lua_pop(L, 1);
  int n = out[1] != NULL ? 2 : 1;
  for (int i = 0; i < n; i++) tensor_account(L, boxes[i]);
  return n;
}

static int module_call_plain(lua_State *L) {
  const Module *m = module_check(L, 1, "__call");
  if (m->hooked || module_hooks_of_all) return module_call_hooked(L);
  if (module_is_native(L, 1)) {
    const lua_CFunction on_stack = module_layer(m)->forward_on_stack;
    return on_stack != NULL ? on_stack(L) : module_forward(L);
  }
  lua_getfield(L, 1, "forward");
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

int module_call(lua_State *L) {
  if (!mode_wants_scopes()) return module_call_plain(L);
  luaL_checkstack(L, 4, "calls of modules");
  lua_pushcfunction(L, module_call_plain);
  lua_insert(L, 1);
  return module_call_in_scope(L);
}

int module_init(lua_State *L) {
  Module *m = module_check(L, 1, "__init");
  const Layer *layer = module_layer(m);
  char inputs[160] = "";
  for (int i = 0; i < layer->n_inputs && i < LAYER_INPUTS; i++) {
    const char *name = layer->inputs[i] != NULL ? layer->inputs[i] : i == 0 ? "input" : "target";
    snprintf(inputs + strlen(inputs), sizeof inputs - strlen(inputs), "%s%s", i > 0 ? ", " : "", name);
  }
  const bool takes_tensor = layer->options != NULL && layer->options[0].type == OPTION_TENSOR;
  if ((tensor_test(L, 2) != NULL && !takes_tensor) || (tensor_test(L, 2) != NULL && tensor_test(L, 3) != NULL))
    return error_raise(L, "%s: makes a module, to which tensors are given: %s(…)(%s)", layer->base.class.name,
                       layer->base.class.name, inputs[0] != '\0' ? inputs : "input");
  if (layer->options != NULL)
    options_read(L, 2, layer->base.class.name, layer->options, m);
  if (layer->setup != NULL) layer->setup(L);
  return 0;
}
