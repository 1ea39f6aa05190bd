/* flops.h: floating-point operations of a call, estimated from shapes: those that PyTorch's profiler counts. */
#ifndef HECATE_FLOPS_H
#define HECATE_FLOPS_H

#include "call/mode.h"

/* Of products of matrices, convolutions, add and mul; 0: not counted. A multiplication with its addition are two. */
int64_t call_flops(const ModeCall *call);

#endif
