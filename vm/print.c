/* print.c: tensors as text, in PyTorch's layout with Lua's braces. Above 'threshold'
** elements only the first and last 'edgeitems' of each dimension are read and shown, so
** that the cost does not depend on the size of the tensor.
*/
#include "print.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct {
  int precision, edgeitems, linewidth;
  int64_t threshold;
  int sci_mode; /* -1: decided by the values */
} options = {4, 3, 80, 1000, -1};

/* How every number of one tensor is written. */
typedef struct {
  const Tensor *t;
  bool summarize, integral, scientific; /* integral: floats that are whole, "1." */
  int width;
  double largest, smallest; /* of the finite ones, by magnitude; smallest not 0 */
  luaL_Buffer *out;
} Printer;

static bool hidden(const Printer *p, int dim, int64_t i) {
  int64_t n = p->t->shape[dim];
  return p->summarize && n > 2 * options.edgeitems && i >= options.edgeitems && i < n - options.edgeitems;
}

static int write_number(const Printer *p, char *to, size_t size, Scalar v) {
  if (v.kind == SCALAR_BOOL) return snprintf(to, size, "%s", v.as.i ? "true" : "false");
  if (v.kind == SCALAR_INT) return snprintf(to, size, "%lld", (long long)v.as.i);
  if (isnan(v.as.f)) return snprintf(to, size, "nan");
  if (isinf(v.as.f)) return snprintf(to, size, v.as.f > 0 ? "inf" : "-inf");
  if (p->scientific) return snprintf(to, size, "%.*e", options.precision, v.as.f);
  if (p->integral) return snprintf(to, size, "%.0f.", v.as.f);
  return snprintf(to, size, "%.*f", options.precision, v.as.f);
}

/* Calls 'visit' for every shown element. */
static void walk(Printer *p, int dim, int64_t *index, void (*visit)(Printer *, Scalar)) {
  if (dim == p->t->ndim) {
    visit(p, tensor_get(p->t, index));
    return;
  }
  for (int64_t i = 0; i < p->t->shape[dim]; i++) {
    if (hidden(p, dim, i)) {
      i = p->t->shape[dim] - options.edgeitems - 1;
      continue;
    }
    index[dim] = i;
    walk(p, dim + 1, index, visit);
  }
}

static void look_at(Printer *p, Scalar v) {
  if (v.kind != SCALAR_FLOAT || !isfinite(v.as.f)) return;
  double size = fabs(v.as.f);
  if (v.as.f != ceil(v.as.f)) p->integral = false;
  if (size > p->largest) p->largest = size;
  if (size > 0 && size < p->smallest) p->smallest = size;
}

static void measure(Printer *p, Scalar v) {
  char text[400];
  int n = write_number(p, text, sizeof text, v);
  if (n > p->width) p->width = n;
}

/* PyTorch's rule (torch/_tensor_str.py): whole numbers as "1." unless they are large;
** scientific when the values span more than 1000 or leave the range of fixed notation. */
static void choose_format(Printer *p) {
  int64_t index[TENSOR_MAX_DIMS] = {0};
  p->integral = true;
  p->smallest = INFINITY;
  walk(p, 0, index, look_at);
  bool wide = p->largest > 0 && p->largest / p->smallest > 1000;
  bool big = p->largest > 1e8;
  p->scientific = p->integral ? p->largest > 0 && (wide || big) && p->largest >= 1e8
                              : wide || big || (p->largest > 0 && p->smallest < 1e-4);
  if (!dtype_is_float((DType)p->t->dtype)) p->scientific = false;
  else if (options.sci_mode >= 0) p->scientific = options.sci_mode;
  walk(p, 0, index, measure);
}

static void add_number(Printer *p, int64_t *index) {
  char text[400];
  int n = write_number(p, text, sizeof text, tensor_get(p->t, index));
  for (int i = n; i < p->width; i++) luaL_addchar(p->out, ' ');
  luaL_addlstring(p->out, text, (size_t)n);
}

static void add_indent(Printer *p, int n) {
  for (int i = 0; i < n; i++) luaL_addchar(p->out, ' ');
}

static void add_row(Printer *p, int64_t *index, int indent) {
  int dim = p->t->ndim - 1;
  int per_line = (options.linewidth - indent) / (p->width + 2), on_line = 0;
  if (per_line < 1) per_line = 1;
  for (int64_t i = 0; i < p->t->shape[dim]; i++) {
    bool dots = hidden(p, dim, i);
    if (i > 0 && on_line == per_line) {
      luaL_addstring(p->out, ",\n");
      add_indent(p, indent);
      on_line = 0;
    } else if (i > 0) luaL_addstring(p->out, ", ");
    on_line++;
    index[dim] = i;
    if (dots) {
      add_indent(p, p->width > 3 ? p->width - 3 : 0);
      luaL_addstring(p->out, "...");
      i = p->t->shape[dim] - options.edgeitems - 1;
    } else add_number(p, index);
  }
}

static void add_tensor(Printer *p, int dim, int64_t *index, int indent) {
  if (p->t->ndim == 0) {
    add_number(p, index);
    return;
  }
  luaL_addchar(p->out, '{');
  if (dim == p->t->ndim - 1) add_row(p, index, indent + 1);
  else
    for (int64_t i = 0; i < p->t->shape[dim]; i++) {
      if (i > 0) {
        luaL_addchar(p->out, ',');
        for (int k = dim; k < p->t->ndim - 1; k++) luaL_addchar(p->out, '\n');
        add_indent(p, indent + 1);
      }
      if (hidden(p, dim, i)) {
        luaL_addstring(p->out, "...");
        i = p->t->shape[dim] - options.edgeitems - 1;
        continue;
      }
      index[dim] = i;
      add_tensor(p, dim + 1, index, indent + 1);
    }
  luaL_addchar(p->out, '}');
}

static void add_suffix(Printer *p, Tensor *t) {
  char text[120];
  DType d = (DType)t->dtype;
  if (t->numel == 0 && t->ndim != 1) {
    luaL_addstring(p->out, ", size=(");
    for (int i = 0; i < t->ndim; i++) {
      snprintf(text, sizeof text, "%s%lld", i > 0 ? ", " : "", (long long)t->shape[i]);
      luaL_addstring(p->out, text);
    }
    luaL_addchar(p->out, ')');
  }
  bool usual = d == dtype_default() || (t->numel > 0 && (d == DTYPE_INT64 || d == DTYPE_BOOL));
  if (!usual) {
    snprintf(text, sizeof text, ", dtype=torch.%s", dtype_name(d));
    luaL_addstring(p->out, text);
  }
  Node *node = tensor_grad_fn(t);
  if (node != NULL) {
    snprintf(text, sizeof text, ", grad_fn=<%s>", node_name(node));
    luaL_addstring(p->out, text);
  } else if (tensor_requires_grad(t)) luaL_addstring(p->out, ", requires_grad=true");
}

int print_tensor(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "tostring", "self");
  luaL_Buffer buffer;
  Printer p = {.t = t, .summarize = t->numel > options.threshold, .out = &buffer};
  int64_t index[TENSOR_MAX_DIMS] = {0};
  if (t->numel > 0) choose_format(&p);
  luaL_buffinit(L, &buffer);
  luaL_addstring(&buffer, "tensor(");
  if (t->numel == 0) luaL_addstring(&buffer, "{}");
  else add_tensor(&p, 0, index, 7);
  add_suffix(&p, t);
  luaL_addchar(&buffer, ')');
  luaL_pushresult(&buffer);
  return 1;
}

static void set_profile(lua_State *L, const char *name) {
  options.precision = strcmp(name, "short") == 0 ? 2 : 4;
  options.edgeitems = strcmp(name, "short") == 0 ? 2 : 3;
  options.threshold = strcmp(name, "full") == 0 ? INT64_MAX : 1000;
  options.linewidth = 80;
  if (strcmp(name, "short") != 0 && strcmp(name, "full") != 0 && strcmp(name, "default") != 0)
    luaL_error(L, "set_printoptions: 'profile': expected \"default\", \"short\" or \"full\", got \"%s\"", name);
}

static int64_t whole(lua_State *L, const char *key, int64_t least) {
  if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) < least) error_argument(L, "set_printoptions", key, 0, "a positive integer", lua_gettop(L));
  return lua_tointeger(L, -1);
}

int print_options(lua_State *L) {
  static const char *const names[] = {"precision", "threshold", "edgeitems", "linewidth", "sci_mode", "profile", NULL};
  luaL_checktype(L, 1, LUA_TTABLE);
  if (lua_getfield(L, 1, "profile") == LUA_TSTRING) set_profile(L, lua_tostring(L, -1));
  lua_pushnil(L);
  while (lua_next(L, 1)) {
    const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
    if (strcmp(key, "precision") == 0) options.precision = (int)(whole(L, key, 0) > 20 ? 20 : whole(L, key, 0));
    else if (strcmp(key, "threshold") == 0) options.threshold = lua_tonumber(L, -1) > 9e18 ? INT64_MAX : whole(L, key, 0);
    else if (strcmp(key, "edgeitems") == 0) options.edgeitems = (int)whole(L, key, 1);
    else if (strcmp(key, "linewidth") == 0) options.linewidth = (int)whole(L, key, 1);
    else if (strcmp(key, "sci_mode") == 0) options.sci_mode = lua_toboolean(L, -1);
    else if (strcmp(key, "profile") != 0) {
      const char *near = error_nearest(key, names);
      return luaL_error(L, "set_printoptions: no option '%s'%s%s%s", key, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    lua_pop(L, 1);
  }
  return 0;
}
