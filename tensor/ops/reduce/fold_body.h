/* fold_body.h: the fold of one operation and element type, as a Fold; see device/cpu/fold.h. */
#include "device/cpu/fold_column_body.h"
#include "device/cpu/fold_row_body.h"

static const Fold FOLD_NAME(fold) = {sizeof(CELL), FOLD_NAME(row), FOLD_NAME(column), FOLD_NAME(join),
                                     FOLD_NAME(start)};
