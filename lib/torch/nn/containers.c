/* containers.c: Sequential and ModuleList. Their children are named by their place,
** counted from 0 as in PyTorch's files and in the printed form ("0.weight"); positions, as in
** seq[i], count from 1.
*/
#include <stdio.h>

#include "call/mode.h"
#include "module.h"
#include "userdata/class_descriptor.h"

static const Layer sequential;

/* ---- building ---------------------------------------------------------------------------- */

/* Appends the module at the top under the next number and pops it. */
static void append_module(lua_State *L, const char *who, int position) {
  Module *m = lua_touserdata(L, 1);
  if (module_test(L, -1) == NULL)
    error_argument(L, who, "module", position, "a module", lua_gettop(L));
  char name[24];
  snprintf(name, sizeof name, "%d", m->n_slots);
  module_store(L, 1, name, SLOT_MODULE);
}

/* nn.ReLU where nn.ReLU() is meant. */
static void refuse_class(lua_State *L, const char *who, int index) {
  const ObjectClass *info = class_descriptor(L, index);
  if (info != NULL && lua_istable(L, index))
    error_raise(L, "%s: %s is a class, not a module: write %s()", who, info->class.name, info->class.name);
}

/* Appends what the array at 'index' holds: modules or {"name", module} pairs. */
static void append_array(lua_State *L, const char *who, int index) {
  refuse_class(L, who, index);
  for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1))
    if (lua_type(L, -2) == LUA_TSTRING)
      error_raise(L, "%s: the name '%s' has no place in an order; give {\"%s\", module}", who, lua_tostring(L, -2),
                  lua_tostring(L, -2));
  for (lua_Integer i = 1; lua_rawgeti(L, index, i) != LUA_TNIL; i++) {
    if (!lua_istable(L, -1)) {
      append_module(L, who, 0);
      continue;
    }
    refuse_class(L, who, -1);
    lua_rawgeti(L, -1, 1);
    lua_rawgeti(L, -2, 2);
    if (lua_type(L, -2) != LUA_TSTRING || module_test(L, -1) == NULL)
      error_raise(L, "%s: entry %I: expected a module or {\"name\", module}", who, i);
    module_store(L, 1, lua_tostring(L, -2), SLOT_MODULE);
    lua_pop(L, 2);
  }
  lua_pop(L, 1);
}

/** nn.Sequential(...: Module|table): Calls its modules one after another, each with the result of
** the one before. Modules come as arguments or in an array, which may hold {"name", module} pairs.
** #model counts them, model[i] is one of them.
** Example: nn.Sequential(nn.Linear(3, 2), nn.ReLU())(torch.ones(1, 3)).shape */
/** nn.ModuleList(...: Module|table): Modules in an order, registered, without a forward of its own.
** #list counts them, list[i] is one of them; ipairs walks them.
** Example: #nn.ModuleList({nn.Linear(2, 2), nn.Linear(2, 2)}) */
static int container_init(lua_State *L) {
  const char *who = module_layer(module_check(L, 1, "__init"))->base.class.name;
  int n = lua_gettop(L);
  for (int i = 2; i <= n; i++) {
    luaL_checkstack(L, 8, who);
    if (lua_istable(L, i)) append_array(L, who, i);
    else {
      lua_pushvalue(L, i);
      append_module(L, who, i - 1);
    }
  }
  return 0;
}

/** nn.Sequential:append(module: Module) -> Module: Adds a module at the end. Returns the container. */
/** nn.ModuleList:append(module: Module) -> Module: Adds a module at the end. Returns the list. */
static int container_append(lua_State *L) {
  module_check(L, 1, "append");
  lua_settop(L, 2);
  append_module(L, "append", 2);
  return 1;
}

/** nn.Sequential:extend(modules: table|Module) -> Module: Adds the modules of an array or a
** container at the end. Returns the container. */
/** nn.ModuleList:extend(modules: table|Module) -> Module: Adds the modules of an array or a
** container at the end. Returns the list. */
static int container_extend(lua_State *L) {
  module_check(L, 1, "extend");
  lua_settop(L, 2);
  if (module_test(L, 2) == NULL && !lua_istable(L, 2))
    return error_argument(L, "extend", "modules", 2, "an array of modules", 2);
  lua_Integer n = luaL_len(L, 2);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, 2, i);
    append_module(L, "extend", 2);
  }
  lua_settop(L, 1);
  return 1;
}

/* ---- access by place -------------------------------------------------------------------------- */

static int container_length(lua_State *L) {
  lua_pushinteger(L, module_check(L, 1, "#")->n_slots);
  return 1;
}

/* The slot at position (argument 2); with 'grows' NULL just behind the last. */
static Slot *slot_at(lua_State *L, Module *m, bool grows) {
  int64_t given = 0;
  const char *name = class_short_name(m->object.class);
  if (!integer_test(L, 2, &given)) {
    error_argument(L, name, "index", 0, "a position", 2);
    return NULL;
  }
  int64_t i = given;
  if (i == 0) error_raise(L, "%s: 0 is not a position; positions count from 1", name);
  if (grows && i == m->n_slots + 1) return NULL;
  if (i < 0) i += m->n_slots + 1;
  if (i < 1 || i > m->n_slots)
    error_raise(L, "%s: position %I is out of range: it holds %d module%s", name,
                (LUAI_UACINT)given, m->n_slots, m->n_slots == 1 ? "" : "s");
  return &m->slots[i - 1];
}

static int container_get(lua_State *L) {
  Slot *slot = slot_at(L, module_check(L, 1, "[]"), false);
  class_fields(L, 1);
  lua_getfield(L, -1, slot->name);
  return 1;
}

static int container_next(lua_State *L) {
  Module *m = module_check(L, 1, "pairs");
  const lua_Integer i = lua_tointeger(L, 2) + 1;
  if (i > m->n_slots) return 0;
  lua_pushinteger(L, i);
  class_fields(L, 1);
  lua_getfield(L, -1, m->slots[i - 1].name);
  lua_remove(L, -2);
  return 2;
}

/* pairs(net) walks as ipairs(net) does: positions and modules. */
static int container_pairs(lua_State *L) {
  module_check(L, 1, "pairs");
  lua_pushcfunction(L, container_next);
  lua_pushvalue(L, 1);
  lua_pushinteger(L, 0);
  return 3;
}

static int container_set(lua_State *L) {
  Module *m = module_check(L, 1, "[]");
  Slot *slot = slot_at(L, m, true);
  lua_settop(L, 3);
  if (slot == NULL) {
    append_module(L, class_short_name(m->object.class), 0);
    return 0;
  }
  if (module_test(L, 3) == NULL)
    return error_argument(L, class_short_name(m->object.class), "module", 0, "a module", 3);
  module_store(L, 1, slot->name, SLOT_MODULE);
  return 0;
}

/* ---- Sequential.forward --------------------------------------------------------------------------- */

/* Runs a layer made in C: the tensor in 'box' is replaced by its output. False: it must run in Lua. */
static bool run_native(lua_State *L, Module *m, TensorBox *box) {
  Tensor *in = box->tensor, *out[2] = {NULL, NULL};
  Status status = layer_forward(m, &in, out);
  if (status == FORWARD_IN_LUA) return false;
  tensor_release(out[1]);
  if (status == OK) {
    box->tensor = out[0];
    tensor_release(in);
  }
  error_check(L, status);
  return true;
}

/* The value at the top goes through the children of the module at 'self'; a tensor is
** kept in 'box', without userdata, as long as the layers are made in C. A box that the
** script has seen is never written to: then it is replaced by a new one. */
static void run_children(lua_State *L, int self, TensorBox **box, int depth);

static void run_child(lua_State *L, int child, TensorBox **box, int depth) {
  Module *m = lua_touserdata(L, child);
  bool native = module_is_native(L, child) && !mode_wants_scopes(); /* a scope needs a call */
  if (native && module_layer(m) == &sequential) {
    run_children(L, child, box, depth + 1);
    return;
  }
  if (native && *box != NULL && module_layer(m)->n_inputs == 1 && run_native(L, m, *box)) return;
  lua_pushvalue(L, child);
  lua_pushvalue(L, 2);
  if (*box != NULL) tensor_account(L, *box);
  lua_call(L, 1, 1);
  Tensor *result = tensor_test(L, -1);
  if (result == NULL) {
    lua_replace(L, 2);
    *box = NULL;
    return;
  }
  *box = tensor_box(L);
  (*box)->tensor = tensor_retain(result);
  lua_replace(L, 2);
  lua_pop(L, 1);
}

static void run_children(lua_State *L, int self, TensorBox **box, int depth) {
  module_check_depth(L, "nn.Sequential", depth);
  Module *m = lua_touserdata(L, self);
  class_fields(L, self);
  int fields = lua_gettop(L);
  for (int i = 0; i < m->n_slots; i++) {
    if (m->slots[i].module == NULL) continue;
    lua_getfield(L, fields, m->slots[i].name);
    run_child(L, fields + 1, box, depth);
    lua_settop(L, fields);
  }
  lua_pop(L, 1);
}

/** nn.Sequential:forward(input: any) -> any: The result of the last module; model(input) calls it. */
static int sequential_forward(lua_State *L) {
  if (lua_gettop(L) != 2)
    return error_raise(L, "nn.Sequential: forward expects 1 argument, got %d", lua_gettop(L) - 1);
  Tensor *in = tensor_test(L, 2);
  TensorBox *box = NULL;
  if (in != NULL) {
    box = tensor_box(L);
    box->tensor = tensor_retain(in);
    lua_replace(L, 2);
  }
  run_children(L, 1, &box, 1);
  if (box != NULL) tensor_account(L, box);
  lua_settop(L, 2);
  return 1;
}

static const luaL_Reg sequential_methods[] = {{"__init", container_init},
                                              {"append", container_append},
                                              {"extend", container_extend},
                                              {"__getitem", container_get},
                                              {"__setitem", container_set},
                                              {NULL, NULL}};
static const luaL_Reg container_metamethods[] = {
    {"__len", container_length}, {"__pairs", container_pairs}, {NULL, NULL}};
static const Layer sequential = {
    .base = MODULE_BASE("nn.Sequential", Module, &module_class.base.class, sequential_methods,
                        container_metamethods),
    .forward_on_stack = sequential_forward};

/* ---- ModuleList --------------------------------------------------------------------------------------- */

static const luaL_Reg list_methods[] = {{"__init", container_init}, {"append", container_append},
                                        {"extend", container_extend},         {"__getitem", container_get},
                                        {"__setitem", container_set},    {NULL, NULL}};
static const Layer module_list = {
    .base = MODULE_BASE("nn.ModuleList", Module, &module_class.base.class, list_methods,
                        container_metamethods)};

void nn_open_containers(lua_State *L) {
  nn_add_class(L, &sequential);
  nn_add_class(L, &module_list);
}
