/* conversion.c: x:to() and its kin: tensors in another dtype, on another device. */
#include <string.h>

#include "call.h"

bool tensor_option(lua_State *L, int index, const char *key) {
  if (!lua_istable(L, index)) return false;
  return lua_getfield(L, index, key) != LUA_TNIL || (lua_pop(L, 1), false);
}

void tensor_options_check(lua_State *L, int index, const char *function, bool leaf) {
  const char *const names[] = {"dtype", "device", leaf ? "requires_grad" : NULL, NULL};
  if (lua_isnoneornil(L, index)) return;
  if (!lua_istable(L, index))
    error_argument(L, function, "options", index, "a table such as {dtype = torch.float64}", index);
  lua_pushnil(L);
  while (lua_next(L, index)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      error_raise(L, "%s: 'options' (argument %d): expected a table such as {dtype = torch.float64}, got a list; "
                     "several rows stand in one list, {{…}, {…}}", function, index);
    const char *key = lua_tostring(L, -2);
    bool known = false;
    for (int i = 0; names[i] != NULL; i++) known = known || strcmp(key, names[i]) == 0;
    if (!known)
      error_raise(L, "%s: no argument '%s'; the table may hold dtype, device%s", function, key,
                  leaf ? ", requires_grad" : "");
    lua_pop(L, 1);
  }
}

static int cast_to(lua_State *L, DType dtype) {
  Tensor *t = tensor_check(L, 1, "to", "self");
  lua_settop(L, 1);
  if (t->dtype == dtype) return 1;
  TensorBox *box = tensor_box(L);
  error_check(L, op_cast(t, dtype, &box->tensor));
  tensor_account(L, box);
  return 1;
}
/** x:half() -> Tensor: In float16; x itself where it is that already. Gradients pass. */
/** x:bfloat16() -> Tensor: In bfloat16; x itself where it is that already. Gradients pass. */
/** x:float() -> Tensor: In float32; x itself where it is that already. Gradients pass. */
/** x:double() -> Tensor: In float64; x itself where it is that already. Gradients pass. */
/** x:long() -> Tensor: In int64; floats are cut toward zero. */
/** x:int() -> Tensor: In int32; floats are cut toward zero. */
/** x:byte() -> Tensor: In uint8; floats are cut toward zero. */
/** x:char() -> Tensor: In int8; floats are cut toward zero. */
/** x:short() -> Tensor: In int16; floats are cut toward zero. */
/** x:bool() -> Tensor: In bool: whether each element is not 0. */
/** x:type_as(other: Tensor) -> Tensor: In the dtype of other.
** Example: torch.ones(2):type_as(torch.arange(2)) */
static int to_half(lua_State *L) { return cast_to(L, DTYPE_FLOAT16); }
static int to_bfloat16(lua_State *L) { return cast_to(L, DTYPE_BFLOAT16); }
/** x:cfloat() -> Tensor: In complex64; x itself where it is that already. Gradients pass. */
/** x:cdouble() -> Tensor: In complex128; x itself where it is that already. Gradients pass. */
static int to_cfloat(lua_State *L) { return cast_to(L, DTYPE_COMPLEX64); }
static int to_cdouble(lua_State *L) { return cast_to(L, DTYPE_COMPLEX128); }
static int to_float(lua_State *L) { return cast_to(L, DTYPE_FLOAT32); }
static int to_double(lua_State *L) { return cast_to(L, DTYPE_FLOAT64); }
static int to_long(lua_State *L) { return cast_to(L, DTYPE_INT64); }
static int to_int(lua_State *L) { return cast_to(L, DTYPE_INT32); }
static int to_byte(lua_State *L) { return cast_to(L, DTYPE_UINT8); }
static int to_char(lua_State *L) { return cast_to(L, DTYPE_INT8); }
static int to_short(lua_State *L) { return cast_to(L, DTYPE_INT16); }
static int to_bool(lua_State *L) { return cast_to(L, DTYPE_BOOL); }
static int type_as(lua_State *L) { return cast_to(L, (DType)tensor_check(L, 2, "type_as", "other")->dtype); }

/* The tensor at 1 in a dtype and on a device. */
static int move_to(lua_State *L, DType dtype, Device device) {
  Tensor *t = tensor_check(L, 1, "to", "self");
  if (device.type == DEVICE_NONE || device_byte(device) == t->device) return cast_to(L, dtype);
  lua_settop(L, 1);
  const bool smaller = dtype_size(dtype) < tensor_itemsize(t); /* the fewer bytes travel */
  TensorBox *box = tensor_box(L), *between = tensor_box(L);
  if (t->dtype == dtype) error_check(L, op_transfer(t, device, &box->tensor));
  else if (smaller) {
    error_check(L, op_cast(t, dtype, &between->tensor));
    error_check(L, op_transfer(between->tensor, device, &box->tensor));
  } else {
    error_check(L, op_transfer(t, device, &between->tensor));
    error_check(L, op_cast(between->tensor, dtype, &box->tensor));
  }
  tensor_account(L, box);
  lua_settop(L, 2);
  return 1;
}

/** x:to(target: dtype|device|Tensor = nil, dtype: dtype = nil, {device: device =}) -> Tensor: In
** another dtype or on another device: x:to(dtype), x:to(device), x:to(other), x:to(device,
** dtype), x:to{dtype = …}. x itself where nothing changes. Gradients pass.
** Example: torch.arange(3):to("float32") */
static int to(lua_State *L) {
  DType dtype = (DType)tensor_check(L, 1, "to", "self")->dtype, read;
  Device device = {DEVICE_NONE, 0};
  for (int i = 2; i <= lua_gettop(L); i++) {
    Tensor *other = tensor_test(L, i);
    if (other != NULL) {
      dtype = (DType)other->dtype;
      device = tensor_device(other);
    } else if (dtype_read(L, i, &read)) dtype = read;
    else if (lua_istable(L, i)) {
      int top = lua_gettop(L);
      tensor_options_check(L, i, "to", false);
      if (tensor_option(L, i, "dtype")) dtype = dtype_check(L, -1, "to", "dtype");
      if (tensor_option(L, i, "device")) device = device_check(L, -1, "to");
      lua_settop(L, top);
    } else if (!lua_isnil(L, i)) device = device_check(L, i, "to");
  }
  return move_to(L, dtype, device);
}
/** x:cpu() -> Tensor: In the memory of the processor; x itself where it is there. */
static int to_cpu(lua_State *L) {
  return move_to(L, (DType)tensor_check(L, 1, "cpu", "self")->dtype, device_meant((Device){DEVICE_CPU, 0}));
}
/** x:cuda(device: int|device = nil) -> Tensor: In the memory of a CUDA device, the current one unless its number (from
** 0) or the device says otherwise; x itself where it is there. */
static int to_cuda(lua_State *L) {
  const DType dtype = (DType)tensor_check(L, 1, "cuda", "self")->dtype;
  return move_to(L, dtype, device_check_cuda(L, 2, "cuda"));
}

const luaL_Reg tensor_conversion_methods[] = {
    {"to", to}, {"cpu", to_cpu}, {"cuda", to_cuda}, {"type_as", type_as}, {"float", to_float}, {"double", to_double},
    {"long", to_long}, {"int", to_int}, {"byte", to_byte}, {"char", to_char}, {"short", to_short}, {"half", to_half},
    {"bfloat16", to_bfloat16}, {"bool", to_bool}, {"cfloat", to_cfloat}, {"cdouble", to_cdouble}, {NULL, NULL}};
