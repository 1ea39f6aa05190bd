/* class.h: classes that a script can call, extend and ask about. A class is a
** Lua table: its methods, with the table of its parent behind them. Its instances
** are userdata (an Object first) whose user value 1 is the table of their fields.
**
** `obj.key` looks in the fields, then in the attributes kept in C ('get'), then in
** the class and its parents. `obj[i]` with a key that is no string calls the
** method __getitem (__setitem when assigned) where the class has one.
*/
#ifndef HECATE_CLASS_H
#define HECATE_CLASS_H

#include "vm.h"

typedef struct ObjectClass ObjectClass;
struct ObjectClass {
  Class class; /* first, so that the Class of an instance is an ObjectClass */
  size_t size; /* of the userdata; all zeros must be a valid instance */
  const ObjectClass *native; /* of a class made in Lua: its nearest one in C */
  /* An attribute kept in C: pushes it and returns true, or returns false. */
  bool (*get)(lua_State *L, void *self, const char *key);
  /* Stack: 1 self, 2 key (a string), 3 value. True when it took the assignment. */
  bool (*set)(lua_State *L, void *self, const char *key);
  /* Pushes what options_push makes of the arguments of its constructor, or nil. Asked of
  ** the nearest ancestor that has it, for 'info', a class made in C. */
  void (*arguments)(lua_State *L, const ObjectClass *info);
};

/* Pushes the table of a class made in C, filled at first use. Its metamethods are
** also methods of that name, so that a subclass can call them. */
void class_push(lua_State *L, const ObjectClass *info);
/* Whether a class made in Lua has a method get_extra_state or set_extra_state: then state dicts ask for them. */
extern bool class_extra_state;
/* Whether any class made in C got a method under the name of one that it inherits. */
extern bool class_replaced;
/* Whether the table of a class made in C itself has the name: where its methods in C do not, a script gave it. */
bool class_has_own(lua_State *L, const ObjectClass *info, const char *name);
/* The nearest ancestor of a class (or itself) that is made in C. */
const ObjectClass *class_native(const Class *class);
/* Pushes a new instance with an empty table of fields; __init has not run. */
void *class_instance(lua_State *L, const ObjectClass *info);
/* Pushes the fields of the instance at 'index'. */
void class_fields(lua_State *L, int index);
/* The part of a class name after its last dot: "Linear". */
const char *class_short_name(const Class *class);

/* torch.class(name, parent): a new class. */
int class_new(lua_State *L);
/* torch.typename(x): the class name of an object, nil for other values. */
int class_typename(lua_State *L);
/* torch.isinstance(x, Class) */
int class_isinstance(lua_State *L);
/* torch._C.become(object, class): the object is one of another class that is made of the same one in C. */
int class_become(lua_State *L);
/* torch._C.property(object, name, get, set): a field that get(object) computes whenever it is read, and set(object,
** value) takes when it is assigned; without get it is a plain field again. */
int class_property(lua_State *L);
/* torch._C.describe(x): of a class, a table for the help: its name, its parent (a class) and
** the arguments of its constructor where C knows them; of other values nothing. */
int class_describe(lua_State *L);

#endif
