/* serialize.h: the bytes of tensors in files; lib/torch/serialize/ knows the formats. */
#ifndef HECATE_SERIALIZE_H
#define HECATE_SERIALIZE_H
#include "vm.h"

/* write_file(path, head, parts, who): head, then the bytes of each part in order: a string, or the elements of a
** tensor; errors begin with 'who'. The file is written beside the target, synced and renamed: the target is old or
** new. */
int serialize_write(lua_State *L);
/* storage_of(tensor) → identity, offset in elements, elements of the storage */
int serialize_storage_of(lua_State *L);
/* is_parameter(tensor) → whether nn.Parameter made it */
int serialize_is_parameter(lua_State *L);
#endif
