/* parser.h: what the files of torch.csv.parser share; see parser.c. */
#ifndef HECATE_CSV_PARSER_H
#define HECATE_CSV_PARSER_H

#include "vm.h"

/* What the cells of a column are, a wider kind behind a narrower one; texts hold all. */
typedef enum { CSV_SKIP, CSV_BOOL, CSV_INTEGER, CSV_FLOAT, CSV_TEXT } CsvKind;

typedef struct {
  const char *text;
  size_t n;
  bool quoted; /* doubled quotes inside are one */
} Cell;

enum { CSV_BEHIND = 8 }; /* so many bytes behind every cell can be read */

typedef struct {
  CsvKind kind;
  bool single;        /* floats are float32 */
  const char *strict; /* what a cell of a wider kind is told to be; NULL: need grows */
  void *data;         /* of a tensor; texts: two numbers each, the offset
    and twice the length plus whether it is quoted */
  int64_t stride;     /* of floats */
} CsvColumn;

/* Whole lines of the text. */
typedef struct {
  int64_t begin, end, first_row;
  bool is_tail; /* the copy of the last lines */
  const char *wrong, *wrong_at; /* what is wrong first, and where */
  int wrong_column;
  uint8_t *need; /* for each column: the kind that cells asked for */
} CsvPart;

typedef struct {
  Object object;
  const char *bytes; /* of a tensor that a user value keeps; whole lines */
  int64_t size;      /* up to the last line end */
  char *tail;        /* a copy of the last lines, with a line end; it stands behind 'size' */
  int64_t tail_size;
  char delimiter, quote, decimal, comment; /* 0: none */
  struct {
    const char *text;
    size_t n;
  } missing[32];
  int n_missing;
  int n_columns;
  CsvColumn *columns;
  int64_t rows, n_parts, room; /* room: parts that memory was asked for */
  CsvPart *parts;
  uint8_t *needs; /* of all parts */
} Csv;

extern const Class csv_class;
Csv *csv_check(lua_State *L);
/* Offsets in the file of places in the bytes or in the tail, and back. */
static inline int64_t csv_offset(const Csv *csv, const char *at) {
  return csv->tail != NULL && at >= csv->tail && at <= csv->tail + csv->tail_size ? csv->size + (at - csv->tail)
                                                                                  : at - csv->bytes;
}
static inline const char *csv_at(const Csv *csv, int64_t offset) {
  return offset < csv->size ? csv->bytes + offset : csv->tail + (offset - csv->size);
}

/* cell.c */
const char *csv_cell(const Csv *csv, const char *at, const char *end, Cell *cell); /* NULL: an open quote */
int csv_bool(const char *text, size_t n); /* 0, 1; -1: neither true nor false */
CsvKind csv_kind(const Csv *csv, const Cell *cell, double *number, int64_t *whole);
CsvKind csv_join(CsvKind a, CsvKind b);
bool csv_is_row(const Csv *csv, const char *at);
void csv_push_text(lua_State *L, const Csv *csv, const Cell *cell);

/* scan.c: what looks at lines before they are read */
int csv_open(lua_State *L);
int csv_record(lua_State *L);
int csv_scan(lua_State *L);
int csv_guess(lua_State *L);
int csv_line(lua_State *L);

/* format.c: format(columns, from, to, delimiter) → the lines of these rows */
int csv_format(lua_State *L);

#endif
