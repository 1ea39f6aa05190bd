/* class.c: see class.h. The table of a class made in Lua and of one made in C have
** the same form; only the descriptor differs, static in C, else a userdata that the
** metatable of the instances keeps alive.
*/
#include "class.h"

#include <string.h>

#include "undefined.h"

/* Where a metatable (of a class table or of instances) keeps its descriptor. */
static const char descriptor_key;
/* Where it keeps a descriptor made in Lua from being collected. */
static const char anchor_key, instances_key;

const ObjectClass *class_native(const Class *class) {
  const ObjectClass *info = (const ObjectClass *)class;
  return info->native != NULL ? info->native : info;
}

const char *class_short_name(const Class *class) {
  const char *dot = strrchr(class->name, '.');
  return dot != NULL ? dot + 1 : class->name;
}

/* The descriptor that the metatable of the value at 'index' holds, or NULL. */
static const ObjectClass *descriptor(lua_State *L, int index) {
  if (!lua_getmetatable(L, index)) return NULL;
  lua_rawgetp(L, -1, &descriptor_key);
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

/* ---- instances --------------------------------------------------------------- */

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

/* Whether ipairs asks for what lies behind the last item, of a class that knows its length. */
static bool behind_the_last(lua_State *L) {
  if (!lua_isinteger(L, 2) || !ipairs_asks(L)) return false;
  lua_getfield(L, lua_upvalueindex(1), "__len");
  const bool counted = !lua_isnil(L, -1);
  lua_pop(L, 1);
  return counted && lua_tointeger(L, 2) > luaL_len(L, 1);
}

/* Pushes the getter (1) or setter (2) of the property that the key at 2 names. The properties are at the top: they are
** the metatable of the table of fields, which other tables of fields have not. */
static bool push_property(lua_State *L, int which) {
  lua_pushvalue(L, 2);
  if (lua_rawget(L, -2) != LUA_TTABLE) return false;
  lua_rawgeti(L, -1, which);
  return true;
}

int class_property(lua_State *L) {
  if (lua_type(L, 1) != LUA_TUSERDATA || descriptor(L, 1) == NULL)
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
  const ObjectClass *old = lua_type(L, 1) == LUA_TUSERDATA ? descriptor(L, 1) : NULL;
  const ObjectClass *info = lua_istable(L, 2) ? descriptor(L, 2) : NULL;
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
  const ObjectClass *info = descriptor(L, lua_upvalueindex(1));
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

/* Completes the metatable of the instances; the class table is at the top. */
static void prepare_instances(lua_State *L, const ObjectClass *info) {
  int class_table = lua_gettop(L);
  object_metatable(L, &info->class);
  lua_pushlightuserdata(L, (void *)info);
  lua_rawsetp(L, -2, &descriptor_key);
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

/* ---- classes ----------------------------------------------------------------- */

/* Class(...): an instance, after __init. */
static int class_call(lua_State *L) {
  const ObjectClass *info = descriptor(L, 1);
  if (info == NULL) return error_raise(L, "torch.class: not a class");
  int arguments = lua_gettop(L) - 1;
  class_instance(L, info);
  lua_insert(L, 2);
  if (lua_getfield(L, 1, "__init") != LUA_TNIL) {
    lua_pushvalue(L, 2);
    lua_rotate(L, 3, 2);
    lua_call(L, arguments + 1, 0);
  }
  lua_settop(L, 2);
  return 1;
}

static int class_tostring(lua_State *L) {
  const ObjectClass *info = descriptor(L, 1);
  lua_pushfstring(L, "class %s", info != NULL ? info->class.name : "?");
  return 1;
}

bool class_replaced, class_extra_state;

/* __newindex of a class made in C: the table does not have the key itself. */
static int class_newindex(lua_State *L) {
  lua_settop(L, 3);
  lua_pushvalue(L, 2);
  if (lua_gettable(L, 1) != LUA_TNIL) class_replaced = true;
  lua_settop(L, 3);
  lua_rawset(L, 1);
  return 0;
}

/* What a class of Python calls its methods, and what they are called here. */
static const char *const python_methods[][2] = {
    {"__init__", "__init"}, {"__len__", "__len"}, {"__getitem__", "__getitem"}, {"__setitem__", "__setitem"},
    {"__call__", "__call"}, {"__repr__", "__tostring"}, {"__str__", "__tostring"}, {"__iter__", "iter"},
    {"__add__", "__add"}, {"__sub__", "__sub"}, {"__mul__", "__mul"}, {"__eq__", "__eq"}, {"__lt__", "__lt"},
    {"__del__", "__gc"}, {"__getattr__", "__getattr"}, {NULL, NULL}};

/* __newindex of a class made in Lua: a method under Python's name would never be called. */
static int class_define(lua_State *L) {
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  for (int i = 0; strncmp(key, "__", 2) == 0 && python_methods[i][0] != NULL; i++)
    if (strcmp(key, python_methods[i][0]) == 0) {
      const ObjectClass *info = descriptor(L, 1);
      return error_raise(L, "%s: '%s' is Python's name; write function %s:%s(…)", info->class.name, key,
                         info->class.name, python_methods[i][1]);
    }
  if (strcmp(key, "get_extra_state") == 0 || strcmp(key, "set_extra_state") == 0) class_extra_state = true;
  lua_settop(L, 3);
  lua_rawset(L, 1);
  return 0;
}

/* Gives the table at the top its metatable; 'parent' is the index of the parent's
** table or 0. */
static void make_class(lua_State *L, const ObjectClass *info, int parent) {
  static const luaL_Reg metamethods[] = {
      {"__call", class_call}, {"__tostring", class_tostring}, {NULL, NULL}};
  luaL_newlib(L, metamethods);
  lua_pushlightuserdata(L, (void *)info);
  lua_rawsetp(L, -2, &descriptor_key);
  lua_pushcfunction(L, info->native == NULL ? class_newindex : class_define);
  lua_setfield(L, -2, "__newindex");
  if (parent != 0) {
    lua_pushvalue(L, parent);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "super");
    lua_pushvalue(L, parent);
    lua_rawset(L, -4);
  }
  lua_setmetatable(L, -2);
}

/* Kept in the registry under an address inside the descriptor; the descriptor itself
** is the key of the metatable (object_metatable). */
void class_push(lua_State *L, const ObjectClass *info) {
  luaL_checkstack(L, 10, "classes");
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &info->size) == LUA_TTABLE) return;
  lua_pop(L, 1);
  int parent = 0;
  if (info->class.parent != NULL) {
    class_push(L, (const ObjectClass *)info->class.parent);
    parent = lua_gettop(L);
  }
  lua_newtable(L);
  if (info->class.methods != NULL) luaL_setfuncs(L, info->class.methods, 0);
  if (info->class.metamethods != NULL) luaL_setfuncs(L, info->class.metamethods, 0);
  make_class(L, info, parent);
  prepare_instances(L, info);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &info->size);
  if (parent != 0) lua_remove(L, parent);
}

bool class_has_own(lua_State *L, const ObjectClass *info, const char *name) {
  class_push(L, info);
  lua_pushstring(L, name);
  const bool own = lua_rawget(L, -2) != LUA_TNIL;
  lua_pop(L, 2);
  return own;
}

/* Pushes a descriptor that ends with the name. */
static ObjectClass *new_descriptor(lua_State *L, const char *name, const ObjectClass *parent) {
  static const ObjectClass root = {.class = {.name = "object"}, .size = sizeof(Object)};
  size_t length = strlen(name) + 1;
  ObjectClass *info = lua_newuserdatauv(L, sizeof *info + length, 1);
  *info = parent != NULL ? *parent : root;
  memcpy(info + 1, name, length);
  info->class.name = (const char *)(info + 1);
  info->class.parent = parent != NULL ? &parent->class : NULL;
  info->class.methods = NULL;
  info->class.metamethods = NULL;
  info->native = class_native(parent != NULL ? &parent->class : &root.class);
  return info;
}

/** torch.class(name: string, parent: table = nil) -> table: A new class: Class(...) makes an object
** and calls __init(self, ...) on it; methods are functions of the table, those of parent behind
** them; Class.super is parent. Metamethods (__call, __len, __add, …) are methods too; obj[i] calls
** __getitem, and obj.name, where nothing has that name, __getattr.
** Example:
**     local Net = torch.class("Net", nn.Module)
**     function Net:__init(n) self.fc = nn.Linear(n, 1) end
**     function Net:forward(x) return self.fc(x) end
**     return Net(4)(torch.ones(2, 4)).shape */
int class_new(lua_State *L) {
  lua_settop(L, 2);
  if (lua_type(L, 1) != LUA_TSTRING || *lua_tostring(L, 1) == '\0')
    return error_argument(L, "torch.class", "name", 1, "the name of the class", 1);
  const ObjectClass *parent = lua_istable(L, 2) ? descriptor(L, 2) : NULL;
  if (parent == NULL && !lua_isnil(L, 2))
    return error_argument(L, "torch.class", "parent", 2, "a class, such as nn.Module", 2);
  ObjectClass *info = new_descriptor(L, lua_tostring(L, 1), parent);
  if (parent != NULL) { /* it points to that of the parent, which has to live as long */
    lua_getmetatable(L, 2);
    lua_rawgetp(L, -1, &anchor_key);
    lua_setiuservalue(L, 3, 1);
    lua_pop(L, 1);
  }
  lua_newtable(L);
  make_class(L, info, parent != NULL ? 2 : 0);
  prepare_instances(L, info);
  lua_pushvalue(L, 3);
  lua_rawsetp(L, -2, &anchor_key);
  object_metatable_release(L, &info->class);
  lua_getmetatable(L, 4); /* keeps the descriptor, and the metatable of the instances */
  lua_pushvalue(L, 3);
  lua_rawsetp(L, -2, &anchor_key);
  lua_pushvalue(L, 5);
  lua_rawsetp(L, -2, &instances_key);
  lua_settop(L, 4);
  return 1;
}

/** torch.typename(value: any) -> string: The name of the class of an object; nil for other values.
** Example: torch.typename(nn.Linear(1, 1)) */
int class_typename(lua_State *L) {
  if (lua_isnone(L, 1)) error_argument(L, "typename", "value", 1, "a value", 1);
  if (lua_type(L, 1) == LUA_TUSERDATA && luaL_getmetafield(L, 1, "__name") == LUA_TSTRING)
    return 1;
  lua_pushnil(L);
  return 1;
}

/** torch.isinstance(value: any, class: table) -> bool: Whether the value is an object of the class
** or of one derived from it.
** Example: torch.isinstance(nn.ReLU(), nn.Module) */
int class_isinstance(lua_State *L) {
  const ObjectClass *wanted = lua_istable(L, 2) ? descriptor(L, 2) : NULL;
  if (wanted == NULL)
    return error_argument(L, "torch.isinstance", "class", 2, "a class, such as nn.Module", 2);
  const ObjectClass *info = lua_type(L, 1) == LUA_TUSERDATA ? descriptor(L, 1) : NULL;
  const Class *class = info != NULL ? &info->class : NULL;
  while (class != NULL && class != &wanted->class) class = class->parent;
  lua_pushboolean(L, class != NULL);
  return 1;
}

static void push_arguments(lua_State *L, const ObjectClass *info) {
  const ObjectClass *native = class_native(&info->class);
  if (info->native != NULL) native = NULL; /* made in Lua: it may have an __init of its own */
  const ObjectClass *knows = native;
  while (knows != NULL && knows->arguments == NULL) knows = (const ObjectClass *)knows->class.parent;
  if (knows != NULL) knows->arguments(L, native);
  else lua_pushnil(L);
}

int class_describe(lua_State *L) {
  const ObjectClass *info = lua_istable(L, 1) ? descriptor(L, 1) : NULL;
  if (info == NULL) return 0;
  lua_settop(L, 1);
  lua_createtable(L, 0, 3);
  lua_pushstring(L, info->class.name);
  lua_setfield(L, 2, "name");
  push_arguments(L, info);
  lua_setfield(L, 2, "arguments");
  lua_getmetatable(L, 1);
  lua_getfield(L, -1, "__index");
  lua_setfield(L, 2, "parent");
  lua_settop(L, 2);
  return 1;
}
