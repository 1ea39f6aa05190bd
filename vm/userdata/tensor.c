/* tensor.c: tensor userdata: boxes, the collector's account, attributes, operators. */
#include <string.h>

#include "call.h"

/* __gc and __close: most of what dies are tensors, so this is theirs alone. */
static int tensor_finalize(lua_State *L) {
  Tensor *t = tensor_test(L, 1);
  if (t == NULL) return 0;
  ((TensorBox *)lua_touserdata(L, 1))->tensor = NULL;
  tensor_release(t);
  return 0;
}

/* ---- boxes -------------------------------------------------------------------------- */

/* Lua sees a few words per tensor, so it is told when to look: before a new tensor, so
** that this one gets the memory that has just come free and is in the cache still. After
** YOUNG_BYTES of new tensors a step: in the generational mode (open_globals) a collection
** of the young, which is where the temporaries of a loop are. A whole collection when the
** bytes in use have grown by a quarter since the last one, for what got old before it
** died; at least by GROWTH and by four times what Lua has to walk through. */
#define YOUNG_BYTES (2LL << 20)
#define GROWTH (16LL << 20)
static int64_t pending, limit = GROWTH;

static void collect(lua_State *L) {
  MemoryStats stats;
  pending = 0;
  memory_stats(&stats);
  lua_gc(L, stats.bytes > limit ? LUA_GCCOLLECT : LUA_GCSTEP, 0);
  if (stats.bytes <= limit) return;
  memory_stats(&stats);
  const int64_t quarter = stats.bytes / 4, least = GROWTH + 4096LL * lua_gc(L, LUA_GCCOUNT, 0);
  limit = stats.bytes + (quarter > least ? quarter : least);
}

void tensor_account(lua_State *L, const TensorBox *box) {
  const Tensor *t = box->tensor;
  (void)L;
  if (t == NULL) return;
  pending += (int64_t)sizeof *t;
  if (atomic_load_explicit(&t->storage->refs, memory_order_relaxed) == 1) pending += (int64_t)t->storage->bytes;
}

TensorBox *tensor_box_of(lua_State *L, int metatable) {
  if (pending >= YOUNG_BYTES) collect(L);
  TensorBox *box = lua_newuserdatauv(L, sizeof *box, 0);
  box->object.class = &tensor_class;
  box->tensor = NULL;
  lua_pushvalue(L, metatable);
  lua_setmetatable(L, -2);
  return box;
}

TensorBox *tensor_box(lua_State *L) {
  object_metatable(L, &tensor_class);
  TensorBox *box = tensor_box_of(L, -2); /* the metatable, below the new box */
  lua_remove(L, -2);
  return box;
}

void tensor_push(lua_State *L, Tensor *tensor) {
  if (tensor == NULL) {
    lua_pushnil(L);
    return;
  }
  TensorBox *box = tensor_box(L);
  box->tensor = tensor_retain(tensor);
}

/* The first word of the userdata is compared with the address of our descriptor: other
** libraries' userdata do not hold it. */
Tensor *tensor_test(lua_State *L, int index) {
  const TensorBox *box = lua_touserdata(L, index);
  if (box == NULL || lua_rawlen(L, index) < sizeof *box) return NULL; /* light ones have length 0 */
  return box->object.class == &tensor_class ? box->tensor : NULL;
}

Tensor *tensor_check(lua_State *L, int argument, const char *function, const char *name) {
  Tensor *t = tensor_test(L, argument);
  if (t == NULL) error_argument(L, function, name, argument, "a tensor", argument);
  return t;
}

/* ---- attributes: x.shape … -------------------------------------------------------------- */

static int size_tostring(lua_State *L) {
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addstring(&b, "torch.Size({");
  for (int i = 1; i <= (int)lua_rawlen(L, 1); i++) {
    if (i > 1) luaL_addstring(&b, ", ");
    lua_rawgeti(L, 1, i);
    luaL_addvalue(&b);
  }
  luaL_addstring(&b, "})");
  luaL_pushresult(&b);
  return 1;
}
static int size_equal(lua_State *L) {
  bool same = lua_istable(L, 1) && lua_istable(L, 2) && lua_rawlen(L, 1) == lua_rawlen(L, 2);
  for (int i = 1; same && i <= (int)lua_rawlen(L, 1); i++) {
    lua_rawgeti(L, 1, i);
    lua_rawgeti(L, 2, i);
    same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
  }
  lua_pushboolean(L, same);
  return 1;
}
static int size_numel(lua_State *L) {
  lua_Integer n = 1;
  for (int i = 1; i <= (int)lua_rawlen(L, 1); i++) {
    lua_rawgeti(L, 1, i);
    n *= lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
  lua_pushinteger(L, n);
  return 1;
}

static void push_list(lua_State *L, int n, const int64_t *v) {
  static const luaL_Reg meta[] = {{"__tostring", size_tostring}, {"__eq", size_equal}, {NULL, NULL}};
  lua_createtable(L, n, 0);
  for (int i = 0; i < n; i++) {
    lua_pushinteger(L, v[i]);
    lua_rawseti(L, -2, i + 1);
  }
  if (luaL_newmetatable(L, "torch.Size")) {
    luaL_setfuncs(L, meta, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, size_numel);
    lua_setfield(L, -2, "numel");
    lua_setfield(L, -2, "__index");
  }
  lua_setmetatable(L, -2);
}

/** torch.Tensor: What a tensor has: attributes, methods, and operators: + - * / // % ^ and the
** unary minus element by element with broadcasting, & | ~ on booleans and integers, == for
** torch.equal, # for the length of the first dimension. x[i] selects in the first dimension;
** x[{i, {a, b}, {}}] takes one item a dimension: a position, a range, all. */
/** x.shape -> int[]: The size of each dimension: an array that prints as torch.Size({2, 3}) and compares
** with ==.
** Example: torch.zeros(2, 3).shape */
static int get_shape(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "shape", "self");
  push_list(L, t->ndim, t->shape);
  return 1;
}
/** x.dtype -> torch.dtype: The type of the elements, such as torch.float32. */
static int get_dtype(lua_State *L) {
  dtype_push(L, (DType)tensor_check(L, 1, "dtype", "self")->dtype);
  return 1;
}
/** x.device -> torch.device: Where the elements are; prints as cpu or cuda:0. */
static int get_device(lua_State *L) {
  device_push(L, tensor_device(tensor_check(L, 1, "device", "self")));
  return 1;
}
/** x.ndim -> int: The number of dimensions. */
static int get_ndim(lua_State *L) {
  lua_pushinteger(L, tensor_check(L, 1, "ndim", "self")->ndim);
  return 1;
}
/** x.grad -> Tensor|nil: The gradient that backward has added up, a tensor in the shape of x, or nil. May be
** assigned.
** Example:
**     local w = torch.ones(2, {requires_grad = true})
**     w:mul(3):sum():backward()
**     return w.grad */
static int get_grad(lua_State *L) {
  tensor_push(L, tensor_grad(tensor_check(L, 1, "grad", "self")));
  return 1;
}
/** x.requires_grad -> bool: Whether gradients for x are wanted or pass through it. May be assigned for
** leaves of a floating point dtype. */
static int get_requires_grad(lua_State *L) {
  lua_pushboolean(L, tensor_requires_grad(tensor_check(L, 1, "requires_grad", "self")));
  return 1;
}
/** x.is_leaf -> bool: Whether x was not computed from tensors that require a gradient. */
static int get_is_leaf(lua_State *L) {
  lua_pushboolean(L, tensor_is_leaf(tensor_check(L, 1, "is_leaf", "self")));
  return 1;
}
/** x.data -> Tensor: The same elements without the history: changes are not seen by backward. May be assigned
** a tensor of the same shape and dtype. */
static int get_data(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "data", "self");
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_detach(t, &box->tensor));
  return 1;
}
static int get_version(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)tensor_changes(tensor_check(L, 1, "_version", "self")));
  return 1;
}
/** x.mT -> Tensor: A view with the last two dimensions exchanged. */
static int get_transposed(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "mT", "self");
  TensorBox *box = tensor_box(L);
  if (t->ndim == 1) luaL_error(L, "mT: expected at least 2 dimensions, got 1");
  error_check(L, t->ndim == 0 ? op_call(OP_ALIAS, &t, 1, NULL, &box->tensor) : op_transpose(t, -2, -1, &box->tensor));
  return 1;
}
/** x.T -> Tensor: A view with the dimensions in reverse order. */
static int get_reversed(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "T", "self");
  TensorBox *box = tensor_box(L);
  Ints dims = {.n = t->ndim};
  for (int i = 0; i < t->ndim; i++) dims.v[i] = t->ndim - 1 - i;
  error_check(L, op_permute(t, dims, &box->tensor));
  return 1;
}

/** x.real -> Tensor: The real parts, a view; of real numbers x itself. */
static int get_real(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "real", "self");
  if (!dtype_is_complex((DType)t->dtype)) {
    lua_settop(L, 1);
    return 1;
  }
  TensorBox *box = tensor_box(L);
  error_check(L, op_real(t, &box->tensor));
  return 1;
}
/** x.imag -> Tensor: The imaginary parts of complex numbers, a view. */
static int get_imag(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "imag", "self");
  TensorBox *box = tensor_box(L);
  error_check(L, op_imag(t, &box->tensor));
  return 1;
}
/** x.mH -> Tensor: The last two dimensions exchanged, complex numbers conjugated. */
/** x.H -> Tensor: Of a matrix: transposed, complex numbers conjugated. */
static int get_adjoint(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "mH", "self"), *turned;
  if (t->ndim < 2) return luaL_error(L, "mH: expected at least 2 dimensions, got %d", (int)t->ndim);
  TensorBox *box = tensor_box(L);
  error_check(L, op_transpose(t, -2, -1, &turned));
  Status status = op_conj(turned, &box->tensor);
  tensor_release(turned);
  error_check(L, status);
  return 1;
}
static int get_matrix_adjoint(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "H", "self");
  if (t->ndim != 2) return luaL_error(L, "H: expected a matrix, got %d dimensions", (int)t->ndim);
  return get_adjoint(L);
}

typedef struct {
  Object object;
  Node *node;
} NodeBox;
static void node_finalize(lua_State *L, void *self) {
  (void)L;
  NodeBox *box = self;
  node_release(box->node);
  box->node = NULL;
}
static int node_tostring(lua_State *L) {
  lua_pushfstring(L, "<%s>", node_name(((NodeBox *)lua_touserdata(L, 1))->node));
  return 1;
}
static const Class node_class;
static void node_push(lua_State *L, Node *node) {
  if (node == NULL) {
    lua_pushnil(L);
    return;
  }
  NodeBox *box = object_new(L, &node_class, sizeof *box, 0);
  node_retain(node);
  box->node = node;
}
static int node_name_method(lua_State *L) {
  NodeBox *box = object_check(L, 1, &node_class, "name", "self");
  lua_pushstring(L, node_name(box->node));
  return 1;
}
static int node_next(lua_State *L) {
  NodeBox *box = object_check(L, 1, &node_class, "next_functions", "self");
  lua_newtable(L);
  for (int i = 0, k = 1; i < node_input_count(box->node); i++) {
    if (node_input(box->node, i) == NULL) continue;
    node_push(L, node_input(box->node, i));
    lua_rawseti(L, -2, k++);
  }
  return 1;
}
static const luaL_Reg node_methods[] = {{"name", node_name_method}, {"next_functions", node_next}, {NULL, NULL}};
static const luaL_Reg node_metamethods[] = {{"__tostring", node_tostring}, {NULL, NULL}};
static const Class node_class = {"torch.autograd.Node", NULL, node_finalize, node_methods, node_metamethods};

/** x.grad_fn -> torch.autograd.Node|nil: The op that x is the result of: it has name() and next_functions(). nil for leaves. */
static int get_grad_fn(lua_State *L) {
  node_push(L, tensor_grad_fn(tensor_check(L, 1, "grad_fn", "self")));
  return 1;
}

static const luaL_Reg attributes[] = {
    {"shape", get_shape}, {"dtype", get_dtype}, {"device", get_device}, {"ndim", get_ndim}, {"T", get_reversed},
    {"mT", get_transposed}, {"mH", get_adjoint}, {"H", get_matrix_adjoint}, {"real", get_real}, {"imag", get_imag}, {"grad", get_grad}, {"grad_fn", get_grad_fn}, {"requires_grad", get_requires_grad},
    {"is_leaf", get_is_leaf}, {"data", get_data}, {"_version", get_version}, {NULL, NULL}};

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
  return 0;
}

static int set_attribute(lua_State *L, Tensor *t, const char *key) {
  if (strcmp(key, "grad") == 0) {
    Tensor *g = lua_isnil(L, 3) ? NULL : tensor_check(L, 3, "grad", "value");
    error_check(L, tensor_set_grad(t, g));
  } else if (strcmp(key, "requires_grad") == 0) {
    error_check(L, tensor_set_requires_grad(t, lua_toboolean(L, 3)));
  } else if (strcmp(key, "data") == 0) {
    Tensor *from = tensor_check(L, 3, "data", "value");
    char a[SHAPE_TEXT], b[SHAPE_TEXT];
    if (from->dtype != t->dtype || !tensor_same_shape(t, from))
      return luaL_error(L, "data: expected %s as the tensor's, got %s", tensor_text(a, t), tensor_text(b, from));
    error_check(L, tensor_set_data(t, from));
  } else
    return luaL_error(L, "tensor: no attribute '%s' that can be set; grad, requires_grad and data can", key);
  return 0;
}

static int tensor_newindex(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "tensor", "self");
  if (lua_type(L, 2) != LUA_TSTRING || strcmp(lua_tostring(L, 2), "...") == 0) return index_set(L);
  return set_attribute(L, t, lua_tostring(L, 2));
}

static int tensor_len(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "#", "self");
  if (t->ndim == 0) return luaL_error(L, "#: a 0-dimensional tensor has no length");
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
                 {"__unm", OP_NEG}, {"__bnot", OP_BITWISE_NOT}};

/* Lua makes a boolean of the result, so only one element has a meaning. */
static int compare(lua_State *L, bool or_equal) {
  Scalar v[2];
  for (int i = 0; i < 2; i++) {
    Tensor *t = tensor_test(L, i + 1);
    if (t == NULL && lua_type(L, i + 1) == LUA_TNUMBER) v[i] = scalar_float(lua_tonumber(L, i + 1));
    else if (t != NULL && t->numel == 1) tensor_item("compare", t, &v[i]);
    else {
      char got[ERROR_TEXT];
      return luaL_error(L, "%s: needs tensors of one element, got %s; use :%s() to compare element by element",
                        or_equal ? "<=" : "<", error_describe(L, i + 1, got), or_equal ? "le" : "lt");
    }
  }
  double a = scalar_to_double(v[0]), b = scalar_to_double(v[1]);
  lua_pushboolean(L, or_equal ? a <= b : a < b);
  return 1;
}
static int tensor_lt(lua_State *L) { return compare(L, false); }
static int tensor_le(lua_State *L) { return compare(L, true); }

int tensor_equal(lua_State *L);

static const luaL_Reg tensor_metamethods[] = {
    {"__lt", tensor_lt}, {"__le", tensor_le}, {"__eq", tensor_equal},
    {"__gc", tensor_finalize}, {"__close", tensor_finalize}, {"__len", tensor_len}, {"__newindex", tensor_newindex}, {"__tostring", print_tensor}, {NULL, NULL}};

const Class tensor_class = {"torch.Tensor", NULL, NULL, tensor_methods, tensor_metamethods};

/* Completes the metatable: __index needs the methods that the op table adds. */
void tensor_open(lua_State *L, int torch, int functional) {
  object_metatable(L, &tensor_class);
  int metatable = lua_gettop(L);
  for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
    call_push_operator(L, op_info(operators[i].op), metatable);
    lua_setfield(L, metatable, operators[i].event);
  }
  lua_getfield(L, -1, "__methods");
  call_register(L, torch, functional, lua_gettop(L), metatable);
  lua_newtable(L);
  luaL_setfuncs(L, attributes, 0);
  lua_pushvalue(L, -1);
  lua_setfield(L, -4, "__attributes");
  lua_pushcclosure(L, tensor_index, 2);
  lua_setfield(L, -2, "__index");
  lua_pop(L, 1);
}
