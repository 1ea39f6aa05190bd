/* tile.h: products of matrices that lie in the cache and are not packed. BLAS packs both matrices of each product,
** which for blocks of some hundred rows takes a quarter of the time.
*/
#ifndef HECATE_TILE_H
#define HECATE_TILE_H

#include "kernel.h"
#include "matrix.h"

/* Columns of C and B must be whole units of so many bytes: the vectors of every processor level divide it. */
#define TILE_UNIT 64

/* C = A · B, or C += A · B with 'add'. A has any strides; B has a.columns rows of 'columns' numbers at distance
** 'ldb', C has a.rows of them at distance 'ldc'. Uses one thread. */
void KERNEL(tiles_multiply)(DType dtype, Matrix a, const void *b, int64_t ldb, int64_t columns, bool add, void *c,
                            int64_t ldc);

#endif
