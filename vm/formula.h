/* formula.h: what composites are made of, told to Lua. */
#ifndef HECATE_VM_FORMULA_H
#define HECATE_VM_FORMULA_H

#include "call.h"

/* Pushes the formulas of a composite (OpInfo.formulas) as a table. */
void formula_push(lua_State *L, const OpInfo *info);

#endif
