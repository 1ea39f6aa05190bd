/* power_sum.h: sums over a whole gradient, for its norm. */
#ifndef HECATE_POWER_SUM_H
#define HECATE_POWER_SUM_H

#include "tensor.h"

/* Σ |x|ᵖ over a contiguous float tensor, in double precision; max |x| for p = INFINITY. */
double power_sum(const Tensor *t, double p);

#endif
