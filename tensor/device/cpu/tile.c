/* tile.c: see tile.h. The sums of some rows and some vectors of columns stay in registers; of B, TILE_DEPTH rows at a
** time, which stay in the first-level cache for all rows of A.
*/
#include "tile.h"

#if defined(__AVX512F__)
#define TILE_BYTES 64 /* of a vector */
#define TILE_VECTORS 4
#define TILE_ROWS 6
#elif defined(__AVX2__)
#define TILE_BYTES 32
#define TILE_VECTORS 2
#define TILE_ROWS 6
#else
#define TILE_BYTES 16
#define TILE_VECTORS 2
#define TILE_ROWS 4
#endif
#define TILE_DEPTH 128

#define BODY "device/cpu/tile_body.h"
#include "each_float.h"

typedef void (*TileMultiplyFn)(Matrix a, const void *b, int64_t ldb, int64_t columns, bool add, void *c, int64_t ldc);
static const TileMultiplyFn tile_multiplies[DTYPE_COUNT] = FLOAT_TABLE(tile_multiply);

void KERNEL(tiles_multiply)(DType dtype, Matrix a, const void *b, int64_t ldb, int64_t columns, bool add, void *c,
                            int64_t ldc) {
  tile_multiplies[dtype](a, b, ldb, columns, add, c, ldc);
}
