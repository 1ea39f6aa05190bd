/* panel.h: products of a few rows with one matrix that is used again and again. The matrix is packed once, where BLAS
** packs it for each product, which for 32 rows takes half as long as the product.
*/
#ifndef HECATE_PANEL_H
#define HECATE_PANEL_H

#include "kernel.h"
#include "matrix.h"

/* A matrix of depth × columns in panels of some columns, each panel row by row. */
typedef struct {
  DType dtype;
  int64_t depth, columns;
  void *data;
  size_t bytes;
} Panels;

/* Packs 'm', of any strides; memory that panels_free gives back. Fails without memory. */
Status KERNEL(panels_pack)(DType dtype, Matrix m, Panels *out);
void KERNEL(panels_free)(Panels *p);
/* C = A · M, or C += A · M with 'add': 'a' has rows of 'depth' numbers at distance 'lda', C of 'columns' at 'ldc'. */
void KERNEL(panels_multiply)(const Panels *p, int64_t rows, const void *a, int64_t lda, bool add, void *c, int64_t ldc);
/* C[i][j] = the sum of the squared differences of row i of A and column j of M; 'depth' is at least 1. */
void KERNEL(panels_squares)(const Panels *p, int64_t rows, const void *a, int64_t lda, void *c, int64_t ldc);

#endif
