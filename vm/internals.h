/* internals.h: torch._C. */
#ifndef HECATE_INTERNALS_H
#define HECATE_INTERNALS_H

#include "vm.h"

void internals_push(lua_State *L); /* pushes the table */

#endif
