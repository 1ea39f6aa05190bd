/* fold.h: loops of reductions, made for each element type by the macros below. A fold
** takes elements into lanes (as many accumulators as fill several vector registers, the
** same number on every processor level, so that all levels give the same bits) and the
** lanes into a cell. Sums of float32 stay in float for a block, then go on in double.
*/
#ifndef HECATE_FOLD_H
#define HECATE_FOLD_H

#include <math.h>

#include "kernel.h"

typedef union {
  double f;
  int64_t i;
} Cell;

typedef struct {
  /* cell op= n elements 'stride' bytes apart */
  void (*row)(int64_t n, const char *p, int64_t stride, Cell *cell);
  /* cell[j] op= element j of each of n rows; width <= FOLD_TILE */
  void (*column)(int64_t n, int64_t width, const char *p, int64_t row_stride,
                 int64_t stride, Cell *cell);
  void (*join)(int64_t n, Cell *cell, const Cell *part);
  void (*start)(int64_t n, Cell *cell);
} Fold;

#define FOLD_LANES 64
#define FOLD_BLOCK 8192 /* elements of a row between two visits to the cell */
#define FOLD_SHORT 256  /* up to here a row has 16 lanes only */
#define FOLD_ROWS 64    /* rows of a column likewise */
#define FOLD_TILE 256

/* m elements of v into 'lanes' of them. */
#define FOLD_ALONG(T, L, INIT, STEP, m, lanes)                             \
  int64_t i = 0;                                                           \
  L lane[lanes];                                                           \
  const L neutral = INIT;                                                  \
  if ((m) >= lanes) { /* straight from memory: to clear the lanes first costs as much as 300 elements */ \
    _Pragma("omp simd") for (int j = 0; j < lanes; j++) {                  \
      const T x = v[j];                                                    \
      lane[j] = STEP(neutral, x);                                          \
    }                                                                      \
    i = lanes;                                                             \
  } else                                                                   \
    for (int j = 0; j < lanes; j++) lane[j] = neutral;                     \
  for (; i + lanes <= (m); i += lanes) {                                   \
    _Pragma("omp simd") for (int j = 0; j < lanes; j++) {                  \
      const T x = v[i + j];                                                \
      lane[j] = STEP(lane[j], x);                                          \
    }                                                                      \
  }                                                                        \
  for (int64_t j = 0; j < (m) - i; j++) {                                  \
    const T x = v[i + j];                                                  \
    lane[j] = STEP(lane[j], x);                                            \
  }

/* Lanes [w, 2w) into lanes [0, w). */
#define FOLD_HALVE(JOIN, w) \
  _Pragma("omp simd") for (int j = 0; j < (w); j++) lane[j] = JOIN(lane[j], lane[j + (w)]);

/* NAME: of the functions; T: element; L: lane; F: field of the cell;
** INIT: the neutral value; STEP(a, x) takes an element in, JOIN(a, b) a lane. */
#define FOLD(NAME, T, L, F, INIT, STEP, JOIN)                                          \
  static void NAME##_row(int64_t n, const char *p, int64_t stride, Cell *cell) {       \
    if (n < 16 || stride != (int64_t)sizeof(T)) {                                      \
      __typeof__(cell->F) a = cell->F;                                                 \
      for (int64_t i = 0; i < n; i++) {                                                \
        const T x = *(const T *)(p + i * stride);                                        \
        a = STEP(a, x);                                                                \
      }                                                                                \
      cell->F = a;                                                                     \
      return;                                                                          \
    }                                                                                  \
    if (n <= FOLD_SHORT) {                                                             \
      const T *v = (const T *)p;                                                       \
      FOLD_ALONG(T, L, INIT, STEP, n, 16)                                              \
      FOLD_HALVE(JOIN, 8) FOLD_HALVE(JOIN, 4) FOLD_HALVE(JOIN, 2) FOLD_HALVE(JOIN, 1)  \
      cell->F = JOIN(cell->F, (__typeof__(cell->F))lane[0]);                           \
      return;                                                                          \
    }                                                                                  \
    for (int64_t at = 0; at < n; at += FOLD_BLOCK) {                                   \
      const T *v = (const T *)p + at;                                                  \
      const int64_t m = n - at < FOLD_BLOCK ? n - at : FOLD_BLOCK;                     \
      FOLD_ALONG(T, L, INIT, STEP, m, FOLD_LANES)                                      \
      FOLD_HALVE(JOIN, 32) FOLD_HALVE(JOIN, 16) FOLD_HALVE(JOIN, 8)                    \
      FOLD_HALVE(JOIN, 4) FOLD_HALVE(JOIN, 2) FOLD_HALVE(JOIN, 1)                      \
      cell->F = JOIN(cell->F, (__typeof__(cell->F))lane[0]);                           \
    }                                                                                  \
  }                                                                                    \
  static void NAME##_column(int64_t n, int64_t width, const char *p,                   \
                            int64_t row_stride, int64_t stride, Cell *cell) {          \
    L tile[FOLD_TILE];                                                                 \
    for (int64_t at = 0; at < n; at += FOLD_ROWS) {                                    \
      int64_t m = n - at < FOLD_ROWS ? n - at : FOLD_ROWS;                             \
      for (int64_t j = 0; j < width; j++) tile[j] = INIT;                              \
      int64_t i = at;                                                                  \
      for (; stride == (int64_t)sizeof(T) && i + 4 <= at + m; i += 4) {                \
        const T *v0 = (const T *)(p + i * row_stride), *v1 = (const T *)((const char *)v0 + row_stride); \
        const T *v2 = (const T *)((const char *)v1 + row_stride), *v3 = (const T *)((const char *)v2 + row_stride); \
        _Pragma("omp simd") for (int64_t j = 0; j < width; j++) {                      \
          const T a = v0[j], b = v1[j], c = v2[j], d = v3[j];                          \
          L sum = STEP(tile[j], a);                                                    \
          sum = STEP(sum, b);                                                          \
          sum = STEP(sum, c);                                                          \
          tile[j] = STEP(sum, d);                                                      \
        }                                                                              \
      }                                                                                \
      for (; i < at + m; i++) {                                                        \
        const char *q = p + i * row_stride;                                            \
        for (int64_t j = 0; j < width; j++) {                                          \
          const T x = *(const T *)(q + j * stride);                                    \
          tile[j] = STEP(tile[j], x);                                                  \
        }                                                                              \
      }                                                                                \
      for (int64_t j = 0; j < width; j++)                                              \
        cell[j].F = JOIN(cell[j].F, (__typeof__(cell->F))tile[j]);                     \
    }                                                                                  \
  }                                                                                    \
  static void NAME##_join(int64_t n, Cell *cell, const Cell *part) {                   \
    for (int64_t j = 0; j < n; j++) cell[j].F = JOIN(cell[j].F, part[j].F);            \
  }                                                                                    \
  static void NAME##_start(int64_t n, Cell *cell) {                                    \
    for (int64_t j = 0; j < n; j++) cell[j].F = INIT;                                  \
  }                                                                                    \
  static const Fold NAME __attribute__((unused)) = {NAME##_row, NAME##_column, NAME##_join, NAME##_start};

#define PLUS(a, x) ((a) + (x))
#define TIMES(a, x) ((a) * (x))
#define LARGER(a, x) ((((x) > (a)) | ((x) != (x))) ? (x) : (a)) /* NaN wins and stays */
#define SMALLER(a, x) ((((x) < (a)) | ((x) != (x))) ? (x) : (a))
#define EITHER(a, x) ((a) | ((x) != 0))
#define BOTH(a, x) ((a) & ((x) != 0))
#define COUNT(a, x) ((a) + ((x) != 0))
#define PLUS_ABS(a, x) ((a) + ((x) < 0 ? -(x) : (x)))
#define PLUS_SQUARE(a, x) ((a) + (x) * (x))
#define LARGER_ABS(a, x) LARGER(a, ((x) < 0 ? -(x) : (x)))
#define SMALLER_ABS(a, x) SMALLER(a, ((x) < 0 ? -(x) : (x)))

/* The fold of one operation for all element types, and their table by dtype. */
#define FOLD_INTEGERS(NAME, INIT, STEP, JOIN)                        \
  FOLD(NAME##_bool, bool, int64_t, i, INIT, STEP, JOIN)              \
  FOLD(NAME##_uint8, uint8_t, int64_t, i, INIT, STEP, JOIN)          \
  FOLD(NAME##_int8, int8_t, int64_t, i, INIT, STEP, JOIN)            \
  FOLD(NAME##_int16, int16_t, int64_t, i, INIT, STEP, JOIN)          \
  FOLD(NAME##_int32, int32_t, int64_t, i, INIT, STEP, JOIN)          \
  FOLD(NAME##_int64, int64_t, int64_t, i, INIT, STEP, JOIN)
#define FOLD_FLOATS(NAME, INIT, STEP, JOIN)                          \
  FOLD(NAME##_float32, float, float, f, INIT, STEP, JOIN)            \
  FOLD(NAME##_float64, double, double, f, INIT, STEP, JOIN)
#define FOLD_TABLE(NAME) static const Fold *const NAME##_folds[DTYPE_COUNT] = ALL_TABLE(&NAME);

#endif
