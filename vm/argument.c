/* argument.c: phase 2 of reading arguments (argument.h): their values. */
#include <stdio.h>
#include <string.h>

#include "argument.h"
#include "call.h"
#include "graph/trace.h"
#include "userdata/complex_value.h"

static const char *function_name(const Reader *r) { return argument_function(r->L, r->info, r->in_place); }

static bool wrong(Reader *r, int arg, int index, const char *expected) {
  r->wrong = arg + 1;
  r->wrong_index = index;
  snprintf(r->expected, sizeof r->expected, "%s", expected);
  return false;
}

static bool read_int(lua_State *L, int index, int64_t *out) {
  if (lua_type(L, index) == LUA_TNUMBER) return integer_test(L, index, out);
  Tensor *t = tensor_test(L, index);
  if (t == NULL || t->numel != 1 || dtype_category((DType)t->dtype) != CATEGORY_INTEGER) return false;
  trace_warn("a number that was read from a tensor is a constant of the graph");
  Scalar v;
  if (tensor_item("item", t, &v) != OK) return false;
  *out = v.as.i;
  return true;
}

static bool read_number(lua_State *L, int index, Scalar *out) {
  switch (lua_type(L, index)) {
    case LUA_TBOOLEAN: *out = scalar_bool(lua_toboolean(L, index)); return true;
    case LUA_TNUMBER:
      *out = lua_isinteger(L, index) ? scalar_int(lua_tointeger(L, index)) : scalar_float(lua_tonumber(L, index));
      return true;
    default: {
      if (complex_read(L, index, out)) return true;
      Tensor *t = tensor_test(L, index);
      if (t == NULL || t->ndim != 0) return false;
      if (grad_enabled() && tensor_requires_grad(t)) return false; /* its gradient would be lost */
      trace_warn("a number that was read from a tensor is a constant of the graph");
      return tensor_item("item", t, out) == OK;
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
  if (list && !table_is_list(L, index, n)) return wrong(r, arg, index, "a list without names in it");
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
  if (status != OK) {
    tensor_release(t);
    return wrong(r, arg, index, "");
  }
  r->temporary[r->n_temporaries++] = t;
  return true;
}

/* Index tensors: contents come down by one; 0 becomes POSITION_ZERO, which kernels
** refuse. Booleans (masks) pass. */
Status argument_positions_in(Tensor *t, Tensor **out) {
  if (dtype_category((DType)t->dtype) != CATEGORY_INTEGER) {
    *out = tensor_retain(t);
    return OK;
  }
  if (t->dtype == DTYPE_INT64) return op_from_position(t, out);
  Tensor *wide;
  TRY(op_cast(t, DTYPE_INT64, &wide));
  Status status = op_from_position(wide, out);
  tensor_release(wide);
  return status;
}

/* Adds 1 to every element. */
static Status positions_up(Tensor *t) {
  Tensor *in[] = {t, NULL};
  AddAttrs attrs = {scalar_int(1)};
  TRY(tensor_wrap_number(scalar_int(1), &in[1]));
  bool was = grad_set_enabled(false); /* randperm can make a leaf that wants a gradient */
  Status status = op_call_in_place(OP_ADD, in, 2, &attrs);
  grad_set_enabled(was);
  tensor_release(in[1]);
  return status;
}

Status argument_positions_out(Tensor **t) {
  Tensor *out;
  if (atomic_load(&(*t)->refs) == 1 && atomic_load(&(*t)->storage->refs) == 1) /* nobody else sees it */
    return positions_up(*t);
  bool was = grad_set_enabled(false);
  Status status = op_clone(*t, &out);
  grad_set_enabled(was);
  TRY(status);
  tensor_release(*t);
  *t = out;
  return positions_up(out);
}

/* Whether a number may be given for an input. */
static bool takes_number(Reader *r, int arg, int index) {
  const OpArg *a = &r->info->args[arg];
  if (a->instead == INSTEAD_NUMBER) return true;
  if (a->instead == INSTEAD_NOTHING) return wrong(r, arg, index, "a tensor");
  return r->n_temporaries < r->n_inputs || wrong(r, arg, index, "a tensor, as the others are numbers");
}

static bool read_tensor(Reader *r, int arg, int index, Tensor **out) {
  const OpArg *a = &r->info->args[arg];
  Scalar number;
  Tensor *t = tensor_test(r->L, index), *made = NULL;
  if (t != NULL && a->type == ARG_POSITIONS) {
    Status status = argument_positions_in(t, &made);
    *out = made;
    return keep(r, arg, index, status, made);
  }
  if (t != NULL) {
    *out = t;
    return true;
  }
  if (read_number(r->L, index, &number)) {
    if (!takes_number(r, arg, index)) return false;
    if (a->type == ARG_POSITIONS) {
      int64_t n = 0;
      if (!integer_test(r->L, index, &n) || !position(n, &n))
        return wrong(r, arg, index, "a position (from 1) or a tensor of positions");
      number = scalar_int(n);
    }
    Status status = tensor_wrap_number(number, &made);
    *out = made;
    return keep(r, arg, index, status, made);
  }
  return wrong(r, arg, index, a->type == ARG_POSITIONS ? "a tensor of positions" : "a tensor or a number");
}

/* An array of integers becomes an int64 tensor of one dimension; such a tensor is taken as well. */
static bool read_integers(Reader *r, int arg, int index, Tensor **out) {
  lua_State *L = r->L;
  Tensor *given = tensor_test(L, index), *made = NULL;
  Status status;
  if (given != NULL) {
    if (given->ndim > 1 || dtype_category((DType)given->dtype) != CATEGORY_INTEGER)
      return wrong(r, arg, index, "an array of integers");
    const int64_t one = 1; /* a tensor without dimensions is an array of one */
    status = tensor_empty_cpu(1, given->ndim == 0 ? &one : given->shape, DTYPE_INT64, &made);
    if (status == OK) status = tensor_copy(made, given);
  } else {
    if (lua_type(L, index) != LUA_TTABLE) return wrong(r, arg, index, "an array of integers");
    int64_t n = (int64_t)lua_rawlen(L, index);
    if (!table_is_list(L, index, n)) return wrong(r, arg, index, "an array of integers without names in it");
    status = tensor_empty_cpu(1, &n, DTYPE_INT64, &made);
    int64_t *v = status == OK ? tensor_data(made) : NULL;
    for (int64_t i = 0; i < n && status == OK; i++) {
      lua_rawgeti(L, index, i + 1);
      const bool good = read_int(L, -1, &v[i]);
      lua_pop(L, 1);
      if (good) continue;
      tensor_release(made);
      return wrong(r, arg, index, "an array of integers");
    }
  }
  *out = made;
  return keep(r, arg, index, status, made);
}

/* Whether the value is a tensor of torch.fused that could not be computed: the message says why. */
static bool is_late(lua_State *L, int index) {
  const TensorBox *box = object_test(L, index, &tensor_class);
  return box != NULL && box->tensor == NULL && box->deferred != NULL;
}

static bool read_list(Reader *r, int arg, int index) {
  lua_State *L = r->L;
  if (lua_type(L, index) != LUA_TTABLE) return wrong(r, arg, index, "an array of tensors");
  const size_t length = lua_rawlen(L, index);
  if (length > INT32_MAX) return wrong(r, arg, index, "an array of tensors");
  const int n = (int)length;
  if (!table_is_list(L, index, n)) return wrong(r, arg, index, "an array of tensors without names in it");
  if (n > r->n_room) return wrong(r, arg, index, "an array that no finaliser makes longer meanwhile");
  r->n_room -= n;
  for (int i = 0; i < n; i++) {
    lua_rawgeti(L, index, i + 1);
    Tensor *t = tensor_test(L, -1);
    const bool is_tensor = t != NULL;
    bool good = is_tensor;
    if (good && r->info->args[arg].type == ARG_POSITIONS) good = read_tensor(r, arg, lua_gettop(L), &t);
    const bool late = !good && is_late(L, -1);
    lua_pop(L, 1);
    if (!good && is_tensor && r->expected[0] == '\0') return false; /* it is right, but reading it has failed */
    if (!good) return wrong(r, arg, index, late ? "" : "an array of tensors");
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

static bool read_floats(Reader *r, int arg, int index, Floats *out) {
  lua_State *L = r->L;
  const bool list = lua_type(L, index) == LUA_TTABLE;
  const int64_t n = list ? (int64_t)lua_rawlen(L, index) : 1;
  if (n > TENSOR_MAX_DIMS) return wrong(r, arg, index, "at most 12 numbers");
  if (list && !table_is_list(L, index, n)) return wrong(r, arg, index, "an array of numbers without names in it");
  out->n = (int)n;
  for (int i = 0; i < n; i++) {
    Scalar number;
    if (list) lua_rawgeti(L, index, i + 1);
    const bool good = read_number(L, list ? -1 : index, &number);
    if (list) lua_pop(L, 1);
    if (!good) return wrong(r, arg, index, "a number or an array of numbers");
    out->v[i] = scalar_to_double(number);
  }
  return true;
}

static bool read_text(Reader *r, int arg, int index, Text *out) {
  size_t n = 0;
  const char *s = lua_type(r->L, index) == LUA_TSTRING ? lua_tolstring(r->L, index, &n) : NULL;
  if (s == NULL) return wrong(r, arg, index, "a string");
  if (n >= sizeof out->v || strlen(s) != n) return wrong(r, arg, index, "a string of at most 127 characters");
  memcpy(out->v, s, n + 1);
  return true;
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
      if (!read_number(L, index, &s) || s.kind == SCALAR_COMPLEX) return wrong(r, i, index, "a real number");
      *(double *)to = scalar_to_double(s);
      return true;
    case ARG_BOOL:
      *(bool *)to = lua_toboolean(L, index);
      return lua_type(L, index) == LUA_TBOOLEAN || wrong(r, i, index, "true or false");
    case ARG_DIM:
    case ARG_INDEX:
      if (!read_int(L, index, &n)) return wrong(r, i, index, a->type == ARG_DIM ? "a dimension number" : "a position");
      return position(n, to) ||
             wrong(r, i, index,
                   a->type == ARG_DIM ? "a dimension: they count from 1" : "a position: they count from 1");
    case ARG_DIMS: return read_ints(r, i, index, to, true);
    case ARG_SHAPE:
    case ARG_INTS: return read_ints(r, i, index, to, false);
    case ARG_DTYPE: return dtype_read(L, index, to) || wrong(r, i, index, "a dtype such as torch.float32");
    case ARG_STRING: return read_text(r, i, index, to);
    case ARG_FLOATS: return read_floats(r, i, index, to);
    case ARG_DEVICE: return device_read(L, index, to) || wrong(r, i, index, device_expected(L, index));
    case ARG_CHOICE: return read_choice(r, i, index, to);
    case ARG_GENERATOR:
      return (*(Generator **)to = generator_test(L, index)) != NULL || wrong(r, i, index, "a torch.Generator");
    default: return false;
  }
}

bool argument_read(Reader *r) {
  const OpInfo *info = r->info;
  if (info->attrs_size > 0) memcpy(r->attrs, info->defaults, info->attrs_size);
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *a = &info->args[i];
    int index = r->at[i];
    if (index == 0 && a->default_text == NULL && !a->optional) {
      r->wrong = i + 1;
      snprintf(r->expected, sizeof r->expected, "missing");
      return false;
    }
    if (a->list) {
      if (index != 0 && !read_list(r, i, index)) return false;
    } else if (argument_is_input(a)) {
      Tensor *t = NULL;
      if (index != 0 && !(a->type == ARG_INTEGERS ? read_integers : read_tensor)(r, i, index, &t)) return false;
      r->inputs[r->n_inputs++] = t;
    } else if (index != 0 && !read_attribute(r, i, index, r->attrs + a->offset)) return false;
  }
  return true;
}

void argument_drop(Reader *r) {
  for (int i = 0; i < r->n_temporaries; i++) tensor_release(r->temporary[i]);
  r->n_temporaries = 0;
}

/* What an op inside a composite says is put behind the name that was called. */
void argument_raise_failure(lua_State *L, const OpInfo *info, bool in_place, Status status) {
  if ((status != ERROR_ARGUMENT && status != ERROR_MEMORY) || interrupt_requested()) {
    error_check(L, status);
    return;
  }
  const char *message = status_message(), *own = info->lua_name;
  size_t n = strlen(own);
  bool named = strncmp(message, own, n) == 0 && strncmp(message + n + (message[n] == '_'), ": ", 2) == 0;
  if (named) message += n + (message[n] == '_') + 2;
  error_raise(L, "%s: %s", argument_function(L, info, in_place), message);
}

int argument_raise(Reader *r) {
  const OpArg *a = &r->info->args[r->wrong - 1];
  if (strcmp(r->expected, "missing") == 0)
    return error_raise(r->L, "%s: '%s' (argument %d) is missing; %s%s", function_name(r), a->name, r->wrong,
                       r->info->lua_name, r->info->signature);
  if (r->expected[0] == '\0') argument_raise_failure(r->L, r->info, r->in_place, ERROR_MEMORY);
  return error_argument(r->L, function_name(r), a->name, r->wrong, r->expected, r->wrong_index);
}

void argument_make_room(Reader *r) {
  size_t n = 0;
  r->inputs = r->few;
  r->temporary = r->few + OP_MAX_INPUTS;
  if (!r->info->list) return;
  for (int i = 0; i < r->info->n_args; i++)
    if (r->info->args[i].list && r->at[i] != 0 && lua_type(r->L, r->at[i]) == LUA_TTABLE)
      n += lua_rawlen(r->L, r->at[i]);
  if (n > INT32_MAX) n = 0; /* no array that memory holds: reading it refuses it */
  r->n_room = (int)n;
  n += OP_MAX_INPUTS;
  r->inputs = lua_newuserdatauv(r->L, 2 * n * sizeof(Tensor *), 0);
  r->temporary = r->inputs + n;
}
