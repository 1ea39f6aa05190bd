/* cell.c: what stands between two delimiters. */
#include <math.h>
#include <string.h>
#include <strings.h>

#include "torch/csv/number.h"
#include "torch/csv/parser.h"

static void csv_finalize(lua_State *L, void *self) {
  (void)L;
  Csv *csv = self;
  memory_free(csv->tail, csv->tail == NULL ? 0 : (size_t)(csv->tail_size + CSV_BEHIND));
  memory_free(csv->columns, (size_t)csv->n_columns * sizeof *csv->columns);
  memory_free(csv->parts, (size_t)csv->room * sizeof *csv->parts);
  memory_free(csv->needs, (size_t)csv->room * (size_t)csv->n_columns);
  csv->tail = NULL;
  csv->columns = NULL;
  csv->parts = NULL;
  csv->needs = NULL;
}
const Class csv_class = {"torch.csv.text", NULL, csv_finalize, NULL, NULL};

static inline bool ends_cell(const Csv *csv, char c) {
  return c == csv->delimiter || c == '\n' || (csv->comment != '\0' && c == csv->comment);
}

/* The end of a quoted text that begins behind its quote: the place of the closing one; NULL: there is none. */
static const char *closing_quote(const Csv *csv, const char *at, const char *end) {
  while ((at = memchr(at, csv->quote, (size_t)(end - at))) != NULL) {
    if (at + 1 >= end || at[1] != csv->quote) return at;
    at += 2;
  }
  return NULL;
}

/* The cell that begins at 'at'; there is a line end in front of 'end'. */
const char *csv_cell(const Csv *csv, const char *at, const char *end, Cell *cell) {
  const char *begin = at;
  cell->quoted = false;
  if (csv->quote != '\0' && *at == csv->quote) {
    const char *close = closing_quote(csv, at + 1, end);
    if (close == NULL) return NULL;
    const char *behind = close + 1;
    if (ends_cell(csv, *behind) || (*behind == '\r' && behind[1] == '\n')) {
      *cell = (Cell){at + 1, (size_t)(close - at - 1), true};
      return behind + (*behind == '\r');
    }
    at = behind; /* a quote in a text: the quotes belong to it */
  }
  while (!ends_cell(csv, *at)) at++;
  cell->text = begin;
  cell->n = (size_t)(at - begin);
  if (*at == '\n' && cell->n > 0 && at[-1] == '\r') cell->n--;
  return at;
}

static bool is_missing(const Csv *csv, const char *text, size_t n) {
  for (int i = 0; i < csv->n_missing; i++)
    if (csv->missing[i].n == n && memcmp(csv->missing[i].text, text, n) == 0) return true;
  return false;
}

int csv_bool(const char *text, size_t n) {
  if (n == 4 && strncasecmp(text, "true", 4) == 0) return 1;
  return n == 5 && strncasecmp(text, "false", 5) == 0 ? 0 : -1;
}

/* The narrowest kind that a cell has; its values are beside it. */
CsvKind csv_kind(const Csv *csv, const Cell *cell, double *number, int64_t *whole) {
  bool integer;
  *number = NAN;
  *whole = 0;
  if (is_missing(csv, cell->text, cell->n)) return CSV_FLOAT;
  if (csv_bool(cell->text, cell->n) >= 0) return CSV_BOOL;
  if (!number_read(cell->text, cell->n, csv->decimal, number, &integer, whole)) return CSV_TEXT;
  return integer ? CSV_INTEGER : CSV_FLOAT;
}

/* The kind that holds the values of both. */
CsvKind csv_join(CsvKind a, CsvKind b) {
  if (a == b || b == CSV_SKIP) return a;
  if (a == CSV_SKIP) return b;
  if (a == CSV_BOOL || b == CSV_BOOL) return CSV_TEXT;
  return a > b ? a : b;
}

/* Neither an empty line nor a comment. */
bool csv_is_row(const Csv *csv, const char *at) {
  if (*at == '\n' || (*at == '\r' && at[1] == '\n')) return false;
  return csv->comment == '\0' || *at != csv->comment;
}

/* A quoted text has two quotes for one. */
void csv_push_text(lua_State *L, const Csv *csv, const Cell *cell) {
  if (!cell->quoted || memchr(cell->text, csv->quote, cell->n) == NULL) {
    lua_pushlstring(L, cell->text, cell->n);
    return;
  }
  luaL_Buffer b;
  luaL_buffinitsize(L, &b, cell->n);
  for (size_t i = 0; i < cell->n; i++) {
    luaL_addchar(&b, cell->text[i]);
    if (cell->text[i] == csv->quote) i++;
  }
  luaL_pushresult(&b);
}

Csv *csv_check(lua_State *L) { return object_check(L, 1, &csv_class, "csv", "text"); }
