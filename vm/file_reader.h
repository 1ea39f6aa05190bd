/* file_reader.h: reading files of tensors: bytes and tensors at offsets, of a file, of a mapping of it, or of bytes in
** memory. lib/torch/serialize/ knows the formats.
*/
#ifndef HECATE_FILE_READER_H
#define HECATE_FILE_READER_H

#include <lua.h>

/* open_file(path, who, mapped) → a reader, which closes when it is collected. Errors begin with 'who' and the path.
** Where the file is mapped its tensors show the pages of the file; what is written to them stays in memory. The reader
** has these methods; 'swap' says that the bytes of the file are big-endian:
**
**   size() → bytes            close()            path() → the path
**   read(offset, n) → string
**   tensor(offset, dtype, shape, swap) → a new tensor, or one that shows the mapping
**   fill(tensor, offset, swap): reads the elements of a contiguous tensor */
int file_reader_open(lua_State *L);
/* open_tensor(tensor, who, path) → the same of the bytes of a contiguous tensor, whose parts it shows. */
int file_reader_open_tensor(lua_State *L);
/* open_bytes(string, who, path) → the same of a string; its tensors are copies. */
int file_reader_open_bytes(lua_State *L);
/* reinterpret(tensor, dtype) → the bytes of a contiguous one as a flat tensor of another dtype, which shares them. */
int file_reader_reinterpret(lua_State *L);

#endif
