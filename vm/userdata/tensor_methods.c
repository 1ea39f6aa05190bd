/* tensor_methods.c: functions of tensors that are no ops: making them from Lua tables,
** reading them back, asking about them.
*/
#include <string.h>

#include "call.h"
#include "userdata/complex_value.h"

/* ---- torch.tensor ----------------------------------------------------------------------- */

typedef struct {
  int ndim;
  int64_t shape[TENSOR_MAX_DIMS];
  DType dtype; /* what the values seen have in common */
} Layout;

/* Between the elements of long lists: Lua runs no instruction that Ctrl-C could stop. */
static void check_interrupt(lua_State *L, int64_t i) {
  if (i % 1024 == 0 && interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
}

static void ragged(lua_State *L, int depth) {
  luaL_error(L, "tensor: 'data' (argument 1): the tables of level %d differ in length or mix numbers and tables", depth);
}

static void look_value(lua_State *L, Layout *l, int depth) {
  DType d = lua_type(L, -1) == LUA_TBOOLEAN ? DTYPE_BOOL : lua_isinteger(L, -1) ? DTYPE_INT64 : dtype_default();
  Tensor *t = tensor_test(L, -1);
  Scalar number;
  if (t != NULL && t->numel == 1) d = (DType)t->dtype;
  else if (complex_read(L, -1, &number)) d = dtype_complex(dtype_default());
  else if (lua_type(L, -1) != LUA_TNUMBER && lua_type(L, -1) != LUA_TBOOLEAN)
    error_argument(L, "tensor", "data", 1, "numbers, booleans or nested arrays of them", lua_gettop(L));
  if (l->ndim < 0) l->ndim = depth;
  if (l->ndim != depth) ragged(L, depth);
  const DType before = l->dtype;
  l->dtype = before == DTYPE_NONE ? d : dtype_promote(before, d);
  if (l->dtype == DTYPE_NONE)
    luaL_error(L, "tensor: 'data' (argument 1): %s and %s have no dtype in common; say which with dtype =",
               dtype_name(before), dtype_name(d));
}

/* Finds the shape and the kind of the value on top of the stack. */
static void look(lua_State *L, Layout *l, int depth) {
  if (lua_type(L, -1) != LUA_TTABLE) {
    look_value(L, l, depth);
    return;
  }
  if (depth == TENSOR_MAX_DIMS) luaL_error(L, "tensor: 'data' (argument 1): nested deeper than %d", TENSOR_MAX_DIMS);
  luaL_checkstack(L, 4, "nested tables");
  int64_t n = (int64_t)lua_rawlen(L, -1);
  if (l->shape[depth] < 0) l->shape[depth] = n;
  if (l->shape[depth] != n) ragged(L, depth + 1);
  if (!table_is_list(L, -1, n)) luaL_error(L, "tensor: 'data' (argument 1): expected arrays without names in them");
  if (n == 0 && l->ndim < 0) l->ndim = depth + 1;
  for (int64_t i = 1; i <= n; i++) {
    check_interrupt(L, i);
    lua_rawgeti(L, -1, i);
    look(L, l, depth + 1);
    lua_pop(L, 1);
  }
}

static char *store(lua_State *L, DType dtype, char *to) {
  if (lua_type(L, -1) == LUA_TTABLE) {
    int64_t n = (int64_t)lua_rawlen(L, -1);
    for (int64_t i = 1; i <= n; i++) {
      check_interrupt(L, i);
      lua_rawgeti(L, -1, i);
      to = store(L, dtype, to);
      lua_pop(L, 1);
    }
    return to;
  }
  Tensor *t = tensor_test(L, -1);
  Scalar v;
  if (t != NULL || !complex_read(L, -1, &v))
    v = t != NULL                                  ? element_get((DType)t->dtype, tensor_data(t))
             : lua_type(L, -1) == LUA_TBOOLEAN     ? scalar_bool(lua_toboolean(L, -1))
             : lua_isinteger(L, -1)                ? scalar_int(lua_tointeger(L, -1))
                                                   : scalar_float(lua_tonumber(L, -1));
  if (!scalar_fits(v, dtype) && (!dtype_has_gradient(dtype) || v.kind == SCALAR_COMPLEX)) error_check(L, scalar_check("tensor", "data", 1, v, dtype));
  element_set(dtype, to, v);
  return to + dtype_size(dtype);
}

static bool option(lua_State *L, int index, const char *key) {
  if (!lua_istable(L, index)) return false;
  return lua_getfield(L, index, key) != LUA_TNIL || (lua_pop(L, 1), false);
}

/* Only dtype and device, and where 'leaf' says so requires_grad, are names in the table at 'index'. */
static void check_options(lua_State *L, int index, const char *function, bool leaf) {
  const char *const names[] = {"dtype", "device", leaf ? "requires_grad" : NULL, NULL};
  if (lua_isnoneornil(L, index)) return;
  if (!lua_istable(L, index)) error_argument(L, function, "options", index, "a table such as {dtype = torch.float64}", index);
  lua_pushnil(L);
  while (lua_next(L, index)) {
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    bool known = false;
    for (int i = 0; names[i] != NULL; i++) known = known || strcmp(key, names[i]) == 0;
    if (!known) luaL_error(L, "%s: no argument '%s'; the table may hold dtype, device%s", function, key, leaf ? ", requires_grad" : "");
    lua_pop(L, 1);
  }
}

/** torch.tensor(data: any, {dtype: dtype =, device: device =, requires_grad: bool = false}) ->
** Tensor: A new tensor over a copy of data: a number, a boolean, a tensor, or nested arrays of
** them. Integers give int64, booleans bool, other numbers the default dtype, unless dtype says
** otherwise. Arrays that differ in length raise.
** Example: torch.tensor({{1, 2}, {3, 4}}, {dtype = "float32"}) */
static int tensor_new(lua_State *L) {
  lua_settop(L, 2);
  check_options(L, 2, "tensor", true);
  DType dtype = DTYPE_NONE;
  if (option(L, 2, "dtype")) dtype = dtype_check(L, -1, "tensor", "dtype");
  if (option(L, 2, "device")) device_check(L, -1, "tensor");
  bool requires_grad = option(L, 2, "requires_grad");
  if (requires_grad && lua_type(L, -1) != LUA_TBOOLEAN)
    error_argument(L, "tensor", "requires_grad", 0, "true or false", lua_gettop(L));
  requires_grad = requires_grad && lua_toboolean(L, -1);
  TensorBox *box = tensor_box(L);
  Tensor *from = tensor_test(L, 1);
  if (from != NULL) {
    error_check(L, tensor_empty_cpu(from->ndim, from->shape, dtype == DTYPE_NONE ? (DType)from->dtype : dtype, &box->tensor));
    error_check(L, tensor_copy(box->tensor, from));
  } else {
    Layout l = {.ndim = -1, .dtype = DTYPE_NONE};
    for (int d = 0; d < TENSOR_MAX_DIMS; d++) l.shape[d] = -1;
    lua_pushvalue(L, 1);
    look(L, &l, 0);
    if (dtype == DTYPE_NONE) dtype = l.dtype != DTYPE_NONE ? l.dtype : dtype_default();
    error_check(L, tensor_empty_cpu(l.ndim, l.shape, dtype, &box->tensor));
    store(L, dtype, tensor_data(box->tensor));
    lua_pop(L, 1);
  }
  if (requires_grad) error_check(L, tensor_set_requires_grad(box->tensor, true));
  tensor_account(L, box);
  return 1;
}

/* ---- reading ------------------------------------------------------------------------------ */

static void push_element(lua_State *L, DType dtype, const void *data) {
  Scalar v = element_get(dtype, data);
  if (v.kind == SCALAR_COMPLEX) complex_push(L, v.as.c.re, v.as.c.im);
  else if (v.kind == SCALAR_FLOAT) lua_pushnumber(L, v.as.f);
  else if (v.kind == SCALAR_INT) lua_pushinteger(L, v.as.i);
  else lua_pushboolean(L, v.as.i != 0);
}

/** x:item() -> number|boolean: The Lua value of a tensor of one element; others raise. Of complex numbers a value
** with the fields real and imag, arithmetic, ==, abs(), angle() and conj().
** Example: torch.tensor(2.5):item() */
static int item(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "item", "self");
  Scalar v;
  error_check(L, tensor_item("item", t, &v));
  push_element(L, (DType)t->dtype, tensor_data(t));
  return 1;
}

static void push_list(lua_State *L, const Tensor *t, int dim, int64_t at) {
  if (dim == t->ndim) {
    push_element(L, (DType)t->dtype, (char *)t->storage->data + at * (int64_t)tensor_itemsize(t));
    return;
  }
  luaL_checkstack(L, 3, "tolist");
  lua_createtable(L, (int)t->shape[dim], 0);
  for (int64_t i = 0; i < t->shape[dim]; i++) {
    check_interrupt(L, i);
    push_list(L, t, dim + 1, at + i * t->stride[dim]);
    lua_rawseti(L, -2, i + 1);
  }
}

/** x:tolist() -> any: The elements as nested arrays of numbers or booleans; of a 0-dimensional
** tensor the value.
** Example: torch.eye(2):tolist() */
static int tolist(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "tolist", "self");
  push_list(L, t, 0, t->offset);
  return 1;
}

static int iter_next(lua_State *L) {
  Tensor *t = tensor_test(L, lua_upvalueindex(1));
  lua_Integer i = lua_tointeger(L, 2) + 1;
  if (i > t->shape[0]) return 0;
  lua_pushinteger(L, i);
  TensorBox *box = tensor_box(L);
  error_check(L, op_select(t, 0, i - 1, &box->tensor));
  return 2;
}
/** x:iter() -> function: For loops over the first dimension: gives each position, from 1, and the
** view x[i].
** Example: for i, row in torch.eye(2):iter() do print(i, row) end */
static int iter(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "iter", "self");
  if (t->ndim == 0) return luaL_error(L, "iter: a 0-dimensional tensor cannot be walked");
  lua_settop(L, 1);
  lua_pushcclosure(L, iter_next, 1);
  lua_pushnil(L);
  lua_pushinteger(L, 0);
  return 3;
}

/* ---- asking ---------------------------------------------------------------------------------- */

/** x:dim() -> int: The number of dimensions, as x.ndim.
** Example: torch.zeros(2, 3):dim() */
static int dim(lua_State *L) {
  lua_pushinteger(L, tensor_check(L, 1, "dim", "self")->ndim);
  return 1;
}
/** torch.numel(input: Tensor) -> int: The number of elements.
** Example: torch.numel(torch.zeros(2, 3)) */
static int numel(lua_State *L) {
  lua_pushinteger(L, tensor_check(L, 1, "numel", "self")->numel);
  return 1;
}
static int one_dim(lua_State *L, const Tensor *t, const char *who) {
  if (!lua_isinteger(L, 2)) error_argument(L, who, "dim", 2, "a dimension number", 2);
  int64_t d = lua_tointeger(L, 2);
  if (d == 0 || d > t->ndim || d < -t->ndim)
    luaL_error(L, "%s: 'dim' (argument 2): dimensions count from 1 to %d, got %d", who, (int)t->ndim, (int)d);
  return (int)(d > 0 ? d - 1 : d + t->ndim);
}
/** x:size(dim: dim = nil) -> int|table: The size of a dimension, or x.shape without dim.
** Example: torch.zeros(2, 3):size(1) */
static int size(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "size", "self");
  if (lua_isnoneornil(L, 2)) {
    lua_getfield(L, 1, "shape");
    return 1;
  }
  lua_pushinteger(L, t->shape[one_dim(L, t, "size")]);
  return 1;
}
/** x:stride(dim: dim = nil) -> int|int[]: How many elements of the storage lie from one position of
** a dimension to the next; of all dimensions without dim.
** Example: torch.zeros(2, 3):stride(1) */
static int stride(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "stride", "self");
  if (!lua_isnoneornil(L, 2)) {
    lua_pushinteger(L, t->stride[one_dim(L, t, "stride")]);
    return 1;
  }
  lua_createtable(L, t->ndim, 0);
  for (int d = 0; d < t->ndim; d++) {
    lua_pushinteger(L, t->stride[d]);
    lua_rawseti(L, -2, d + 1);
  }
  return 1;
}
/** x:storage_offset() -> int: How many elements of the storage lie before the first one.
** Example: torch.zeros(4)[{{3, 4}}]:storage_offset() */
static int storage_offset(lua_State *L) {
  lua_pushinteger(L, tensor_check(L, 1, "storage_offset", "self")->offset);
  return 1;
}
/** x:element_size() -> int: The bytes of one element.
** Example: torch.zeros(1):element_size() */
static int element_size(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)tensor_itemsize(tensor_check(L, 1, "element_size", "self")));
  return 1;
}
/** x:is_contiguous() -> bool: Whether the elements lie in order in memory, without gaps.
** Example: torch.zeros(2, 3):t():is_contiguous() */
static int is_contiguous(lua_State *L) {
  lua_pushboolean(L, tensor_is_contiguous(tensor_check(L, 1, "is_contiguous", "self")));
  return 1;
}
/** torch.is_floating_point(input: Tensor) -> bool: Whether the dtype is float32 or float64.
** Example: torch.is_floating_point(torch.zeros(1)) */
static int is_floating_point(lua_State *L) {
  lua_pushboolean(L, dtype_is_float((DType)tensor_check(L, 1, "is_floating_point", "self")->dtype));
  return 1;
}
/** torch.is_complex(input: Tensor) -> bool: Whether the elements are complex numbers.
** Example: torch.is_complex(torch.zeros(1)) */
static int is_complex(lua_State *L) {
  lua_pushboolean(L, dtype_is_complex((DType)tensor_check(L, 1, "is_complex", "self")->dtype));
  return 1;
}
/** x:data_ptr() -> int: The address of the first element. */
static int data_ptr(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)(intptr_t)tensor_data(tensor_check(L, 1, "data_ptr", "self")));
  return 1;
}
/** torch.is_tensor(value: any) -> bool: Whether the value is a tensor.
** Example: torch.is_tensor(torch.zeros(1)) */
static int is_tensor(lua_State *L) {
  lua_pushboolean(L, tensor_test(L, 1) != NULL);
  return 1;
}

/* eq and all, of tensors of one dtype. */
static bool all_equal(lua_State *L, Tensor *a, Tensor *b) {
  Tensor *each = NULL, *all = NULL;
  Scalar same = scalar_int(0);
  Status status = op_eq(a, b, &each);
  if (status == OK) status = op_all(each, ints_none(), false, &all);
  if (status == OK) status = tensor_item("equal", all, &same);
  tensor_release(each);
  tensor_release(all);
  error_check(L, status);
  return scalar_to_int(same) != 0;
}

/* `==`: what is no tensor equals none. */
int tensor_equal(lua_State *L) {
  Tensor *a = tensor_test(L, 1), *b = tensor_test(L, 2);
  if (a == NULL || b == NULL) {
    lua_pushboolean(L, false);
    return 1;
  }
  bool same = tensor_same_shape(a, b);
  if (same && a->dtype == b->dtype && a->numel > 16) {
    lua_pushboolean(L, all_equal(L, a, b));
    return 1;
  }
  int64_t index[TENSOR_MAX_DIMS] = {0};
  for (int64_t n = 0; same && n < a->numel; n++) {
    Scalar x = tensor_get(a, index), y = tensor_get(b, index);
    if (x.kind == SCALAR_COMPLEX || y.kind == SCALAR_COMPLEX)
      same = scalar_to_double(x) == scalar_to_double(y) && scalar_imag(x) == scalar_imag(y);
    else
      same = x.kind != SCALAR_FLOAT && y.kind != SCALAR_FLOAT ? x.as.i == y.as.i : scalar_to_double(x) == scalar_to_double(y);
    for (int d = a->ndim - 1; d >= 0 && ++index[d] == a->shape[d]; d--) index[d] = 0;
  }
  lua_pushboolean(L, same);
  return 1;
}

/** torch.equal(input: Tensor, other: Tensor) -> bool: Whether both have the same shape and the same
** elements; `==` of tensors. NaN equals nothing. Element by element: see eq.
** Example: torch.equal(torch.ones(2), torch.ones(2)) */
static int equal(lua_State *L) {
  tensor_check(L, 1, "equal", "input");
  tensor_check(L, 2, "equal", "other");
  return tensor_equal(L);
}

/* ---- conversions ------------------------------------------------------------------------------- */

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

/** x:to(target: dtype|device|Tensor = nil, dtype: dtype = nil, {device: device =}) -> Tensor: In
** another dtype or on another device: x:to(dtype), x:to(device), x:to(other), x:to(device,
** dtype), x:to{dtype = …}. x itself where nothing changes.
** Example: torch.arange(3):to("float32") */
static int to(lua_State *L) {
  tensor_check(L, 1, "to", "self");
  DType dtype = DTYPE_NONE, read;
  for (int i = 2; i <= lua_gettop(L); i++) {
    Tensor *other = tensor_test(L, i);
    if (other != NULL) dtype = (DType)other->dtype;
    else if (dtype_read(L, i, &read)) dtype = read;
    else if (lua_istable(L, i)) {
      int top = lua_gettop(L);
      check_options(L, i, "to", false);
      if (option(L, i, "dtype")) dtype = dtype_check(L, -1, "to", "dtype");
      if (option(L, i, "device")) device_check(L, -1, "to");
      lua_settop(L, top);
    } else device_check(L, i, "to");
  }
  return cast_to(L, dtype == DTYPE_NONE ? (DType)tensor_test(L, 1)->dtype : dtype);
}
/** x:cpu() -> Tensor: In the memory of the processor; x itself where it is there. */
static int to_cpu(lua_State *L) {
  tensor_check(L, 1, "cpu", "self");
  lua_settop(L, 1);
  return 1;
}

const luaL_Reg tensor_methods[] = {
    {"item", item}, {"tolist", tolist}, {"iter", iter}, {"dim", dim}, {"numel", numel}, {"nelement", numel},
    {"size", size}, {"stride", stride}, {"storage_offset", storage_offset}, {"element_size", element_size},
    {"is_contiguous", is_contiguous}, {"is_floating_point", is_floating_point}, {"data_ptr", data_ptr},
    {"equal", equal}, {"to", to}, {"cpu", to_cpu}, {"type_as", type_as}, {"float", to_float},
    {"double", to_double}, {"long", to_long}, {"int", to_int}, {"byte", to_byte}, {"char", to_char},
    {"short", to_short}, {"half", to_half}, {"bfloat16", to_bfloat16}, {"bool", to_bool}, {"cfloat", to_cfloat},
    {"cdouble", to_cdouble}, {"is_complex", is_complex}, {NULL, NULL}};
const luaL_Reg tensor_functions[] = {
    {"tensor", tensor_new}, {"is_tensor", is_tensor}, {"numel", numel}, {"equal", equal},
    {"is_floating_point", is_floating_point}, {"is_complex", is_complex}, {NULL, NULL}};
