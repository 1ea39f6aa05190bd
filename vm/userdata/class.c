/* class.c: see class.h. The table of a class made in Lua and of one made in C have
** the same form; only the descriptor differs, static in C, else a userdata that the
** metatable of the instances keeps alive.
*/
#include <string.h>

#include "class_descriptor.h"

/* Where a metatable keeps a descriptor made in Lua from being collected. */
static const char anchor_key, instances_key;

const char *class_short_name(const Class *class) {
  const char *dot = strrchr(class->name, '.');
  return dot != NULL ? dot + 1 : class->name;
}

/* Class(...): an instance, after __init. */
static int class_call(lua_State *L) {
  const ObjectClass *info = class_descriptor(L, 1);
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
  const ObjectClass *info = class_descriptor(L, 1);
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
      const ObjectClass *info = class_descriptor(L, 1);
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
  lua_rawsetp(L, -2, &class_descriptor_key);
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
  class_prepare_instances(L, info);
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
  const ObjectClass *parent = lua_istable(L, 2) ? class_descriptor(L, 2) : NULL;
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
  class_prepare_instances(L, info);
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
  const ObjectClass *wanted = lua_istable(L, 2) ? class_descriptor(L, 2) : NULL;
  if (wanted == NULL)
    return error_argument(L, "torch.isinstance", "class", 2, "a class, such as nn.Module", 2);
  const ObjectClass *info = lua_type(L, 1) == LUA_TUSERDATA ? class_descriptor(L, 1) : NULL;
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
  const ObjectClass *info = lua_istable(L, 1) ? class_descriptor(L, 1) : NULL;
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
