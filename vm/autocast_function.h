/* autocast_function.h: functions of lib/ that autocast casts. */
#ifndef HECATE_AUTOCAST_FUNCTION_H
#define HECATE_AUTOCAST_FUNCTION_H

#include "vm.h"

/* The value at the top, which the file of a module of lib/ gave, gets a function around it that casts its inputs, if
** autocast knows the module. */
void autocast_wrap(lua_State *L, const char *module);
/* Whether the value is such a function. */
bool autocast_is_wrap(lua_State *L, int index);
/* torch._C.autocast_functions(): by the names of modules {cpu =, cuda =}, as torch._C.ops() says it of rows. */
int autocast_functions(lua_State *L);

#endif
