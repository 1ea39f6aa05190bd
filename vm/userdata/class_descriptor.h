/* class_descriptor.h: what class.c and instance.c share. */
#ifndef HECATE_CLASS_DESCRIPTOR_H
#define HECATE_CLASS_DESCRIPTOR_H

#include "class.h"

/* Where a metatable (of a class table or of instances) keeps its descriptor. */
extern const char class_descriptor_key;

/* The descriptor that the metatable of the value at 'index' holds, or NULL. */
const ObjectClass *class_descriptor(lua_State *L, int index);
/* Completes the metatable of the instances; the class table is at the top. */
void class_prepare_instances(lua_State *L, const ObjectClass *info);

#endif
