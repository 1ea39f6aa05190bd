/* fold_row_body.h: the fold of a row; see fold.h. */
#define LANES FOLD_FEW
#define ALONG FOLD_NAME(along_few)
#include "fold_lanes_body.h"
#define LANES FOLD_LANES
#define ALONG FOLD_NAME(along)
#include "fold_lanes_body.h"

static void FOLD_NAME(row)(int64_t n, const char *p, int64_t stride, void *cell) {
  CELL a = *(CELL *)cell;
  const T *v = (const T *)p;
  if (n < FOLD_FEW || stride != (int64_t)sizeof(T)) {
    for (int64_t i = 0; i < n; i++) {
      const T x = *(const T *)(p + i * stride);
      a = STEP(a, x);
    }
  } else if (n <= FOLD_SHORT) {
    a = JOIN(a, (CELL)FOLD_NAME(along_few)(v, n));
  } else {
    for (int64_t at = 0; at < n; at += FOLD_BLOCK)
      a = JOIN(a, (CELL)FOLD_NAME(along)(v + at, n - at < FOLD_BLOCK ? n - at : FOLD_BLOCK));
  }
  *(CELL *)cell = a;
}
