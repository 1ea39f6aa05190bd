/* print.c: tensors as text, in PyTorch's layout with Lua's braces. Above 'threshold'
** elements only the first and last 'edgeitems' of each dimension are read and shown, so
** that the cost does not depend on the size of the tensor.
**
** The rules are those of torch/_tensor_str.py, but for one: with a forced 'sci_mode' the
** width is that of the numbers as they are written, so that lines stay within 'linewidth'.
*/
#include "print.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  int precision, edgeitems, linewidth; /* linewidth 0: that of the window, else 80 */
  int64_t threshold;
  int sci_mode; /* -1: decided by the values */
} Options;
#define OPTIONS_AT_FIRST {4, 3, 0, 1000, -1}
static Options options = OPTIONS_AT_FIRST;
static int print_columns; /* of the window of a session; 0: there is none */

void print_options_reset(void) {
  options = (Options)OPTIONS_AT_FIRST;
  print_columns = 0;
}

static int print_width(void) {
  if (options.linewidth > 0) return options.linewidth;
  return print_columns > 0 ? print_columns : 80;
}

#define PREFIX "tensor("
enum { INDENT = sizeof PREFIX - 1, NUMBER_TEXT = 400 };

/* How the numbers of one tensor are written; the two parts of complex ones each in their own way. */
typedef struct {
  bool integral, scientific; /* integral: floats that are whole, "1." */
  bool is_unsigned;          /* of 64 bits: a Scalar has no sign-free integers */
  int width, widest; /* of the finite ones that are not 0, as in PyTorch, where "0." may pass 'linewidth'; of all */
  double largest, smallest; /* of the finite ones, by magnitude; smallest not 0 */
} Format;

typedef struct Printer {
  const Tensor *t;
  bool summarize;
  Format format, imag;
  luaL_Buffer *out;
} Printer;

static bool hidden(const Printer *p, int dim, int64_t i) {
  int64_t n = p->t->shape[dim], edge = options.edgeitems;
  return p->summarize && n > 2 * edge && i >= edge && i < n - edge;
}

static int write_number(const Format *p, char *to, size_t size, Scalar v) {
  if (v.kind == SCALAR_BOOL) return snprintf(to, size, "%s", v.as.i ? "true" : "false");
  if (v.kind == SCALAR_INT && p->is_unsigned) return snprintf(to, size, "%llu", (unsigned long long)v.as.i);
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

static void look_at(Format *p, Scalar v) {
  if (v.kind != SCALAR_FLOAT || !isfinite(v.as.f)) return;
  double size = fabs(v.as.f);
  if (v.as.f != ceil(v.as.f)) p->integral = false;
  if (size > p->largest) p->largest = size;
  if (size > 0 && size < p->smallest) p->smallest = size;
}

/* Calls 'visit' for the number, or for each of its parts. */
static void each_part(Printer *p, Scalar v, void (*visit)(Format *, Scalar)) {
  visit(&p->format, v.kind == SCALAR_COMPLEX ? scalar_float(v.as.c.re) : v);
  if (v.kind == SCALAR_COMPLEX) visit(&p->imag, scalar_float(v.as.c.im));
}
static void look_at_parts(Printer *p, Scalar v) { each_part(p, v, look_at); }

/* Zeros, infinities and NaN do not count, as in PyTorch: "{1., nan}". */
static void measure(Format *p, Scalar v) {
  const bool counts = v.kind != SCALAR_FLOAT || (isfinite(v.as.f) && v.as.f != 0);
  if (!counts && print_columns == 0) return;
  char text[NUMBER_TEXT];
  int n = write_number(p, text, sizeof text, v);
  if (n > p->widest) p->widest = n;
  if (counts && n > p->width) p->width = n;
}

static void measure_parts(Printer *p, Scalar v) { each_part(p, v, measure); }

/* Whole numbers are written as "1."; numbers that span more than 1000 times, or are too
** large or small for fixed notation, in scientific one. */
static void choose_notation(Format *p) {
  p->scientific = p->largest / p->smallest > 1000 || p->largest > 1e8 || (!p->integral && p->smallest < 1e-4);
  if (options.sci_mode >= 0 && p->largest > 0) p->scientific = options.sci_mode; /* PyTorch writes zeros as "0." */
}

static void choose_format(Printer *p) {
  int64_t index[TENSOR_MAX_DIMS] = {0};
  const bool is_unsigned = p->t->dtype == DTYPE_UINT64;
  p->format = p->imag =
      (Format){.integral = true, .is_unsigned = is_unsigned, .smallest = INFINITY, .width = 1, .widest = 1};
  walk(p, 0, index, look_at_parts);
  choose_notation(&p->format);
  choose_notation(&p->imag);
  walk(p, 0, index, measure_parts);
}

/* "1.+2.j": the imaginary part begins with its sign and is not padded. */
static void add_number(Printer *p, int64_t *index) {
  char text[NUMBER_TEXT];
  Scalar v = tensor_get(p->t, index);
  const bool is_complex = v.kind == SCALAR_COMPLEX;
  int n = write_number(&p->format, text, sizeof text, is_complex ? scalar_float(v.as.c.re) : v);
  for (int i = n; i < p->format.width; i++) luaL_addchar(p->out, ' ');
  luaL_addlstring(p->out, text, (size_t)n);
  if (!is_complex) return;
  n = write_number(&p->imag, text, sizeof text, scalar_float(v.as.c.im));
  if (text[0] != '-') luaL_addchar(p->out, '+');
  luaL_addlstring(p->out, text, (size_t)n);
  luaL_addchar(p->out, 'j');
}

static void add_indent(Printer *p, int n) {
  for (int i = 0; i < n; i++) luaL_addchar(p->out, ' ');
}

/* The last dimension, wrapped at 'linewidth'; its brace stands at column 'indent'. */
static void add_row(Printer *p, int64_t *index, int indent) {
  int dim = p->t->ndim - 1;
  int width = p->format.width + 2;
  if (dtype_is_complex((DType)p->t->dtype)) width += p->imag.width + 1;
  else if (print_columns > 0) width = p->format.widest + 2;
  int per_line = (print_width() - indent) / width, on_line = 0;
  if (per_line < 1) per_line = 1;
  for (int64_t i = 0; i < p->t->shape[dim]; i++) {
    if (on_line == per_line) {
      luaL_addstring(p->out, ",\n");
      add_indent(p, indent + 1);
      on_line = 0;
    } else if (i > 0) luaL_addstring(p->out, ", ");
    on_line++;
    index[dim] = i;
    if (hidden(p, dim, i)) {
      luaL_addstring(p->out, " ...");
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
  if (dim == p->t->ndim - 1) add_row(p, index, indent);
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

/* ", text", on a new line where the last one has no room for it. */
static void add_suffix(Printer *p, const char *text) {
  const char *all = luaL_buffaddr(p->out);
  int used = 2, n = (int)strlen(text); /* PyTorch counts two more than there are */
  for (size_t i = luaL_bufflen(p->out); i > 0 && all[i - 1] != '\n' && used <= print_width(); i--) used++;
  bool fits = used + n + 2 <= print_width();
  luaL_addstring(p->out, fits ? ", " : ",\n");
  if (!fits) add_indent(p, INDENT);
  luaL_addstring(p->out, text);
}

static void add_suffixes(Printer *p, Tensor *t) {
  char text[32 * TENSOR_MAX_DIMS];
  DType d = (DType)t->dtype;
  if (t->device != 0) {
    char device[DEVICE_TEXT];
    snprintf(text, sizeof text, "device=%s", device_text(device, tensor_device(t)));
    add_suffix(p, text);
  }
  const bool has_data = device_has_data(tensor_device(t));
  const bool told = p->summarize && has_data && print_columns > 0;
  if ((t->numel == 0 && t->ndim != 1) || !has_data || told) {
    int n = snprintf(text, sizeof text, "size=(");
    for (int i = 0; i < t->ndim; i++)
      n += snprintf(text + n, sizeof text - (size_t)n, "%s%lld", i > 0 ? ", " : "", (long long)t->shape[i]);
    snprintf(text + n, sizeof text - (size_t)n, ")");
    add_suffix(p, text);
  }
  const bool told_by_elements = d == DTYPE_INT64 || d == DTYPE_BOOL || d == dtype_complex(dtype_default());
  bool usual = d == dtype_default() || (t->numel > 0 && has_data && told_by_elements);
  if (!usual || told) {
    snprintf(text, sizeof text, "dtype=torch.%s", dtype_name(d));
    add_suffix(p, text);
  }
  const Node *node = tensor_grad_fn(t);
  if (node != NULL) {
    snprintf(text, sizeof text, "grad_fn=<%s>", node_name(node));
    add_suffix(p, text);
  } else if (tensor_requires_grad(t)) add_suffix(p, "requires_grad=true");
}

/* Pushes ", BoundingBoxes…": what the tag of the tensor at 1 says of itself, or "". */
static void push_tag(lua_State *L) {
  lua_pushliteral(L, "text");
  if (!tag_field(L, 1, -1)) lua_pushliteral(L, "");
  lua_remove(L, -2);
}

int print_tensor(lua_State *L) {
  const TensorBox *box = object_test(L, 1, &tensor_class);
  if (object_is_closed(L, 1) || (box != NULL && box->tensor == NULL && box->deferred == NULL)) {
    lua_pushliteral(L, "torch.Tensor (closed)");
    return 1;
  }
  Tensor *t = tensor_check(L, 1, "tostring", "self");
  luaL_Buffer buffer;
  push_tag(L);
  const char *tag = lua_tostring(L, -1);
  const bool has_data = device_has_data(tensor_device(t));
  const Tensor *shown = has_data ? tensor_host(L, t, "tostring") : t;
  Printer p = {.t = shown, .summarize = t->numel > options.threshold, .out = &buffer};
  int64_t index[TENSOR_MAX_DIMS] = {0};
  if (t->numel > 0 && has_data) choose_format(&p);
  luaL_buffinit(L, &buffer);
  if (t->flags & TENSOR_PARAMETER) luaL_addstring(&buffer, "Parameter containing:\n");
  luaL_addstring(&buffer, PREFIX);
  if (!has_data) luaL_addstring(&buffer, "...");
  else if (t->numel == 0) luaL_addstring(&buffer, "{}");
  else add_tensor(&p, 0, index, INDENT);
  add_suffixes(&p, t);
  if (tag != NULL) luaL_addstring(&buffer, tag);
  luaL_addchar(&buffer, ')');
  luaL_pushresult(&buffer);
  return 1;
}

/* _C.print_window(columns): tensors fit a window, and tell size and dtype where only their edges are shown; 0: as
** PyTorch prints them. */
int print_window(lua_State *L) {
  print_columns = (int)luaL_checkinteger(L, 1);
  return 0;
}

/* ---- torch.set_printoptions ------------------------------------------------------------- */

static void set_profile(lua_State *L, const char *name, Options *o) {
  bool brief = strcmp(name, "short") == 0, full = strcmp(name, "full") == 0;
  if (!brief && !full && strcmp(name, "default") != 0)
    error_raise(L, "set_printoptions: 'profile': expected \"default\", \"short\" or \"full\", got \"%s\"", name);
  *o = (Options){brief ? 2 : 4, brief ? 2 : 3, 0, full ? INT64_MAX : 1000, -1};
}

static int64_t whole(lua_State *L, const char *key, int64_t least, int64_t most) {
  int64_t value = 0;
  bool unbounded = lua_type(L, -1) == LUA_TNUMBER && lua_tonumber(L, -1) == INFINITY && most == INT64_MAX;
  if (!unbounded && (!integer_test(L, -1, &value) || value < least)) {
    char got[ERROR_TEXT];
    error_raise(L, "set_printoptions: '%s': expected an integer of at least %d, got %s", key, (int)least,
                error_describe(L, -1, got));
  }
  return unbounded || value > most ? most : value;
}

/* The value of 'key' is on the top. sci_mode is true, false or "auto". */
static void set_option(lua_State *L, const char *key, Options *o) {
  static const char *const names[] = {"precision", "threshold", "edgeitems", "linewidth", "sci_mode", "profile", NULL};
  char got[ERROR_TEXT];
  if (strcmp(key, "precision") == 0) o->precision = (int)whole(L, key, 0, 20);
  else if (strcmp(key, "threshold") == 0) o->threshold = whole(L, key, 0, INT64_MAX);
  else if (strcmp(key, "edgeitems") == 0) o->edgeitems = (int)whole(L, key, 1, 1 << 20);
  else if (strcmp(key, "linewidth") == 0) o->linewidth = (int)whole(L, key, 1, 1 << 20);
  else if (strcmp(key, "sci_mode") == 0) {
    bool automatic = lua_type(L, -1) == LUA_TSTRING && strcmp(lua_tostring(L, -1), "auto") == 0;
    if (!automatic && !lua_isboolean(L, -1))
      error_raise(L, "set_printoptions: 'sci_mode': expected true, false or \"auto\", got %s",
                  error_describe(L, -1, got));
    o->sci_mode = automatic ? -1 : lua_toboolean(L, -1);
  } else if (strcmp(key, "profile") != 0) {
    const char *near = error_nearest(key, names);
    error_raise(L,
                "set_printoptions: no option '%s'%s%s%s; there are precision, threshold, edgeitems, linewidth, "
                "sci_mode and profile",
                key, near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "");
  }
}

/** torch.set_printoptions({profile: default|short|full =, precision: int = 4, threshold: int =
** 1000, edgeitems: int = 3, linewidth: int = 80, sci_mode: bool|string = "auto"}): How tensors print:
** the digits behind the point, from how many elements on only the edges are shown, how many of
** them, the width of a line (in a session that of the window until it is set), and whether
** numbers have exponents ("auto": where they differ much). A profile sets them all. A wrong option changes none.
** Example: torch.set_printoptions{precision = 4} */
int print_options(lua_State *L) {
  Options o = options;
  if (!lua_istable(L, 1)) return error_argument(L, "set_printoptions", "options", 1, "a table", 1);
  int profile = lua_getfield(L, 1, "profile");
  if (profile == LUA_TSTRING) set_profile(L, lua_tostring(L, -1), &o);
  else if (profile != LUA_TNIL) return error_argument(L, "set_printoptions", "profile", 1, "a string", -1);
  lua_pushnil(L);
  while (lua_next(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING)
      return error_raise(L, "set_printoptions: options are given by name: {precision = 2}");
    set_option(L, lua_tostring(L, -2), &o);
    lua_pop(L, 1);
  }
  options = o;
  return 0;
}
