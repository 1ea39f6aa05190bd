/* cpu/optimise.h: the loops of the optimisers on the CPU. */
#ifndef HECATE_CPU_OPTIMISE_H
#define HECATE_CPU_OPTIMISE_H

#include "ops/optim/optimiser.h"

/* Of the best level of this processor (level.c): [dtype]; NULL where there are none. */
extern OptimiserPasses *const *cpu_optimiser_passes;

#endif
