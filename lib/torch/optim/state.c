/* state.c: state_dict and load_state_dict of optimisers: data only. Parameters stand as
** their numbers, counted from 1 through all groups.
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

/* ---- loading ------------------------------------------------------------------------------- */

enum { LOAD_SELF = 1, LOAD_DICT, LOAD_GROUPS, LOAD_STATES, LOAD_OWN_GROUPS, LOAD_NEW_STATE };

/* The number of parameters of the group table at the top. */
static lua_Integer state_count_params(lua_State *L) {
  if (!lua_istable(L, -1)) return -1;
  lua_getfield(L, -1, "params");
  lua_Integer n = lua_istable(L, -1) ? luaL_len(L, -1) : -1;
  lua_pop(L, 1);
  return n;
}

static void state_check_groups(lua_State *L) {
  lua_Integer n = luaL_len(L, LOAD_OWN_GROUPS);
  if (luaL_len(L, LOAD_GROUPS) != n)
    error_raise(L, "load_state_dict: the state has %I parameter groups, the optimizer %I",
                luaL_len(L, LOAD_GROUPS), n);
  for (lua_Integer g = 1; g <= n; g++) {
    lua_geti(L, LOAD_GROUPS, g);
    lua_Integer given = state_count_params(L);
    lua_geti(L, LOAD_OWN_GROUPS, g);
    lua_Integer own = state_count_params(L);
    if (given != own)
      error_raise(L, "load_state_dict: group %I has %I parameters in the state, %I in the "
                  "optimizer", g, given, own);
    lua_pop(L, 2);
  }
}

/* Replaces the value at the top, when it is a tensor, by a copy; of the dtype of the
** parameter when it is of its shape. */
static void state_copy_value(lua_State *L, const Tensor *parameter) {
  Tensor *t = tensor_test(L, -1);
  if (t == NULL) return;
  TensorBox *box = tensor_box(L);
  if (parameter != NULL && tensor_same_shape(t, parameter) && t->dtype != parameter->dtype)
    error_check(L, op_cast(t, (DType)parameter->dtype, &box->tensor));
  else error_check(L, op_clone(t, &box->tensor));
  tensor_account(L, box);
  lua_remove(L, -2);
}

/* The state of the parameter at 'top' from the table behind it. */
static void state_load_parameter(lua_State *L) {
  int parameter = lua_gettop(L) - 1, given = parameter + 1;
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, given); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    state_copy_value(L, tensor_test(L, parameter));
    lua_rawset(L, given + 1);
  }
  lua_pushvalue(L, parameter);
  lua_insert(L, -2);
  lua_rawset(L, LOAD_NEW_STATE);
}

static void state_load_group(lua_State *L, lua_Integer g) {
  int own = LOAD_NEW_STATE + 1, given = own + 1;
  lua_geti(L, LOAD_OWN_GROUPS, g);
  lua_geti(L, LOAD_GROUPS, g);
  lua_getfield(L, own, "params");
  lua_getfield(L, given, "params");
  lua_Integer n = luaL_len(L, own + 2);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, own + 2, i);
    lua_geti(L, own + 3, i);
    if (lua_gettable(L, LOAD_STATES) == LUA_TTABLE) state_load_parameter(L);
    lua_settop(L, own + 3);
  }
  lua_settop(L, LOAD_NEW_STATE);
}

void state_load(lua_State *L) {
  lua_settop(L, LOAD_DICT);
  if (!lua_istable(L, LOAD_DICT)) error_argument(L, "load_state_dict", "state_dict", 2, "a table", LOAD_DICT);
  lua_getfield(L, LOAD_DICT, "param_groups");
  lua_getfield(L, LOAD_DICT, "state");
  if (!lua_istable(L, LOAD_GROUPS) || !lua_istable(L, LOAD_STATES))
    error_raise(L, "load_state_dict: expected a table with 'state' and 'param_groups'");
  lua_getfield(L, LOAD_SELF, "param_groups");
  lua_newtable(L);
  state_check_groups(L);
  lua_Integer n = luaL_len(L, LOAD_OWN_GROUPS);
  for (lua_Integer g = 1; g <= n; g++) state_load_group(L, g);
  for (lua_Integer g = 1; g <= n; g++) {
    lua_geti(L, LOAD_OWN_GROUPS, g);
    lua_geti(L, LOAD_GROUPS, g);
    state_copy_fields(L, LOAD_NEW_STATE + 2, LOAD_NEW_STATE + 1);
    lua_settop(L, LOAD_NEW_STATE);
  }
  lua_setfield(L, LOAD_SELF, "state");
}
