/* algorithm.h: an optimiser whose rule is a row of tensor/ops/optim/optimisers.lua, as Lua sees it: a class,
** the options of a parameter group, and their checks. The generator fills 'algorithms'.
*/
#ifndef HECATE_ALGORITHM_H
#define HECATE_ALGORITHM_H

#include "ops/optim/optimiser.h"
#include "torch/nn/options.h"
#include "userdata/class.h"

typedef struct {
  ObjectClass base; /* first, so that the ObjectClass of an instance is an Algorithm */
  const OptimiserRule *rule;
  const Option *options; /* of a group, into a struct of rule->options_size bytes */
  /* Raises for options that make no sense. */
  void (*check)(lua_State *L, const char *who, const void *options);
} Algorithm;

extern const Algorithm algorithms[OPTIMISER_COUNT];
/* The options that choose how a step is computed and change no number; NULL behind the last. */
extern const char *const algorithm_implementation[];

/* Reads the options of the group table at 'index' into 'options' and checks them. */
void algorithm_read(lua_State *L, const Algorithm *algorithm, int index, void *options);

/* Raises unless 'holds': the option must be 'range', in words. 'position' is that of the number in an
** array, from 1; 0: the option is one number. */
void algorithm_demand_range(lua_State *L, const char *who, const char *option, int position, double value,
                            bool holds, const char *range);

#endif
