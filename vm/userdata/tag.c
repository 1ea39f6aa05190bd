/* tag.c: what a library knows of one tensor beside its elements, as the format of bounding boxes: a table, whose fields
** are read as attributes of the tensor where it has none of that name. A tag belongs to the value in the program: what
** an op makes of the tensor has none.
*/
#include "vm.h"

static const char tags_key;

/* Pushes the table of tags, by tensor; an entry goes with its tensor. */
static void tag_table(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &tags_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &tags_key);
}

bool tag_push(lua_State *L, int index) {
  index = lua_absindex(L, index);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &tags_key) != LUA_TTABLE) {
    lua_pop(L, 1);
    return false;
  }
  lua_pushvalue(L, index);
  lua_rawget(L, -2);
  lua_remove(L, -2);
  if (lua_istable(L, -1)) return true;
  lua_pop(L, 1);
  return false;
}

bool tag_field(lua_State *L, int index, int key) {
  key = lua_absindex(L, key);
  if (!tag_push(L, index)) return false;
  lua_pushvalue(L, key);
  const bool found = lua_rawget(L, -2) != LUA_TNIL;
  lua_remove(L, -2);
  if (!found) lua_pop(L, 1);
  return found;
}

void tag_give(lua_State *L, int index) {
  index = lua_absindex(L, index);
  tag_table(L);
  lua_insert(L, -2);
  lua_pushvalue(L, index);
  lua_insert(L, -2);
  lua_rawset(L, -3);
  lua_pop(L, 1);
}

/* _C.tag(tensor, table): gives it the tag; returns the tensor. */
int tag_set(lua_State *L) {
  tensor_check(L, 1, "tag", "tensor");
  luaL_checktype(L, 2, LUA_TTABLE);
  lua_settop(L, 2);
  tag_give(L, 1);
  return 1;
}

/* _C.tag_of(value) -> table|nil */
int tag_of(lua_State *L) {
  if (tensor_test(L, 1) == NULL || !tag_push(L, 1)) lua_pushnil(L);
  return 1;
}
