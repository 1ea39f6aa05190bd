/* columns.c: see columns.h. */
#include "torch/sqlite/columns.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void column_free(Column *c) {
  free(c->whole);
  free(c->real);
  free(c->types);
  *c = (Column){0};
}

static void column_make_room(lua_State *L, Column *c, int64_t rows) {
  if (rows < c->room) return;
  const int64_t room = c->room > 0 ? 2 * c->room : 64;
  int64_t *whole = realloc(c->whole, (size_t)room * sizeof *whole);
  if (whole != NULL) c->whole = whole;
  double *real = realloc(c->real, (size_t)room * sizeof *real);
  if (real != NULL) c->real = real;
  unsigned char *types = realloc(c->types, (size_t)room);
  if (types != NULL) c->types = types;
  if (whole == NULL || real == NULL || types == NULL) luaL_error(L, "not enough memory for %d rows", (int)rows);
  c->room = room;
}

/* ---- texts --------------------------------------------------------------------------------------- */

/* The shortest text that reads back as the same number, with a point or an exponent, whatever the locale is. */
static void push_real(lua_State *L, double value) {
  char text[64];
  if (isinf(value)) {
    lua_pushstring(L, value < 0 ? "-inf" : "inf");
    return;
  }
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, value);
    if (strtod(text, NULL) == value) break;
  }
  const char *point = localeconv()->decimal_point;
  char *at = strstr(text, point);
  if (at != NULL && *point != '\0') {
    *at = '.';
    memmove(at + 1, at + strlen(point), strlen(at + strlen(point)) + 1);
  }
  lua_pushfstring(L, strpbrk(text, ".e") != NULL ? "%s" : "%s.0", text);
}

static void push_number(lua_State *L, int type, int64_t whole, double real) {
  if (type == SQLITE_NULL) lua_pushliteral(L, "");
  else if (type == SQLITE_INTEGER) lua_pushfstring(L, "%I", (LUAI_UACINT)whole);
  else push_real(L, real);
}

/* The column turns out to have texts: the numbers so far become texts in the table at 'texts'. */
static void column_become_text(lua_State *L, Column *c, int64_t rows, int texts) {
  for (int64_t i = 0; i < rows; i++) {
    push_number(L, c->types[i], c->whole[i], c->real[i]);
    lua_rawseti(L, texts, i + 1);
  }
  c->is_text = true;
}

static void push_text(lua_State *L, sqlite3_stmt *statement, int i, int type) {
  if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
    const void *text = type == SQLITE_BLOB ? sqlite3_column_blob(statement, i)
                                           : (const void *)sqlite3_column_text(statement, i);
    const int length = sqlite3_column_bytes(statement, i);
    if (text == NULL && length > 0) luaL_error(L, "out of memory");
    lua_pushlstring(L, text != NULL ? text : "", (size_t)length);
    return;
  }
  push_number(L, type, sqlite3_column_int64(statement, i), sqlite3_column_double(statement, i));
}

/* ---- rows ---------------------------------------------------------------------------------------- */

void column_take(lua_State *L, Column *c, sqlite3_stmt *statement, int i, int64_t row, int texts) {
  const int type = sqlite3_column_type(statement, i);
  if (!c->is_text && (type == SQLITE_TEXT || type == SQLITE_BLOB)) column_become_text(L, c, row, texts);
  c->has_values = c->has_values || type != SQLITE_NULL;
  if (c->is_text) {
    push_text(L, statement, i, type);
    lua_rawseti(L, texts, row + 1);
    return;
  }
  column_make_room(L, c, row);
  c->types[row] = (unsigned char)type;
  c->whole[row] = type == SQLITE_INTEGER ? sqlite3_column_int64(statement, i) : 0;
  c->real[row] = type == SQLITE_INTEGER ? (double)c->whole[row]
                 : type == SQLITE_FLOAT ? sqlite3_column_double(statement, i) : (double)NAN;
  c->is_real = c->is_real || type != SQLITE_INTEGER;
}

/* Whether the declared type of a column has the part: SQLite goes by such parts, too. */
static bool declared_as(const char *type, const char *part) {
  const size_t n = strlen(part);
  for (; *type != '\0'; type++)
    if (sqlite3_strnicmp(type, part, (int)n) == 0) return true;
  return false;
}

/* A column without values is what its declaration says. */
static void column_follow_declaration(lua_State *L, Column *c, sqlite3_stmt *statement, int i, int64_t rows,
                                      int texts) {
  const char *type = sqlite3_column_decltype(statement, i);
  if (type == NULL || declared_as(type, "INT")) return;
  if (declared_as(type, "CHAR") || declared_as(type, "TEXT") || declared_as(type, "CLOB") ||
      declared_as(type, "BLOB"))
    column_become_text(L, c, rows, texts);
  else if (declared_as(type, "REAL") || declared_as(type, "FLOA") || declared_as(type, "DOUB")) c->is_real = true;
}

void column_push(lua_State *L, Column *c, sqlite3_stmt *statement, int i, int64_t rows, int texts) {
  if (!c->has_values) column_follow_declaration(L, c, statement, i, rows, texts);
  if (c->is_text) {
    lua_pushvalue(L, texts);
    return;
  }
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(1, &rows, c->is_real ? DTYPE_FLOAT64 : DTYPE_INT64, &box->tensor));
  tensor_account(L, box);
  if (rows > 0) memcpy(tensor_data(box->tensor), c->is_real ? (void *)c->real : (void *)c->whole, (size_t)rows * 8);
}
