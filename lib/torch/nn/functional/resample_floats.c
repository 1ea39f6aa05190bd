/* resample_floats.c: planes of floats resized: along the columns first, where whole rows are added, then along the rows
** that are left.
*/
#include <string.h>

#include "core/clones.h"
#include "torch/nn/functional/resample.h"

#define T float
#define NAME(x) x##_float32
#include "torch/nn/functional/resample_body.h"
#undef T
#undef NAME
#define T double
#define NAME(x) x##_float64
#include "torch/nn/functional/resample_body.h"
