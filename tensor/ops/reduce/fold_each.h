/* fold_each.h: the fold FOLD of every real element type. Bool and integers have lanes and cells of int64, floats have
** lanes of their own type and cells of double. Included with FOLD, STEP, JOIN and INIT defined, once for each
** operation, and with SUMS for sums. Complex numbers are not folded: prod has loops of its own (cpu_prod_complex.c).
*/
#define LANE A
#define CELL A
#define BODY "ops/reduce/fold_body.h"
#include "each_bits.h"
#undef LANE

#define LANE T
#ifdef SUMS
#define TERM VALUE
#endif
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef LANE
#undef CELL

#ifdef SUMS
#undef TERM
#undef SUMS
#endif
#undef FOLD
#undef STEP
#undef JOIN
#undef INIT
