/* format.c: rows of numbers and texts as lines of comma-separated values. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "torch/csv/parser.h"

/* The shortest text that reads back as the same number, always with a point or an exponent. */
static int float_text(char *to, size_t room, double value, bool single) {
  if (isnan(value)) return snprintf(to, room, "nan");
  if (isinf(value)) return snprintf(to, room, value < 0 ? "-inf" : "inf");
  if (value == trunc(value) && fabs(value) < 1e15) return snprintf(to, room, "%lld.0", (long long)value);
  int n = 0;
  for (int digits = single ? 6 : 15; digits <= (single ? 9 : 17); digits++) {
    n = snprintf(to, room, "%.*g", digits, value);
    if (single ? strtof(to, NULL) == (float)value : strtod(to, NULL) == value) break;
  }
  char *comma = memchr(to, ',', (size_t)n); /* of a locale */
  if (comma != NULL) *comma = '.';
  return n;
}

static void add_text(luaL_Buffer *b, const char *text, size_t n, char delimiter) {
  bool plain = n > 0;
  for (size_t i = 0; i < n && plain; i++)
    plain = text[i] != delimiter && text[i] != '"' && text[i] != '\n' && text[i] != '\r';
  if (plain) {
    luaL_addlstring(b, text, n);
    return;
  }
  luaL_addchar(b, '"');
  for (size_t i = 0; i < n; i++) {
    if (text[i] == '"') luaL_addchar(b, '"');
    luaL_addchar(b, text[i]);
  }
  luaL_addchar(b, '"');
}

static void add_number(luaL_Buffer *b, const Tensor *t, int64_t row) {
  char *to = luaL_prepbuffsize(b, 64);
  const Scalar value = tensor_get(t, &row);
  int n = 0;
  if (t->dtype == DTYPE_BOOL) n = snprintf(to, 64, "%s", value.as.i ? "true" : "false");
  else if (dtype_is_float((DType)t->dtype)) n = float_text(to, 64, value.as.f, t->dtype != DTYPE_FLOAT64);
  else n = snprintf(to, 64, "%lld", (long long)value.as.i);
  luaL_addsize(b, (size_t)n);
}

/* format(columns, from, to, delimiter) → a string: the columns are tensors of one dimension or arrays of strings.
** Each row is a string of its own while it grows, for texts stand on the stack that a buffer needs. */
int csv_format(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const int64_t from = luaL_checkinteger(L, 2), to = luaL_checkinteger(L, 3);
  const char delimiter = *luaL_checkstring(L, 4);
  const int n = (int)lua_rawlen(L, 1);
  lua_settop(L, 4);
  luaL_checkstack(L, n + 20, "too many columns");
  Tensor **tensors = lua_newuserdatauv(L, (size_t)(n + 1) * sizeof *tensors, 0);
  for (int c = 0; c < n; c++) {
    lua_rawgeti(L, 1, c + 1);
    tensors[c] = tensor_test(L, -1);
  }
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  for (int64_t row = from - 1; row < to; row++)
    for (int c = 0; c < n; c++) {
      if (tensors[c] != NULL) add_number(&b, tensors[c], row);
      else {
        lua_rawgeti(L, 6 + c, row + 1); /* on top of the buffer: taken off before it grows */
        size_t length = 0;
        const char *text = lua_tolstring(L, -1, &length); /* the array keeps it */
        lua_pop(L, 1);
        add_text(&b, text != NULL ? text : "", length, delimiter);
      }
      luaL_addchar(&b, c == n - 1 ? '\n' : delimiter);
    }
  luaL_pushresult(&b);
  return 1;
}
