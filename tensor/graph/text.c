/* text.c: a graph as text:
**
**   graph(%0: float32[2,3] "x") {
**     %1: float32[4,3] = parameter("fc1.weight")
**     %2: float32[2,4] = linear(%0, %1, none)  # train.lua:12 fc1
**     %3: float32[2,4] = add(%2, 1, alpha=1)  # train.lua:13
**     return %3
**   }
**
** Inputs of a node come first, in the order of the row ('none': not given; a list in brackets), then the attributes
** that are not as the row has them by default, by name. Positions count from 1, as in the language.
** "float32[8] of %1": it shows the memory of %1, where the kind of the op does not say so. A name that ends in '_'
** writes into its first input; 'no_grad' stands before what ran without gradients. Results of a list are in brackets,
** '_' is a result that is not there.
*/
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "graph.h"
#include "owned.h"

/* ---- a text that grows ---------------------------------------------------------------- */

typedef struct {
  char *v;
  size_t n, room;
  bool failed; /* no memory: nothing more is written */
} Out;

static void out_bytes(Out *o, const char *text, size_t n) {
  if (o->failed) return;
  if (o->n + n + 1 > o->room) {
    const size_t wanted = 2 * (o->n + n + 1) + 256;
    char *block = memory_realloc(o->v, o->room, wanted);
    if (block == NULL) {
      o->failed = true;
      return;
    }
    o->v = block;
    o->room = wanted;
  }
  memcpy(o->v + o->n, text, n);
  o->n += n;
  o->v[o->n] = '\0';
}

static void out_text(Out *o, const char *text) { out_bytes(o, text, strlen(text)); }

PRINTF(2, 3) static void out_format(Out *o, const char *format, ...) {
  char line[256];
  va_list args;
  va_start(args, format);
  vsnprintf(line, sizeof line, format, args);
  va_end(args);
  out_text(o, line);
}

/* The text with what would end it, and control characters, as \hh. */
static void out_escaped(Out *o, const char *text, const char *special) {
  for (const char *p = text; *p != '\0'; p++) {
    const unsigned char c = (unsigned char)*p;
    if (c < 32 || c == 127 || c == '\\' || strchr(special, c) != NULL) out_format(o, "\\%02x", c);
    else out_bytes(o, p, 1);
  }
}

static void out_quoted(Out *o, const char *text) {
  out_text(o, "\"");
  out_escaped(o, text, "\"");
  out_text(o, "\"");
}

/* The shortest text that gives the number back, with a point or an exponent: it is no integer. */
static void out_double(Out *o, double x) {
  char text[40];
  if (isnan(x)) {
    out_text(o, "nan");
    return;
  }
  if (isinf(x)) {
    out_text(o, x > 0 ? "inf" : "-inf");
    return;
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, x);
    if (strtod(text, NULL) == x) break;
  }
  out_text(o, text);
  if (strpbrk(text, ".e") == NULL) out_text(o, ".0");
}

static void out_scalar(Out *o, Scalar s) {
  switch (s.kind) {
    case SCALAR_BOOL: out_text(o, s.as.i != 0 ? "true" : "false"); break;
    case SCALAR_INT: out_format(o, "%lld", (long long)s.as.i); break;
    case SCALAR_FLOAT: out_double(o, s.as.f); break;
    case SCALAR_COMPLEX:
      out_text(o, "(");
      out_double(o, s.as.c.re);
      out_text(o, ", ");
      out_double(o, s.as.c.im);
      out_text(o, ")");
  }
}

/* ---- attributes --------------------------------------------------------------------------- */

/* Positions count from 1 in the text; negative ones from the end in both. */
static void out_int(Out *o, int64_t v, bool position) {
  if (v == INT64_MIN) out_text(o, "none");
  else out_format(o, "%lld", (long long)(position && v >= 0 ? v + 1 : v));
}

static void out_ints(Out *o, const Ints *list, bool positions) {
  if (list->n < 0) {
    out_text(o, "none");
    return;
  }
  out_text(o, "[");
  for (int i = 0; i < list->n; i++) {
    if (i > 0) out_text(o, ", ");
    out_int(o, list->v[i], positions);
  }
  out_text(o, "]");
}

static void out_floats(Out *o, const Floats *list) {
  if (list->n < 0) {
    out_text(o, "none");
    return;
  }
  out_text(o, "[");
  for (int i = 0; i < list->n; i++) {
    if (i > 0) out_text(o, ", ");
    out_double(o, list->v[i]);
  }
  out_text(o, "]");
}

static void out_device(Out *o, Device d) {
  char text[DEVICE_TEXT];
  if (d.type == DEVICE_NONE) out_text(o, "none");
  else out_quoted(o, device_text(text, d));
}

static void out_attribute(Out *o, const OpArg *arg, const char *at) {
  switch ((ArgType)arg->type) {
    case ARG_TENSOR:
    case ARG_POSITIONS:
    case ARG_INTEGERS: break;
    case ARG_NUMBER: out_scalar(o, *(const Scalar *)at); break;
    case ARG_OPTIONAL_NUMBER:
      if (((const OptionalScalar *)at)->given) out_scalar(o, ((const OptionalScalar *)at)->value);
      else out_text(o, "none");
      break;
    case ARG_INT: out_int(o, *(const int64_t *)at, false); break;
    case ARG_DIM:
    case ARG_INDEX: out_int(o, *(const int64_t *)at, true); break;
    case ARG_FLOAT: out_double(o, *(const double *)at); break;
    case ARG_BOOL: out_text(o, *(const bool *)at ? "true" : "false"); break;
    case ARG_DIMS: out_ints(o, (const Ints *)at, true); break;
    case ARG_SHAPE:
    case ARG_INTS: out_ints(o, (const Ints *)at, false); break;
    case ARG_FLOATS: out_floats(o, (const Floats *)at); break;
    case ARG_DTYPE: {
      const DType d = *(const DType *)at;
      out_text(o, d == DTYPE_NONE ? "none" : dtype_name(d));
      break;
    }
    case ARG_CHOICE: out_quoted(o, arg->choices[*(const int *)at]); break;
    case ARG_DEVICE: out_device(o, *(const Device *)at); break;
    case ARG_STRING: out_quoted(o, ((const Text *)at)->v); break;
    case ARG_GENERATOR: out_text(o, *(Generator *const *)at != NULL ? "given" : "none"); break;
  }
}

/* ---- values and nodes ------------------------------------------------------------------------- */

static void out_value(Out *o, const Graph *g, int v, const int *number) {
  if (v < 0) out_text(o, "none");
  else if (g->values[v].kind == VALUE_NUMBER) out_scalar(o, graph_number(&g->values[v]));
  else out_format(o, "%%%d", number[v]);
}

static void out_type(Out *o, const GraphValue *v) {
  out_format(o, "%s[", dtype_name((DType)v->dtype));
  for (int d = 0; d < v->ndim; d++) out_format(o, d > 0 ? ",%lld" : "%lld", (long long)v->shape[d]);
  out_text(o, "]");
  if (v->device.type == DEVICE_CPU) return;
  out_text(o, " on ");
  out_device(o, v->device);
}

/* Whether the op alone says that its result shows the memory of its first input. */
static bool base_is_implied(const GraphNode *n, int base) {
  return n->n_inputs > 0 && base == n->inputs[0] && (n->in_place || n->info->kind == KIND_VIEW);
}

static void out_results(Out *o, const Graph *g, const GraphNode *n, const int *number) {
  if (n->list) out_text(o, "[");
  for (int i = 0; i < n->n_outputs; i++) {
    if (i > 0) out_text(o, ", ");
    if (n->outputs[i] < 0) {
      out_text(o, "_");
      continue;
    }
    const GraphValue *v = &g->values[n->outputs[i]];
    out_format(o, "%%%d: ", number[n->outputs[i]]);
    out_type(o, v);
    if (v->base < 0 || base_is_implied(n, v->base)) continue;
    out_text(o, " of ");
    out_value(o, g, v->base, number);
  }
  if (n->list) out_text(o, "]");
}

static void out_node(Out *o, const Graph *g, const GraphNode *n, const int *number) {
  int listed = n->n_inputs; /* where the list begins */
  for (int i = 0; i < n->info->n_args; i++)
    if (n->info->args[i].type <= ARG_INTEGERS && n->info->args[i].list) listed = n->info->args[i].input;
  out_text(o, n->group != 0 ? "    " : "  ");
  out_results(o, g, n, number);
  out_format(o, " = %s%s%s(", n->no_grad ? "no_grad " : "", n->info->name, n->in_place ? "_" : "");
  bool first = true;
  for (int i = 0; i < n->n_inputs || (i == listed && n->info->list); i++) {
    out_text(o, first ? "" : ", ");
    first = false;
    if (i == listed) out_text(o, "[");
    if (i < n->n_inputs) out_value(o, g, n->inputs[i], number);
    if (n->info->list && i >= listed && i >= n->n_inputs - 1) {
      out_text(o, "]");
      break;
    }
  }
  for (int i = 0; i < n->info->n_args; i++) {
    const OpArg *arg = &n->info->args[i];
    if (arg->type <= ARG_INTEGERS || attribute_equal(arg, n->attrs, n->info->defaults)) continue;
    out_format(o, "%s%s=", first ? "" : ", ", arg->name);
    first = false;
    out_attribute(o, arg, (const char *)n->attrs + arg->offset);
  }
  out_text(o, ")");
  if (n->place != NULL || n->scope != NULL) {
    out_text(o, "  # ");
    out_escaped(o, n->place != NULL ? n->place : "-", " ");
    if (n->scope != NULL) out_text(o, " "), out_escaped(o, n->scope, " ");
  }
  out_text(o, "\n");
}

/* The nodes; groups stand in "fused { }". */
static void out_nodes(Out *o, const Graph *g, const int *number) {
  int open = 0;
  for (int i = 0; i < g->n_nodes; i++) {
    const int group = g->nodes[i].group;
    if (open != 0 && group != open) out_text(o, "  }\n");
    if (group != 0 && group != open) out_text(o, "  fused {\n");
    open = group;
    out_node(o, g, &g->nodes[i], number);
  }
  if (open != 0) out_text(o, "  }\n");
}

static void out_head(Out *o, const Graph *g, const int *number) {
  out_text(o, "graph(");
  for (int i = 0; i < g->n_inputs; i++) {
    const GraphValue *v = &g->values[g->inputs[i]];
    out_format(o, "%s%%%d: ", i > 0 ? ", " : "", number[g->inputs[i]]);
    out_type(o, v);
    if (v->name != NULL) out_text(o, " "), out_quoted(o, v->name);
  }
  out_text(o, ") {\n");
  for (int i = 0; i < g->n_values; i++) {
    const GraphValue *v = &g->values[i];
    if (v->kind != VALUE_PARAMETER && v->kind != VALUE_CONSTANT) continue;
    out_format(o, "  %%%d: ", number[i]);
    out_type(o, v);
    out_text(o, v->kind == VALUE_PARAMETER ? " = parameter(" : " = constant(");
    out_quoted(o, v->name != NULL ? v->name : "");
    out_text(o, ")\n");
  }
}

/* Values are numbered as they appear in the text. */
static void number_text(const Graph *g, int *number) {
  int count = 0;
  for (int i = 0; i < g->n_inputs; i++) number[g->inputs[i]] = count++;
  for (int i = 0; i < g->n_values; i++)
    if (g->values[i].kind == VALUE_PARAMETER || g->values[i].kind == VALUE_CONSTANT) number[i] = count++;
  for (int i = 0; i < g->n_nodes; i++)
    for (int k = 0; k < g->nodes[i].n_outputs; k++)
      if (g->nodes[i].outputs[k] >= 0) number[g->nodes[i].outputs[k]] = count++;
}

Status graph_text(const Graph *g, char **out) {
  Out o = {0};
  const size_t room = sizeof(int) * (size_t)(g->n_values + 1);
  int *number = memory_alloc(room);
  *out = NULL;
  if (number == NULL) return ERROR_MEMORY;
  number_text(g, number);
  out_head(&o, g, number);
  out_nodes(&o, g, number);
  out_text(&o, "  return");
  for (int i = 0; i < g->n_outputs; i++) {
    out_text(&o, i > 0 ? ", " : " ");
    out_value(&o, g, g->outputs[i], number);
  }
  out_text(&o, "\n}\n");
  memory_free(number, room);
  /* The block is given away in the size of its text, which graph_text_free can tell. */
  if (!o.failed && (*out = memory_alloc(o.n + 1)) != NULL) memcpy(*out, o.v, o.n + 1);
  memory_free(o.v, o.room);
  return *out != NULL ? OK : ERROR_MEMORY;
}

void graph_text_free(char *text) { text_free(text); }
