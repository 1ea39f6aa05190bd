/* cpu_fold.c: the loops of sums, products, extremes, any, all and norms for all element types. */
#include "cpu_fold.h"

#define FOLD sum
#define SUMS
#define STEP PLUS
#define JOIN PLUS
#define INIT 0
#include "fold_each.h"

#define FOLD prod
#define STEP TIMES
#define JOIN TIMES
#define INIT 1
#include "fold_each.h"

#define FOLD max
#define STEP LARGER
#define JOIN LARGER
#define INIT LOWEST
#include "fold_each.h"

#define FOLD min
#define STEP SMALLER
#define JOIN SMALLER
#define INIT HIGHEST
#include "fold_each.h"

/* Whether any or all elements are not 0: cells are integers for floats too, and lanes are integers as wide as the
** elements (of 8 bytes at most), so that a register holds as many lanes as elements. */
#define LANE __typeof__(__builtin_choose_expr(sizeof(T) == 1, (int8_t)0, __builtin_choose_expr(sizeof(T) == 2, \
  (int16_t)0, __builtin_choose_expr(sizeof(T) == 4, (int32_t)0, (int64_t)0))))
#define CELL int64_t

#define FOLD any
#define STEP EITHER
#define JOIN EITHER
#define INIT 0
#define BODY "ops/reduce/fold_body.h"
#include "each_all.h"
#undef FOLD
#undef STEP
#undef JOIN
#undef INIT

#define FOLD all
#define STEP BOTH
#define JOIN BOTH
#define INIT 1
#define BODY "ops/reduce/fold_body.h"
#include "each_all.h"
#undef FOLD
#undef STEP
#undef JOIN
#undef INIT
#undef LANE
#undef CELL

/* Norms exist for floats alone. */
#define LANE T
#define CELL A

#define FOLD count
#define STEP COUNT
#define JOIN PLUS
#define INIT 0
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef FOLD
#undef STEP

#define FOLD plus_abs
#define STEP PLUS_ABS
#define TERM ABS
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef FOLD
#undef STEP
#undef TERM

#define FOLD plus_square
#define STEP PLUS_SQUARE
#define TERM SQUARE
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef FOLD
#undef STEP
#undef TERM

/* As RAISE_BITS and LOWER_BITS say. */
#define RAISE ((T)(IS_WIDE(T) ? 0x1p600 : 0x1p90))
#define FOLD plus_square_small
#define STEP PLUS_SQUARE_SMALL
#define TERM SQUARE_SMALL
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef FOLD
#undef STEP
#undef TERM
#undef RAISE

#define LOWER ((T)(IS_WIDE(T) ? 0x1p-600 : 0x1p-80))
#define FOLD plus_square_large
#define STEP PLUS_SQUARE_LARGE
#define TERM SQUARE_LARGE
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef FOLD
#undef STEP
#undef TERM
#undef LOWER
#undef JOIN

#define FOLD larger_abs
#define STEP LARGER_ABS
#define JOIN LARGER
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef FOLD
#undef STEP
#undef JOIN
#undef INIT

#define FOLD smaller_abs
#define STEP SMALLER_ABS
#define JOIN SMALLER
#define INIT INFINITY
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"
#undef FOLD
#undef STEP
#undef JOIN
#undef INIT

/* x (x - 1) is above 0 for elements outside of [0, 1], and not for those inside. */
#define EXCESS(x) ((x) * ((x) - 1))
#define FOLD excess
#define STEP(a, x) LARGER(a, EXCESS(x))
#define JOIN LARGER
#define INIT -INFINITY
#define BODY "ops/reduce/fold_body.h"
#include "each_float.h"

/* True bytes of bool that lie side by side are counted, which is faster than to add them in lanes of int64. */
static void sum_bool_count(int64_t n, const char *p, int64_t stride, void *cell) {
  if (stride == sizeof(bool)) *(int64_t *)cell += count_nonzero(DTYPE_BOOL, p, n);
  else sum_row_bool(n, p, stride, cell);
}
const Fold KERNEL(count_bool_fold) = {sizeof(int64_t), sum_bool_count, sum_column_bool, sum_join_bool, sum_start_bool};

FoldTable KERNEL(sum_folds) = ALL_POINTERS(&sum_fold);
FoldTable KERNEL(prod_folds) = ALL_POINTERS(&prod_fold);
FoldTable KERNEL(max_folds) = ALL_POINTERS(&max_fold);
FoldTable KERNEL(min_folds) = ALL_POINTERS(&min_fold);
FoldTable KERNEL(any_folds) = ALL_POINTERS(&any_fold);
FoldTable KERNEL(all_folds) = ALL_POINTERS(&all_fold);

FoldTable KERNEL(excess_folds) = FLOAT_POINTERS(&excess_fold);
FoldTable KERNEL(small_squares_folds) = FLOAT_POINTERS(&plus_square_small_fold);
FoldTable KERNEL(large_squares_folds) = FLOAT_POINTERS(&plus_square_large_fold);

static FoldTable count_folds = FLOAT_POINTERS(&count_fold), plus_abs_folds = FLOAT_POINTERS(&plus_abs_fold);
static FoldTable plus_square_folds = FLOAT_POINTERS(&plus_square_fold);
static FoldTable larger_abs_folds = FLOAT_POINTERS(&larger_abs_fold);
static FoldTable smaller_abs_folds = FLOAT_POINTERS(&smaller_abs_fold);
const FoldTable *const KERNEL(norm_folds)[5] = {&count_folds, &plus_abs_folds, &plus_square_folds, &larger_abs_folds,
                                                &smaller_abs_folds};
