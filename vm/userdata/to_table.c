/* to_table.c: the elements of a tensor as Lua values: item, tolist, iter. */
#include "call.h"
#include "graph/trace.h"
#include "userdata/complex_value.h"

Scalar number_of_element(DType dtype, Scalar v) {
  return dtype == DTYPE_UINT64 && v.as.i < 0 ? scalar_float((double)(uint64_t)v.as.i) : v;
}

static void push_element(lua_State *L, DType dtype, Scalar element) {
  const Scalar v = number_of_element(dtype, element);
  if (v.kind == SCALAR_COMPLEX) complex_push(L, v.as.c.re, v.as.c.im);
  else if (v.kind == SCALAR_FLOAT) lua_pushnumber(L, shown(v.as.f));
  else if (v.kind == SCALAR_INT) lua_pushinteger(L, v.as.i);
  else lua_pushboolean(L, v.as.i != 0);
}

/** x:item() -> number|boolean: The Lua value of a tensor of one element; others raise. Of complex numbers a value
** with the fields real and imag, arithmetic, ==, abs(), angle() and conj(). Numbers of uint64 that are no integers of
** Lua, from 2^63 on, are floats.
** Example: torch.tensor(2.5):item() */
static int item(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "item", "self");
  Scalar v;
  trace_warn("item: a number that was read from a tensor is a constant of the graph, and what the program does by it "
             "is always done");
  error_check(L, tensor_item("item", t, &v));
  push_element(L, (DType)t->dtype, v);
  return 1;
}

static void push_list(lua_State *L, const Tensor *t, int dim, int64_t at) {
  if (dim == t->ndim) {
    const void *data = (char *)t->storage->data + at * (int64_t)tensor_itemsize(t);
    push_element(L, (DType)t->dtype, element_get((DType)t->dtype, data));
    return;
  }
  luaL_checkstack(L, 3, "tolist");
  lua_createtable(L, (int)t->shape[dim], 0);
  for (int64_t i = 0; i < t->shape[dim]; i++) {
    list_check_interrupt(L, i);
    push_list(L, t, dim + 1, at + i * t->stride[dim]);
    lua_rawseti(L, -2, i + 1);
  }
}

/** x:tolist() -> any: The elements as nested arrays of numbers or booleans; of a 0-dimensional
** tensor the value.
** Example: torch.eye(2):tolist() */
static int tolist(lua_State *L) {
  Tensor *t = tensor_host(L, tensor_check(L, 1, "tolist", "self"), "tolist");
  trace_warn("tolist: numbers that were read from a tensor are constants of the graph");
  push_list(L, t, 0, t->offset);
  return 1;
}

static int iter_next(lua_State *L) {
  Tensor *t = tensor_check(L, lua_upvalueindex(1), "iter", "self");
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
  if (t->ndim == 0) return error_raise(L, "iter: a 0-dimensional tensor cannot be walked");
  lua_settop(L, 1);
  lua_pushcclosure(L, iter_next, 1);
  lua_pushnil(L);
  lua_pushinteger(L, 0);
  return 3;
}

/* pairs(x), and what ipairs(x) does: as x:iter(). */
int tensor_pairs(lua_State *L) { return iter(L); }

const luaL_Reg tensor_reading_methods[] = {{"item", item}, {"tolist", tolist}, {"iter", iter}, {NULL, NULL}};
