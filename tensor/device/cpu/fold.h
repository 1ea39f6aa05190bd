/* fold.h: reductions of elements in memory. A fold takes elements into lanes (as many
** accumulators as fill several vector registers, the same number on every processor level,
** so that all levels give the same bits) and the lanes into a cell. The lanes of float32 are
** float32; their cell is double, so that long sums go on in double after each block.
**
** fold_row_body.h and fold_column_body.h are the loops. A file includes them once for each
** operation and element type, with these macros besides T, A and NAME:
**   FOLD          the operation's name, for the names of the functions
**   LANE, CELL    types of a lane and of a cell
**   INIT          the neutral element
**   STEP(a, x)    lane or cell 'a' after the element x
**   JOIN(a, b)    two lanes or cells as one
**   TERM(x)       sums of floats alone: what the element x adds. Several terms are added up in a tree before a lane
**                 takes them, so that a lane is rounded once for eight elements, and
**                 eight times between two visits to the cell.
*/
#ifndef HECATE_FOLD_H
#define HECATE_FOLD_H

#include <math.h>

#include "kernel.h"

/* Of one operation and element type. Cells are of the type CELL, 'cell' bytes each. */
typedef struct {
  size_t cell;
  /* *cell op= n elements 'stride' bytes apart */
  void (*row)(int64_t n, const char *p, int64_t stride, void *cell);
  /* cells[j] op= element j of each of n rows; width <= FOLD_TILE */
  void (*column)(int64_t n, int64_t width, const char *p, int64_t row_stride, int64_t stride, void *cells);
  void (*join)(int64_t n, void *cells, const void *others);
  void (*start)(int64_t n, void *cells); /* neutral elements */
} Fold;

#define FOLD_CELL_MAX 24 /* bytes of the largest cell */
#define FOLD_LANES 64
#define FOLD_BLOCK 4096 /* elements of a row between two visits to the cell */
#define FOLD_SHORT 256  /* a row of up to so many elements has FOLD_FEW lanes only */
#define FOLD_FEW 16
#define FOLD_ROWS 64    /* rows of a column between two visits to the cells */
#define FOLD_SPREAD_ROWS 8 /* the same where the elements of a row do not lie side by side */
#define FOLD_TILE 256

#define VALUE(x) (x)
#define ABS(x) ((x) < 0 ? -(x) : (x))
#define SQUARE(x) ((x) * (x))
#define SQUARE_SMALL(x) SQUARE((x) * RAISE)
#define SQUARE_LARGE(x) SQUARE((x) * LOWER)
#define PLUS(a, x) ((a) + (x))
#define TIMES(a, x) ((a) * (x))
#define LARGER(a, x) ((((x) > (a)) | ((x) != (x))) ? (x) : (a)) /* NaN wins and stays */
#define SMALLER(a, x) ((((x) < (a)) | ((x) != (x))) ? (x) : (a))
#define EITHER(a, x) ((a) | ((x) != 0))
#define BOTH(a, x) ((a) & ((x) != 0))
#define COUNT(a, x) ((a) + ((x) != 0))
#define PLUS_ABS(a, x) ((a) + ABS(x))
#define PLUS_SQUARE(a, x) ((a) + SQUARE(x))
#define PLUS_SQUARE_SMALL(a, x) ((a) + SQUARE_SMALL(x))
#define PLUS_SQUARE_LARGE(a, x) ((a) + SQUARE_LARGE(x))
#define LARGER_ABS(a, x) LARGER(a, ABS(x))
#define SMALLER_ABS(a, x) SMALLER(a, ABS(x))

/* FOLD_NAME(row) is sum_row_float32 where FOLD is sum and T is float. */
#define FOLD_PASTE(fold, part) NAME(fold##_##part)
#define FOLD_EXPAND(fold, part) FOLD_PASTE(fold, part)
#define FOLD_NAME(part) FOLD_EXPAND(FOLD, part)

#endif
