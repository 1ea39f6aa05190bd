/* tensor_methods.c: functions of tensors that are no ops: asking about them. */
#include "call.h"
#include "graph/trace.h"

/** x:dim() -> int: The number of dimensions, as x.ndim.
** Example: torch.zeros(2, 3):dim() */
/** x:ndimension() -> int: x:dim().
** Example: torch.zeros(2, 3):ndimension() */
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
  int64_t d = 0;
  if (!integer_test(L, 2, &d)) error_argument(L, who, "dim", 2, "a dimension number", 2);
  if (d == 0 || d > t->ndim || d < -t->ndim)
    error_raise(L, "%s: 'dim' (argument 2): dimensions count from 1 to %d, got %d", who, (int)t->ndim, (int)d);
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
/** torch.resolve_conj(input: Tensor) -> Tensor: input itself: conj() has conjugated the numbers at once.
** Example: torch.resolve_conj(torch.zeros(1)) */
static int resolve_conj(lua_State *L) {
  tensor_check(L, 1, "resolve_conj", "input");
  lua_settop(L, 1);
  return 1;
}
/** torch.is_conj(input: Tensor) -> bool: false: no tensor waits to be conjugated.
** Example: torch.is_conj(torch.zeros(1)) */
static int is_conj(lua_State *L) {
  tensor_check(L, 1, "is_conj", "input");
  lua_pushboolean(L, false);
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

static bool numbers_equal(Scalar x, Scalar y) {
  if (x.kind == SCALAR_COMPLEX || y.kind == SCALAR_COMPLEX)
    return scalar_to_double(x) == scalar_to_double(y) && scalar_imag(x) == scalar_imag(y);
  if (x.kind != SCALAR_FLOAT && y.kind != SCALAR_FLOAT) return x.as.i == y.as.i;
  return scalar_to_double(x) == scalar_to_double(y);
}

/* Few elements of one shape, one by one. */
static bool few_equal(const Tensor *a, const Tensor *b) {
  bool same = true;
  if (tensor_is_contiguous(a) && tensor_is_contiguous(b)) {
    const char *x = tensor_data(a), *y = tensor_data(b);
    const size_t x_size = tensor_itemsize(a), y_size = tensor_itemsize(b);
    for (int64_t n = 0; same && n < a->numel; n++, x += x_size, y += y_size)
      same = numbers_equal(element_get((DType)a->dtype, x), element_get((DType)b->dtype, y));
    return same;
  }
  int64_t index[TENSOR_MAX_DIMS] = {0};
  for (int64_t n = 0; same && n < a->numel; n++) {
    same = numbers_equal(tensor_get(a, index), tensor_get(b, index));
    for (int d = a->ndim - 1; d >= 0 && ++index[d] == a->shape[d]; d--) index[d] = 0;
  }
  return same;
}

/* `==`: what is no tensor equals none. */
int tensor_equal(lua_State *L) {
  Tensor *a = tensor_test(L, 1), *b = tensor_test(L, 2);
  if (a == NULL || b == NULL) {
    lua_pushboolean(L, false);
    return 1;
  }
  trace_warn("equal: the graph always takes the way that was taken");
  bool same = tensor_same_shape(a, b);
  if (same && a->dtype == b->dtype && a->numel > 16) {
    lua_pushboolean(L, all_equal(L, a, b));
    return 1;
  }
  if (same && a->device != b->device) {
    char x[DEVICE_TEXT], y[DEVICE_TEXT];
    return error_raise(L, "equal: one tensor is on %s, the other on %s; bring them to one device with :to()",
                      device_text(x, tensor_device(a)), device_text(y, tensor_device(b)));
  }
  if (same) {
    a = tensor_host(L, a, "equal");
    b = tensor_host(L, b, "equal");
    same = few_equal(a, b);
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

/** x:where(condition: Tensor, other: any) -> Tensor: x where condition holds, else other (a tensor or a number):
** torch.where with x as its second argument, as in PyTorch.
** Example: torch.ones(2):where(torch.tensor({true, false}), 0) */
static int where(lua_State *L) {
  tensor_check(L, 1, "where", "self");
  lua_settop(L, 3);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_getfield(L, -1, "torch");
  lua_getfield(L, -1, "where");
  if (lua_istable(L, 2) && lua_isnil(L, 3)) { /* by names: a copy with x among them */
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, 2) != 0;) {
      lua_pushvalue(L, -2);
      lua_insert(L, -2);
      lua_settable(L, -4);
    }
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "input");
    lua_call(L, 1, 1);
    return 1;
  }
  lua_pushvalue(L, 2);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 3);
  lua_call(L, 3, 1);
  return 1;
}

const luaL_Reg tensor_methods[] = {
    {"dim", dim}, {"ndimension", dim}, {"numel", numel}, {"nelement", numel}, {"size", size}, {"stride", stride},
    {"storage_offset", storage_offset}, {"element_size", element_size}, {"is_contiguous", is_contiguous},
    {"is_floating_point", is_floating_point}, {"is_complex", is_complex}, {"data_ptr", data_ptr}, {"equal", equal},
    {"resolve_conj", resolve_conj}, {"is_conj", is_conj}, {"where", where},
    {NULL, NULL}};
const luaL_Reg tensor_functions[] = {
    {"tensor", tensor_new}, {"is_tensor", is_tensor}, {"numel", numel}, {"equal", equal},
    {"is_floating_point", is_floating_point}, {"is_complex", is_complex}, {"resolve_conj", resolve_conj},
    {"is_conj", is_conj}, {NULL, NULL}};
