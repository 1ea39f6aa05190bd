/* scan.c: what looks at the lines of a text before they are read: the header, where parts begin, kinds of columns. */
#include <string.h>

#include "torch/csv/parser.h"

/* ---- opening -------------------------------------------------------------------------------- */

static char option_char(lua_State *L, const char *name) {
  size_t n = 0;
  lua_getfield(L, 2, name);
  const char *text = lua_tolstring(L, -1, &n);
  const char c = n > 0 ? text[0] : '\0';
  lua_pop(L, 1);
  return c;
}

static void read_missing(lua_State *L, Csv *csv) {
  lua_getfield(L, 2, "missing");
  const int most = (int)(sizeof csv->missing / sizeof *csv->missing);
  for (int i = 1; i <= most && lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
    csv->missing[csv->n_missing].text = lua_tolstring(L, -1, &csv->missing[csv->n_missing].n);
    csv->n_missing++;
    lua_pop(L, 1); /* the table, which a user value keeps, has it */
  }
  lua_settop(L, 3);
}

/* The bytes behind 'begin' become a copy that ends with a line end. */
static Status copy_tail(Csv *csv, int64_t begin) {
  const int64_t whole = csv->size + (csv->tail != NULL ? csv->tail_size - 1 : 0);
  char *tail = memory_zalloc((size_t)(whole - begin + 1 + CSV_BEHIND));
  if (tail == NULL) return ERROR_MEMORY;
  memcpy(tail, csv->bytes + begin, (size_t)(whole - begin));
  tail[whole - begin] = '\n';
  memory_free(csv->tail, csv->tail == NULL ? 0 : (size_t)(csv->tail_size + CSV_BEHIND));
  csv->tail = tail;
  csv->tail_size = whole - begin + 1;
  csv->size = begin;
  return OK;
}

/* open(bytes, options) */
int csv_open(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "csv", "bytes");
  luaL_checktype(L, 2, LUA_TTABLE);
  if (t->dtype != DTYPE_UINT8 || !tensor_is_contiguous(t)) return luaL_error(L, "csv: no bytes");
  lua_settop(L, 2);
  Csv *csv = object_new(L, &csv_class, sizeof *csv, 3);
  for (int i = 1; i <= 2; i++) { /* the bytes, the options */
    lua_pushvalue(L, i);
    lua_setiuservalue(L, 3, i == 1 ? 1 : 3);
  }
  lua_newtable(L); /* the tensors of the columns */
  lua_setiuservalue(L, 3, 2);
  csv->bytes = tensor_data(t);
  csv->size = t->numel;
  csv->delimiter = option_char(L, "delimiter");
  csv->quote = option_char(L, "quote");
  csv->decimal = option_char(L, "decimal");
  csv->comment = option_char(L, "comment");
  read_missing(L, csv);
  /* The last lines are copied, so that bytes can be read behind every number. */
  const char *last = csv->size > CSV_BEHIND ? memrchr(csv->bytes, '\n', (size_t)(csv->size - CSV_BEHIND)) : NULL;
  if (csv->size > 0) error_check(L, copy_tail(csv, last == NULL ? 0 : last + 1 - csv->bytes));
  return 1;
}

/* ---- lines ---------------------------------------------------------------------------------- */

/* The end of the lines that hold the place of an offset. */
static const char *end_of(const Csv *csv, int64_t offset) {
  return offset < csv->size ? csv->bytes + csv->size : csv->tail + csv->tail_size;
}

static const char *line_behind(const char *at, const char *end) {
  const char *line_end = memchr(at, '\n', (size_t)(end - at));
  return line_end == NULL ? end : line_end + 1;
}

/* The line behind a row, in whose quoted cells there may be line ends; NULL: a quote is not closed. */
static const char *row_end(const Csv *csv, const char *at, const char *end) {
  const char *next = line_behind(at, end);
  if (csv->quote == '\0' || memchr(at, csv->quote, (size_t)(next - at)) == NULL) return next;
  for (;;) {
    Cell cell;
    if ((at = csv_cell(csv, at, end, &cell)) == NULL) return NULL;
    if (*at == csv->delimiter) at++;
    else return line_behind(at, end);
  }
}

static int64_t csv_whole(const Csv *csv) { return csv->size + (csv->tail != NULL ? csv->tail_size : 0); }

/* record(csv, offset) → fields, offset of the next line, offset of this one; nil where there is none */
int csv_record(lua_State *L) {
  Csv *csv = csv_check(L);
  int64_t offset = luaL_checkinteger(L, 2);
  for (; offset >= 0 && offset < csv_whole(csv);) {
    const char *at = csv_at(csv, offset), *end = end_of(csv, offset);
    if (csv_is_row(csv, at)) break;
    offset = csv_offset(csv, line_behind(at, end));
  }
  if (offset < 0 || offset >= csv_whole(csv)) return 0;
  const char *at = csv_at(csv, offset), *end = end_of(csv, offset);
  lua_newtable(L);
  for (int i = 1;; i++, at++) {
    Cell cell;
    if ((at = csv_cell(csv, at, end, &cell)) == NULL) {
      lua_pushnil(L);
      lua_pushinteger(L, offset);
      return 2;
    }
    csv_push_text(L, csv, &cell);
    lua_rawseti(L, -2, i);
    if (*at != csv->delimiter) break;
  }
  lua_pushinteger(L, csv_offset(csv, line_behind(at, end)));
  lua_pushinteger(L, offset);
  return 3;
}

/* line(csv, offset) */
int csv_line(lua_State *L) {
  Csv *csv = csv_check(L);
  const int64_t offset = luaL_checkinteger(L, 2);
  lua_Integer n = 1;
  const char *at = csv->bytes, *end = csv->bytes + (offset < csv->size ? offset : csv->size);
  while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) n++, at++;
  for (int64_t i = csv->size; i < offset && i < csv_whole(csv); i++) n += *csv_at(csv, i) == '\n';
  lua_pushinteger(L, n);
  return 1;
}

/* ---- parts ---------------------------------------------------------------------------------- */

enum { PART_BYTES = 1 << 22 };

/* Parts of which no row is known: the lines of each are whole. */
static void split_lines(Csv *csv, int64_t offset) {
  while (offset < csv->size) {
    CsvPart *part = &csv->parts[csv->n_parts++];
    part->begin = offset;
    part->end = csv->size;
    if (csv->size - offset > PART_BYTES)
      part->end = line_behind(csv->bytes + offset + PART_BYTES, csv->bytes + csv->size) - csv->bytes;
    offset = part->end;
  }
}

static int64_t count_rows(const Csv *csv, const CsvPart *part) {
  const char *at = csv->bytes + part->begin, *end = csv->bytes + part->end;
  int64_t n = 0;
  for (; at < end; at = line_behind(at, end)) n += csv_is_row(csv, at);
  return n;
}

static void count_parts(Csv *csv) {
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads_get()) if (csv->n_parts > 1)
  for (int64_t i = 0; i < csv->n_parts; i++) csv->parts[i].first_row = count_rows(csv, &csv->parts[i]);
  for (int64_t i = 0; i < csv->n_parts; i++) {
    const int64_t n = csv->parts[i].first_row;
    csv->parts[i].first_row = csv->rows;
    csv->rows += n;
  }
}

/* The same one row after the other, for a line may end inside of quotes. What begins with a quote that is closed behind
** the last line end goes to the tail. */
static Status split_rows(Csv *csv, int64_t offset) {
  while (offset < csv->size) {
    CsvPart *part = &csv->parts[csv->n_parts++];
    const char *at = csv->bytes + offset, *end = csv->bytes + csv->size;
    *part = (CsvPart){.begin = offset, .end = csv->size, .first_row = csv->rows};
    while (at < end && at - csv->bytes - offset < PART_BYTES) {
      const bool row = csv_is_row(csv, at);
      const char *next = row ? row_end(csv, at, end) : line_behind(at, end);
      if (next == NULL) {
        part->end = at - csv->bytes;
        return copy_tail(csv, part->end);
      }
      csv->rows += row;
      at = next;
    }
    part->end = offset = at - csv->bytes;
  }
  return OK;
}

static Status make_parts(Csv *csv, int64_t offset) {
  csv->room = (csv->size + csv->tail_size) / PART_BYTES + 2;
  const size_t needs = (size_t)csv->room * (size_t)csv->n_columns;
  csv->columns = memory_zalloc((size_t)csv->n_columns * sizeof *csv->columns);
  csv->parts = memory_zalloc((size_t)csv->room * sizeof *csv->parts);
  csv->needs = memory_zalloc(needs);
  if (csv->columns == NULL || csv->parts == NULL || csv->needs == NULL) return ERROR_MEMORY;
  const bool quotes = csv->quote != '\0' && offset < csv->size &&
                      memchr(csv->bytes + offset, csv->quote, (size_t)(csv->size - offset)) != NULL;
  if (quotes) TRY(split_rows(csv, offset));
  else {
    split_lines(csv, offset);
    count_parts(csv);
  }
  return OK;
}

/* The rows of the tail, which is one part. */
static bool add_tail(Csv *csv, int64_t offset) {
  CsvPart *part = &csv->parts[csv->n_parts++];
  *part = (CsvPart){.begin = offset > csv->size ? offset - csv->size : 0, .end = csv->tail_size,
                    .first_row = csv->rows, .is_tail = true};
  const char *at = csv->tail + part->begin, *end = csv->tail + part->end;
  while (at != NULL && at < end) {
    const bool row = csv_is_row(csv, at);
    csv->rows += row;
    at = row ? row_end(csv, at, end) : line_behind(at, end);
  }
  return at != NULL;
}

/* scan(csv, offset, columns, most) */
int csv_scan(lua_State *L) {
  Csv *csv = csv_check(L);
  const int64_t offset = luaL_checkinteger(L, 2), most = luaL_optinteger(L, 4, INT64_MAX);
  const int64_t columns = luaL_checkinteger(L, 3);
  if (csv->parts != NULL || offset < 0 || columns < 1 || columns > 1 << 24) return luaL_error(L,
    "scan: once, with columns");
  csv->n_columns = (int)columns;
  error_check(L, make_parts(csv, offset));
  bool closed = true;
  if (csv->tail != NULL && offset < csv_whole(csv)) closed = add_tail(csv, offset);
  if (csv->rows > most) csv->rows = most;
  for (int64_t i = 0; i < csv->n_parts; i++) csv->parts[i].need = csv->needs + i * columns;
  lua_pushinteger(L, csv->rows);
  lua_pushinteger(L, csv->n_parts);
  if (closed) return 2;
  lua_pushliteral(L, "a quote that is not closed");
  lua_pushinteger(L, csv->size);
  return 4;
}

/* guess(csv, rows) */
int csv_guess(lua_State *L) {
  Csv *csv = csv_check(L);
  int64_t rows = luaL_checkinteger(L, 2);
  luaL_checkstack(L, 10, NULL);
  lua_createtable(L, csv->n_columns, 0);
  for (int c = 0; c < csv->n_columns; c++) {
    lua_pushinteger(L, CSV_SKIP);
    lua_rawseti(L, -2, c + 1);
  }
  if (csv->n_parts == 0) return 1;
  const CsvPart *part = &csv->parts[0];
  if (part->begin == part->end && csv->n_parts > 1) part = &csv->parts[1]; /* its only row has gone to the tail */
  const char *text = part->is_tail ? csv->tail : csv->bytes, *at = text + part->begin, *end = text + part->end;
  for (; at != NULL && at < end && rows > 0; at = row_end(csv, at, end)) {
    if (!csv_is_row(csv, at)) continue;
    const char *p = at;
    rows--;
    for (int c = 0; c < csv->n_columns; c++) {
      Cell cell;
      double number;
      int64_t whole;
      if ((p = csv_cell(csv, p, end, &cell)) == NULL) break;
      lua_rawgeti(L, -1, c + 1);
      const CsvKind kind = csv_join((CsvKind)lua_tointeger(L, -1), csv_kind(csv, &cell, &number, &whole));
      lua_pop(L, 1);
      lua_pushinteger(L, kind);
      lua_rawseti(L, -2, c + 1);
      if (*p++ != csv->delimiter) break;
    }
  }
  return 1;
}
