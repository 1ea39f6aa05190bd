/* warp.h: images read at other places: what warp.c asks of the kernels. */
#ifndef HECATE_WARP_H
#define HECATE_WARP_H

#include "tensor.h"

enum { WARP_NUMBERS = 8 };

typedef enum { WARP_AFFINE, WARP_PERSPECTIVE, WARP_GRID } WarpKind;

/* Places are (x, y) from -1 to 1, the outer edges of an image. Affine: x = a (j - J/2 + 1/2) + b (i - I/2 + 1/2) + c of
** row i of I and column j of J, y likewise with the next three numbers. Perspective: (a (j + 1/2) + b (i + 1/2) + c) /
** (g (j + 1/2) + h (i + 1/2) + 1) - 1. */
typedef struct {
  int64_t images, channels, height, width; /* of what is read */
  int64_t rows, columns;                   /* of the result */
  WarpKind kind;
  double numbers[WARP_NUMBERS];
  const void *grid; /* float, or double for doubles */
  bool bilinear;    /* else the nearest element */
  const double *fill; /* by channel; NULL: 0 */
} Warp;

/* A row of the result in one plane: the places of its elements, and what computes those from 'begin' to 'end'. */
typedef struct WarpRow WarpRow;
struct WarpRow {
  const Warp *warp;
  const void *plane, *fill; /* fill: float, or NULL */
  const float *x, *y;
  void (*others)(const WarpRow *r, int64_t begin, int64_t end, void *out);
};

/* Whether the processor computes several places at once, and the rows by it. */
bool warp_has_vectors(const Warp *w);
void warp_row_uint8(const WarpRow *r, uint8_t *out);
void warp_row_float32(const WarpRow *r, float *out);

/* 'memory' has room for two doubles for each column. They stop at an interruption. */
void warp_uint8(const void *in, void *out, const Warp *w, void *memory);
void warp_float32(const void *in, void *out, const Warp *w, void *memory);
void warp_float64(const void *in, void *out, const Warp *w, void *memory);

#endif
