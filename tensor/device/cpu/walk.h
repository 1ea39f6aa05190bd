/* cpu/walk.h: the loop over memory of fused ops on the CPU. */
#ifndef HECATE_CPU_WALK_H
#define HECATE_CPU_WALK_H

#include "device/fused.h"

/* That of the best level of this processor (level.c). */
extern Status (*cpu_fused_walk)(const FusedProgram *p);

#endif
