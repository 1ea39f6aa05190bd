/* cast.c: strips from one element type to another. */
#include <math.h>
#include <stdint.h>

#define CUT_FUNCTION static inline
#include "device/cut.h"
#include "half_rows.h"
#include "kernel.h"

#define BODY "device/cpu/cast_body.h"
#define BODY_IN_TWO_STEPS "device/cpu/cast_two_steps_body.h"
#include "each_cast.h"
CastFn KERNEL(casts)[DTYPE_COUNT][DTYPE_COUNT] = CAST_TABLE(cast);
