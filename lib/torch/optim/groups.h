/* groups.h: parameter groups of an optimiser, the field `param_groups`: an array of tables
** {params = {...}, lr = ...}. The optimiser is at stack position 1, checked by the caller. 'algorithm' is NULL
** for a class made in Lua, whose options are its own affair.
*/
#ifndef HECATE_GROUPS_H
#define HECATE_GROUPS_H

#include "torch/optim/algorithm.h"

/* Adds a copy of the table at 'index'; options that it lacks are those of the field `defaults`. */
void groups_add(lua_State *L, const Algorithm *algorithm, int index);
/* Pushes a new table of states by parameter. That of a class made in Lua gives a parameter its table when it is read
** first, as PyTorch's does: `local state = self.state[p]`. */
void groups_push_state(lua_State *L, const Algorithm *algorithm);
/* Makes the fields `param_groups`, `state` and `defaults` of a new optimiser. Stack: 1 self, 2 params (an array
** of tensors or of groups), 3 defaults. */
void groups_setup(lua_State *L, const Algorithm *algorithm);

#endif
