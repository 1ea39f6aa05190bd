/* call.c: calls of ops from Lua. One C function serves every op: it reads the arguments
** by the op's row. Phase 1 puts every argument at a known place of the stack and may
** raise; phase 2 turns them into C values, owns temporaries, and never raises.
*/
#include <stdio.h>
#include <string.h>

#include "call.h"

#define MAX_ARGS 16
#define MAX_TEMPORARIES 64

typedef struct {
  lua_State *L;
  const OpInfo *info;
  bool in_place;
  int at[MAX_ARGS];       /* stack index of each argument, 0: not given */
  int count[MAX_ARGS];    /* > 0: a shape given as so many numbers from at[] on */
  bool requires_grad;
  /* phase 2 */
  _Alignas(16) char attrs[1024];
  Tensor **inputs;
  int n_inputs;
  Tensor *few[OP_MAX_INPUTS];
  Tensor *temporary[MAX_TEMPORARIES];
  int n_temporaries;
  char expected[160]; /* what was wrong with argument 'wrong' */
  int wrong, wrong_index;
} Reader;

static const char *name_of(const OpInfo *info, bool in_place) {
  static char name[64];
  if (!in_place) return info->lua_name;
  snprintf(name, sizeof name, "%s_", info->lua_name);
  return name;
}
static const char *function_name(const Reader *r) { return name_of(r->info, r->in_place); }

/* ---- phase 1: places -------------------------------------------------------------- */

/* A table of options: its first key is a string. */
static bool is_options(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TTABLE) return false;
  lua_pushnil(L);
  if (!lua_next(L, index)) return false;
  bool yes = lua_type(L, -2) == LUA_TSTRING;
  lua_pop(L, 2);
  return yes;
}

static bool is_empty(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TTABLE) return false;
  lua_pushnil(L);
  if (!lua_next(L, index)) return true;
  lua_pop(L, 2);
  return false;
}

static bool takes_numbers(const OpArg *arg, bool last) {
  return last && (arg->type == ARG_SHAPE || arg->type == ARG_DIMS);
}

static int raise_unknown(Reader *r, const char *key) {
  const char *names[MAX_ARGS + 3];
  char list[512] = "";
  int n = 0;
  for (int i = 0; i < r->info->n_args; i++) names[n++] = r->info->args[i].name;
  if (r->info->creation) names[n++] = "device", names[n++] = "requires_grad";
  names[n] = NULL;
  for (int i = 0; i < n; i++) {
    size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", names[i]);
  }
  const char *near = error_nearest(key, names);
  return luaL_error(r->L, "%s: no argument '%s'; the arguments are %s%s%s%s", function_name(r), key, list,
                    near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "");
}

static void place_named(Reader *r, int table) {
  lua_State *L = r->L;
  const OpInfo *info = r->info;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    if (lua_type(L, -2) != LUA_TSTRING) {
      luaL_error(L, "%s: the table of named arguments mixes names and values", function_name(r));
      return;
    }
    const char *key = lua_tostring(L, -2);
    int i = 0;
    while (i < info->n_args && strcmp(info->args[i].name, key) != 0) i++;
    if (i < info->n_args) {
      if (r->at[i] != 0) luaL_error(L, "%s: argument '%s' is given twice", function_name(r), key);
      r->at[i] = lua_gettop(L);
      lua_pushvalue(L, -2); /* the value stays below, the key goes on */
      continue;
    }
    if (info->creation && strcmp(key, "requires_grad") == 0) r->requires_grad = lua_toboolean(L, -1);
    else if (info->creation && strcmp(key, "device") == 0) device_check(L, lua_gettop(L), function_name(r));
    else raise_unknown(r, key);
    lua_pop(L, 1);
  }
}

static void place(Reader *r, int top) {
  lua_State *L = r->L;
  const OpInfo *info = r->info;
  int positional = 0, n = top;
  while (positional < info->n_args && !info->args[positional].keyword_only) positional++;
  bool options = top > 0 && is_options(L, top);
  if (options) n--;
  int at = 1;
  for (int i = 0; i < positional && at <= n; i++) {
    const OpArg *arg = &info->args[i];
    if (arg->list && object_test(L, at, &tensor_class)) { /* tensors one after another */
      lua_createtable(L, n, 0);
      for (int k = 1; at <= n && tensor_test(L, at); k++, at++) {
        lua_pushvalue(L, at);
        lua_rawseti(L, -2, k);
      }
      r->at[i] = lua_gettop(L);
      continue;
    }
    if (takes_numbers(arg, i == positional - 1) && lua_type(L, at) == LUA_TNUMBER) {
      r->at[i] = at;
      while (at <= n && lua_type(L, at) == LUA_TNUMBER) at++, r->count[i]++;
      continue;
    }
    if (!lua_isnil(L, at)) r->at[i] = at;
    at++;
  }
  if (at == n && is_empty(L, n)) at++; /* options, none of them given */
  if (at <= n) {
    char got[ERROR_TEXT];
    luaL_error(L, "%s: at most %d arguments, got %d (the last is %s); %s%s", function_name(r), positional, n,
               error_describe(L, n, got), info->lua_name, info->signature);
  }
  luaL_checkstack(L, 2 * MAX_ARGS + 8, "too many arguments");
  if (options) place_named(r, top);
}

/* ---- phase 2: values --------------------------------------------------------------- */

static bool wrong(Reader *r, int arg, int index, const char *expected) {
  r->wrong = arg + 1;
  r->wrong_index = index;
  snprintf(r->expected, sizeof r->expected, "%s", expected);
  return false;
}

static bool read_int(lua_State *L, int index, int64_t *out) {
  int exact;
  if (lua_type(L, index) != LUA_TNUMBER) {
    Tensor *t = tensor_test(L, index);
    if (t == NULL || t->numel != 1 || dtype_category((DType)t->dtype) != CATEGORY_INTEGER) return false;
    *out = element_get((DType)t->dtype, tensor_data(t)).as.i;
    return true;
  }
  *out = lua_tointegerx(L, index, &exact);
  return exact != 0;
}

static bool read_number(lua_State *L, int index, Scalar *out) {
  switch (lua_type(L, index)) {
    case LUA_TBOOLEAN: *out = scalar_bool(lua_toboolean(L, index)); return true;
    case LUA_TNUMBER:
      *out = lua_isinteger(L, index) ? scalar_int(lua_tointeger(L, index)) : scalar_float(lua_tonumber(L, index));
      return true;
    default: {
      Tensor *t = tensor_test(L, index);
      if (t == NULL || t->ndim != 0) return false;
      if (grad_enabled() && tensor_requires_grad(t)) return false; /* its gradient would be lost */
      *out = element_get((DType)t->dtype, tensor_data(t));
      return true;
    }
  }
}

/* 1-based outside, 0-based inside; negative ones count from the end in both. */
static bool position(int64_t given, int64_t *out) {
  *out = given > 0 ? given - 1 : given;
  return given != 0;
}

static bool read_ints(Reader *r, int arg, int index, Ints *out, bool positions) {
  lua_State *L = r->L;
  int count = r->count[arg];
  const char *expected = positions ? "positions (from 1; negative ones count from the end)" : "integers";
  bool list = count == 0 && lua_type(L, index) == LUA_TTABLE;
  int64_t n = count > 0 ? count : list ? (int64_t)lua_rawlen(L, index) : 1;
  if (n > TENSOR_MAX_DIMS) return wrong(r, arg, index, "at most 12 numbers");
  out->n = (int)n;
  for (int i = 0; i < n; i++) {
    if (list) lua_rawgeti(L, index, i + 1);
    int64_t v = 0;
    bool good = read_int(L, list ? -1 : index + i, &v);
    if (list) lua_pop(L, 1);
    if (!good) return wrong(r, arg, index, expected);
    if (positions && !position(v, &v)) return wrong(r, arg, index, "a position: they count from 1");
    out->v[i] = v;
  }
  return true;
}

static bool keep(Reader *r, int arg, int index, Status status, Tensor *t) {
  if (status != OK) return wrong(r, arg, index, "");
  r->temporary[r->n_temporaries++] = t;
  return true;
}

/* Index tensors: contents come down by one; 0 becomes POSITION_ZERO, which kernels
** refuse. Booleans (masks) pass. */
static Status positions_in(Tensor *t, Tensor **out) {
  if (dtype_category((DType)t->dtype) != CATEGORY_INTEGER) {
    *out = tensor_retain(t);
    return OK;
  }
  TRY(tensor_empty_cpu(t->ndim, t->shape, DTYPE_INT64, out));
  Status status = tensor_copy(*out, t);
  int64_t *v = tensor_data(*out);
  for (int64_t i = 0; i < t->numel; i++) v[i] = v[i] > 0 ? v[i] - 1 : v[i] == 0 ? INT64_MIN : v[i];
  if (status == OK) return OK;
  tensor_release(*out);
  *out = NULL;
  return status;
}

static Status positions_out(Tensor **t) {
  Tensor *out;
  TRY(tensor_empty_cpu((*t)->ndim, (*t)->shape, (DType)(*t)->dtype, &out));
  Status status = tensor_copy(out, *t);
  int64_t *v = tensor_data(out);
  for (int64_t i = 0; i < out->numel; i++) v[i]++;
  tensor_release(*t);
  *t = out;
  return status;
}

static bool read_tensor(Reader *r, int arg, int index, Tensor **out) {
  const OpArg *a = &r->info->args[arg];
  Scalar number;
  Tensor *t = tensor_test(r->L, index), *made = NULL;
  if (r->n_temporaries == MAX_TEMPORARIES) return wrong(r, arg, index, "fewer tensors");
  if (t != NULL && a->type == ARG_POSITIONS) {
    Status status = positions_in(t, &made);
    *out = made;
    return keep(r, arg, index, status, made);
  }
  if (t != NULL) {
    *out = t;
    return true;
  }
  int type = lua_type(r->L, index);
  if (type == LUA_TNUMBER || type == LUA_TBOOLEAN) {
    read_number(r->L, index, &number);
    if (a->type == ARG_POSITIONS && (number.kind != SCALAR_INT || !position(number.as.i, &number.as.i)))
      return wrong(r, arg, index, "a position (from 1) or a tensor of positions");
    Status status = tensor_wrap_number(number, &made);
    *out = made;
    return keep(r, arg, index, status, made);
  }
  return wrong(r, arg, index, a->type == ARG_POSITIONS ? "a tensor of positions" : "a tensor or a number");
}

static bool read_list(Reader *r, int arg, int index) {
  lua_State *L = r->L;
  if (lua_type(L, index) != LUA_TTABLE) return wrong(r, arg, index, "an array of tensors");
  int n = (int)lua_rawlen(L, index);
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, index, i + 1);
    Tensor *t = tensor_test(L, -1);
    bool good = t != NULL;
    if (good && r->info->args[arg].type == ARG_POSITIONS) good = read_tensor(r, arg, lua_gettop(L), &t);
    lua_pop(L, 1);
    if (!good) return wrong(r, arg, index, "an array of tensors");
    r->inputs[r->n_inputs++] = t;
  }
  return true;
}

static bool read_choice(Reader *r, int arg, int index, int *out) {
  const OpArg *a = &r->info->args[arg];
  char text[160] = "one of";
  const char *s = lua_type(r->L, index) == LUA_TSTRING ? lua_tostring(r->L, index) : "";
  for (int i = 0; a->choices[i] != NULL; i++) {
    if (strcmp(s, a->choices[i]) == 0) {
      *out = i;
      return true;
    }
    size_t used = strlen(text);
    snprintf(text + used, sizeof text - used, " \"%s\"", a->choices[i]);
  }
  return wrong(r, arg, index, text);
}

static bool read_attribute(Reader *r, int i, int index, void *to) {
  lua_State *L = r->L;
  const OpArg *a = &r->info->args[i];
  int64_t n;
  Scalar s;
  switch ((ArgType)a->type) {
    case ARG_NUMBER:
      return read_number(L, index, to) || wrong(r, i, index, "a number");
    case ARG_OPTIONAL_NUMBER:
      ((OptionalScalar *)to)->given = true;
      return read_number(L, index, &((OptionalScalar *)to)->value) || wrong(r, i, index, "a number");
    case ARG_INT: return read_int(L, index, to) || wrong(r, i, index, "an integer");
    case ARG_FLOAT:
      if (!read_number(L, index, &s)) return wrong(r, i, index, "a number");
      *(double *)to = scalar_to_double(s);
      return true;
    case ARG_BOOL:
      *(bool *)to = lua_toboolean(L, index);
      return lua_type(L, index) == LUA_TBOOLEAN || wrong(r, i, index, "true or false");
    case ARG_DIM:
    case ARG_INDEX:
      if (!read_int(L, index, &n)) return wrong(r, i, index, a->type == ARG_DIM ? "a dimension number" : "a position");
      return position(n, to) || wrong(r, i, index, a->type == ARG_DIM ? "a dimension: they count from 1" : "a position: they count from 1");
    case ARG_DIMS: return read_ints(r, i, index, to, true);
    case ARG_SHAPE:
    case ARG_INTS: return read_ints(r, i, index, to, false);
    case ARG_DTYPE: return dtype_read(L, index, to) || wrong(r, i, index, "a dtype such as torch.float32");
    case ARG_CHOICE: return read_choice(r, i, index, to);
    case ARG_GENERATOR:
      return (*(Generator **)to = generator_test(L, index)) != NULL || wrong(r, i, index, "a torch.Generator");
    default: return false;
  }
}

static bool read_all(Reader *r) {
  const OpInfo *info = r->info;
  if (info->attrs_size > 0) memcpy(r->attrs, info->defaults, info->attrs_size);
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *a = &info->args[i];
    bool tensor = a->type == ARG_TENSOR || a->type == ARG_POSITIONS;
    int index = r->at[i];
    if (index == 0 && a->default_text == NULL && !a->optional) {
      r->wrong = i + 1;
      snprintf(r->expected, sizeof r->expected, "missing");
      return false;
    }
    if (tensor && a->list) {
      if (index != 0 && !read_list(r, i, index)) return false;
    } else if (tensor) {
      Tensor *t = NULL;
      if (index != 0 && !read_tensor(r, i, index, &t)) return false;
      r->inputs[r->n_inputs++] = t;
    } else if (index != 0 && !read_attribute(r, i, index, r->attrs + a->offset)) return false;
  }
  return true;
}

static void drop_temporaries(Reader *r) {
  for (int i = 0; i < r->n_temporaries; i++) tensor_release(r->temporary[i]);
  r->n_temporaries = 0;
}

/* Raises the failure of the call. What an op inside a composite says is put behind the name
** that was called; in place the name ends in '_'. */
static void raise_failure(lua_State *L, const OpInfo *info, bool in_place, Status status) {
  if ((status != ERROR_ARGUMENT && status != ERROR_MEMORY) || interrupt_requested()) {
    error_check(L, status);
    return;
  }
  const char *message = status_message(), *own = info->lua_name;
  size_t n = strlen(own);
  bool named = strncmp(message, own, n) == 0 && strncmp(message + n + (message[n] == '_'), ": ", 2) == 0;
  if (named) message += n + (message[n] == '_') + 2;
  luaL_error(L, "%s: %s", name_of(info, in_place), message);
}

static int raise_wrong(Reader *r) {
  const OpArg *a = &r->info->args[r->wrong - 1];
  if (strcmp(r->expected, "missing") == 0)
    return luaL_error(r->L, "%s: '%s' (argument %d) is missing; %s%s", function_name(r), a->name, r->wrong,
                      r->info->lua_name, r->info->signature);
  if (r->expected[0] == '\0') raise_failure(r->L, r->info, r->in_place, ERROR_MEMORY);
  return error_argument(r->L, function_name(r), a->name, r->wrong, r->expected, r->wrong_index);
}

/* ---- the call ------------------------------------------------------------------------ */

/* Puts what came out into the 'n' boxes that wait for it; the rest goes. */
static int finish(lua_State *L, const OpInfo *info, Status status, Tensor **out, TensorBox **box, int n) {
  for (int i = 0; i < info->n_outputs; i++) {
    if (status == OK && i < n && (info->position_outputs >> i & 1)) status = positions_out(&out[i]);
    if (i < n) box[i]->tensor = out[i];
    else tensor_release(out[i]);
  }
  if (status != OK) raise_failure(L, info, false, status);
  for (int i = 0; i < n; i++) tensor_account(L, box[i]);
  return n;
}

/* The array for the inputs of an op with a list: on the Lua stack, so that it goes by itself. */
static void make_room(Reader *r) {
  size_t n = OP_MAX_INPUTS;
  r->inputs = r->few;
  if (!r->info->list) return;
  for (int i = 0; i < r->info->n_args; i++)
    if (r->info->args[i].list && r->at[i] != 0 && lua_type(r->L, r->at[i]) == LUA_TTABLE) n += lua_rawlen(r->L, r->at[i]);
  r->inputs = lua_newuserdatauv(r->L, n * sizeof(Tensor *), 0);
}

static int call_with(lua_State *L, const OpInfo *info, bool in_place, int top) {
  Reader r;
  memset(&r, 0, offsetof(Reader, attrs));
  r.n_inputs = r.n_temporaries = r.wrong = 0;
  r.L = L;
  r.info = info;
  r.in_place = in_place;
  if (top > 200) return luaL_error(L, "%s: too many arguments", function_name(&r));
  place(&r, top);
  make_room(&r);
  TensorBox *box[OP_MAX_OUTPUTS];
  const int boxes = info->all_returned_if ? info->n_outputs : info->n_returned;
  if (!in_place)
    for (int i = 0; i < boxes; i++) box[i] = tensor_box(L);
  if (!read_all(&r)) {
    drop_temporaries(&r);
    return raise_wrong(&r);
  }
  OpId op = (OpId)(info - op_table);
  const void *attrs = info->attrs_size > 0 ? r.attrs : NULL;
  if (in_place) {
    Status status = r.n_inputs > 0 && r.n_temporaries > 0 && r.temporary[0] == r.inputs[0]
                        ? fail(ERROR_ARGUMENT, "%s_: 'input' (argument 1): expected a tensor, got a number", info->lua_name)
                        : op_call_in_place(op, r.inputs, r.n_inputs, attrs);
    drop_temporaries(&r);
    raise_failure(L, info, in_place, status);
    lua_pushvalue(L, r.at[0]);
    return 1;
  }
  Tensor *out[OP_MAX_OUTPUTS] = {0};
  Status status = op_call(op, r.inputs, r.n_inputs, attrs, out);
  drop_temporaries(&r);
  if (status == OK && r.requires_grad) status = tensor_set_requires_grad(out[0], true);
  const bool all = info->all_returned_if != 0 && *(bool *)(r.attrs + info->args[info->all_returned_if].offset);
  const int n = all ? info->n_outputs : info->n_returned;
  lua_pop(L, boxes - n);
  return finish(L, info, status, out, box, n);
}

/* The common call has tensors alone, and everything else as the row says: there is
** nothing to read. False: something else is there, or missing. */
static bool only_tensors(lua_State *L, const OpInfo *info, int top, Tensor **inputs) {
  int n = 0;
  if (info->list) return false;
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *a = &info->args[i];
    if (i < top) {
      if (a->type != ARG_TENSOR || a->keyword_only || (inputs[n++] = tensor_test(L, i + 1)) == NULL) return false;
    } else if (a->default_text == NULL && !a->optional) {
      return false;
    } else if (a->type == ARG_TENSOR || a->type == ARG_POSITIONS) {
      inputs[n++] = NULL;
    }
  }
  return top <= info->n_args;
}

/* 'metatable': of tensors, an upvalue's index; 0: to be found. */
static int call_tensors(lua_State *L, const OpInfo *info, bool in_place, Tensor **inputs, int metatable) {
  OpId op = (OpId)(info - op_table);
  if (in_place) {
    Status status = op_call_in_place(op, inputs, info->n_inputs, info->defaults);
    if (status != OK) raise_failure(L, info, true, status);
    lua_settop(L, 1);
    return 1;
  }
  Tensor *out[OP_MAX_OUTPUTS];
  TensorBox *box[OP_MAX_OUTPUTS];
  for (int i = 0; i < info->n_returned; i++) box[i] = metatable != 0 ? tensor_box_of(L, metatable) : tensor_box(L);
  return finish(L, info, op_call(op, inputs, info->n_inputs, info->defaults, out), out, box, info->n_returned);
}

static int call(lua_State *L, const OpInfo *info, bool in_place, int metatable) {
  int top = lua_gettop(L);
  Tensor *inputs[OP_MAX_INPUTS];
  if (only_tensors(L, info, top, inputs)) return call_tensors(L, info, in_place, inputs, metatable);
  return call_with(L, info, in_place, top);
}

int call_op(lua_State *L, const OpInfo *info, bool in_place) { return call(L, info, in_place, 0); }

/* ---- several ops of one name ------------------------------------------------------------ */

static bool may_be(lua_State *L, const OpArg *a, int index) {
  int type = lua_type(L, index);
  bool tensor = tensor_test(L, index) != NULL;
  if (type == LUA_TNIL) return a->optional || a->default_text != NULL;
  switch ((ArgType)a->type) {
    case ARG_TENSOR:
    case ARG_POSITIONS: return a->list ? tensor || type == LUA_TTABLE : tensor || type == LUA_TNUMBER;
    case ARG_BOOL: return type == LUA_TBOOLEAN;
    case ARG_CHOICE: return type == LUA_TSTRING;
    case ARG_DIMS:
    case ARG_SHAPE:
    case ARG_INTS: return type == LUA_TNUMBER || type == LUA_TTABLE;
    case ARG_DTYPE:
    case ARG_GENERATOR: return !tensor && (type == LUA_TUSERDATA || type == LUA_TSTRING);
    case ARG_INT:
    case ARG_DIM:
    case ARG_INDEX: return type == LUA_TNUMBER || tensor;
    case ARG_FLOAT: return type == LUA_TNUMBER;
    default: return type == LUA_TNUMBER || type == LUA_TBOOLEAN;
  }
}

static bool has_argument(const OpInfo *info, const char *name) {
  for (int i = 0; i < info->n_args; i++)
    if (strcmp(info->args[i].name, name) == 0) return true;
  return info->creation && (strcmp(name, "device") == 0 || strcmp(name, "requires_grad") == 0);
}

/* The argument 'name' in the table at 'options' (an absolute index; 0: there is none): 0 not
** given, 1 it may be what 'arg' wants, -1 it may not. */
static int named_argument(lua_State *L, const OpArg *arg, int options) {
  if (options == 0) return 0;
  lua_pushstring(L, arg->name);
  int given = lua_rawget(L, options) == LUA_TNIL ? 0 : may_be(L, arg, lua_gettop(L)) ? 1 : -1;
  lua_pop(L, 1);
  return given;
}

/* FITS when the arguments may be those of the op; ALMOST when a number stands for a tensor
** (`max(x, 2)` means a dimension); else how far they come: twice the number of arguments
** that may be right, and one more where it is an argument that is not. */
enum { ALMOST = 1000, FITS };
static int fits(lua_State *L, const OpInfo *info) {
  int n = lua_gettop(L), at = 1, good = 0;
  int options = n > 0 && is_options(L, n) ? n : 0;
  int positional = 0, result = FITS;
  while (positional < info->n_args && !info->args[positional].keyword_only) positional++;
  if (options) n--;
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *a = &info->args[i];
    if (at <= n && i < positional) {
      if (!may_be(L, a, at)) return 2 * good + 1;
      if (i > 0 && a->type == ARG_TENSOR && lua_type(L, at) == LUA_TNUMBER) result = ALMOST;
      if (takes_numbers(a, i == positional - 1)) while (at < n && lua_type(L, at + 1) == LUA_TNUMBER) at++;
      good++;
      at++;
      continue;
    }
    int named = named_argument(L, a, options);
    if (named < 0) return 2 * good + 1;
    if (named == 0 && a->default_text == NULL && !a->optional) return 2 * good;
    good += named;
  }
  if (at < n || (at == n && !is_empty(L, n))) return 2 * good;
  if (options == 0) return result;
  lua_pushnil(L);
  while (lua_next(L, options)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING && has_argument(info, lua_tostring(L, -1))) continue;
    lua_pop(L, 1);
    return 2 * good;
  }
  return result;
}

/* Upvalues: 1 the op, 2 the metatable of tensors. */
static int call_named(lua_State *L) {
  return call(L, lua_touserdata(L, lua_upvalueindex(1)), false, lua_upvalueindex(2));
}
static int call_named_in_place(lua_State *L) {
  return call(L, lua_touserdata(L, lua_upvalueindex(1)), true, 0);
}
static int call_operator(lua_State *L) {
  const OpInfo *info = lua_touserdata(L, lua_upvalueindex(1));
  lua_settop(L, info->n_inputs); /* Lua gives the operand of a unary one twice */
  return call(L, info, false, lua_upvalueindex(2));
}

void call_push_operator(lua_State *L, const OpInfo *info, int metatable) {
  lua_pushlightuserdata(L, (void *)info);
  lua_pushvalue(L, metatable);
  lua_pushcclosure(L, call_operator, 2);
}

/* Upvalues: the number of ops of this name, and they. The first whose arguments fit is
** called; where none does, the one they fit best says what is wrong. */
static int call_best(lua_State *L, bool in_place) {
  int n = (int)lua_tointeger(L, lua_upvalueindex(1)), best = -1;
  const OpInfo *chosen = NULL;
  for (int i = 0; i < n && best != FITS; i++) {
    const OpInfo *info = lua_touserdata(L, lua_upvalueindex(2 + i));
    int score = fits(L, info);
    if (score > best) best = score, chosen = info;
  }
  return call_op(L, chosen, in_place);
}
static int call_overloaded(lua_State *L) { return call_best(L, false); }
static int call_overloaded_in_place(lua_State *L) { return call_best(L, true); }

static void push_function(lua_State *L, const OpInfo *first, bool method, bool in_place, int metatable) {
  int n = 0;
  lua_pushinteger(L, 0);
  for (int id = 0; id < OP_COUNT; id++) {
    const OpInfo *info = &op_table[id];
    if (info->modules == 0 || strcmp(info->lua_name, first->lua_name) != 0) continue;
    if (method && !info->method) continue;
    if (in_place ? !info->in_place : info->in_place_only) continue;
    lua_pushlightuserdata(L, (void *)info);
    n++;
  }
  if (n == 1) {
    lua_pushvalue(L, metatable);
    lua_pushcclosure(L, in_place ? call_named_in_place : call_named, 2);
    lua_remove(L, -2);
    return;
  }
  lua_pushinteger(L, n);
  lua_replace(L, -n - 2);
  lua_pushcclosure(L, in_place ? call_overloaded_in_place : call_overloaded, n + 1);
}

static void register_in(lua_State *L, int module, const OpInfo *info, int metatable) {
  lua_pushstring(L, info->lua_name);
  if (lua_rawget(L, module) == LUA_TNIL) {
    push_function(L, info, false, false, metatable);
    lua_setfield(L, module, info->lua_name);
  }
  lua_pop(L, 1);
}

void call_register(lua_State *L, int torch, int functional, int methods, int metatable) {
  char name[64];
  for (int id = 0; id < OP_COUNT; id++) {
    const OpInfo *info = &op_table[id];
    if (info->modules == 0) continue;
    if (!info->in_place_only) {
      if (info->modules & MODULE_TORCH) register_in(L, torch, info, metatable);
      if (info->modules & MODULE_FUNCTIONAL) register_in(L, functional, info, metatable);
      lua_pushstring(L, info->lua_name);
      if (info->method && lua_rawget(L, methods) == LUA_TNIL) {
        push_function(L, info, true, false, metatable);
        lua_setfield(L, methods, info->lua_name);
      }
      lua_pop(L, 1);
    }
    if (info->in_place) {
      snprintf(name, sizeof name, "%s_", info->lua_name);
      push_function(L, info, false, true, metatable);
      lua_setfield(L, methods, name);
    }
  }
}
