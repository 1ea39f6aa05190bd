/* state.h: what an optimiser knows, as data: state_dict and load_state_dict. The optimiser is at stack position
** 1, checked by the caller.
*/
#ifndef HECATE_OPTIMIZER_STATE_H
#define HECATE_OPTIMIZER_STATE_H

#include "torch/optim/algorithm.h"

/* Pushes {state =, param_groups =}. */
void state_save(lua_State *L);
/* Takes over the table at stack position 2; raises, with nothing changed, when it does not fit. 'algorithm' is NULL for
** a class made in Lua. */
void state_load(lua_State *L, const Algorithm *algorithm);

#endif
