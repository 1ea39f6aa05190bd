/* attribute.c: the parts of a module as a program makes, reads and sets them: nn.Parameter, fields, registration. */
#include <string.h>

#include "module.h"

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
  if (lua_type(L, 1) == LUA_TNUMBER || (lua_istable(L, 1) && lua_rawlen(L, 1) > 0))
    return error_argument(L, "nn.Parameter", "data", 1, "a tensor, such as torch.tensor(1.0)", 1);
  options_read(L, 1, "nn.Parameter", options, &requires_grad);
  Tensor *data = tensor_check(L, 1, "nn.Parameter", "data");
  if (requires_grad && !dtype_has_gradient((DType)data->dtype))
    return error_argument(L, "nn.Parameter", "data", 1, "floating point or complex numbers, or requires_grad = false",
                          1);
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_alias(data, &box->tensor));
  make_parameter(L, box, requires_grad);
  return 1;
}

Tensor *module_new_parameter(lua_State *L, int self, const char *name, int ndim,
                             const int64_t *shape, DType dtype) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty(name, ndim, shape, dtype, options_device, &box->tensor));
  make_parameter(L, box, true);
  Tensor *tensor = box->tensor;
  module_store(L, self, name, SLOT_PARAMETER);
  return tensor;
}

Tensor *module_new_buffer(lua_State *L, int self, const char *name, int ndim,
                          const int64_t *shape, DType dtype) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty(name, ndim, shape, dtype, options_device, &box->tensor));
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
      error_raise(L, "%s: '%s' is a parameter: expected nn.Parameter(...) or nil, got %s",
                  ((Object *)lua_touserdata(L, 1))->class->name, key, got);
    if (slot->kind == SLOT_MODULE)
      error_raise(L, "nn.Module: '%s' is a module: expected a module or nil, got %s", key, got);
    if (tensor_test(L, 3) == NULL)
      error_raise(L, "nn.Module: '%s' is a buffer: expected a tensor or nil, got %s", key, got);
  }
  bool transient = slot->transient;
  module_store(L, 1, key, slot->kind);
  module_find(lua_touserdata(L, 1), key)->transient = transient;
  return true;
}

bool module_set(lua_State *L, void *self, const char *key) {
  Module *m = self;
  Tensor *tensor = tensor_test(L, 3);
  const bool is_parameter = tensor != NULL && tensor->flags & TENSOR_PARAMETER;
  if (is_parameter || module_test(L, 3) != NULL) {
    const int before = m->n_slots;
    module_store(L, 1, key, is_parameter ? SLOT_PARAMETER : SLOT_MODULE);
    if (m->n_slots > before) module_order(L, m);
    return true;
  }
  if (strcmp(key, "training") == 0) {
    m->evaluating = !bool_check(L, 3, "training", "value");
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
    error_raise(L, "%s: 'name' (argument 2): '%s' is empty or contains a dot", function, name);
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
    static const Option known[] = {{"persistent", OPTION_BOOL, 0, false, 0, NULL}, {NULL}};
    const int options = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, options); lua_pop(L, 1)) {
      const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
      if (option_find(known, key) == NULL) return options_unknown(L, "register_buffer", key, known);
      persistent = bool_check(L, -1, "register_buffer", key);
    }
    lua_pushnil(L);
    lua_replace(L, options); /* no argument of its own */
  } else if (!lua_isnoneornil(L, 4)) {
    persistent = bool_check(L, 4, "register_buffer", "persistent");
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
** Python's del. The name is free then: a tensor that is assigned to it is a plain field, and a layer
** computes with it all the same.
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
    return error_raise(L, "unregister: 'name' (argument 2): there is no parameter, buffer or module '%s'", name);
  module_remove(L, 1, (int)(slot - m->slots));
  return 0;
}

const luaL_Reg attribute_methods[] = {{"register_parameter", register_parameter},
                                      {"register_buffer", register_buffer},
                                      {"add_module", add_module},
                                      {"register_module", add_module},
                                      {"unregister", unregister},
                                      {NULL, NULL}};
