/* cpu_optimisers.c: the loops of the optimisers, made of their rows, for each element type. It is compiled
** without contraction to fused multiply-adds: float64 then agrees with PyTorch's separate operations to
** rounding, and with itself on every level of the processor; the loops wait for memory anyway.
*/
#include <tgmath.h>

#include "device/cpu/kernel.h"
#include "ops/optim/optimiser.h"

#define K(x) ((T)(x)) /* a constant of the element type */

#define T float
#define NAME(x) x##_float32
#include "optimiser_passes_body.h"
#undef T
#undef NAME

#define T double
#define NAME(x) x##_float64
#include "optimiser_passes_body.h"
#undef T
#undef NAME

OptimiserPasses *const KERNEL(optimiser_passes)[DTYPE_COUNT] = {
    [DTYPE_FLOAT32] = &passes_float32, [DTYPE_FLOAT64] = &passes_float64};
