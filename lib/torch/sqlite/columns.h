/* columns.h: the columns of the rows that a statement gives. */
#ifndef HECATE_SQLITE_COLUMNS_H
#define HECATE_SQLITE_COLUMNS_H

#include <sqlite3.h>

#include "vm.h"

/* A column while rows come: numbers in buffers, texts in a table of Lua, whose place on the stack the caller knows. */
typedef struct {
  int64_t *whole;
  double *real;
  unsigned char *types; /* of each row: SQLITE_INTEGER, SQLITE_FLOAT or SQLITE_NULL */
  int64_t room;
  bool is_real, is_text, has_values;
} Column;

void column_free(Column *c);
/* Takes the value of column i in the row that the statement is at; 'row' counts from 0. */
void column_take(lua_State *L, Column *c, sqlite3_stmt *statement, int i, int64_t row, int texts);
/* Pushes column i of so many rows: a tensor, or the table of texts. */
void column_push(lua_State *L, Column *c, sqlite3_stmt *statement, int i, int64_t rows, int texts);

#endif
