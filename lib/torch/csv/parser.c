/* parser.c: the module "torch.csv.parser": the cells of a text of comma-separated values as columns of numbers. It
** works on bytes in memory (a tensor of uint8: a file, read or mapped) in these steps; lib/torch/csv.lua leads
** through them:
**
**   csv = open(bytes, {delimiter =, quote =, decimal =, comment =, missing = {…}})
**   record(csv, offset) → the fields of the line there, the offset of the next one (nil: there is no line)
**   scan(csv, offset, columns, most) → the rows, the parts of some MB, the error or nil, its offset
**   guess(csv, rows) → array of the kinds of the columns, by their first rows
**   column(csv, i, kind, tensor, strict): what becomes of column i; those that get none are skipped
**   parse(csv, from, to) → nothing, or what is wrong, the offset, the column: reads these parts, in threads
**   need(csv, i) → the kind that column i needs, where the one it had was too narrow
**   texts(csv, i) → array of the strings of a column of texts
**   line(csv, offset) → the number of the line there
*/
#include "torch/csv/parser.h"

#include <string.h>

#include "torch/csv/number.h"

/* ---- rows ----------------------------------------------------------------------------------- */

/* Begins a row that failed: the first one by its place is told. */
static const char *row_fails(CsvPart *part, const char *at, const char *what, int column) {
  if (part->wrong == NULL) {
    part->wrong = what;
    part->wrong_at = at;
    part->wrong_column = column;
  }
  return NULL;
}

static inline void put_float(const CsvColumn *column, int64_t row, double value) {
  if (column->single) ((float *)column->data)[row * column->stride] = (float)value;
  else ((double *)column->data)[row * column->stride] = value;
}

/* A cell that is no plain number of its column's kind. */
static const char *slow_cell(const Csv *csv, CsvPart *part, int c, int64_t row, const char *at, const char *end) {
  const CsvColumn *column = &csv->columns[c];
  Cell cell;
  double number;
  int64_t whole;
  const char *behind = csv_cell(csv, at, end, &cell);
  if (behind == NULL) return row_fails(part, at, "a quote that is not closed", c);
  if (column->kind == CSV_TEXT) {
    int64_t *place = (int64_t *)column->data + 2 * row;
    place[0] = csv_offset(csv, cell.text);
    place[1] = (int64_t)cell.n << 1 | cell.quoted;
    return behind;
  }
  const CsvKind kind = csv_kind(csv, &cell, &number, &whole);
  if (csv_join(column->kind, kind) != column->kind) {
    if (column->strict) return row_fails(part, at, column->strict, c);
    part->need[c] = (uint8_t)csv_join((CsvKind)part->need[c], csv_join(column->kind, kind));
  } else if (column->kind == CSV_INTEGER) ((int64_t *)column->data)[row] = whole;
  else if (column->kind == CSV_BOOL) ((bool *)column->data)[row] = csv_bool(cell.text, cell.n) == 1;
  else put_float(column, row, number);
  return behind;
}

static inline bool ends_number(const Csv *csv, char c) { return c == csv->delimiter || c == '\n'; }

static inline const char *skip_cell(const Csv *csv, CsvPart *part, int c, const char *at, const char *end) {
  Cell cell;
  if (*at == csv->quote || csv->comment != '\0') {
    const char *behind = csv_cell(csv, at, end, &cell);
    return behind != NULL ? behind : row_fails(part, at, "a quote that is not closed", c);
  }
  while (*at != csv->delimiter && *at != '\n') at++;
  return at;
}

static inline const char *read_cell(const Csv *csv, CsvPart *part, int c, int64_t row, const char *at,
                                    const char *end) {
  const CsvColumn *column = &csv->columns[c];
  const char *behind = NULL;
  if (column->kind == CSV_SKIP) return skip_cell(csv, part, c, at, end);
  if (column->kind == CSV_FLOAT) {
    double value;
    behind = number_float(at, csv->decimal, &value);
    if (behind != NULL && *behind == '\r' && behind[1] == '\n') behind++;
    if (behind != NULL && ends_number(csv, *behind)) {
      put_float(column, row, value);
      return behind;
    }
  } else if (column->kind == CSV_INTEGER) {
    int64_t value;
    behind = number_integer(at, &value);
    if (behind != NULL && *behind == '\r' && behind[1] == '\n') behind++;
    if (behind != NULL && ends_number(csv, *behind)) {
      ((int64_t *)column->data)[row] = value;
      return behind;
    }
  }
  return slow_cell(csv, part, c, row, at, end);
}

/* Where the next line begins. */
static const char *next_line(const char *at, const char *end) {
  const char *line_end = memchr(at, '\n', (size_t)(end - at));
  return line_end == NULL ? end : line_end + 1;
}

static const char *read_row(const Csv *csv, CsvPart *part, int64_t row, const char *at, const char *end) {
  const char *begin = at;
  for (int c = 0; c < csv->n_columns; c++) {
    if ((at = read_cell(csv, part, c, row, at, end)) == NULL) return NULL;
    if (c == csv->n_columns - 1) break;
    if (*at != csv->delimiter) return row_fails(part, begin, "fewer fields than columns", -1);
    at++;
  }
  if (*at == '\n') return at + 1;
  if (*at == csv->delimiter) return row_fails(part, begin, "more fields than columns", -1);
  return next_line(at, end); /* a comment */
}

static void parse_part(const Csv *csv, CsvPart *part) {
  const char *text = part->is_tail ? csv->tail : csv->bytes, *at = text + part->begin, *end = text + part->end;
  int64_t row = part->first_row;
  while (at < end && row < csv->rows && at != NULL) {
    if (csv_is_row(csv, at)) at = read_row(csv, part, row++, at, end);
    else at = next_line(at, end);
  }
}

/* parse(csv, from, to) */
static int csv_parse(lua_State *L) {
  Csv *csv = csv_check(L);
  const int64_t from = luaL_checkinteger(L, 2) - 1, to = luaL_checkinteger(L, 3);
  if (from < 0 || to > csv->n_parts) return luaL_error(L, "parse: no such parts");
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads_get()) if (to - from > 1)
  for (int64_t i = from; i < to; i++) parse_part(csv, &csv->parts[i]);
  for (int64_t i = from; i < to; i++) {
    const CsvPart *part = &csv->parts[i];
    if (part->wrong == NULL) continue;
    lua_pushstring(L, part->wrong);
    lua_pushinteger(L, csv_offset(csv, part->wrong_at));
    lua_pushinteger(L, part->wrong_column + 1);
    return 3;
  }
  return 0;
}

/* need(csv, i) → the kind of column i that its cells need: 0 where its own is wide enough. */
static int csv_need(lua_State *L) {
  const Csv *csv = csv_check(L);
  const int64_t c = luaL_checkinteger(L, 2) - 1;
  CsvKind need = CSV_SKIP;
  if (c < 0 || c >= csv->n_columns) return luaL_error(L, "need: no such column");
  for (int64_t i = 0; i < csv->n_parts; i++) need = csv_join(need, (CsvKind)csv->parts[i].need[c]);
  lua_pushinteger(L, need);
  return 1;
}

/* column(csv, i, kind, tensor, strict) */
static int csv_column(lua_State *L) {
  Csv *csv = csv_check(L);
  const int64_t c = luaL_checkinteger(L, 2) - 1, kind = luaL_checkinteger(L, 3);
  if (c < 0 || c >= csv->n_columns || kind < CSV_SKIP || kind > CSV_TEXT) return luaL_error(L,
    "column: no such column");
  CsvColumn *column = &csv->columns[c];
  *column = (CsvColumn){.kind = (CsvKind)kind, .strict = luaL_optstring(L, 5, NULL) == NULL ? NULL : "no number",
    .stride = 1};
  for (int64_t i = 0; i < csv->n_parts; i++) csv->parts[i].need[c] = CSV_SKIP;
  if (kind == CSV_SKIP) return 0;
  static const DType dtypes[] = {[CSV_BOOL] = DTYPE_BOOL, [CSV_INTEGER] = DTYPE_INT64, [CSV_FLOAT] = DTYPE_FLOAT64,
                                 [CSV_TEXT] = DTYPE_INT64};
  Tensor *t = tensor_check(L, 4, "column", "tensor");
  column->single = kind == CSV_FLOAT && t->dtype == DTYPE_FLOAT32;
  const int64_t room = t->ndim > 0 ? t->shape[0] : 0;
  const bool fits = (t->dtype == dtypes[kind] || column->single) && room >= csv->rows && t->ndim <= 2;
  if (!fits || (kind == CSV_TEXT && (t->ndim != 2 || t->shape[1] != 2 || !tensor_is_contiguous(t))) ||
      (kind != CSV_TEXT && t->ndim != 1) || ((kind == CSV_INTEGER || kind == CSV_BOOL) && !tensor_is_contiguous(t)))
    return luaL_error(L, "column: a tensor that does not fit");
  column->data = tensor_data(t);
  column->stride = t->stride[0];
  lua_getiuservalue(L, 1, 2); /* keeps the tensor */
  lua_pushvalue(L, 4);
  lua_rawseti(L, -2, c + 1);
  return 0;
}

/* texts(csv, i) → array of strings */
static int csv_texts(lua_State *L) {
  const Csv *csv = csv_check(L);
  const int64_t c = luaL_checkinteger(L, 2) - 1;
  if (c < 0 || c >= csv->n_columns || csv->columns[c].kind != CSV_TEXT) return luaL_error(L, "texts: no such column");
  const int64_t *places = csv->columns[c].data;
  lua_createtable(L, (int)csv->rows, 0);
  for (int64_t row = 0; row < csv->rows; row++) {
    csv_push_text(L, csv, &(Cell){csv_at(csv, places[2 * row]), (size_t)places[2 * row + 1] >> 1,
      places[2 * row + 1] & 1});
    lua_rawseti(L, -2, row + 1);
  }
  return 1;
}

int luaopen_torch_csv_parser(lua_State *L) {
  static const luaL_Reg functions[] = {{"open", csv_open},     {"record", csv_record}, {"scan", csv_scan},
                                       {"column", csv_column}, {"parse", csv_parse},   {"need", csv_need},
                                       {"texts", csv_texts},   {"guess", csv_guess},   {"line", csv_line},
                                       {"format", csv_format}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
