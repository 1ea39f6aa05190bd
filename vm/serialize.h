/* serialize.h: the bytes of tensors in files; lib/torch/serialize.lua knows the format. */
#ifndef HECATE_SERIALIZE_H
#define HECATE_SERIALIZE_H
#include "vm.h"

/* write_file(path, head, tensors, who): head, then the elements of each tensor in order; errors begin with 'who'. The
** file is written beside the target, synced and renamed: the target is old or new. */
int serialize_write(lua_State *L);
/* read_head(path, n) → the first bytes (at most n), the size of the file */
int serialize_read_head(lua_State *L);
/* read_tensors(path, {{offset, dtype, shape}, …}) → array of tensors */
int serialize_read_tensors(lua_State *L);
/* storage_of(tensor) → identity, offset in elements, elements of the storage */
int serialize_storage_of(lua_State *L);
#endif
