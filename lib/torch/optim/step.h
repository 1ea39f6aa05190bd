/* step.h: the methods of the algorithms: __init(self, params, …) and step(self, closure). */
#ifndef HECATE_OPTIMIZER_STEP_H
#define HECATE_OPTIMIZER_STEP_H

#include "vm.h"

extern const luaL_Reg step_methods[];

#endif
