/* instance.c: the objects of classes: their fields, attributes kept in C, computed fields, and the metamethods that ask
** the class. See class.h.
*/
#include <string.h>

#include "class_descriptor.h"
#include "undefined.h"

const char class_descriptor_key;

const ObjectClass *class_native(const Class *class) {
  const ObjectClass *info = (const ObjectClass *)class;
  return info->native != NULL ? info->native : info;
}

const ObjectClass *class_descriptor(lua_State *L, int index) {
  if (!lua_getmetatable(L, index)) return NULL;
  lua_rawgetp(L, -1, &class_descriptor_key);
  const ObjectClass *info = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return info;
}

void class_fields(lua_State *L, int index) { lua_getiuservalue(L, index, 1); }

void *class_instance(lua_State *L, const ObjectClass *info) {
  /* A finaliser may ask for a class of Lua after it has gone: a metatable that is made anew would stay for ever. */
  if (info->native != NULL && !object_metatable_lives(L, &info->class))
    error_raise(L, "%s: the class is gone", info->class.name);
  void *self = object_new(L, &info->class, info->size, 1);
  lua_newtable(L);
  lua_setiuservalue(L, -2, 1);
  return self;
}

static const ObjectClass *check_self(lua_State *L) {
  const ObjectClass *info = lua_touserdata(L, lua_upvalueindex(2));
  if (object_test(L, 1, &info->class) == NULL) {
    char got[ERROR_TEXT];
    error_raise(L, "%s: called for %s", info->class.name,
                object_is_closed(L, 1) ? error_describe(L, 1, got) : "a value of another type");
  }
  return info;
}

/* Calls the class's method 'name' with the whole stack, if there is one. */
static bool call_method(lua_State *L, int class_table, const char *name, int results) {
  if (lua_getfield(L, class_table, name) == LUA_TNIL) {
    lua_pop(L, 1);
    return false;
  }
  lua_insert(L, 1);
  lua_call(L, lua_gettop(L) - 1, results);
  return true;
}

/* Whether it is ipairs that asks for the item after the last one, of an object whose class has __len: it gets nil. */
static bool behind_the_last(lua_State *L) {
  if (!lua_isinteger(L, 2) || !ipairs_asks(L)) return false;
  lua_getfield(L, lua_upvalueindex(1), "__len");
  const bool counted = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return counted && lua_tointeger(L, 2) > luaL_len(L, 1);
}

/* Pushes the getter ('which' = 1) or the setter (2) of the property that the key at 2 names. The table of properties is
** at the top; objects with properties have it as the metatable of their table of fields. */
static bool push_property(lua_State *L, int which) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, -2) != LUA_TTABLE) return false;
  lua_rawgeti(L, -1, which);
  return true;
}

int class_property(lua_State *L) {
  if (lua_type(L, 1) != LUA_TUSERDATA || class_descriptor(L, 1) == NULL)
    return error_argument(L, "property", "object", 1, "an object", 1);
  luaL_checkstring(L, 2);
  lua_settop(L, 4);
  class_fields(L, 1);
  if (!lua_getmetatable(L, 5)) {
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setmetatable(L, 5);
  }
  lua_pushvalue(L, 2);
  if (lua_isnil(L, 3)) lua_pushnil(L);
  else {
    lua_createtable(L, 2, 0);
    for (int i = 1; i <= 2; i++) {
      lua_pushvalue(L, 2 + i);
      lua_rawseti(L, -2, i);
    }
  }
  lua_rawset(L, 6);
  return 0;
}

/* What obj.name is where neither the object nor its class has the name: what the class's __getattr says, which knows
** attributes that are computed. Names that begin with two underscores are never asked for. */
static bool asks_getattr(lua_State *L) {
  const char *name = lua_tostring(L, 2);
  if (name[0] == '_' && name[1] == '_') return false;
  lua_pushliteral(L, "__getattr");
  if (lua_gettable(L, lua_upvalueindex(1)) == LUA_TNIL) return false;
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return true;
}

int class_become(lua_State *L) {
  const ObjectClass *old = lua_type(L, 1) == LUA_TUSERDATA ? class_descriptor(L, 1) : NULL;
  const ObjectClass *info = lua_istable(L, 2) ? class_descriptor(L, 2) : NULL;
  if (old == NULL || info == NULL || class_native(&old->class) != class_native(&info->class))
    return error_argument(L, "become", "class", 2, "a class of the same kind", 2);
  Object *object = lua_touserdata(L, 1);
  object->class = &info->class;
  object_metatable(L, &info->class);
  lua_setmetatable(L, 1);
  lua_settop(L, 1);
  return 1;
}

static int instance_index(lua_State *L) {
  const ObjectClass *info = check_self(L);
  if (lua_getiuservalue(L, 1, 1) == LUA_TTABLE) {
    lua_pushvalue(L, 2);
    if (lua_rawget(L, -2) != LUA_TNIL) return 1;
    if (lua_getmetatable(L, -2) && push_property(L, 1)) {
      lua_pushvalue(L, 1);
      lua_call(L, 1, 1);
      return 1;
    }
  }
  lua_settop(L, 2);
  if (lua_type(L, 2) == LUA_TSTRING) {
    if (info->get != NULL && info->get(L, lua_touserdata(L, 1), lua_tostring(L, 2))) return 1;
    lua_settop(L, 2);
    lua_pushvalue(L, 2);
    if (lua_gettable(L, lua_upvalueindex(1)) != LUA_TNIL || asks_getattr(L)) return 1;
    lua_settop(L, 2);
    return undefined_read(L, UNDEFINED_OBJECT);
  }
  if (behind_the_last(L)) return 0;
  if (call_method(L, lua_upvalueindex(1), "__getitem", LUA_MULTRET)) return lua_gettop(L);
  lua_pushnil(L);
  return 1;
}

/* Notes in the metatable of the class that the program has given nil to the name at 2: then it may be read, as a name
** that Python's programs give None. */
static void note_unset(lua_State *L) {
  if (!lua_getmetatable(L, 1)) return;
  lua_pushliteral(L, "__unset");
  if (lua_rawget(L, -2) != LUA_TTABLE) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, -3, "__unset");
  }
  lua_pushvalue(L, 2);
  lua_pushboolean(L, true);
  lua_rawset(L, -3);
}

static int instance_newindex(lua_State *L) {
  const ObjectClass *info = check_self(L);
  class_fields(L, 1);
  if (lua_getmetatable(L, -1) && push_property(L, 2)) {
    lua_pushvalue(L, 1);
    lua_pushvalue(L, 3);
    lua_call(L, 2, 0);
    return 0;
  }
  lua_settop(L, 3);
  if (lua_type(L, 2) == LUA_TSTRING) {
    if (info->set != NULL && info->set(L, lua_touserdata(L, 1), lua_tostring(L, 2))) return 0;
  } else if (call_method(L, lua_upvalueindex(1), "__setitem", 0)) {
    return 0;
  }
  lua_settop(L, 3);
  if (lua_isnil(L, 3) && lua_type(L, 2) == LUA_TSTRING) note_unset(L);
  lua_settop(L, 3);
  class_fields(L, 1);
  lua_insert(L, 2);
  lua_rawset(L, 2);
  return 0;
}

/* Metamethods of Lua classes are looked up when they are needed, so that a method
** may be defined or replaced at any time, in any class of the chain. */
static const char *const events[] = {
    "__len",  "__call", "__tostring", "__eq",     "__lt",  "__le",   "__add",
    "__sub",  "__mul",  "__div",      "__mod",    "__pow", "__unm",  "__idiv",
    "__band", "__bor",  "__bxor",     "__shl",    "__shr", "__bnot", "__concat",
    "__pairs"};

/* pairs(obj) where the class says nothing else: the fields of the object, in any order. */
static int instance_pairs(lua_State *L, const ObjectClass *info) {
  if (object_test(L, 1, &info->class) == NULL)
    return error_raise(L, "%s: called for a value of another type", info->class.name);
  open_push_global(L, "next");
  class_fields(L, 1);
  return 2;
}

static int dispatch_event(lua_State *L) {
  const char *event = lua_tostring(L, lua_upvalueindex(2));
  if (call_method(L, lua_upvalueindex(1), event, LUA_MULTRET)) return lua_gettop(L);
  const ObjectClass *info = class_descriptor(L, lua_upvalueindex(1));
  if (strcmp(event, "__eq") == 0) {
    lua_pushboolean(L, false);
    return 1;
  }
  if (strcmp(event, "__tostring") == 0) {
    lua_pushfstring(L, "%s: %p", info->class.name, lua_topointer(L, 1));
    return 1;
  }
  if (strcmp(event, "__pairs") == 0) return instance_pairs(L, info);
  return error_raise(L, "%s: the class has no method '%s'", info->class.name, event);
}

void class_prepare_instances(lua_State *L, const ObjectClass *info) {
  int class_table = lua_gettop(L);
  object_metatable(L, &info->class);
  lua_pushlightuserdata(L, (void *)info);
  lua_rawsetp(L, -2, &class_descriptor_key);
  const luaL_Reg access[] = {
      {"__index", instance_index}, {"__newindex", instance_newindex}, {NULL, NULL}};
  lua_pushvalue(L, class_table);
  lua_pushlightuserdata(L, (void *)info);
  luaL_setfuncs(L, access, 2);
  for (size_t i = 0; info->native != NULL && i < sizeof events / sizeof *events; i++) {
    lua_pushvalue(L, class_table);
    lua_pushstring(L, events[i]);
    lua_pushcclosure(L, dispatch_event, 2);
    lua_setfield(L, -2, events[i]);
  }
  lua_pushvalue(L, class_table); /* for completion, see object.c */
  lua_setfield(L, -2, "__methods");
}
