/* library.c: the module "torch.sqlite.library": data bases of SQLite. torch.sqlite leads through it:
**
**   base = open(path, "r" or "w")     close(base)
**   query(base, statement, parameters) → array of columns, array of their names, rows that were changed
**
** A column of whole numbers is an int64 tensor, one of numbers or with NULL among them a float64 tensor (NULL is NaN),
** any other an array of strings (NULL is ""). The parameters are an array, or a table by the names in the statement.
*/
#include <math.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

/* ---- handles ----------------------------------------------------------------------------------- */

typedef struct {
  Object object;
  sqlite3 *base; /* NULL: closed */
} Base;

static void base_close(lua_State *L, void *self) {
  (void)L;
  Base *b = self;
  sqlite3_close_v2(b->base); /* it waits for statements that are still there */
  b->base = NULL;
}
static const Class base_class = {"torch.sqlite.base", NULL, base_close, NULL, NULL};

/* A column while rows come: numbers in a buffer, texts in a table of Lua, whose place on the stack the caller knows. */
typedef struct {
  int64_t *whole;
  double *real;
  int64_t room;
  bool is_real, is_text;
} Column;

/* A statement and its columns, which go with it also where an error passes. */
typedef struct {
  Object object;
  sqlite3_stmt *statement;
  Column *columns;
  int n;
} Query;

static void query_close(lua_State *L, void *self) {
  (void)L;
  Query *q = self;
  sqlite3_finalize(q->statement);
  for (int i = 0; i < q->n; i++) {
    free(q->columns[i].whole);
    free(q->columns[i].real);
  }
  free(q->columns);
  q->statement = NULL;
  q->columns = NULL;
  q->n = 0;
}
static const Class query_class = {"torch.sqlite.query", NULL, query_close, NULL, NULL};

static Base *check_base(lua_State *L) {
  Base *b = object_check(L, 1, &base_class, "sqlite", "base");
  if (b->base == NULL) luaL_error(L, "the data base is closed");
  return b;
}

static int sqlite_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1), *mode = luaL_checkstring(L, 2);
  Base *b = object_new(L, &base_class, sizeof *b, 0);
  const int flags = *mode == 'w' ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  if (sqlite3_open_v2(path, &b->base, flags, NULL) != SQLITE_OK)
    return luaL_error(L, "%s", b->base != NULL ? sqlite3_errmsg(b->base) : "out of memory");
  sqlite3_busy_timeout(b->base, 5000);
  return 1;
}

static int sqlite_close(lua_State *L) {
  base_close(L, object_check(L, 1, &base_class, "sqlite", "base"));
  return 0;
}

/* ---- parameters --------------------------------------------------------------------------------- */

/* Binds the value at the top of the stack. */
static void bind_value(lua_State *L, sqlite3_stmt *statement, int place) {
  int status = SQLITE_OK;
  size_t length;
  switch (lua_type(L, -1)) {
    case LUA_TNIL: status = sqlite3_bind_null(statement, place); break;
    case LUA_TBOOLEAN: status = sqlite3_bind_int(statement, place, lua_toboolean(L, -1)); break;
    case LUA_TNUMBER:
      if (lua_isinteger(L, -1)) status = sqlite3_bind_int64(statement, place, lua_tointeger(L, -1));
      else status = sqlite3_bind_double(statement, place, lua_tonumber(L, -1));
      break;
    case LUA_TSTRING: {
      const char *text = lua_tolstring(L, -1, &length);
      status = sqlite3_bind_text64(statement, place, text, length, SQLITE_TRANSIENT, SQLITE_UTF8);
      break;
    }
    default: {
      char got[ERROR_TEXT];
      luaL_error(L, "parameter %d: expected a number, a string, a boolean or nothing, got %s", place,
                 error_describe(L, -1, got));
    }
  }
  if (status != SQLITE_OK) luaL_error(L, "parameter %d: %s", place, sqlite3_errstr(status));
}

/* The parameters in the table at 3: each of the statement has its value, by its name or its place. */
static void bind_all(lua_State *L, sqlite3_stmt *statement) {
  const int n = sqlite3_bind_parameter_count(statement);
  if (lua_isnoneornil(L, 3)) {
    if (n > 0) luaL_error(L, "the statement has %d parameters, and none is given", n);
    return;
  }
  luaL_checktype(L, 3, LUA_TTABLE);
  int named = 0;
  for (int i = 1; i <= n; i++) {
    const char *name = sqlite3_bind_parameter_name(statement, i);
    if (name != NULL && *name != '?') {
      named++;
      if (lua_getfield(L, 3, name + 1) == LUA_TNIL) luaL_error(L, "the parameter %s is not given", name);
    } else {
      lua_geti(L, 3, i);
    }
    bind_value(L, statement, i);
    lua_pop(L, 1);
  }
  if (named == 0 && (lua_Integer)lua_rawlen(L, 3) > n)
    luaL_error(L, "the statement has %d parameters, and %d are given", n, (int)lua_rawlen(L, 3));
}

/* ---- rows ------------------------------------------------------------------------------------------ */

static void make_room(lua_State *L, Column *c, int64_t rows) {
  if (rows < c->room) return;
  const int64_t room = c->room > 0 ? 2 * c->room : 64;
  int64_t *whole = realloc(c->whole, (size_t)room * sizeof *whole);
  if (whole != NULL) c->whole = whole;
  double *real = realloc(c->real, (size_t)room * sizeof *real);
  if (real != NULL) c->real = real;
  if (whole == NULL || real == NULL) luaL_error(L, "not enough memory for %d rows", (int)rows);
  c->room = room;
}

/* The column turns out to have texts: the numbers so far become texts in the table at 'texts'. */
static void become_text(lua_State *L, Column *c, int64_t rows, int texts) {
  char text[32];
  for (int64_t i = 0; i < rows; i++) {
    if (isnan(c->real[i])) text[0] = '\0'; /* NULL */
    else if (c->real[i] == (double)c->whole[i]) snprintf(text, sizeof text, "%lld", (long long)c->whole[i]);
    else snprintf(text, sizeof text, "%.17g", c->real[i]);
    lua_pushstring(L, text);
    lua_rawseti(L, texts, i + 1);
  }
  c->is_text = true;
}

static void push_text(lua_State *L, sqlite3_stmt *statement, int i) {
  if (sqlite3_column_type(statement, i) == SQLITE_NULL) {
    lua_pushliteral(L, "");
    return;
  }
  const void *text = sqlite3_column_type(statement, i) == SQLITE_BLOB ? sqlite3_column_blob(statement, i)
                                                                      : (const void *)sqlite3_column_text(statement, i);
  const int length = sqlite3_column_bytes(statement, i);
  if (text == NULL && length > 0) luaL_error(L, "out of memory");
  lua_pushlstring(L, text != NULL ? text : "", (size_t)length);
}

static void take_number(sqlite3_stmt *statement, int i, Column *c, int64_t row, int type) {
  c->whole[row] = 0;
  if (type == SQLITE_INTEGER) {
    c->whole[row] = sqlite3_column_int64(statement, i);
    c->real[row] = (double)c->whole[row];
    return;
  }
  c->is_real = true;
  c->real[row] = type == SQLITE_FLOAT ? sqlite3_column_double(statement, i) : (double)NAN;
}

/* Takes the row that the statement is at. The tables of the columns are from 'texts' on. */
static void take_row(lua_State *L, Query *q, int64_t row, int texts) {
  for (int i = 0; i < q->n; i++) {
    Column *c = &q->columns[i];
    const int type = sqlite3_column_type(q->statement, i);
    if (!c->is_text && (type == SQLITE_TEXT || type == SQLITE_BLOB)) become_text(L, c, row, texts + i);
    if (c->is_text) {
      push_text(L, q->statement, i);
      lua_rawseti(L, texts + i, row + 1);
    } else {
      make_room(L, c, row);
      take_number(q->statement, i, c, row, type);
    }
  }
}

static void push_tensor(lua_State *L, const Column *c, int64_t rows) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(1, &rows, c->is_real ? DTYPE_FLOAT64 : DTYPE_INT64, &box->tensor));
  tensor_account(L, box);
  if (rows > 0) memcpy(tensor_data(box->tensor), c->is_real ? (void *)c->real : (void *)c->whole, (size_t)rows * 8);
}

/* Runs the statement; leaves the array of columns and that of their names. */
static void run(lua_State *L, Base *b, Query *q) {
  const int texts = lua_gettop(L) + 1;
  luaL_checkstack(L, q->n + 8, "columns");
  for (int i = 0; i < q->n; i++) lua_newtable(L);
  int64_t rows = 0;
  int status;
  while ((status = sqlite3_step(q->statement)) == SQLITE_ROW) take_row(L, q, rows++, texts);
  if (status != SQLITE_DONE) luaL_error(L, "%s", sqlite3_errmsg(b->base));
  lua_createtable(L, q->n, 0);
  const int columns = lua_gettop(L);
  lua_createtable(L, q->n, 0);
  for (int i = 0; i < q->n; i++) {
    if (q->columns[i].is_text) lua_pushvalue(L, texts + i);
    else push_tensor(L, &q->columns[i], rows);
    lua_rawseti(L, columns, i + 1);
    lua_pushstring(L, sqlite3_column_name(q->statement, i));
    lua_rawseti(L, columns + 1, i + 1);
  }
}

static int sqlite_query(lua_State *L) {
  Base *b = check_base(L);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length), *tail = NULL;
  lua_settop(L, 3);
  Query *q = object_new(L, &query_class, sizeof *q, 0);
  if (length > INT32_MAX) return luaL_error(L, "the statement is too long");
  if (sqlite3_prepare_v2(b->base, text, (int)length, &q->statement, &tail) != SQLITE_OK)
    return luaL_error(L, "%s", sqlite3_errmsg(b->base));
  if (q->statement == NULL) return luaL_error(L, "there is no statement");
  while (*tail == ' ' || *tail == '\n' || *tail == '\t' || *tail == '\r' || *tail == ';') tail++;
  if (*tail != '\0') return luaL_error(L, "more than one statement: '%s'", tail);
  bind_all(L, q->statement);
  const int n = sqlite3_column_count(q->statement);
  q->columns = calloc((size_t)n + 1, sizeof *q->columns);
  if (q->columns == NULL) return luaL_error(L, "out of memory");
  q->n = n;
  run(L, b, q);
  lua_pushinteger(L, sqlite3_changes(b->base));
  query_close(L, q);
  return 3;
}

int luaopen_torch_sqlite_library(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"open", sqlite_open}, {"close", sqlite_close}, {"query", sqlite_query}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
