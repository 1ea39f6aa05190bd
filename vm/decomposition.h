/* decomposition.h: what composites are made of, told to Lua. */
#ifndef HECATE_VM_DECOMPOSITION_H
#define HECATE_VM_DECOMPOSITION_H

#include "call.h"

/* Pushes the formulas of a composite (OpInfo.formulas) as a table. */
void decomposition_push(lua_State *L, const OpInfo *info);

#endif
