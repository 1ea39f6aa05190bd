/* from_table.c: torch.tensor: a tensor from a number or nested Lua tables. */
#include "call.h"
#include "graph/trace.h"
#include "userdata/complex_value.h"

typedef struct {
  int ndim;
  int64_t shape[TENSOR_MAX_DIMS];
  DType dtype; /* what the values seen have in common */
} Layout;

static void ragged(lua_State *L, int depth) {
  error_raise(L, "tensor: 'data' (argument 1): the tables of level %d differ in length or mix numbers and tables",
              depth);
}

static DType dtype_of_value(lua_State *L) {
  const int type = lua_type(L, -1);
  if (type == LUA_TNUMBER) return lua_isinteger(L, -1) ? DTYPE_INT64 : dtype_default();
  if (type == LUA_TBOOLEAN) return DTYPE_BOOL;
  Tensor *t = tensor_test(L, -1);
  Scalar number;
  if (t != NULL && t->numel == 1) return (DType)t->dtype;
  if (!complex_read(L, -1, &number))
    error_argument(L, "tensor", "data", 1, "numbers, booleans or nested arrays of them", lua_gettop(L));
  return dtype_complex(dtype_default());
}

static void look_value(lua_State *L, Layout *l, int depth) {
  const DType d = dtype_of_value(L);
  if (l->ndim < 0) l->ndim = depth;
  if (l->ndim != depth) ragged(L, depth);
  const DType before = l->dtype;
  l->dtype = before == DTYPE_NONE || before == d ? d : dtype_promote(before, d);
  if (l->dtype == DTYPE_NONE)
    error_raise(L, "tensor: 'data' (argument 1): %s and %s have no dtype in common; say which with dtype =",
                dtype_name(before), dtype_name(d));
}

/* Finds the shape and the kind of the value on top of the stack. */
static void look(lua_State *L, Layout *l, int depth) {
  if (lua_type(L, -1) != LUA_TTABLE) {
    look_value(L, l, depth);
    return;
  }
  if (depth == TENSOR_MAX_DIMS) error_raise(L, "tensor: 'data' (argument 1): nested deeper than %d", TENSOR_MAX_DIMS);
  luaL_checkstack(L, 4, "nested tables");
  int64_t n = (int64_t)lua_rawlen(L, -1);
  if (l->shape[depth] < 0) l->shape[depth] = n;
  if (l->shape[depth] != n) ragged(L, depth + 1);
  if (!table_is_list(L, -1, n)) error_raise(L, "tensor: 'data' (argument 1): expected arrays without names in them");
  if (n == 0 && l->ndim < 0) l->ndim = depth + 1;
  for (int64_t i = 1; i <= n; i++) {
    list_check_interrupt(L, i);
    lua_rawgeti(L, -1, i);
    look(L, l, depth + 1);
    lua_pop(L, 1);
  }
}

/* The value on top of the stack, which look_value has seen. */
static Scalar value_of(lua_State *L) {
  const int type = lua_type(L, -1);
  if (type == LUA_TNUMBER)
    return lua_isinteger(L, -1) ? scalar_int(lua_tointeger(L, -1)) : scalar_float(lua_tonumber(L, -1));
  if (type == LUA_TBOOLEAN) return scalar_bool(lua_toboolean(L, -1));
  Scalar v = scalar_float(0);
  Tensor *t = tensor_test(L, -1);
  if (t != NULL) error_check(L, tensor_item("tensor", t, &v));
  else complex_read(L, -1, &v);
  return v;
}

static char *store(lua_State *L, DType dtype, char *to) {
  if (lua_type(L, -1) == LUA_TTABLE) {
    int64_t n = (int64_t)lua_rawlen(L, -1);
    for (int64_t i = 1; i <= n; i++) {
      list_check_interrupt(L, i);
      lua_rawgeti(L, -1, i);
      to = store(L, dtype, to);
      lua_pop(L, 1);
    }
    return to;
  }
  const Scalar v = value_of(L);
  if (!scalar_fits(v, dtype) && (!dtype_has_gradient(dtype) || v.kind == SCALAR_COMPLEX))
    error_check(L, scalar_check("tensor", "data", 1, v, dtype));
  element_set(dtype, to, v);
  return to + dtype_size(dtype);
}

/** torch.tensor(data: any, {dtype: dtype =, device: device =, requires_grad: bool = false}) ->
** Tensor: A new tensor over a copy of data: a number, a boolean, a tensor, or nested arrays of
** them. Integers give int64, booleans bool, other numbers the default dtype, unless dtype says
** otherwise. Arrays that differ in length raise.
** Example: torch.tensor({{1, 2}, {3, 4}}, {dtype = "float32"}) */
int tensor_new(lua_State *L) {
  lua_settop(L, 2);
  trace_warn("torch.tensor: its elements are constants of the graph");
  tensor_options_check(L, 2, "tensor", true);
  DType dtype = DTYPE_NONE;
  if (tensor_option(L, 2, "dtype")) dtype = dtype_check(L, -1, "tensor", "dtype");
  Device device = {DEVICE_NONE, 0};
  if (tensor_option(L, 2, "device")) device = device_check(L, -1, "tensor");
  bool requires_grad = tensor_option(L, 2, "requires_grad");
  if (requires_grad && lua_type(L, -1) != LUA_TBOOLEAN)
    error_argument(L, "tensor", "requires_grad", 0, "true or false", lua_gettop(L));
  requires_grad = requires_grad && lua_toboolean(L, -1);
  TensorBox *box = tensor_box(L);
  Tensor *from = tensor_test(L, 1);
  if (from != NULL) {
    if (device.type == DEVICE_NONE) device = tensor_device(from);
    error_check(L, tensor_empty("tensor", from->ndim, from->shape, dtype == DTYPE_NONE ? (DType)from->dtype : dtype,
                                device, &box->tensor));
    error_check(L, tensor_copy(box->tensor, from));
  } else {
    Layout l = {.ndim = -1, .dtype = DTYPE_NONE};
    for (int d = 0; d < TENSOR_MAX_DIMS; d++) l.shape[d] = -1;
    lua_pushvalue(L, 1);
    look(L, &l, 0);
    if (dtype == DTYPE_NONE) dtype = l.dtype != DTYPE_NONE ? l.dtype : dtype_default();
    if (device.type == DEVICE_NONE) device = device_default();
    error_check(L, tensor_empty_cpu(l.ndim, l.shape, dtype, &box->tensor));
    store(L, dtype, tensor_data(box->tensor));
    lua_pop(L, 1);
  }
  if (device.type != DEVICE_NONE && device_byte(device) != box->tensor->device) {
    Tensor *here = box->tensor;
    Status status = tensor_copy_to(here, device, &box->tensor);
    tensor_release(here);
    error_check(L, status);
  }
  if (requires_grad) error_check(L, tensor_set_requires_grad(box->tensor, true));
  tensor_account(L, box);
  return 1;
}
