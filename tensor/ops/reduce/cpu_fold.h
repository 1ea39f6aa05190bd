/* cpu_fold.h: the folds of reductions, by element type of the input. NULL where there is none. */
#ifndef HECATE_REDUCE_FOLD_H
#define HECATE_REDUCE_FOLD_H

#include "device/cpu/fold.h"

typedef const Fold *const FoldTable[DTYPE_COUNT];

extern FoldTable KERNEL(sum_folds), KERNEL(prod_folds), KERNEL(max_folds), KERNEL(min_folds);
extern FoldTable KERNEL(any_folds), KERNEL(all_folds);
/* The largest x (x - 1). */
extern FoldTable KERNEL(excess_folds);
/* The sum of bool, faster than that of sum_folds. */
extern const Fold KERNEL(count_bool_fold);
/* By the attribute 'which' of native_norm: how many are not 0, Σ |x|, Σ x², the largest and the smallest |x|. */
extern const FoldTable *const KERNEL(norm_folds)[5];

/* Σ x² of numbers whose squares leave the range of their type: x times a power of two, RAISE_BITS or LOWER_BITS,
** before it is squared. The first is for sums of squares below LEAST_SQUARES, which have lost digits, the second for
** infinite ones. */
extern FoldTable KERNEL(small_squares_folds), KERNEL(large_squares_folds);
#define IS_WIDE(T) (sizeof(T) == sizeof(double))
#define RAISE_BITS(wide) ((wide) ? 600 : 90)
#define LOWER_BITS(wide) ((wide) ? -600 : -80)
#define LEAST_SQUARES(wide) ((wide) ? 0x1p-960 : 0x1p-100)

#endif
