/* literal.c: see literal.h. */
#include "literal.h"

static Status take_sign(Lexer *x, char sign, const char *what) {
  if (!lexer_is(x, sign)) return lexer_expected(x, what);
  return lexer_next(x);
}

Status literal_device(Lexer *x, Device *out) {
  if (x->kind != WORD_TEXT) return lexer_expected(x, "a device such as \"cpu\"");
  TRY(device_named(x->text, out));
  return lexer_next(x);
}

Status literal_scalar(Lexer *x, Scalar *out) {
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

static Status literal_int(Lexer *x, bool position, int64_t *out) {
  if (lexer_is_name(x, "none")) *out = INT64_MIN;
  else if (x->kind != WORD_INT || (position && x->integer == 0))
    return lexer_expected(x, position ? "a position, they count from 1" : "an integer");
  else *out = position && x->integer > 0 ? x->integer - 1 : x->integer;
  return lexer_next(x);
}

/* A list in brackets, or none: n is -1. */
static Status literal_ints(Lexer *x, bool positions, Ints *out) {
  *out = ints_none();
  if (lexer_is_name(x, "none")) return lexer_next(x);
  TRY(take_sign(x, '[', "a list in brackets"));
  out->n = 0;
  while (!lexer_is(x, ']')) {
    if (out->n > 0) TRY(take_sign(x, ',', "',' or ']'"));
    if (out->n == TENSOR_MAX_DIMS) return lexer_expected(x, "at most 12 numbers");
    TRY(literal_int(x, positions, &out->v[out->n++]));
  }
  return lexer_next(x);
}

static Status literal_floats(Lexer *x, Floats *out) {
  *out = (Floats){.n = -1};
  if (lexer_is_name(x, "none")) return lexer_next(x);
  TRY(take_sign(x, '[', "a list in brackets"));
  out->n = 0;
  while (!lexer_is(x, ']')) {
    if (out->n > 0) TRY(take_sign(x, ',', "',' or ']'"));
    if (x->kind != WORD_FLOAT || out->n == TENSOR_MAX_DIMS) return lexer_expected(x, "at most 12 floats");
    out->v[out->n++] = x->real;
    TRY(lexer_next(x));
  }
  return lexer_next(x);
}

static Status literal_choice(Lexer *x, const OpArg *arg, int *out) {
  for (int i = 0; x->kind == WORD_TEXT && arg->choices[i] != NULL; i++)
    if (strcmp(x->text, arg->choices[i]) == 0) {
      *out = i;
      return lexer_next(x);
    }
  return lexer_expected(x, "one of the words that the op knows");
}

static Status literal_dtype(Lexer *x, DType *out) {
  if (lexer_is_name(x, "none")) *out = DTYPE_NONE;
  else if (x->kind != WORD_NAME || !dtype_from_name(x->text, out)) return lexer_expected(x, "a dtype");
  return lexer_next(x);
}

static Status literal_string(Lexer *x, Text *out) {
  if (x->kind != WORD_TEXT || strlen(x->text) >= sizeof out->v)
    return lexer_expected(x, "a text of at most 127 bytes");
  strcpy(out->v, x->text);
  return lexer_next(x);
}

static Status literal_optional_number(Lexer *x, OptionalScalar *out) {
  out->given = !lexer_is_name(x, "none");
  return out->given ? literal_scalar(x, &out->value) : lexer_next(x);
}

Status literal_attribute(Lexer *x, const OpArg *arg, void *attrs) {
  void *at = (char *)attrs + arg->offset;
  switch ((ArgType)arg->type) {
    case ARG_TENSOR:
    case ARG_POSITIONS:
    case ARG_INTEGERS: break;
    case ARG_NUMBER: return literal_scalar(x, at);
    case ARG_OPTIONAL_NUMBER: return literal_optional_number(x, at);
    case ARG_INT: return literal_int(x, false, at);
    case ARG_DIM:
    case ARG_INDEX: return literal_int(x, true, at);
    case ARG_FLOAT:
      if (x->kind != WORD_FLOAT) return lexer_expected(x, "a float");
      *(double *)at = x->real;
      return lexer_next(x);
    case ARG_BOOL:
      if (!lexer_is_name(x, "true") && !lexer_is_name(x, "false"))
        return lexer_expected(x, "true or false");
      *(bool *)at = x->text[0] == 't';
      return lexer_next(x);
    case ARG_DIMS: return literal_ints(x, true, at);
    case ARG_SHAPE:
    case ARG_INTS: return literal_ints(x, false, at);
    case ARG_FLOATS: return literal_floats(x, at);
    case ARG_DTYPE: return literal_dtype(x, at);
    case ARG_CHOICE: return literal_choice(x, arg, at);
    case ARG_DEVICE:
      *(Device *)at = (Device){DEVICE_NONE, 0};
      return lexer_is_name(x, "none") ? lexer_next(x) : literal_device(x, at);
    case ARG_STRING: return literal_string(x, at);
    case ARG_GENERATOR:
      return fail(ERROR_ARGUMENT, "graph: line %d: a generator of its own cannot be read back", x->line);
  }
  return lexer_expected(x, "an attribute");
}
