/* object.c: userdata with a class. The metatable of a class is kept in the registry under the address of its
** descriptor, or, of a class that may go, in a table with weak values. Its fields __methods (own methods, whose
** metatable's __index is the parent's) serve lookup and completion.
*/
#include <ctype.h>
#include <string.h>

#include "vm.h"

static int object_finalize(lua_State *L) {
  Object *object = object_test(L, 1, NULL); /* a script may call it with anything */
  if (object == NULL) return 0;
  for (const Class *c = object->class; c != NULL; c = c->parent)
    if (c->finalize != NULL) {
      c->finalize(L, object);
      break; /* a class that has its own calls its parent's where it needs to */
    }
  object->class = &object_closed;
  return 0;
}

/* Metamethods of the parents come first, so that a class can replace them. */
static void add_metamethods(lua_State *L, const Class *class) {
  if (class->parent != NULL) add_metamethods(L, class->parent);
  if (class->metamethods != NULL) luaL_setfuncs(L, class->metamethods, 0);
}

static void push_methods(lua_State *L, const Class *class) {
  lua_newtable(L);
  if (class->methods != NULL) luaL_setfuncs(L, class->methods, 0);
  if (class->parent != NULL) {
    lua_createtable(L, 0, 1);
    object_metatable(L, class->parent);
    lua_getfield(L, -1, "__methods");
    lua_remove(L, -2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
  }
}

/* The table of the metatables of classes that may go, by descriptor. */
static void push_passing(lua_State *L) {
  static const char key = 0;
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "v");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}

void object_metatable_release(lua_State *L, const Class *class) {
  push_passing(L);
  lua_pushvalue(L, -2);
  lua_rawsetp(L, -2, class);
  lua_pop(L, 1);
  lua_pushnil(L);
  lua_rawsetp(L, LUA_REGISTRYINDEX, class);
}

/* Pushes the metatable of a class that may go; false: there is none, and nothing is pushed. */
static bool push_passing_metatable(lua_State *L, const Class *class) {
  push_passing(L);
  const bool lives = lua_rawgetp(L, -1, class) == LUA_TTABLE;
  lua_remove(L, -2);
  if (!lives) lua_pop(L, 1);
  return lives;
}

bool object_metatable_lives(lua_State *L, const Class *class) {
  const bool lives = push_passing_metatable(L, class);
  if (lives) lua_pop(L, 1);
  return lives;
}

void object_metatable(lua_State *L, const Class *class) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, class) == LUA_TTABLE) return;
  lua_pop(L, 1);
  if (push_passing_metatable(L, class)) return;
  luaL_checkstack(L, 8, "classes");
  lua_newtable(L);
  lua_pushstring(L, class->name);
  lua_setfield(L, -2, "__name");
  lua_pushcfunction(L, object_finalize);
  lua_setfield(L, -2, "__gc");
  lua_pushcfunction(L, object_finalize);
  lua_setfield(L, -2, "__close");
  lua_pushlightuserdata(L, (void *)class);
  lua_setfield(L, -2, "__class");
  push_methods(L, class);
  lua_pushvalue(L, -1);
  lua_setfield(L, -3, "__methods");
  lua_setfield(L, -2, "__index");
  add_metamethods(L, class);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, class);
}

void *object_new(lua_State *L, const Class *class, size_t size, int values) {
  Object *object = lua_newuserdatauv(L, size, values);
  memset(object, 0, size);
  object_metatable(L, class);
  object->class = class;
  lua_setmetatable(L, -2);
  return object;
}

void *object_check(lua_State *L, int argument, const Class *class, const char *function,
                   const char *name) {
  void *object = object_test(L, argument, class);
  if (object == NULL && argument == 1 && islower((unsigned char)function[0]))
    error_self(L, function, name, class->name); /* not that of a constructor */
  if (object == NULL) error_argument(L, function, name, argument, class->name, argument);
  return object;
}
