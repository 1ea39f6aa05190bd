/* warp_kernels.c: the kernels of warp.c. */
#include <math.h>

#include "core/clones.h"
#include "torchvision/transforms/warp.h"

#define VECTORS
#define T uint8_t
#define A float
#define FLOOR floorf
#define NEAREST rintf
#define NAME(x) x##_uint8
#define FROM_SUM(x) ((uint8_t)(int)rintf((x) < 0 ? 0 : (x) > 255 ? 255 : (x)))
#include "torchvision/transforms/warp_body.h"
#undef T
#undef NAME
#undef FROM_SUM
#define T float
#define NAME(x) x##_float32
#define FROM_SUM(x) (x)
#include "torchvision/transforms/warp_body.h"
#undef T
#undef A
#undef FLOOR
#undef NEAREST
#undef NAME
#undef VECTORS
#define T double
#define A double
#define FLOOR floor
#define NEAREST rint
#define NAME(x) x##_float64
#include "torchvision/transforms/warp_body.h"
