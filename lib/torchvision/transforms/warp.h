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

/* 'memory' has room for two doubles for each column. */
void warp_uint8(const void *in, void *out, const Warp *w, void *memory);
void warp_float32(const void *in, void *out, const Warp *w, void *memory);
void warp_float64(const void *in, void *out, const Warp *w, void *memory);

#endif
