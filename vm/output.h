/* output.h: the named argument `out`. */
#ifndef HECATE_OUTPUT_H
#define HECATE_OUTPUT_H

#include "call/op.h"
#include "vm.h"

/* Whether calls of the op take `out`: it is a function of torch or of a table like it, and its results are tensors of
** their own. */
bool output_is_taken(const OpInfo *info, bool in_place);
/* The n values at the top go into what stands at 'out': a tensor, or an array of them; these take their place. */
int output_write(lua_State *L, const char *function, int out, int n);
/* The function at the top, which makes tensors, gets one around it that takes `out`, if the library's functions do. */
void output_wrap(lua_State *L, const char *library, const char *name);
/* Makes tensor 1 show the memory of tensor 2, of whatever shape. */
int output_replace(lua_State *L);

#endif
