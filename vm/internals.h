/* internals.h: torch._C. */
#ifndef HECATE_INTERNALS_H
#define HECATE_INTERNALS_H

#include "vm.h"

void internals_push(lua_State *L); /* pushes the table */

/* ---- placeholder.c: for dry runs on the meta device ---- */
int placeholders_of(lua_State *L);
int saved_bytes(lua_State *L);

/* ---- userdata/storage.c: memory that tensors share ---- */
int storage_tensor(lua_State *L);
int storage_grow(lua_State *L);
int storage_set(lua_State *L);

#endif
