/* cpu_fold.h: the folds of reductions, by element type of the input. NULL where there is none. */
#ifndef HECATE_REDUCE_FOLD_H
#define HECATE_REDUCE_FOLD_H

#include "device/cpu/fold.h"

typedef const Fold *const FoldTable[DTYPE_COUNT];

extern FoldTable KERNEL(sum_folds), KERNEL(prod_folds), KERNEL(max_folds), KERNEL(min_folds);
extern FoldTable KERNEL(any_folds), KERNEL(all_folds);
/* The sum of bool, faster than that of sum_folds. */
extern const Fold KERNEL(count_bool_fold);
/* By the attribute 'which' of native_norm: how many are not 0, Σ |x|, Σ x², the largest and the smallest |x|. */
extern const FoldTable *const KERNEL(norm_folds)[5];

#endif
