#ifndef HECATE_FOLDER_H
#define HECATE_FOLDER_H

#include "vm.h"

/* torch._C.folder(path): an array of the names in a folder ("" is the current one), those of
** folders with "/" behind; nothing when it cannot be read. */
int folder_list(lua_State *L);

#endif
