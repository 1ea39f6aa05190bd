/* module.c: nn.Module: slots, fields, calls. See module.h. */
#include "module.h"

#include <string.h>

/* ---- slots ---------------------------------------------------------------------- */

Module *module_test(lua_State *L, int index) {
  return object_test(L, index, &module_class.base.class);
}

Module *module_check(lua_State *L, int argument, const char *function) {
  return object_check(L, argument, &module_class.base.class, function, "module");
}

Slot *module_find(const Module *m, const char *name) {
  for (int i = 0; i < m->n_slots; i++)
    if (strcmp(m->slots[i].name, name) == 0) return &m->slots[i];
  return NULL;
}

static void slot_free(Slot *slot) {
  tensor_release_twin(slot->tensor);
  memory_free(slot->name, strlen(slot->name) + 1);
}

/* The modules in the slots may already be gone: the collector picks the order. */
void module_finalize(lua_State *L, void *self) {
  (void)L;
  Module *m = self;
  for (int i = 0; i < m->n_slots; i++) slot_free(&m->slots[i]);
  memory_free(m->slots, sizeof(Slot) * (size_t)m->capacity);
  m->slots = NULL;
  m->n_slots = m->capacity = 0;
}

/* The slot of that name, appended when there is none. */
static Status slot_reserve(Module *m, const char *name, SlotKind kind, Slot **out) {
  *out = module_find(m, name);
  if (*out != NULL) return OK;
  if (m->n_slots == m->capacity) {
    int capacity = m->capacity == 0 ? 4 : m->capacity * 2;
    Slot *slots = memory_realloc(m->slots, sizeof(Slot) * (size_t)m->capacity,
                                 sizeof(Slot) * (size_t)capacity);
    if (slots == NULL) return ERROR_MEMORY;
    m->slots = slots;
    m->capacity = capacity;
  }
  size_t bytes = strlen(name) + 1;
  char *copy = memory_alloc(bytes);
  if (copy == NULL) return ERROR_MEMORY;
  memcpy(copy, name, bytes);
  *out = &m->slots[m->n_slots++];
  **out = (Slot){.name = copy, .kind = kind};
  return OK;
}

void module_store(lua_State *L, int self, const char *name, SlotKind kind) {
  self = lua_absindex(L, self);
  int value = lua_gettop(L);
  Module *m = lua_touserdata(L, self);
  Slot *slot;
  error_check(L, slot_reserve(m, name, kind, &slot));
  class_fields(L, self);
  lua_pushvalue(L, value);
  lua_setfield(L, -2, name); /* may raise; the slot still holds what it held */
  lua_pop(L, 1);
  Tensor *old = slot->tensor;
  slot->kind = kind;
  slot->transient = false;
  slot->tensor = kind == SLOT_MODULE ? NULL : tensor_retain_twin(tensor_test(L, value));
  slot->module = kind == SLOT_MODULE ? module_test(L, value) : NULL;
  tensor_release_twin(old);
  lua_settop(L, value - 1);
}

void module_remove(lua_State *L, int self, int i) {
  Module *m = lua_touserdata(L, self);
  class_fields(L, self);
  lua_pushnil(L);
  lua_setfield(L, -2, m->slots[i].name);
  lua_pop(L, 1);
  slot_free(&m->slots[i]);
  m->n_slots--;
  memmove(&m->slots[i], &m->slots[i + 1], sizeof(Slot) * (size_t)(m->n_slots - i));
}

void module_arguments(lua_State *L, const ObjectClass *info) {
  options_push(L, ((const Layer *)info)->options, NULL);
}

/* ---- parameters --------------------------------------------------------------------- */

static void make_parameter(lua_State *L, TensorBox *box, bool requires_grad) {
  box->tensor->flags |= TENSOR_PARAMETER;
  if (requires_grad) error_check(L, tensor_set_requires_grad(box->tensor, true));
  tensor_account(L, box);
}

/** nn.Parameter(data: Tensor, requires_grad: bool = true) -> Tensor: A tensor over the elements of
** data that a module takes for a parameter when it is assigned to a field.
** Example: nn.Parameter(torch.zeros(3)) */
int module_parameter(lua_State *L) {
  static const Option options[] = {{"data", OPTION_TENSOR, 0, true, 0, NULL},
                                   {"requires_grad", OPTION_BOOL, 0, false, 1, NULL},
                                   {NULL}};
  bool requires_grad;
  options_read(L, 1, "nn.Parameter", options, &requires_grad);
  Tensor *data = tensor_check(L, 1, "nn.Parameter", "data");
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_alias(data, &box->tensor));
  make_parameter(L, box, requires_grad);
  return 1;
}

Tensor *module_new_parameter(lua_State *L, int self, const char *name, int ndim,
                             const int64_t *shape, DType dtype) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(ndim, shape, dtype, &box->tensor));
  make_parameter(L, box, true);
  Tensor *tensor = box->tensor;
  module_store(L, self, name, SLOT_PARAMETER);
  return tensor;
}

Tensor *module_new_buffer(lua_State *L, int self, const char *name, int ndim,
                          const int64_t *shape, DType dtype) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(ndim, shape, dtype, &box->tensor));
  tensor_account(L, box);
  Tensor *tensor = box->tensor;
  module_store(L, self, name, SLOT_BUFFER);
  return tensor;
}

/* ---- attributes ----------------------------------------------------------------------- */

/* The option that is an attribute of that name, or NULL. */
static const Option *find_option(const Module *m, const char *key) {
  const Layer *layer = module_layer(m);
  for (const char *const *part = layer->parts; part != NULL && *part != NULL; part++)
    if (strcmp(*part, key) == 0) return NULL;
  return option_find(layer->options, key);
}

bool module_get(lua_State *L, void *self, const char *key) {
  Module *m = self;
  if (strcmp(key, "training") == 0) {
    lua_pushboolean(L, !m->evaluating);
    return true;
  }
  if (module_find(m, key) != NULL) { /* registered as nil: not in the fields */
    lua_pushnil(L);
    return true;
  }
  const Option *option = find_option(m, key);
  return option != NULL && option_push(L, option, m);
}

/* Assignment to a name that is registered; the value (3) is no Parameter, no Module. */
static bool set_registered(lua_State *L, Slot *slot, const char *key) {
  if (lua_isnil(L, 3) && slot->kind == SLOT_MODULE) {
    module_remove(L, 1, (int)(slot - ((Module *)lua_touserdata(L, 1))->slots));
    return true;
  }
  if (!lua_isnil(L, 3)) {
    char got[ERROR_TEXT];
    error_describe(L, 3, got);
    if (slot->kind == SLOT_PARAMETER)
      luaL_error(L, "%s: '%s' is a parameter: expected nn.Parameter(...) or nil, got %s",
                 ((Object *)lua_touserdata(L, 1))->class->name, key, got);
    if (slot->kind == SLOT_MODULE)
      luaL_error(L, "nn.Module: '%s' is a module: expected a module or nil, got %s", key, got);
    if (tensor_test(L, 3) == NULL)
      luaL_error(L, "nn.Module: '%s' is a buffer: expected a tensor or nil, got %s", key, got);
  }
  bool transient = slot->transient;
  module_store(L, 1, key, slot->kind);
  module_find(lua_touserdata(L, 1), key)->transient = transient;
  return true;
}

/* A field of another kind stands in the way of registering 'key'. */
static void clear_field(lua_State *L, const char *key) {
  class_fields(L, 1);
  lua_pushnil(L);
  lua_setfield(L, -2, key);
  lua_pop(L, 1);
}

bool module_set(lua_State *L, void *self, const char *key) {
  Module *m = self;
  Tensor *tensor = tensor_test(L, 3);
  if (tensor != NULL && tensor->flags & TENSOR_PARAMETER) {
    module_store(L, 1, key, SLOT_PARAMETER);
    return true;
  }
  if (module_test(L, 3) != NULL) {
    module_store(L, 1, key, SLOT_MODULE);
    return true;
  }
  if (strcmp(key, "training") == 0) {
    m->evaluating = !lua_toboolean(L, 3);
    return true;
  }
  Slot *slot = module_find(m, key);
  if (slot != NULL) return set_registered(L, slot, key);
  const Option *option = find_option(m, key);
  if (option == NULL || option->type == OPTION_TENSOR || option->type == OPTION_VALUE)
    return false;
  option_set(L, module_layer(m)->base.class.name, option, 0, 3, m);
  return true;
}

/* ---- registration from Lua ----------------------------------------------------------------- */

/* The name at argument 2, free of dots. */
static const char *check_name(lua_State *L, const char *function) {
  if (lua_type(L, 2) != LUA_TSTRING) error_argument(L, function, "name", 2, "a string", 2);
  const char *name = lua_tostring(L, 2);
  if (*name == '\0' || strchr(name, '.') != NULL)
    luaL_error(L, "%s: 'name' (argument 2): '%s' is empty or contains a dot", function, name);
  return name;
}

/** nn.Module:register_parameter(name: string, param: Tensor = nil): Makes param, an nn.Parameter or
** nil, the parameter of that name. Assigning it to a field does the same. */
static int register_parameter(lua_State *L) {
  module_check(L, 1, "register_parameter");
  const char *name = check_name(L, "register_parameter");
  lua_settop(L, 3);
  Tensor *tensor = tensor_test(L, 3);
  if (!lua_isnil(L, 3) && (tensor == NULL || !(tensor->flags & TENSOR_PARAMETER)))
    return error_argument(L, "register_parameter", "param", 3, "nn.Parameter(...) or nil", 3);
  clear_field(L, name);
  module_store(L, 1, name, SLOT_PARAMETER);
  return 0;
}

/** nn.Module:register_buffer(name: string, tensor: Tensor = nil, persistent: bool = true): Makes
** the tensor a part of the module that is no parameter: it moves with it and, if persistent, is in
** its state_dict. */
static int register_buffer(lua_State *L) {
  Module *m = module_check(L, 1, "register_buffer");
  const char *name = check_name(L, "register_buffer");
  bool persistent = true;
  if (options_table(L, lua_gettop(L))) {
    lua_getfield(L, -1, "persistent");
    persistent = lua_isnil(L, -1) || lua_toboolean(L, -1);
  } else if (!lua_isnoneornil(L, 4)) {
    persistent = lua_toboolean(L, 4);
  }
  lua_settop(L, 3);
  if (!lua_isnil(L, 3)) tensor_check(L, 3, "register_buffer", "tensor");
  module_store(L, 1, name, SLOT_BUFFER);
  module_find(m, name)->transient = !persistent;
  return 0;
}

/** nn.Module:add_module(name: string, module: Module = nil): Makes the module a child of that name.
** Assigning it to a field does the same. */
static int add_module(lua_State *L) {
  module_check(L, 1, "add_module");
  const char *name = check_name(L, "add_module");
  lua_settop(L, 3);
  if (!lua_isnil(L, 3) && module_test(L, 3) == NULL)
    return error_argument(L, "add_module", "module", 3, "a module or nil", 3);
  module_store(L, 1, name, SLOT_MODULE);
  return 0;
}

/** nn.Module:unregister(name: string): Takes the parameter, buffer or module of that name away, as
** Python's del. The name is free then: a tensor that is assigned to it is a plain field, and a layer computes with it all the same.
** Example:
**     local m = nn.Linear(2, 2)
**     local scale, weight = torch.ones(2, 1), m.weight
**     m:unregister("weight")
**     m.weight = weight * scale
**     return m(torch.ones(1, 2)).shape */
static int unregister(lua_State *L) {
  Module *m = module_check(L, 1, "unregister");
  const char *name = check_name(L, "unregister");
  Slot *slot = module_find(m, name);
  if (slot == NULL)
    return luaL_error(L, "unregister: 'name' (argument 2): there is no parameter, buffer or module '%s'", name);
  module_remove(L, 1, (int)(slot - m->slots));
  return 0;
}

/* ---- calls ------------------------------------------------------------------------------------ */

bool module_is_native(lua_State *L, int index) {
  Module *m = lua_touserdata(L, index);
  const Layer *layer = module_layer(m);
  if (m->object.class != &layer->base.class || layer->forward == NULL || m->hooked) return false;
  class_fields(L, index);
  lua_pushliteral(L, "forward");
  bool replaced = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return !replaced;
}

static const Option forward_options[] = {{"input", OPTION_TENSOR, 0, true, 0, NULL},
                                         {"target", OPTION_TENSOR, 0, true, 0, NULL},
                                         {NULL}};
static const Option single_option[] = {{"input", OPTION_TENSOR, 0, true, 0, NULL}, {NULL}};

/* The tensors of a call, borrowed from stack 2...; the common case without options_read. */
static void read_inputs(lua_State *L, const Layer *layer, Tensor **in) {
  int n = layer->n_inputs;
  bool plain = lua_gettop(L) == n + 1;
  for (int i = 0; plain && i < n; i++) plain = (in[i] = tensor_test(L, 2 + i)) != NULL;
  if (plain) return;
  options_read(L, 2, layer->base.class.name, n == 1 ? single_option : forward_options, NULL);
  for (int i = 0; i < n; i++)
    if ((in[i] = tensor_test(L, 2 + i)) == NULL)
      error_argument(L, layer->base.class.name, forward_options[i].name, i + 1, "a tensor",
                     2 + i);
}

/** nn.Module:forward(input: any, ...: any) -> any: What model(...) calls; a subclass defines it. */
int module_forward(lua_State *L) {
  Module *m = module_check(L, 1, "forward");
  const Layer *layer = module_layer(m);
  if (layer->forward == NULL)
    return luaL_error(L, "%s: the class has no method 'forward'", m->object.class->name);
  Tensor *in[2] = {NULL, NULL}, *out[2] = {NULL, NULL};
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

static int module_call(lua_State *L) {
  if (module_check(L, 1, "__call")->hooked) return module_call_hooked(L);
  if (module_is_native(L, 1)) return module_forward(L);
  lua_getfield(L, 1, "forward");
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

int module_init(lua_State *L) {
  Module *m = module_check(L, 1, "__init");
  const Layer *layer = module_layer(m);
  if (layer->options != NULL)
    options_read(L, 2, layer->base.class.name, layer->options, m);
  if (layer->setup != NULL) layer->setup(L);
  return 0;
}

/* nn.Module(): nothing to do, so that a subclass may call or leave it. */
/** nn.Module(): The class of all layers and models. A subclass defines forward, and __init where it
** has parts; a field that is an nn.Parameter or a module registers itself. Calling the object
** calls forward. `training` tells the mode.
** Example:
**     local Twice = torch.class("Twice", nn.Module)
**     function Twice:forward(x) return x * 2 end
**     return Twice()(torch.ones(2)) */
static int empty_init(lua_State *L) {
  module_check(L, 1, "__init");
  return 0;
}

static const luaL_Reg module_methods[] = {{"__init", empty_init},
                                          {"forward", module_forward},
                                          {"register_parameter", register_parameter},
                                          {"register_buffer", register_buffer},
                                          {"add_module", add_module},
                                          {"register_module", add_module},
                                          {"unregister", unregister},
                                          {"extra_repr", module_extra_repr},
                                          {NULL, NULL}};

static const luaL_Reg module_metamethods[] = {
    {"__call", module_call}, {"__tostring", module_tostring}, {NULL, NULL}};

const Layer module_class = {
    .base = MODULE_BASE("nn.Module", Module, NULL, module_methods, module_metamethods)};

void nn_add_class(lua_State *L, const Layer *layer) {
  class_push(L, &layer->base);
  lua_setfield(L, -2, class_short_name(&layer->base.class));
}

void nn_open_module(lua_State *L) {
  class_push(L, &module_class.base);
  luaL_setfuncs(L, walk_methods, 0);
  luaL_setfuncs(L, state_methods, 0);
  luaL_setfuncs(L, mode_methods, 0);
  luaL_setfuncs(L, hook_methods, 0);
  lua_pop(L, 1);
  nn_add_class(L, &module_class);
  lua_pushcfunction(L, module_parameter);
  lua_setfield(L, -2, "Parameter");
}
