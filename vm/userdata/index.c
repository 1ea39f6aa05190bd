/* index.c: x[i], x[{…}] and their assignment, as views where the form is basic and
** through the ops index and index_put where tensors select.
*/
#include <string.h>

#include "argument.h"
#include "call/mode.h"
#include "call.h"
#include "deferred.h"
#include "device/device.h"
#include "userdata/complex_value.h"

/* What stands in x[…], one item after another. The boxes of the intermediate views and
** index tensors are on the Lua stack, so nothing is lost when something raises. */
typedef struct {
  lua_State *L;
  Tensor *view; /* the result so far: in the box at 'box' */
  int dim;      /* the dimension the next item takes */
  Ints dims;    /* dimensions with an index tensor, and those tensors */
  Tensor *index[TENSOR_MAX_DIMS];
} Indexing;

static void advance(Indexing *x, TensorBox *box, Status status) {
  error_check(x->L, status);
  x->view = box->tensor;
}

static void take_position(Indexing *x, int64_t i) {
  if (i == 0) error_raise(x->L, "index: 0 is not a position; positions count from 1");
  TensorBox *box = tensor_box(x->L);
  Tensor *t = x->view;
  if (x->dim < t->ndim) {
    int64_t n = t->shape[x->dim];
    if (i > n || i < -n)
      error_raise(x->L, "index: position %I is out of range for dimension %d of size %I", (LUAI_UACINT)i, x->dim + 1,
                  (LUAI_UACINT)n);
  }
  advance(x, box, op_select(t, x->dim, i > 0 ? i - 1 : i, &box->tensor));
}

/* The k-th number of a range: a position, or as the third one the step. */
static bool range_bound(lua_State *L, int table, int k, int64_t *out) {
  lua_rawgeti(L, table, k);
  bool given = !lua_isnil(L, -1);
  if (given && !integer_test(L, -1, out)) {
    char got[ERROR_TEXT];
    error_raise(L, "index: a range is {first, last} or {first, last, step} of integers; it holds %s",
                error_describe(L, -1, got));
  }
  lua_pop(L, 1);
  if (given && k == 3 && *out < 1)
    error_raise(L, "index: the step of a range must be positive, got %I", (LUAI_UACINT)*out);
  if (given && *out == 0) error_raise(L, "index: 0 is not a position; positions count from 1");
  return given;
}

static void take_range(Indexing *x, int item) {
  int64_t first = 1, last = 0, step = 1;
  lua_State *L = x->L;
  lua_Integer length = (lua_Integer)lua_rawlen(L, item);
  if (!table_is_list(L, item, length == 2 ? 2 : 3))
    error_raise(L, "index: expected a range {first, last, step} and nothing else in its table");
  bool some = range_bound(L, item, 1, &first);
  bool end = range_bound(L, item, 2, &last);
  range_bound(L, item, 3, &step);
  if (!some) first = 1, last = -1;
  else if (!end) last = first;
  int64_t size = x->dim < x->view->ndim ? x->view->shape[x->dim] : 0;
  if (some && !end && (first > size || first < -size))
    error_raise(L, "index: position %I is out of range for dimension %d of size %I", (LUAI_UACINT)first, x->dim + 1,
                (LUAI_UACINT)size);
  if (last < -size) last = INT64_MIN + 1; /* before the first: empty */
  TensorBox *box = tensor_box(L);
  int64_t from = first > 0 ? first - 1 : first + size < 0 ? 0 : first + size;
  int64_t to = last > 0 ? last - 1 : last + size;
  if (to < from) advance(x, box, op_narrow(x->view, x->dim, 0, 0, &box->tensor));
  else advance(x, box, op_slice(x->view, x->dim, from, to >= size ? size - 1 : to, step, &box->tensor));
  x->dim++;
}

/* 1-based contents to 0-based ones, in a box. */
static Tensor *zero_based(lua_State *L, Tensor *t) {
  TensorBox *box = tensor_box(L);
  error_check(L, argument_positions_in(t, &box->tensor));
  return box->tensor;
}

/* Whether 't' has a position that counts as a number: one without dimensions, which can be read. In a graph that is
** noted it stays a tensor, for there it may be another one later. */
static bool is_position(const Tensor *t) {
  return t->ndim == 0 && dtype_category((DType)t->dtype) == CATEGORY_INTEGER && device_of(t)->host &&
         !mode_is_on(MODE_TRACE);
}

static void add_index(Indexing *x, Tensor *index) {
  if (x->dims.n == TENSOR_MAX_DIMS || x->dim >= x->view->ndim)
    error_raise(x->L, "index: more items than the tensor has dimensions (%d)", (int)x->view->ndim);
  x->index[x->dims.n] = index;
  x->dims.v[x->dims.n++] = x->dim++;
}

/* Whether n dimensions of t from 'dim' on lie in memory as one. */
static bool as_one(const Tensor *t, int dim, int n) {
  for (int d = dim; d < dim + n - 1; d++)
    if (t->stride[d] != t->stride[d + 1] * t->shape[d + 1]) return false;
  return n > 0;
}

/* A mask of d dimensions selects as d index tensors do, or as one where they lie in memory as one. */
static void take_mask(Indexing *x, Tensor *mask) {
  lua_State *L = x->L;
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  int n = mask->ndim;
  bool good = x->dim + n <= x->view->ndim;
  for (int d = 0; good && d < n; d++) good = mask->shape[d] == x->view->shape[x->dim + d];
  if (!good)
    error_raise(L, "index: a mask %s does not fit a tensor %s", tensor_text(a, mask), tensor_text(b, x->view));
  if (n == 0) { /* true takes all, false nothing, in a dimension of its own */
    TensorBox *flat = tensor_box(L), *one = tensor_box(L);
    error_check(L, op_unsqueeze(mask, 0, &flat->tensor));
    advance(x, one, op_unsqueeze(x->view, x->dim, &one->tensor));
    mask = flat->tensor;
    n = 1;
  }
  if (n > 1 && as_one(x->view, x->dim, n)) {
    TensorBox *flat = tensor_box(L), *one = tensor_box(L);
    error_check(L, op_flatten(mask, 0, -1, &flat->tensor));
    advance(x, one, op_flatten(x->view, x->dim, x->dim + n - 1, &one->tensor));
    mask = flat->tensor;
    n = 1;
  }
  TensorBox *all = tensor_box(L);
  error_check(L, op_nonzero(mask, &all->tensor));
  for (int d = 0; d < n; d++) {
    TensorBox *box = tensor_box(L);
    error_check(L, op_select(all->tensor, 1, d, &box->tensor));
    add_index(x, box->tensor);
  }
}

#define ITEM_STACK (TENSOR_MAX_DIMS + 24) /* what one item may push */

/* How many dimensions the items take. */
static int item_dims(lua_State *L, int table, int n) {
  int used = 0, rests = 0;
  for (int i = 1; i <= n; i++) {
    if (lua_rawgeti(L, table, i) == LUA_TNIL) error_raise(L, "index: expected a list of items, got one with a hole");
    Tensor *t = tensor_test(L, -1);
    bool special = lua_type(L, -1) == LUA_TSTRING;
    if (special && strcmp(lua_tostring(L, -1), "...") == 0 && ++rests > 1)
      error_raise(L, "index: \"...\" may stand once, for it takes the dimensions that are left");
    used += special ? 0 : t != NULL && t->dtype == DTYPE_BOOL ? t->ndim : 1;
    lua_pop(L, 1);
  }
  return used;
}

static void take_item(Indexing *x, int item, int used) {
  lua_State *L = x->L;
  Tensor *t = tensor_test(L, item);
  int type = lua_type(L, item);
  int64_t at;
  const char *s = type == LUA_TSTRING ? lua_tostring(L, item) : "";
  if (t != NULL && t->dtype == DTYPE_BOOL) take_mask(x, t);
  else if (t != NULL && is_position(t)) {
    Scalar position;
    error_check(L, tensor_item("index", t, &position));
    take_position(x, position.as.i);
  } else if (t != NULL && dtype_category((DType)t->dtype) == CATEGORY_INTEGER) add_index(x, zero_based(L, t));
  else if (integer_test(L, item, &at)) take_position(x, at);
  else if (type == LUA_TTABLE) take_range(x, item);
  else if (strcmp(s, "newaxis") == 0) {
    TensorBox *box = tensor_box(L);
    advance(x, box, op_unsqueeze(x->view, x->dim, &box->tensor));
    x->dim++;
  } else if (strcmp(s, "...") == 0) x->dim += x->view->ndim - x->dim - used > 0 ? x->view->ndim - x->dim - used : 0;
  else
    error_argument(L, "index", "item", 0, "a position, a range {first, last}, a tensor, \"...\" or \"newaxis\"", item);
}

/* Reads the key at stack index 2. */
static void read_key(Indexing *x, Tensor *t) {
  lua_State *L = x->L;
  TensorBox *start = tensor_box(L);
  error_check(L, op_call(OP_ALIAS, &t, 1, NULL, &start->tensor));
  x->view = start->tensor;
  luaL_checkstack(L, ITEM_STACK, "index");
  if (lua_type(L, 2) != LUA_TTABLE) {
    take_item(x, 2, lua_type(L, 2) == LUA_TSTRING ? 0 : 1);
    return;
  }
  const size_t length = lua_rawlen(L, 2);
  const int n = length < INT32_MAX ? (int)length : 0; /* longer than any array that memory holds: no list */
  if (!table_is_list(L, 2, n)) error_raise(L, "index: expected a list of items without names in it");
  int left = item_dims(L, 2, n);
  if (left > t->ndim)
    error_raise(L, "index: %d items for a tensor of %d dimension%s", left, (int)t->ndim, t->ndim == 1 ? "" : "s");
  for (int i = 1; i <= n; i++) {
    luaL_checkstack(L, ITEM_STACK, "index");
    lua_rawgeti(L, 2, i);
    int item = lua_gettop(L);
    Tensor *index = tensor_test(L, item);
    if (lua_type(L, item) != LUA_TSTRING) left -= index != NULL && index->dtype == DTYPE_BOOL ? index->ndim : 1;
    take_item(x, item, left);
  }
}

int index_get(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "index", "self");
  Indexing x = {.L = L, .dims = {.n = 0}};
  if (lua_isinteger(L, 2)) { /* x[i], the most frequent */
    x.view = t;
    if (t->ndim > 0 && lua_tointeger(L, 2) == t->shape[0] + 1 && ipairs_asks(L)) return 0;
    take_position(&x, lua_tointeger(L, 2));
    return 1;
  }
  read_key(&x, t);
  TensorBox *box = tensor_box(L);
  if (x.dims.n == 0) box->tensor = tensor_retain(x.view);
  else error_check(L, op_index(x.view, x.dims, x.dims.n, x.index, &box->tensor));
  tensor_account(L, box);
  return 1;
}

/* The number at stack index 3, for a tensor of 'dtype'. */
static Scalar number_of(lua_State *L, DType dtype) {
  Scalar s = {0};
  if (lua_type(L, 3) == LUA_TBOOLEAN) s = scalar_bool(lua_toboolean(L, 3));
  else if (lua_type(L, 3) == LUA_TNUMBER)
    s = lua_isinteger(L, 3) ? scalar_int(lua_tointeger(L, 3)) : scalar_float(lua_tonumber(L, 3));
  else if (!complex_read(L, 3, &s)) error_argument(L, "index", "value", 0, "a tensor or a number", 3);
  error_check(L, scalar_check("index", "value", 3, s, dtype));
  return s;
}

/* The value at stack index 3 as a tensor. */
static Tensor *value_of(lua_State *L, DType dtype) {
  Tensor *t = tensor_test(L, 3);
  if (t != NULL) return t;
  Scalar s = number_of(L, dtype);
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_wrap_number(s, &box->tensor));
  return box->tensor;
}

/* 'value' without the dimensions of size 1 in front, where it has more than 'ndim': x[1] takes a row (1×n) and
** x[{1, 2}] a tensor of one element, as in PyTorch. */
static Tensor *without_front(lua_State *L, Tensor *value, int ndim) {
  int front = 0;
  while (value->ndim - front > ndim && value->shape[front] == 1) front++;
  if (front == 0) return value;
  TensorBox *box = tensor_box(L);
  error_check(L, op_reshape(value, ints_of(value->ndim - front, value->shape + front), &box->tensor));
  return box->tensor;
}

/* x[mask] = number, with a mask of the first dimensions: no list of positions is needed. */
static bool fill_by_mask(lua_State *L, Tensor *t) {
  Tensor *mask = tensor_test(L, 2);
  if (mask == NULL || mask->dtype != DTYPE_BOOL || mask->ndim > t->ndim || tensor_test(L, 3) != NULL) return false;
  Ints shape = ints_of(t->ndim, t->shape);
  for (int d = 0; d < mask->ndim; d++)
    if (mask->shape[d] != t->shape[d]) return false;
  for (int d = mask->ndim; d < t->ndim; d++) shape.v[d] = 1;
  MaskedFillAttrs attrs = {number_of(L, (DType)t->dtype)};
  TensorBox *box = tensor_box(L);
  error_check(L, op_reshape(mask, shape, &box->tensor));
  error_check(L, op_call_in_place(OP_MASKED_FILL, (Tensor *[]){t, box->tensor}, 2, &attrs));
  return true;
}

int index_set(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "index", "self");
  Indexing x = {.L = L, .dims = {.n = 0}};
  lua_settop(L, 3);
  if (deferring) error_check(L, deferred_before_change_of(t));
  if (fill_by_mask(L, t)) return 0;
  read_key(&x, t);
  Tensor *value = value_of(L, (DType)t->dtype);
  value = without_front(L, value, x.dims.n == 0 ? x.view->ndim : 0);
  if (x.dims.n == 0) {
    Tensor *in[] = {x.view, value};
    error_check(L, op_call_in_place(OP_COPY, in, 2, NULL));
    return 0;
  }
  Tensor *in[TENSOR_MAX_DIMS + 2] = {x.view, value};
  IndexPutAttrs attrs = {.dims = x.dims, .accumulate = false};
  for (int i = 0; i < x.dims.n; i++) in[2 + i] = x.index[i];
  TensorBox *cast = tensor_box(L); /* values take the dtype of the tensor */
  if (value->dtype != x.view->dtype) {
    error_check(L, op_cast(value, (DType)x.view->dtype, &cast->tensor));
    in[1] = cast->tensor;
  }
  error_check(L, op_call_in_place(OP_INDEX_PUT, in, 2 + x.dims.n, &attrs));
  return 0;
}
