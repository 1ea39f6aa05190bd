/* complex_value.h: complex numbers as Lua values: what item() of a complex tensor gives. */
#ifndef HECATE_COMPLEX_VALUE_H
#define HECATE_COMPLEX_VALUE_H

#include <stddef.h>

#include "vm.h"

void complex_push(lua_State *L, double real, double imag);
/* The number at 'index' if it is a complex value; false otherwise. Never raises. */
bool complex_read(lua_State *L, int index, Scalar *out);
/* Writes the number as Python does: "(1+2j)", "2j"; at most COMPLEX_TEXT bytes. */
#define COMPLEX_TEXT 64
void complex_text(char *buffer, double real, double imag);

#endif
