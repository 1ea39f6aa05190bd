/* promotion.c: what dtypes become together, and small questions about tensors that have no op. */
#include "call.h"
#include "call/road.h"

/** torch.promote_types(type1: dtype, type2: dtype) -> dtype: The dtype of what an op makes of tensors of both.
** Example: torch.promote_types(torch.int32, torch.float16) */
static int promote_types(lua_State *L) {
  const DType a = dtype_check(L, 1, "promote_types", "type1"), b = dtype_check(L, 2, "promote_types", "type2");
  if (a == DTYPE_NONE || b == DTYPE_NONE)
    return error_argument(L, "promote_types", a == DTYPE_NONE ? "type1" : "type2", a == DTYPE_NONE ? 1 : 2, "a dtype",
                          a == DTYPE_NONE ? 1 : 2);
  const DType both = dtype_promote(a, b);
  if (both == DTYPE_NONE)
    return error_raise(L, "promote_types: %s and %s have no dtype in common", dtype_name(a), dtype_name(b));
  dtype_push(L, both);
  return 1;
}

/** torch.can_cast(from: dtype, to: dtype) -> bool: Whether a cast is allowed without asking for it: to no lower
** category of bool, integers, floats, complex numbers.
** Example: torch.can_cast(torch.float32, torch.int32) */
static int can_cast(lua_State *L) {
  const DType from = dtype_check(L, 1, "can_cast", "from"), to = dtype_check(L, 2, "can_cast", "to");
  if (from == DTYPE_NONE) return error_argument(L, "can_cast", "from", 1, "a dtype", 1);
  if (to == DTYPE_NONE) return error_argument(L, "can_cast", "to", 2, "a dtype", 2);
  lua_pushboolean(L, dtype_can_cast(from, to));
  return 1;
}

/* The tensor at 'index', or a number as one, which lies on the stack. */
static Tensor *tensor_or_number(lua_State *L, int index, const char *name) {
  Tensor *t = tensor_test(L, index);
  if (t != NULL) return t;
  Scalar number;
  if (lua_type(L, index) == LUA_TBOOLEAN) number = (Scalar){SCALAR_BOOL, {.i = lua_toboolean(L, index)}};
  else if (lua_isinteger(L, index)) number = scalar_int(lua_tointeger(L, index));
  else if (lua_type(L, index) == LUA_TNUMBER) number = scalar_float(lua_tonumber(L, index));
  else {
    error_argument(L, "result_type", name, index, "a tensor or a number", index);
    return NULL;
  }
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_wrap_number(number, &box->tensor));
  return box->tensor;
}

/** torch.result_type(tensor1: Tensor, tensor2: Tensor) -> dtype: The dtype that an op such as add gives of both, each a
** tensor or a number: tensors with dimensions count before those without, and these before numbers.
** Example: torch.result_type(torch.ones(2), 3) */
static int result_type(lua_State *L) {
  Tensor *in[] = {tensor_or_number(L, 1, "tensor1"), tensor_or_number(L, 2, "tensor2")};
  const OpInfo *info = op_info(OP_MUL);
  Call c = {.info = info, .op = OP_MUL, .in = in, .n_in = 2, .attrs = info->defaults};
  DType compute, result;
  error_check(L, call_find_device(&c));
  error_check(L, call_elementwise_dtypes(&c, &compute, &result));
  dtype_push(L, result);
  return 1;
}

/** torch.is_signed(input: Tensor) -> bool: Whether the dtype has negative numbers.
** Example: torch.is_signed(torch.zeros(1)) */
static int is_signed(lua_State *L) {
  const DType dtype = (DType)tensor_check(L, 1, "is_signed", "input")->dtype;
  lua_pushboolean(L, dtype_table[dtype].lowest < 0);
  return 1;
}
/** torch.is_neg(input: Tensor) -> bool: false: no tensor waits to be negated.
** Example: torch.is_neg(torch.zeros(1)) */
static int is_neg(lua_State *L) {
  tensor_check(L, 1, "is_neg", "input");
  lua_pushboolean(L, false);
  return 1;
}
/** torch.resolve_neg(input: Tensor) -> Tensor: input itself: it has been negated at once.
** Example: torch.resolve_neg(torch.zeros(1)) */
static int resolve_neg(lua_State *L) {
  tensor_check(L, 1, "resolve_neg", "input");
  lua_settop(L, 1);
  return 1;
}
/** torch.positive(input: Tensor) -> Tensor: input itself; of bool it is an error.
** Example: torch.positive(torch.ones(1)) */
static int positive(lua_State *L) {
  if (tensor_check(L, 1, "positive", "input")->dtype == DTYPE_BOOL)
    return error_argument(L, "positive", "input", 1, "numbers", 1);
  lua_settop(L, 1);
  return 1;
}
/** torch.is_same_size(input: Tensor, other: Tensor) -> bool: Whether both have one shape.
** Example: torch.is_same_size(torch.zeros(2), torch.ones(2)) */
static int is_same_size(lua_State *L) {
  const Tensor *a = tensor_check(L, 1, "is_same_size", "input"), *b = tensor_check(L, 2, "is_same_size", "other");
  lua_pushboolean(L, tensor_same_shape(a, b));
  return 1;
}
/** torch.is_nonzero(input: Tensor) -> bool: Whether the only element is not 0.
** Example: torch.is_nonzero(torch.tensor(0.5)) */
static int is_nonzero(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "is_nonzero", "input");
  Scalar number;
  if (t->numel != 1) return error_argument(L, "is_nonzero", "input", 1, "one element", 1);
  error_check(L, tensor_item("is_nonzero", t, &number));
  lua_pushboolean(L, scalar_to_double(number) != 0 || scalar_imag(number) != 0);
  return 1;
}

const luaL_Reg promotion_methods[] = {
    {"is_signed", is_signed}, {"is_neg", is_neg}, {"resolve_neg", resolve_neg}, {"positive", positive},
    {"is_same_size", is_same_size}, {"is_nonzero", is_nonzero}, {NULL, NULL}};
const luaL_Reg promotion_functions[] = {
    {"promote_types", promote_types}, {"can_cast", can_cast}, {"result_type", result_type}, {"is_signed", is_signed},
    {"is_neg", is_neg}, {"resolve_neg", resolve_neg}, {"positive", positive}, {"is_same_size", is_same_size},
    {"is_nonzero", is_nonzero}, {NULL, NULL}};
