/* library.h: the libraries of lib/: where they are found, and what their files see. */
#ifndef HECATE_LIBRARY_H
#define HECATE_LIBRARY_H

#include "vm.h"

/* Makes the globals of lib/ from those of Lua as they are now, and the table at 'torch'. */
void library_globals(lua_State *L, int torch);
/* Adds the libraries to those that `require` finds, behind what lies beside the script. */
void library_searcher(lua_State *L);
/* Gives the value at the top the name of a module, for programs too unless they have one of that name. */
void library_set_loaded(lua_State *L, const char *name);
/* Pushes the table of the modules that lib/ has loaded, by name: torch._C.loaded. */
void library_push_loaded(lua_State *L);
/* The public files right under the folder of 'module' become fields of the table at the top, each loaded
** when it is first read. The metatable lists them as __lazy: key → module. */
void library_lazy(lua_State *L, const char *module);
/* The same for the table of the methods of tensors: the functions of torch in Lua files that are methods. */
void library_lazy_methods(lua_State *L);
/* The same for the globals of the program and {name, module} pairs that end with NULL. */
void library_lazy_globals(lua_State *L, const char *const (*pairs)[2]);

/* Told of each module of lib/ that was loaded: its value is at the top; set by overload.c. */
extern void (*library_loaded)(lua_State *L, const char *module);
/* Changes the function at the top, which was loaded as a field of a library and makes tensors; set by overload.c. */
extern void (*library_adapt)(lua_State *L, const char *library, const char *name);

#endif
