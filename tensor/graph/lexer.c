/* lexer.c: see lexer.h. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "lexer.h"

void lexer_start(Lexer *x, const char *text) { *x = (Lexer){.at = text, .line = 1}; }

Status lexer_expected(const Lexer *x, const char *what) {
  char got[WORD_BYTES + 16];
  switch (x->kind) {
    case WORD_END: snprintf(got, sizeof got, "the end of the text"); break;
    case WORD_NAME: snprintf(got, sizeof got, "%.60s", x->text); break;
    case WORD_VALUE: snprintf(got, sizeof got, "%%%lld", (long long)x->integer); break;
    case WORD_INT: snprintf(got, sizeof got, "%lld", (long long)x->integer); break;
    case WORD_FLOAT: snprintf(got, sizeof got, "%g", x->real); break;
    case WORD_TEXT: snprintf(got, sizeof got, "\"%.60s\"", x->text); break;
    case WORD_SIGN: snprintf(got, sizeof got, "'%c'", x->sign); break;
  }
  return fail(ERROR_ARGUMENT, "graph: line %d: expected %s, got %s", x->line, what, got);
}

static void skip_spaces(Lexer *x) {
  for (;; x->at++) {
    if (*x->at == '#')
      while (*x->at != '\0' && *x->at != '\n') x->at++;
    if (*x->at == '\n') x->line++;
    else if (*x->at != ' ' && *x->at != '\t' && *x->at != '\r') return;
  }
}

int hex_digit(char c) { return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1; }

/* One character of a text, \hh undone; false: the escape is none. */
static bool unescape(const char **at, char *c) {
  *c = *(*at)++;
  if (*c != '\\') return true;
  const int high = hex_digit(**at), low = high < 0 ? -1 : hex_digit((*at)[1]);
  if (low < 0 || high * 16 + low == 0) return false;
  *c = (char)(high * 16 + low);
  *at += 2;
  return true;
}

static Status read_text(Lexer *x) {
  size_t n = 0;
  x->at++;
  while (*x->at != '"') {
    if (*x->at == '\0' || *x->at == '\n' || n >= WORD_BYTES - 1 || !unescape(&x->at, &x->text[n]))
      return fail(ERROR_ARGUMENT, "graph: line %d: a text without its end, too long, or with a bad escape", x->line);
    n++;
  }
  x->at++;
  x->text[n] = '\0';
  x->kind = WORD_TEXT;
  return OK;
}

static Status read_number(Lexer *x) {
  char *end;
  const char *p = x->at + (*x->at == '-');
  const size_t digits = strspn(p, "0123456789");
  errno = 0;
  if (digits > 0 && p[digits] != '.' && p[digits] != 'e') {
    x->integer = strtoll(x->at, &end, 10);
    x->kind = WORD_INT;
    if (errno == ERANGE) return fail(ERROR_ARGUMENT, "graph: line %d: a number that is too large", x->line);
  } else {
    x->real = strtod(x->at, &end);
    x->kind = WORD_FLOAT;
    if (end == x->at) return fail(ERROR_ARGUMENT, "graph: line %d: a bad number", x->line);
  }
  x->at = end;
  return OK;
}

static Status read_name(Lexer *x) {
  size_t n = 0;
  while (isalnum((unsigned char)*x->at) || *x->at == '_' || *x->at == '.') {
    if (n >= WORD_BYTES - 1) return fail(ERROR_ARGUMENT, "graph: line %d: a name that is too long", x->line);
    x->text[n++] = *x->at++;
  }
  x->text[n] = '\0';
  x->kind = WORD_NAME;
  if (strcmp(x->text, "nan") == 0) x->kind = WORD_FLOAT, x->real = NAN;
  else if (strcmp(x->text, "inf") == 0) x->kind = WORD_FLOAT, x->real = INFINITY;
  return OK;
}

static Status read_value(Lexer *x) {
  x->at++;
  const bool digit = isdigit((unsigned char)*x->at);
  if (digit) TRY(read_number(x));
  if (!digit || x->kind != WORD_INT || x->integer > INT32_MAX)
    return fail(ERROR_ARGUMENT, "graph: line %d: expected a number behind %%", x->line);
  x->kind = WORD_VALUE;
  return OK;
}

Status lexer_next(Lexer *x) {
  skip_spaces(x);
  const char c = *x->at;
  if (c == '\0') {
    x->kind = WORD_END;
    return OK;
  }
  if (c == '%') return read_value(x);
  if (c == '"') return read_text(x);
  if (strncmp(x->at, "-inf", 4) == 0) {
    x->at += 4;
    x->kind = WORD_FLOAT;
    x->real = -INFINITY;
    return OK;
  }
  if (isdigit((unsigned char)c) || c == '-') return read_number(x);
  if (isalpha((unsigned char)c) || c == '_') return read_name(x);
  x->kind = WORD_SIGN;
  x->sign = c;
  x->at++;
  if (strchr("()[]{},:=", c) != NULL) return OK;
  return fail(ERROR_ARGUMENT, "graph: line %d: a character without a meaning: \\%02x", x->line, (unsigned char)c);
}

static const char *comment_word(const char *p, char *out) {
  size_t n = 0;
  while (*p == ' ') p++;
  while (*p != '\0' && *p != '\n' && *p != ' ' && n < WORD_BYTES - 1)
    if (unescape(&p, &out[n])) n++;
  out[n] = '\0';
  return p;
}

void lexer_comment(const Lexer *x, char *place, char *scope) {
  const char *p = x->at;
  place[0] = scope[0] = '\0';
  while (*p == ' ') p++;
  if (*p != '#') return;
  p = comment_word(p + 1, place);
  comment_word(p, scope);
  if (strcmp(place, "-") == 0) place[0] = '\0';
}
