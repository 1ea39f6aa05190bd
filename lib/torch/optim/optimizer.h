/* optimizer.h: optim.Optimizer. What an optimiser knows lies in Lua fields that scripts
** read and write: `param_groups` (an array of tables {params = {...}, lr = ...}),
** `state` (from a parameter to a table) and `defaults`. Each step reads them anew, so
** that a change takes effect.
*/
#ifndef HECATE_OPTIMIZER_H
#define HECATE_OPTIMIZER_H

#include "call/profile.h"
#include "torch/optim/algorithm.h"

typedef struct {
  Object object;
} Optimizer;

extern const ObjectClass optimizer_class;

/* The optimiser at stack position 1; raises for another value. */
Optimizer *optimizer_check(lua_State *L, const char *function);
/* Its algorithm; NULL when its class was made in Lua from optim.Optimizer itself. */
const Algorithm *optimizer_algorithm(lua_State *L);

/* An assignment to an object of a built-in class: one to the name of an option is refused, for no step would read it.
** Classes that scripts derive may have fields of any name. */
bool optimizer_set(lua_State *L, void *self, const char *key);

/* Begins an event of the profile, "Optimizer.step#SGD.step", where that runs; profile_end ends it. */
void optimizer_profile(OpMark *mark, const Class *class, const char *method);

#endif
