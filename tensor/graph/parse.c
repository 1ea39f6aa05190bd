/* parse.c: a graph from its text form (text.c). The text may come from a file: whatever it says, the outcome
** is a graph that graph_verify accepts, or a failure that names the line. What a node does with its inputs is for
** its op to check.
*/
#include <stdio.h>

#include "literal.h"
#include "owned.h"

typedef struct {
  int *v;
  int n, room;
} Numbers;

typedef struct {
  Lexer x;
  Graph *g;
  Numbers values; /* of the text: %i is value values.v[i] */
  Numbers inputs, outputs;
  int group, groups; /* the one that is open, or 0; how many there were */
  _Alignas(16) char attrs[OP_MAX_ATTRIBUTE_BYTES];
  char name[WORD_BYTES];
} Parser;

static Status numbers_add(Numbers *list, int value) {
  TRY(array_grow(&list->v, list->n + 1, &list->room, sizeof(int)));
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
    TRY(literal_device(&p->x, &v->device));
  }
  if (!lexer_is_name(&p->x, "of")) return OK;
  TRY(lexer_next(&p->x));
  return take_value(p, &v->base);
}

static Status take_named_attribute(Parser *p, const OpInfo *info) {
  for (int i = 0; i < info->n_args; i++)
    if (info->args[i].type > ARG_INTEGERS && lexer_is_name(&p->x, info->args[i].name)) {
      TRY(lexer_next(&p->x));
      TRY(take_sign(p, '=', "'='"));
      return literal_attribute(&p->x, &info->args[i], p->attrs);
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
    TRY(literal_scalar(&p->x, &s));
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
  GraphNode n = {.list = list, .group = p->group};
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
  TRY(text_copy(p->x.text, &v->name));
  TRY(lexer_next(&p->x));
  return take_sign(p, ')', "')'");
}

/* "fused {" and its "}". */
static Status take_fused(Parser *p) {
  if (p->group != 0) return lexer_expected(&p->x, "'}': a group has no groups");
  TRY(lexer_next(&p->x));
  p->group = ++p->groups;
  return take_sign(p, '{', "'{'");
}

static Status take_statement(Parser *p) {
  bool list;
  if (lexer_is_name(&p->x, "fused")) return take_fused(p);
  if (p->group != 0 && lexer_is(&p->x, '}')) {
    p->group = 0;
    return lexer_next(&p->x);
  }
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
  Tensor like = {.dtype = v.dtype, .ndim = v.ndim, .device = device_byte(v.device)};
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
  while (p->group != 0 || !lexer_is_name(&p->x, "return")) TRY(take_statement(p));
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
  if (t->device != device_byte(v->device)) {
    char want[DEVICE_TEXT], is[DEVICE_TEXT];
    return fail(ERROR_ARGUMENT, "graph: '%s': expected a tensor on %s, got one on %s", v->name != NULL ? v->name : "",
                device_text(want, v->device), device_text(is, tensor_device(t)));
  }
  tensor_retain(t);
  tensor_release(v->tensor);
  v->tensor = t;
  return OK;
}
