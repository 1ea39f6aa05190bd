/* cpu_optimisers.c: the loops of the optimisers, made of their rows, for each element type. It is compiled
** without contraction to fused multiply-adds: float64 then agrees with PyTorch's separate operations to
** rounding, and with itself on every level of the processor; the loops wait for memory anyway.
*/
#include <tgmath.h>

#include "device/cpu/kernel.h"
#include "ops/optim/optimiser.h"

#define K(x) ((T)(x)) /* a constant of the element type */

#define BODY "optimiser_passes_body.h"
#include "each_float.h"

OptimiserPasses *const KERNEL(optimiser_passes)[DTYPE_COUNT] = FLOAT_POINTERS(&passes);
