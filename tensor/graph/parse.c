/* parse.c: a graph from its text form (text.c). The text may come from a file: whatever it says, the outcome
** is a graph that graph_verify accepts, or a failure that names the line. What a node does with its inputs is for
** its op to check.
*/
#include <stdio.h>

#include "lexer.h"

typedef struct {
  int *v;
  int n, room;
} Numbers;

typedef struct {
  Lexer x;
  Graph *g;
  Numbers values; /* of the text: %i is value values.v[i] */
  Numbers inputs, outputs;
  _Alignas(16) char attrs[OP_MAX_ATTRIBUTE_BYTES];
  char name[WORD_BYTES];
} Parser;

static Status numbers_add(Numbers *list, int value) {
  if (list->n == list->room) {
    const int room = 2 * list->room + 16;
    int *block = memory_realloc(list->v, sizeof(int) * (size_t)list->room, sizeof(int) * (size_t)room);
    if (block == NULL) return ERROR_MEMORY;
    list->v = block;
    list->room = room;
  }
  list->v[list->n++] = value;
  return OK;
}

static void numbers_free(Numbers *list) { memory_free(list->v, sizeof(int) * (size_t)list->room); }

static Status take_sign(Parser *p, char sign, const char *what) {
  if (!lexer_is(&p->x, sign)) return lexer_expected(&p->x, what);
  return lexer_next(&p->x);
}

/* ---- values and types ------------------------------------------------------------------------ */

/* A value that is there already. */
static Status take_value(Parser *p, int *out) {
  if (p->x.kind != WORD_VALUE) return lexer_expected(&p->x, "a value such as %1");
  if (p->x.integer >= p->values.n)
    return fail(ERROR_ARGUMENT, "graph: line %d: %%%lld is used before it is made", p->x.line,
                (long long)p->x.integer);
  *out = p->values.v[p->x.integer];
  return lexer_next(&p->x);
}

/* The number of a value that is made here: they are numbered in the order of the text. */
static Status take_new_value(Parser *p) {
  if (p->x.kind != WORD_VALUE || p->x.integer != p->values.n) {
    char what[32];
    snprintf(what, sizeof what, "%%%d", p->values.n);
    return lexer_expected(&p->x, what);
  }
  return lexer_next(&p->x);
}

static Status take_device(Parser *p, Device *out) {
  int index;
  char rest;
  if (p->x.kind != WORD_TEXT) return lexer_expected(&p->x, "a device such as \"cpu\"");
  if (strcmp(p->x.text, "cpu") == 0) *out = (Device){DEVICE_CPU, 0};
  else if (sscanf(p->x.text, "cuda:%3d%c", &index, &rest) == 1 && index >= 0 && index < 128)
    *out = (Device){DEVICE_CUDA, (int8_t)index};
  else return lexer_expected(&p->x, "a device such as \"cpu\"");
  return lexer_next(&p->x);
}

/* "float32[2,3]", perhaps with "on DEVICE" and "of VALUE". */
static Status take_type(Parser *p, GraphValue *v) {
  DType dtype;
  if (p->x.kind != WORD_NAME || !dtype_from_name(p->x.text, &dtype))
    return lexer_expected(&p->x, "a dtype such as float32");
  *v = (GraphValue){.kind = VALUE_RESULT, .dtype = (uint8_t)dtype, .base = -1, .node = -1};
  TRY(lexer_next(&p->x));
  TRY(take_sign(p, '[', "'[' and sizes"));
  while (!lexer_is(&p->x, ']')) {
    if (v->ndim > 0) TRY(take_sign(p, ',', "',' or ']'"));
    if (p->x.kind != WORD_INT || p->x.integer < 0 || v->ndim == TENSOR_MAX_DIMS)
      return lexer_expected(&p->x, "at most 12 sizes");
    v->shape[v->ndim++] = p->x.integer;
    TRY(lexer_next(&p->x));
  }
  TRY(lexer_next(&p->x));
  if (lexer_is_name(&p->x, "on")) {
    TRY(lexer_next(&p->x));
    TRY(take_device(p, &v->device));
  }
  if (!lexer_is_name(&p->x, "of")) return OK;
  TRY(lexer_next(&p->x));
  return take_value(p, &v->base);
}

/* ---- attributes ---------------------------------------------------------------------------------- */

static Status take_scalar(Parser *p, Scalar *out) {
  Lexer *x = &p->x;
  if (x->kind == WORD_INT) *out = scalar_int(x->integer);
  else if (x->kind == WORD_FLOAT) *out = scalar_float(x->real);
  else if (lexer_is_name(x, "true") || lexer_is_name(x, "false")) *out = scalar_bool(x->text[0] == 't');
  else if (lexer_is(x, '(')) {
    double part[2];
    for (int i = 0; i < 2; i++) {
      TRY(lexer_next(x));
      if (x->kind != WORD_FLOAT) return lexer_expected(x, "the parts of a complex number");
      part[i] = x->real;
      TRY(lexer_next(x));
      if (!lexer_is(x, i == 0 ? ',' : ')')) return lexer_expected(x, "the parts of a complex number");
    }
    *out = scalar_complex(part[0], part[1]);
  } else return lexer_expected(x, "a number");
  return lexer_next(x);
}

static Status take_int(Parser *p, bool position, int64_t *out) {
  if (lexer_is_name(&p->x, "none")) *out = INT64_MIN;
  else if (p->x.kind != WORD_INT || (position && p->x.integer == 0))
    return lexer_expected(&p->x, position ? "a position, they count from 1" : "an integer");
  else *out = position && p->x.integer > 0 ? p->x.integer - 1 : p->x.integer;
  return lexer_next(&p->x);
}

/* A list in brackets, or none: n is -1. */
static Status take_ints(Parser *p, bool positions, Ints *out) {
  *out = ints_none();
  if (lexer_is_name(&p->x, "none")) return lexer_next(&p->x);
  TRY(take_sign(p, '[', "a list in brackets"));
  out->n = 0;
  while (!lexer_is(&p->x, ']')) {
    if (out->n > 0) TRY(take_sign(p, ',', "',' or ']'"));
    if (out->n == TENSOR_MAX_DIMS) return lexer_expected(&p->x, "at most 12 numbers");
    TRY(take_int(p, positions, &out->v[out->n++]));
  }
  return lexer_next(&p->x);
}

static Status take_floats(Parser *p, Floats *out) {
  *out = (Floats){.n = -1};
  if (lexer_is_name(&p->x, "none")) return lexer_next(&p->x);
  TRY(take_sign(p, '[', "a list in brackets"));
  out->n = 0;
  while (!lexer_is(&p->x, ']')) {
    if (out->n > 0) TRY(take_sign(p, ',', "',' or ']'"));
    if (p->x.kind != WORD_FLOAT || out->n == TENSOR_MAX_DIMS) return lexer_expected(&p->x, "at most 12 floats");
    out->v[out->n++] = p->x.real;
    TRY(lexer_next(&p->x));
  }
  return lexer_next(&p->x);
}

static Status take_choice(Parser *p, const OpArg *arg, int *out) {
  for (int i = 0; p->x.kind == WORD_TEXT && arg->choices[i] != NULL; i++)
    if (strcmp(p->x.text, arg->choices[i]) == 0) {
      *out = i;
      return lexer_next(&p->x);
    }
  return lexer_expected(&p->x, "one of the words that the op knows");
}

static Status take_dtype(Parser *p, DType *out) {
  if (lexer_is_name(&p->x, "none")) *out = DTYPE_NONE;
  else if (p->x.kind != WORD_NAME || !dtype_from_name(p->x.text, out)) return lexer_expected(&p->x, "a dtype");
  return lexer_next(&p->x);
}

static Status take_string(Parser *p, Text *out) {
  if (p->x.kind != WORD_TEXT || strlen(p->x.text) >= sizeof out->v)
    return lexer_expected(&p->x, "a text of at most 127 bytes");
  strcpy(out->v, p->x.text);
  return lexer_next(&p->x);
}

static Status take_optional_number(Parser *p, OptionalScalar *out) {
  out->given = !lexer_is_name(&p->x, "none");
  return out->given ? take_scalar(p, &out->value) : lexer_next(&p->x);
}

static Status take_attribute(Parser *p, const OpArg *arg) {
  void *at = p->attrs + arg->offset;
  switch ((ArgType)arg->type) {
    case ARG_TENSOR:
    case ARG_POSITIONS:
    case ARG_INTEGERS: break;
    case ARG_NUMBER: return take_scalar(p, at);
    case ARG_OPTIONAL_NUMBER: return take_optional_number(p, at);
    case ARG_INT: return take_int(p, false, at);
    case ARG_DIM:
    case ARG_INDEX: return take_int(p, true, at);
    case ARG_FLOAT:
      if (p->x.kind != WORD_FLOAT) return lexer_expected(&p->x, "a float");
      *(double *)at = p->x.real;
      return lexer_next(&p->x);
    case ARG_BOOL:
      if (!lexer_is_name(&p->x, "true") && !lexer_is_name(&p->x, "false"))
        return lexer_expected(&p->x, "true or false");
      *(bool *)at = p->x.text[0] == 't';
      return lexer_next(&p->x);
    case ARG_DIMS: return take_ints(p, true, at);
    case ARG_SHAPE:
    case ARG_INTS: return take_ints(p, false, at);
    case ARG_FLOATS: return take_floats(p, at);
    case ARG_DTYPE: return take_dtype(p, at);
    case ARG_CHOICE: return take_choice(p, arg, at);
    case ARG_DEVICE:
      *(Device *)at = (Device){DEVICE_NONE, 0};
      return lexer_is_name(&p->x, "none") ? lexer_next(&p->x) : take_device(p, at);
    case ARG_STRING: return take_string(p, at);
    case ARG_GENERATOR:
      return fail(ERROR_ARGUMENT, "graph: line %d: a generator of its own cannot be read back", p->x.line);
  }
  return lexer_expected(&p->x, "an attribute");
}

static Status take_named_attribute(Parser *p, const OpInfo *info) {
  for (int i = 0; i < info->n_args; i++)
    if (info->args[i].type > ARG_INTEGERS && lexer_is_name(&p->x, info->args[i].name)) {
      TRY(lexer_next(&p->x));
      TRY(take_sign(p, '=', "'='"));
      return take_attribute(p, &info->args[i]);
    }
  return fail(ERROR_ARGUMENT, "graph: line %d: %s has no attribute '%.60s'", p->x.line, info->name, p->x.text);
}

/* ---- statements ------------------------------------------------------------------------------------- */

static Status take_input(Parser *p) {
  int value = -1;
  if (p->x.kind == WORD_VALUE) TRY(take_value(p, &value));
  else if (lexer_is_name(&p->x, "none")) TRY(lexer_next(&p->x));
  else {
    Scalar s;
    TRY(take_scalar(p, &s));
    TRY(graph_add_number(p->g, s, &value));
  }
  return numbers_add(&p->inputs, value);
}

static bool begins_attribute(const Parser *p) {
  const char *at = p->x.at;
  while (*at == ' ') at++;
  return p->x.kind == WORD_NAME && *at == '=';
}

/* The list of an op is in brackets and is the last input. */
static Status take_listed(Parser *p) {
  TRY(lexer_next(&p->x));
  for (bool first = true; !lexer_is(&p->x, ']'); first = false) {
    if (!first) TRY(take_sign(p, ',', "',' or ']'"));
    TRY(take_input(p));
  }
  return lexer_next(&p->x);
}

static Status take_arguments(Parser *p, const OpInfo *info) {
  p->inputs.n = 0;
  if (info->attrs_size > 0) memcpy(p->attrs, info->defaults, info->attrs_size);
  TRY(take_sign(p, '(', "'('"));
  for (bool first = true; !lexer_is(&p->x, ')'); first = false) {
    if (!first) TRY(take_sign(p, ',', "',' or ')'"));
    if (begins_attribute(p)) TRY(take_named_attribute(p, info));
    else if (lexer_is(&p->x, '[')) TRY(take_listed(p));
    else TRY(take_input(p));
  }
  return OK;
}

/* "%3: float32[2], %4: float32[2]", '_' for what is not there. */
static Status take_results(Parser *p, bool *list) {
  p->outputs.n = 0;
  *list = lexer_is(&p->x, '[');
  if (*list) TRY(lexer_next(&p->x));
  for (bool first = true; !lexer_is(&p->x, *list ? ']' : '='); first = false) {
    int value = -1;
    GraphValue v;
    if (!first) TRY(take_sign(p, ',', *list ? "',' or ']'" : "',' or '='"));
    if (lexer_is_name(&p->x, "_")) TRY(lexer_next(&p->x));
    else {
      TRY(take_new_value(p));
      TRY(take_sign(p, ':', "':'"));
      TRY(take_type(p, &v));
      TRY(graph_add_value(p->g, &v, &value));
      TRY(numbers_add(&p->values, value));
    }
    TRY(numbers_add(&p->outputs, value));
  }
  if (*list) TRY(lexer_next(&p->x));
  return take_sign(p, '=', "'='");
}

/* The op of a name; with a '_' behind it, it works in place. */
static Status find_op(const Parser *p, const OpInfo **info, bool *in_place) {
  char name[WORD_BYTES];
  strcpy(name, p->x.text);
  const size_t n = strlen(name);
  *info = op_find(name);
  *in_place = *info == NULL && n > 1 && name[n - 1] == '_';
  if (*in_place) {
    name[n - 1] = '\0';
    *info = op_find(name);
  }
  if (*info != NULL) return OK;
  return fail(ERROR_ARGUMENT, "graph: line %d: no op '%.60s'", p->x.line, p->x.text);
}

static Status take_call(Parser *p, bool list) {
  GraphNode n = {.list = list};
  char place[WORD_BYTES], scope[WORD_BYTES];
  if (lexer_is_name(&p->x, "no_grad")) {
    n.no_grad = true;
    TRY(lexer_next(&p->x));
  }
  if (p->x.kind != WORD_NAME) return lexer_expected(&p->x, "the name of an op");
  TRY(find_op(p, &n.info, &n.in_place));
  TRY(lexer_next(&p->x));
  TRY(take_arguments(p, n.info));
  lexer_comment(&p->x, place, scope);
  TRY(take_sign(p, ')', "')'"));
  n.inputs = p->inputs.v;
  n.n_inputs = p->inputs.n;
  n.outputs = p->outputs.v;
  n.n_outputs = p->outputs.n;
  n.attrs = p->attrs;
  n.place = place[0] != '\0' ? place : NULL;
  n.scope = scope[0] != '\0' ? scope : NULL;
  if ((n.in_place || n.info->kind == KIND_VIEW) && n.n_inputs > 0)
    for (int i = 0; i < n.n_outputs; i++)
      if (n.outputs[i] >= 0) p->g->values[n.outputs[i]].base = n.inputs[0];
  return graph_add_node(p->g, &n);
}

/* parameter("name") and constant("name") */
static Status take_tensor(Parser *p) {
  GraphValue *v = p->outputs.n == 1 && p->outputs.v[0] >= 0 ? &p->g->values[p->outputs.v[0]] : NULL;
  if (v == NULL || v->base >= 0) return lexer_expected(&p->x, "an op: a tensor is one value");
  v->kind = lexer_is_name(&p->x, "parameter") ? VALUE_PARAMETER : VALUE_CONSTANT;
  TRY(lexer_next(&p->x));
  TRY(take_sign(p, '(', "'('"));
  if (p->x.kind != WORD_TEXT) return lexer_expected(&p->x, "a name in quotes");
  const size_t n = strlen(p->x.text) + 1;
  v->name = memory_alloc(n);
  if (v->name == NULL) return ERROR_MEMORY;
  memcpy(v->name, p->x.text, n);
  TRY(lexer_next(&p->x));
  return take_sign(p, ')', "')'");
}

static Status take_statement(Parser *p) {
  bool list;
  TRY(take_results(p, &list));
  if (lexer_is_name(&p->x, "parameter") || lexer_is_name(&p->x, "constant")) return take_tensor(p);
  return take_call(p, list);
}

static Status take_graph_input(Parser *p) {
  GraphValue v;
  int value;
  TRY(take_new_value(p));
  TRY(take_sign(p, ':', "':'"));
  TRY(take_type(p, &v));
  const bool named = p->x.kind == WORD_TEXT;
  strcpy(p->name, named ? p->x.text : "");
  if (named) TRY(lexer_next(&p->x));
  Tensor like = {.dtype = v.dtype, .ndim = v.ndim};
  Storage storage = {.device = v.device};
  like.storage = &storage;
  memcpy(like.shape, v.shape, sizeof like.shape);
  TRY(graph_add_input(p->g, &like, named ? p->name : NULL, &value));
  return numbers_add(&p->values, value);
}

static Status take_graph(Parser *p) {
  TRY(lexer_next(&p->x));
  if (!lexer_is_name(&p->x, "graph")) return lexer_expected(&p->x, "graph");
  TRY(lexer_next(&p->x));
  TRY(take_sign(p, '(', "'('"));
  for (bool first = true; !lexer_is(&p->x, ')'); first = false) {
    if (!first) TRY(take_sign(p, ',', "',' or ')'"));
    TRY(take_graph_input(p));
  }
  TRY(lexer_next(&p->x));
  TRY(take_sign(p, '{', "'{'"));
  while (!lexer_is_name(&p->x, "return")) TRY(take_statement(p));
  TRY(lexer_next(&p->x));
  for (bool first = true; !lexer_is(&p->x, '}'); first = false) {
    if (!first) TRY(take_sign(p, ',', "',' or '}'"));
    TRY(take_input(p));
    TRY(graph_add_output(p->g, p->inputs.v[p->inputs.n - 1]));
    p->inputs.n = 0;
  }
  TRY(lexer_next(&p->x));
  return p->x.kind == WORD_END ? OK : lexer_expected(&p->x, "the end of the text");
}

Status graph_parse(const char *text, Graph **out) {
  Parser *p = memory_zalloc(sizeof *p);
  *out = NULL;
  if (p == NULL) return ERROR_MEMORY;
  lexer_start(&p->x, text);
  Status status = graph_new(&p->g);
  if (status == OK) status = take_graph(p);
  if (status == OK) status = graph_verify(p->g);
  if (status == OK) *out = p->g;
  else graph_free(p->g);
  numbers_free(&p->values);
  numbers_free(&p->inputs);
  numbers_free(&p->outputs);
  memory_free(p, sizeof *p);
  return status;
}

Status graph_bind(Graph *g, int value, Tensor *t) {
  char a[SHAPE_TEXT], b[SHAPE_TEXT];
  if (value < 0 || value >= g->n_values) return fail(ERROR_ARGUMENT, "graph: no value %d", value);
  GraphValue *v = &g->values[value];
  if (v->kind != VALUE_PARAMETER && v->kind != VALUE_CONSTANT)
    return fail(ERROR_ARGUMENT, "graph: value %d is no parameter or constant", value);
  if (t->dtype != v->dtype || t->ndim != v->ndim || memcmp(t->shape, v->shape, sizeof *v->shape * v->ndim) != 0)
    return fail(ERROR_ARGUMENT, "graph: '%s': expected %s %s, got %s", v->name != NULL ? v->name : "",
                dtype_name((DType)v->dtype), shape_text(a, v->ndim, v->shape), tensor_text(b, t));
  tensor_retain(t);
  tensor_release(v->tensor);
  v->tensor = t;
  return OK;
}
