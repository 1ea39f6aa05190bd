/* state.c: state_dict of optimisers: data only. Parameters stand as their numbers, counted from 1 through all groups.
*/
#include "torch/optim/state.h"

/* Copies the pairs of the table at 'from' into the one at 'to', except 'params'. */
static void state_copy_fields(lua_State *L, int from, int to) {
  for (lua_pushnil(L); lua_next(L, from); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushliteral(L, "params");
    bool skip = lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
    if (skip) {
      lua_pop(L, 1);
      continue;
    }
    lua_pushvalue(L, -2);
    lua_rawset(L, to);
  }
}

enum { DICT_SELF = 1, DICT_RESULT, DICT_STATES, DICT_GROUPS, DICT_OWN_GROUPS, DICT_OWN_STATE };

/* Appends the description of group g, whose first parameter has the number 'first'. */
static lua_Integer state_describe_group(lua_State *L, lua_Integer g, lua_Integer first) {
  int group = DICT_OWN_STATE + 1;
  lua_newtable(L);
  state_copy_fields(L, group, group + 1);
  lua_newtable(L);
  lua_getfield(L, group, "params");
  lua_Integer n = luaL_len(L, -1);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_pushinteger(L, first + i - 1);
    lua_rawseti(L, group + 2, i);
    lua_geti(L, group + 3, i);
    if (lua_rawget(L, DICT_OWN_STATE) == LUA_TTABLE) {
      lua_newtable(L);
      state_copy_fields(L, group + 4, group + 5);
      lua_rawseti(L, DICT_STATES, first + i - 1);
    }
    lua_settop(L, group + 3);
  }
  lua_pop(L, 1);
  lua_setfield(L, group + 1, "params");
  lua_rawseti(L, DICT_GROUPS, g);
  return n;
}

void state_save(lua_State *L) {
  lua_settop(L, DICT_SELF);
  for (int i = DICT_RESULT; i <= DICT_GROUPS; i++) lua_newtable(L);
  lua_getfield(L, DICT_SELF, "param_groups");
  lua_getfield(L, DICT_SELF, "state");
  lua_Integer number = 1;
  for (lua_Integer g = 1; lua_geti(L, DICT_OWN_GROUPS, g) == LUA_TTABLE; g++) {
    number += state_describe_group(L, g, number);
    lua_settop(L, DICT_OWN_STATE);
  }
  lua_settop(L, DICT_GROUPS);
  lua_setfield(L, DICT_RESULT, "param_groups");
  lua_setfield(L, DICT_RESULT, "state");
}
