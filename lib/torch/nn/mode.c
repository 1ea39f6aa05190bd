/* mode.c: changes of a module and all below it: training, dtype, gradients. Methods
** return the module.
*/
#include <string.h>

#include "call.h"
#include "core/internal.h"
#include "module.h"

/* Calls 'visit' for the module and everything below it; for what has several names more than once, which changes
** nothing. */
typedef Status (*VisitFn)(Module *m, void *data);
static Status each_below(Module *m, const ModulePath *above, VisitFn visit, void *data) {
  const ModulePath path = module_path(m, above);
  if (path.depth > MODULE_DEPTH)
    return fail(ERROR_ARGUMENT, "nn.Module: modules are nested more than %d deep", MODULE_DEPTH);
  TRY(visit(m, data));
  for (int i = 0; i < m->n_slots; i++) {
    Module *child = m->slots[i].module;
    if (child != NULL && !module_is_above(&path, child)) TRY(each_below(child, &path, visit, data));
  }
  return OK;
}
static Status each_module(Module *m, VisitFn visit, void *data) { return each_below(m, NULL, visit, data); }

static int mode_done(lua_State *L, Status status) {
  error_check(L, status);
  lua_settop(L, 1);
  return 1;
}

/* ---- train and eval: a Lua class may have its own `train` ------------------------------ */

static void set_training(lua_State *L, int self, bool training) {
  module_check_depth(L, "train", module_visits + 1);
  Module *m = lua_touserdata(L, self);
  const int top = lua_gettop(L);
  if (!module_enter(L, m)) return; /* it holds itself */
  const int visit = lua_gettop(L);
  m->evaluating = !training;
  class_fields(L, self);
  int fields = lua_gettop(L);
  for (int i = 0; i < m->n_slots; i++) {
    if (m->slots[i].module == NULL) continue;
    lua_getfield(L, fields, m->slots[i].name);
    const Class *class = m->slots[i].module->object.class;
    if (class != &object_closed && class == &class_native(class)->class) {
      set_training(L, fields + 1, training);
    } else {
      lua_getfield(L, fields + 1, "train");
      lua_pushvalue(L, fields + 1);
      lua_pushboolean(L, training);
      lua_call(L, 2, 0);
    }
    lua_settop(L, fields);
  }
  module_leave(L, visit);
  lua_settop(L, top);
}

/** nn.Module:train(mode: bool = true) -> Module: Sets it and everything inside into training, or
** evaluation. Returns the module. */
static int module_train(lua_State *L) {
  static const Option options[] = {{"mode", OPTION_BOOL, 0, false, 1, NULL}, {NULL}};
  bool mode;
  module_check(L, 1, "train");
  options_read(L, 2, "train", options, &mode);
  lua_settop(L, 1);
  set_training(L, 1, mode);
  return 1;
}

/** nn.Module:eval() -> Module: As train(false): dropout passes everything, normalisation uses the
** running statistics. */
static int module_eval(lua_State *L) {
  module_check(L, 1, "eval");
  lua_settop(L, 1);
  lua_getfield(L, 1, "train");
  lua_pushvalue(L, 1);
  lua_pushboolean(L, false);
  lua_call(L, 2, 0);
  return 1;
}

/* ---- to ------------------------------------------------------------------------------------ */

/* Where the tensors of a module go; DTYPE_NONE, DEVICE_NONE: they stay. */
typedef struct {
  DType dtype; /* of floats; complex numbers become other complex ones only */
  Device device;
  bool empty;  /* without their elements */
} Target;

/* The tensor in that dtype on that device, or NULL where nothing changes. */
static Status moved(Tensor *t, const Target *to, Tensor **out) {
  const DType from = (DType)t->dtype;
  const bool casts = to->dtype != DTYPE_NONE && from != to->dtype &&
                     (dtype_is_float(from) || (dtype_is_complex(from) && dtype_is_complex(to->dtype)));
  const bool moves = to->device.type != DEVICE_NONE && device_byte(to->device) != t->device;
  const DType dtype = casts ? to->dtype : from;
  OWNED Tensor *cast = NULL;
  *out = NULL;
  if (to->empty) return tensor_empty("to_empty", t->ndim, t->shape, dtype, to->device, out);
  if (casts) TRY(op_cast(t, dtype, &cast));
  if (moves) return op_transfer(cast != NULL ? cast : t, to->device, out);
  *out = owned_give(&cast);
  return OK;
}

static Status move_tensor(Tensor *t, const Target *to) {
  OWNED Tensor *other = NULL;
  if (t == NULL) return OK;
  Tensor *grad = tensor_grad(t);
  TRY(moved(t, to, &other));
  if (other == NULL) return OK;
  TRY(tensor_set_data(t, other));
  return grad != NULL ? move_tensor(grad, to) : OK;
}

static Status move_module(Module *m, void *data) {
  for (int i = 0; i < m->n_slots; i++) TRY(move_tensor(m->slots[i].tensor, data));
  return OK;
}

static int module_move(lua_State *L, Target to) {
  Module *m = lua_touserdata(L, 1);
  if (to.dtype != DTYPE_NONE && !dtype_has_gradient(to.dtype))
    return error_raise(L, "to: modules are of floating point or complex dtypes, not %s", dtype_name(to.dtype));
  if (to.dtype == DTYPE_NONE && to.device.type == DEVICE_NONE) return mode_done(L, OK);
  bool grad = grad_set_enabled(false);
  Status status = each_module(m, move_module, &to);
  grad_set_enabled(grad);
  return mode_done(L, status);
}
static int module_cast(lua_State *L, DType dtype) {
  return module_move(L, (Target){.dtype = dtype, .device = {DEVICE_NONE, 0}});
}

/* A dtype, a device or a tensor from the value at 'index'. */
static void read_target(lua_State *L, int index, Target *to) {
  DType dtype;
  Tensor *like = tensor_test(L, index);
  if (lua_isnil(L, index)) return;
  if (like != NULL) *to = (Target){.dtype = (DType)like->dtype, .device = tensor_device(like)};
  else if (dtype_read(L, index, &dtype)) to->dtype = dtype;
  else to->device = device_check(L, index, "to");
}

/** nn.Module:to(target: dtype|device|Tensor = nil, dtype: dtype = nil, {device: device =}) ->
** Module: Brings the floating point parameters and buffers to a dtype (complex ones to a complex dtype only), all
** of them to a device, in place.
** Returns the module. Out of meta there is no way but to_empty. */
static int module_to(lua_State *L) {
  module_check(L, 1, "to");
  Target to = {.dtype = DTYPE_NONE, .device = {DEVICE_NONE, 0}};
  int top = lua_gettop(L);
  if (options_table(L, top)) {
    for (lua_pushnil(L); lua_next(L, top); lua_pop(L, 1)) {
      const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
      static const Option known[] = {{"device", OPTION_VALUE, 0, false, 0, NULL},
                                     {"dtype", OPTION_VALUE, 0, false, 0, NULL},
                                     {NULL}};
      if (option_find(known, key) == NULL) return options_unknown(L, "to", key, known);
      read_target(L, lua_gettop(L), &to);
    }
    top--;
  }
  for (int i = 2; i <= top; i++) read_target(L, i, &to);
  return module_move(L, to);
}

/** nn.Module:to_empty(device: device) -> Module: Brings the parameters and buffers to a device without their
** elements, which are whatever the memory held: from meta to where they are then loaded or drawn. Returns the module.
** Example: nn.Linear(2, 2, {device = "meta"}):to_empty{device = "cpu"}.weight.device */
static int module_to_empty(lua_State *L) {
  static const Option options[] = {{"device", OPTION_VALUE, 0, true, 0, NULL}, {NULL}};
  module_check(L, 1, "to_empty");
  options_read(L, 2, "to_empty", options, NULL);
  return module_move(L, (Target){.dtype = DTYPE_NONE, .device = options_device, .empty = true});
}

/** nn.Module:cuda(device: int|device = nil) -> Module: As to("cuda"), or to the CUDA device of that number, from 0. */
static int module_to_cuda(lua_State *L) {
  module_check(L, 1, "cuda");
  return module_move(L, (Target){.dtype = DTYPE_NONE, .device = device_check_cuda(L, 2, "cuda")});
}

/** nn.Module:float() -> Module: As to(torch.float32). */
/** nn.Module:double() -> Module: As to(torch.float64). */
/** nn.Module:cpu() -> Module: As to("cpu"). */
static int module_to_float(lua_State *L) {
  module_check(L, 1, "float");
  return module_cast(L, DTYPE_FLOAT32);
}

static int module_to_double(lua_State *L) {
  module_check(L, 1, "double");
  return module_cast(L, DTYPE_FLOAT64);
}

/** nn.Module:half() -> Module: As to(torch.float16). */
/** nn.Module:bfloat16() -> Module: As to(torch.bfloat16). */
static int module_to_half(lua_State *L) {
  module_check(L, 1, "half");
  return module_cast(L, DTYPE_FLOAT16);
}

static int module_to_bfloat16(lua_State *L) {
  module_check(L, 1, "bfloat16");
  return module_cast(L, DTYPE_BFLOAT16);
}

static int module_to_cpu(lua_State *L) {
  module_check(L, 1, "cpu");
  return module_move(L, (Target){.dtype = DTYPE_NONE, .device = device_meant((Device){DEVICE_CPU, 0})});
}

/* ---- gradients -------------------------------------------------------------------------------- */

static Status zero_gradients(Module *m, void *data) {
  bool set_to_none = *(bool *)data;
  for (int i = 0; i < m->n_slots; i++) {
    Tensor *p = m->slots[i].kind == SLOT_PARAMETER ? m->slots[i].tensor : NULL;
    if (p != NULL && set_to_none) TRY(tensor_set_grad(p, NULL));
    Tensor *grad = p != NULL ? tensor_grad(p) : NULL;
    if (grad != NULL) TRY(init_constant(grad, scalar_int(0)));
  }
  return OK;
}

/** nn.Module:zero_grad(set_to_none: bool = true): Forgets the gradients of all parameters, or sets
** them to 0. */
static int module_zero_grad(lua_State *L) {
  static const Option options[] = {{"set_to_none", OPTION_BOOL, 0, false, 1, NULL}, {NULL}};
  bool set_to_none;
  Module *m = module_check(L, 1, "zero_grad");
  options_read(L, 2, "zero_grad", options, &set_to_none);
  return mode_done(L, each_module(m, zero_gradients, &set_to_none));
}

static Status set_requires(Module *m, void *data) {
  for (int i = 0; i < m->n_slots; i++)
    if (m->slots[i].kind == SLOT_PARAMETER && m->slots[i].tensor != NULL)
      TRY(tensor_set_requires_grad(m->slots[i].tensor, *(bool *)data));
  return OK;
}

/** nn.Module:requires_grad_(requires_grad: bool = true) -> Module: Says whether the parameters get
** gradients: false freezes them. Returns the module. */
static int module_requires_grad(lua_State *L) {
  static const Option options[] = {{"requires_grad", OPTION_BOOL, 0, false, 1, NULL}, {NULL}};
  bool on;
  Module *m = module_check(L, 1, "requires_grad_");
  options_read(L, 2, "requires_grad_", options, &on);
  return mode_done(L, each_module(m, set_requires, &on));
}

/* ---- apply -------------------------------------------------------------------------------------- */

/* Calls the function at 2 with the children of the module at the top, then with it, unless the set at 3 has it. */
static void apply_to(lua_State *L, int depth) {
  module_check_depth(L, "apply", depth);
  int self = lua_gettop(L);
  Module *m = lua_touserdata(L, self);
  if (lua_rawgetp(L, 3, m) != LUA_TNIL) return;
  lua_pop(L, 1);
  lua_pushboolean(L, true);
  lua_rawsetp(L, 3, m);
  class_fields(L, self);
  for (int i = 0; i < m->n_slots; i++) {
    if (m->slots[i].module == NULL) continue;
    lua_getfield(L, self + 1, m->slots[i].name);
    apply_to(L, depth + 1);
    lua_settop(L, self + 1);
  }
  lua_pushvalue(L, 2);
  lua_pushvalue(L, self);
  lua_call(L, 1, 0);
}

/** nn.Module:apply(fn: function) -> Module: Calls fn with every module inside, children first, then
** with the module itself; once with each. Returns the module.
** Example: nn.Sequential(nn.Linear(2, 2)):apply(function(m) m.seen = true end) */
static int module_apply(lua_State *L) {
  module_check(L, 1, "apply");
  if (!lua_isfunction(L, 2)) return error_argument(L, "apply", "fn", 2, "a function", 2);
  lua_settop(L, 2);
  lua_newtable(L);
  lua_pushvalue(L, 1);
  apply_to(L, 1);
  return mode_done(L, OK);
}

const luaL_Reg mode_methods[] = {{"train", module_train},
                                 {"eval", module_eval},
                                 {"to", module_to},
                                 {"float", module_to_float},
                                 {"double", module_to_double},
                                 {"half", module_to_half},
                                 {"bfloat16", module_to_bfloat16},
                                 {"cpu", module_to_cpu},
                                 {"cuda", module_to_cuda},
                                 {"to_empty", module_to_empty},
                                 {"zero_grad", module_zero_grad},
                                 {"requires_grad_", module_requires_grad},
                                 {"apply", module_apply},
                                 {NULL, NULL}};
