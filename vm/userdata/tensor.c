/* tensor.c: the metatable of tensors: it gathers their methods, attributes and operators. */
#include <string.h>

#include "call.h"
#include "graph/trace.h"
#include "library.h"
#include "undefined.h"

/* ---- __index: methods, attributes, elements ---------------------------------------------- */

/* Upvalues: 1 methods, 2 attributes. */
static int tensor_index(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) return index_get(L);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) return 1;
  lua_pop(L, 1);
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
    lua_CFunction get = lua_tocfunction(L, -1);
    lua_pop(L, 1);
    return get(L);
  }
  if (strcmp(lua_tostring(L, 2), "...") == 0 || strcmp(lua_tostring(L, 2), "newaxis") == 0) return index_get(L);
  if (tag_field(L, 1, 2)) return 1;
  lua_pushvalue(L, 2);
  lua_gettable(L, lua_upvalueindex(1)); /* a method in a Lua file, which is loaded now, or words */
  return lua_isnil(L, -1) ? undefined_read(L, "tensor") : 1;
}

static int tensor_newindex(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "tensor", "self");
  if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "...") == 0) return index_set(L);
  return attribute_set(L, t, lua_tostring(L, 2));
}

static int tensor_len(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "#", "self");
  if (t->ndim == 0) return error_raise(L, "#: a 0-dimensional tensor has no length");
  lua_pushinteger(L, t->shape[0]);
  return 1;
}

/* ---- operators ------------------------------------------------------------------------------ */

/* Lua's names of operators and the ops that they are. */
static const struct {
  const char *event;
  OpId op;
} operators[] = {{"__add", OP_ADD}, {"__sub", OP_SUB}, {"__mul", OP_MUL}, {"__div", OP_DIV},
                 {"__idiv", OP_FLOOR_DIVIDE}, {"__mod", OP_REMAINDER}, {"__pow", OP_POW},
                 {"__band", OP_BITWISE_AND}, {"__bor", OP_BITWISE_OR}, {"__bxor", OP_BITWISE_XOR},
                 {"__shl", OP_BITWISE_LEFT_SHIFT}, {"__shr", OP_BITWISE_RIGHT_SHIFT},
                 {"__unm", OP_NEG}, {"__bnot", OP_BITWISE_NOT}};

/* What to write instead; Lua turns x > y into y < x. */
static const char *compare_method(lua_State *L, bool or_equal) {
  const bool first = tensor_test(L, 1) != NULL, second = tensor_test(L, 2) != NULL;
  if (first && second) return or_equal ? "x:le(y) or y:ge(x)" : "x:lt(y) or y:gt(x)";
  const int other = second ? 1 : 2;
  const char *text = lua_type(L, other) == LUA_TNUMBER ? luaL_tolstring(L, other, NULL) : "y";
  return lua_pushfstring(L, "x:%s%s(%s)", second ? "g" : "l", or_equal ? "e" : "t", text);
}

/* Lua makes a boolean of the result, so only one element has a meaning. */
static int compare(lua_State *L, bool or_equal) {
  Scalar v[2];
  trace_warn("a comparison of elements in Lua is not recorded: the graph always takes the way that was taken");
  for (int i = 0; i < 2; i++) {
    Tensor *t = tensor_test(L, i + 1);
    if (t == NULL && lua_type(L, i + 1) == LUA_TNUMBER) v[i] = scalar_float(lua_tonumber(L, i + 1));
    else if (t != NULL && t->numel == 1) {
      error_check(L, tensor_item(or_equal ? "<=" : "<", t, &v[i]));
      v[i] = number_of_element((DType)t->dtype, v[i]);
    } else {
      char got[ERROR_TEXT];
      return error_raise(L, "%s: needs tensors of one element, got %s; write %s to compare element by element",
                         or_equal ? "<=" : "<", error_describe(L, i + 1, got), compare_method(L, or_equal));
    }
  }
  double a = scalar_to_double(v[0]), b = scalar_to_double(v[1]);
  lua_pushboolean(L, or_equal ? a <= b : a < b);
  return 1;
}
static int tensor_lt(lua_State *L) { return compare(L, false); }
static int tensor_le(lua_State *L) { return compare(L, true); }

static const luaL_Reg tensor_metamethods[] = {
    {"__concat", tensor_concat}, {"__lt", tensor_lt}, {"__le", tensor_le}, {"__eq", tensor_equal},
    {"__len", tensor_len}, {"__pairs", tensor_pairs},
    {"__newindex", tensor_newindex}, {"__tostring", print_tensor}, {NULL, NULL}};

/* Completes the metatable that boxes are made with (kind.c): __index needs the methods that the op table adds. */
void tensor_open(lua_State *L, int torch, int functional) {
  object_metatable(L, &tensor_class);
  int metatable = lua_gettop(L);
  luaL_setfuncs(L, tensor_metamethods, 0);
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    call_push_operator(L, op_info(operators[i].op), operators[i].event, metatable);
    lua_setfield(L, metatable, operators[i].event);
  }
  lua_getfield(L, -1, "__methods");
  luaL_setfuncs(L, tensor_methods, 0);
  luaL_setfuncs(L, promotion_methods, 0);
  luaL_setfuncs(L, tensor_reading_methods, 0);
  luaL_setfuncs(L, tensor_conversion_methods, 0);
  call_register(L, torch, functional, lua_gettop(L), metatable);
  library_lazy_methods(L);
  lua_newtable(L);
  luaL_setfuncs(L, tensor_attributes, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -4, "__attributes");
  lua_pushcclosure(L, tensor_index, 2);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
