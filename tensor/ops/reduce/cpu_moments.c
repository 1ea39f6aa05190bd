/* cpu_moments.c: the folds of var and std. */
#include "cpu_moments.h"

#define MOMENTS_LANES 16
#define MOMENTS_BLOCK 2048 /* elements of a portion of a row, which is worked on twice where it must be */

static void moments_join_cells(int64_t n, void *cells, const void *others) {
  Moments *cell = cells;
  const Moments *other = others;
  for (int64_t j = 0; j < n; j++) cell[j] = moments_join(cell[j], other[j]);
}

static void moments_start(int64_t n, void *cells) { memset(cells, 0, (size_t)n * sizeof(Moments)); }

#define BODY "ops/reduce/moments_body.h"
#include "each_float.h"

FoldTable KERNEL(moments_folds) = FLOAT_POINTERS(&moments_fold);
