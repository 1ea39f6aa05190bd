/* parcel.h: Lua values as the bytes of a message between two processes of this machine. */
#ifndef HECATE_DATA_PARCEL_H
#define HECATE_DATA_PARCEL_H
#include <sys/types.h>

#include "vm.h"

typedef struct Parcel Parcel;

/* Pushes a message of the values from stack index 'first' on: nil, booleans, numbers, strings, tables of these (without
** metatables, not inside themselves), tensors. Others raise. It closes what it opened when it is collected or its slot
** goes. */
Parcel *parcel_encode(lua_State *L, int first);
/* As sendmsg. */
ssize_t parcel_send(const Parcel *m, int fd, int flags);
/* Pushes the values of the next message; how many, or -1 where the other side is gone. Large tensors show the memory
** that came with the message. */
int parcel_receive(lua_State *L, int fd);

#endif
