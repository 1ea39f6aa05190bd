/* fold_each.h: the fold FOLD of every real element type. Bool and integers have lanes and cells of int64, floats have
** lanes of their own type and cells of double. Included with FOLD, STEP, JOIN and INIT defined, once for each
** operation. Sums, means and products of complex numbers belong here: lanes and cells
** of double complex, FOLD_CELL_MAX 16.
*/
#define LANE A
#define CELL A
#define BODY "ops/reduce/fold_body.h"
#include "each_bits.h"
#undef LANE

#define LANE T
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef LANE
#undef CELL

#undef FOLD
#undef STEP
#undef JOIN
#undef INIT
