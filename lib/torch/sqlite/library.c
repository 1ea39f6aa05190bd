/* library.c: the module "torch.sqlite.library": data bases of SQLite. torch.sqlite leads through it:
**
**   base = open(path, "r" or "w")     close(base)
**   query(base, statement, parameters) → array of columns, array of their names, rows that were changed
**
** A column of whole numbers is an int64 tensor, one of numbers or with NULL among them a float64 tensor (NULL is NaN),
** any other an array of strings (NULL is ""); one without values is what its declaration says. The parameters are an
** array, or a table by the names in the statement.
*/
#include <stdlib.h>
#include <unistd.h>

#include "torch/sqlite/columns.h"

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
  for (int i = 0; i < q->n; i++) column_free(&q->columns[i]);
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

enum { STEPS_BETWEEN_LOOKS = 1000, WAIT_MILLISECONDS = 20, WAIT_MOST = 5000 };

/* SQLite asks it between steps of a statement: a statement that takes long is left at Ctrl-C. */
static int base_progress(void *data) {
  (void)data;
  return interrupt_requested();
}

/* SQLite asks it while another program writes: whether to try again. */
static int base_wait(void *data, int times) {
  (void)data;
  if (interrupt_requested() || times * WAIT_MILLISECONDS >= WAIT_MOST) return 0;
  usleep(WAIT_MILLISECONDS * 1000);
  return 1;
}

static int sqlite_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1), *mode = luaL_checkstring(L, 2);
  Base *b = object_new(L, &base_class, sizeof *b, 0);
  const int flags = *mode == 'w' ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
  if (sqlite3_open_v2(path, &b->base, flags, NULL) != SQLITE_OK)
    return luaL_error(L, "%s", b->base != NULL ? sqlite3_errmsg(b->base) : "out of memory");
  sqlite3_busy_handler(b->base, base_wait, NULL);
  sqlite3_progress_handler(b->base, STEPS_BETWEEN_LOOKS, base_progress, NULL);
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

/* The key of parameter i in the table at 3, pushed: its name, the number in ?NNN, or its place among those without. */
static void push_key(lua_State *L, sqlite3_stmt *statement, int i, int *nameless, int named) {
  const char *name = sqlite3_bind_parameter_name(statement, i);
  if (name != NULL && *name != '?') lua_pushstring(L, name + 1);
  else if (name != NULL) lua_pushinteger(L, atoi(name + 1));
  else lua_pushinteger(L, named > 0 ? ++*nameless : i);
}

static int count_named(sqlite3_stmt *statement, int n) {
  int named = 0;
  for (int i = 1; i <= n; i++) {
    const char *name = sqlite3_bind_parameter_name(statement, i);
    named += name != NULL && *name != '?';
  }
  return named;
}

/* The parameters in the table at 3: each of the statement has its value, by its name or its place. An __index of the
** table may close the data base; the statement keeps it. */
static void bind_all(lua_State *L, sqlite3_stmt *statement) {
  const int n = sqlite3_bind_parameter_count(statement), named = count_named(statement, n);
  if (lua_isnoneornil(L, 3)) {
    if (n > 0) luaL_error(L, "the statement has %d parameters, and none is given", n);
    return;
  }
  luaL_checktype(L, 3, LUA_TTABLE);
  lua_Integer last = 0;
  int nameless = 0;
  for (int i = 1; i <= n; i++) {
    push_key(L, statement, i, &nameless, named);
    const bool by_name = lua_type(L, -1) == LUA_TSTRING;
    if (!by_name && lua_tointeger(L, -1) > last) last = lua_tointeger(L, -1);
    if (lua_gettable(L, 3) == LUA_TNIL && by_name)
      luaL_error(L, "the parameter %s is not given", sqlite3_bind_parameter_name(statement, i));
    bind_value(L, statement, i);
    lua_pop(L, 1);
  }
  const lua_Integer given = (lua_Integer)lua_rawlen(L, 3);
  if (given <= last) return;
  if (named > 0) luaL_error(L, "the statement has %I parameters without a name, and %I are given",
                            (LUAI_UACINT)last, (LUAI_UACINT)given);
  luaL_error(L, "the statement has %d parameters, and %I are given", n, (LUAI_UACINT)given);
}

/* ---- queries ---------------------------------------------------------------------------------------- */

/* Raises the error of the data base of the statement. */
static void check_status(lua_State *L, Query *q, int status) {
  if (status == SQLITE_DONE) return;
  if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
  luaL_error(L, "%s", sqlite3_errmsg(sqlite3_db_handle(q->statement)));
}

/* Runs the statement; leaves the array of columns and that of their names. */
static void run(lua_State *L, Query *q) {
  const int texts = lua_gettop(L) + 1;
  luaL_checkstack(L, q->n + 8, "columns");
  for (int i = 0; i < q->n; i++) lua_newtable(L);
  int64_t rows = 0;
  int status;
  for (; (status = sqlite3_step(q->statement)) == SQLITE_ROW; rows++)
    for (int i = 0; i < q->n; i++) column_take(L, &q->columns[i], q->statement, i, rows, texts + i);
  check_status(L, q, status);
  lua_createtable(L, q->n, 0);
  const int columns = lua_gettop(L);
  lua_createtable(L, q->n, 0);
  for (int i = 0; i < q->n; i++) {
    column_push(L, &q->columns[i], q->statement, i, rows, texts + i);
    lua_rawseti(L, columns, i + 1);
    lua_pushstring(L, sqlite3_column_name(q->statement, i));
    lua_rawseti(L, columns + 1, i + 1);
  }
}

/* What is behind the statement must be blanks, semicolons and comments: SQLite finds no statement in it. */
static void check_tail(lua_State *L, sqlite3 *base, const char *tail) {
  while (*tail == ' ' || *tail == '\n' || *tail == '\t' || *tail == '\r' || *tail == ';') tail++;
  sqlite3_stmt *second = NULL;
  const bool right = sqlite3_prepare_v2(base, tail, -1, &second, NULL) == SQLITE_OK && second == NULL;
  sqlite3_finalize(second);
  if (!right) luaL_error(L, "more than one statement: '%s'", tail);
}

/* The statement in the text at 2. */
static void prepare(lua_State *L, Query *q) {
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length), *tail = NULL;
  sqlite3 *base = check_base(L)->base; /* looked up after the last allocation of Lua, whose collector may close it */
  if (length > INT32_MAX) luaL_error(L, "the statement is too long");
  if (sqlite3_prepare_v2(base, text, (int)length, &q->statement, &tail) != SQLITE_OK)
    luaL_error(L, "%s", sqlite3_errmsg(base));
  if (q->statement == NULL) luaL_error(L, "there is no statement");
  check_tail(L, base, tail);
}

static int sqlite_query(lua_State *L) {
  lua_settop(L, 3);
  Query *q = object_new(L, &query_class, sizeof *q, 0);
  prepare(L, q);
  bind_all(L, q->statement);
  const int n = sqlite3_column_count(q->statement);
  q->columns = calloc((size_t)n + 1, sizeof *q->columns);
  if (q->columns == NULL) return luaL_error(L, "out of memory");
  q->n = n;
  sqlite3 *base = sqlite3_db_handle(q->statement); /* lives as long as the statement, also where Lua has closed it */
  const sqlite3_int64 before = sqlite3_total_changes(base);
  run(L, q);
  /* sqlite3_changes alone would be that of the last INSERT, UPDATE or DELETE before. */
  lua_pushinteger(L, sqlite3_total_changes(base) != before ? sqlite3_changes(base) : 0);
  query_close(L, q);
  return 3;
}

int luaopen_torch_sqlite_library(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"open", sqlite_open}, {"close", sqlite_close}, {"query", sqlite_query}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
