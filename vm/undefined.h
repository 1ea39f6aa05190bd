/* undefined.h: what reading a name that nothing defines does, of the globals, of the libraries,
** of tensors and of objects. */
#ifndef HECATE_UNDEFINED_H
#define HECATE_UNDEFINED_H

#include "vm.h"

#define UNDEFINED_OBJECT "object" /* the holder of fields of an object of a class */

/* Of an __index function that found nothing for the key at stack index 2, which the program reads: returns 0, so that
** the program gets nil, where it only asks whether the name is there (lib/hecate/undefined.lua says what that is);
** raises otherwise. 'holder': "torch.nn", "tensor", UNDEFINED_OBJECT, which is at 1 then; NULL: the globals. */
int undefined_read(lua_State *L, const char *holder);
/* Chunks of this name (as lua_Debug has it in 'source') follow the rule for globals: scripts do, modules do not. */
void undefined_watch(lua_State *L, const char *source);
/* torch._C.strict(source|on): the same from Lua; with true or false whether the rule for globals holds at all. Returns
** whether it holds. */
int undefined_strict(lua_State *L);
/* Before all others; pops the `require` of lib/. */
void undefined_open(lua_State *L);

#endif
