/* crc32.h: the check sum of zip files (CRC-32 of IEEE 802.3). */
#ifndef HECATE_CRC32_H
#define HECATE_CRC32_H

#include <lua.h>

/* crc32(bytes, before): of a string or of the elements of a contiguous tensor of the host; 'before' (0) is that of the
** bytes in front of them. */
int crc32_of(lua_State *L);

#endif
