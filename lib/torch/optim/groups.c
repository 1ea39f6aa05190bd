/* groups.c: see groups.h. */
#include "torch/optim/groups.h"

/* The name of the class of the optimiser. */
static const char *groups_owner(lua_State *L) { return ((Object *)lua_touserdata(L, 1))->class->name; }

/* The parameter at the top must be a leaf and new to the set at 'seen'. */
static void groups_check_parameter(lua_State *L, int seen, lua_Integer i) {
  const char *who = groups_owner(L);
  char got[ERROR_TEXT];
  Tensor *t = tensor_test(L, -1);
  if (t == NULL)
    error_raise(L, "%s: 'params': entry %I: expected a tensor, got %s", who, i, error_describe(L, -1, got));
  if (!tensor_is_leaf(t))
    error_raise(L, "%s: 'params': entry %I is not a leaf: it was computed from others; "
                "give the tensors it was computed from", who, i);
  if (!dtype_has_gradient((DType)t->dtype))
    error_raise(L, "%s: 'params': entry %I: expected a float or complex tensor, got %s", who, i,
                error_describe(L, -1, got));
  if (lua_rawgetp(L, seen, t) != LUA_TNIL)
    error_raise(L, "%s: 'params': entry %I is given twice", who, i);
  lua_pop(L, 1);
  lua_pushboolean(L, true);
  lua_rawsetp(L, seen, t);
}

/* Pushes a set of the parameters in all groups. */
static void groups_push_seen(lua_State *L) {
  lua_newtable(L);
  int seen = lua_gettop(L);
  lua_getfield(L, 1, "param_groups");
  for (lua_Integer g = 1; lua_geti(L, seen + 1, g) == LUA_TTABLE; g++) {
    lua_getfield(L, -1, "params");
    for (lua_Integer i = 1; lua_geti(L, -1, i) != LUA_TNIL; i++) {
      lua_pushboolean(L, true);
      lua_rawsetp(L, seen, tensor_test(L, -2));
      lua_pop(L, 1);
    }
    lua_settop(L, seen + 1);
  }
  lua_settop(L, seen);
}

/* Replaces the iterator at the top, which gives names and parameters, by an array of the parameters; the names become
** the field `param_names` of the table at 'group'. */
static void groups_read_named(lua_State *L, int group) {
  const char *who = groups_owner(L);
  const int next = lua_gettop(L), params = next + 1, names = next + 2;
  lua_newtable(L);
  lua_newtable(L);
  for (lua_Integer i = 1;; i++) {
    lua_pushvalue(L, next);
    lua_call(L, 0, 2);
    if (lua_isnil(L, -2)) break;
    if (lua_type(L, -2) != LUA_TSTRING || tensor_test(L, -1) == NULL)
      error_raise(L, "%s: 'params': expected an iterator of names and parameters, as net:named_parameters()", who);
    lua_rawseti(L, params, i);
    lua_rawseti(L, names, i);
  }
  lua_settop(L, names);
  lua_setfield(L, group, "param_names");
  lua_replace(L, next);
}

/* Replaces the parameters at the top, an array, one tensor or an iterator as net:named_parameters(), by an array of
** their own, checked. They are to be those of the group at 'group'. */
static void groups_copy_parameters(lua_State *L, int group) {
  const char *who = groups_owner(L);
  int given = lua_gettop(L), seen = given + 1;
  if (lua_isfunction(L, given)) groups_read_named(L, group);
  if (tensor_test(L, given) != NULL) {
    lua_createtable(L, 1, 0);
    lua_insert(L, given);
    lua_rawseti(L, given, 1);
  }
  if (!lua_istable(L, given)) error_argument(L, who, "params", 0, "an array of tensors", given);
  groups_push_seen(L);
  lua_Integer n = luaL_len(L, given);
  if (n == 0) error_raise(L, "%s: 'params': the list of parameters is empty", who);
  lua_createtable(L, (int)n, 0);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, given, i);
    groups_check_parameter(L, seen, i);
    lua_rawseti(L, seen + 1, i);
  }
  lua_replace(L, given);
  lua_settop(L, given);
}

/* Sets all pairs of the table at 'from' in the one at 'to'. */
static void groups_copy_pairs(lua_State *L, int from, int to) {
  for (lua_pushnil(L); lua_next(L, from); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, to);
  }
}

void groups_add(lua_State *L, const Algorithm *algorithm, int index) {
  int top = lua_gettop(L), group = top + 1;
  lua_newtable(L);
  if (lua_getfield(L, 1, "defaults") == LUA_TTABLE) groups_copy_pairs(L, group + 1, group);
  groups_copy_pairs(L, index, group);
  lua_getfield(L, index, "params");
  groups_copy_parameters(L, group);
  lua_setfield(L, group, "params");
  if (algorithm != NULL)
    algorithm_read(L, algorithm, group, lua_newuserdatauv(L, algorithm->rule->options_size, 0));
  lua_getfield(L, 1, "param_groups");
  lua_pushvalue(L, group);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_settop(L, top);
}

/* state[p] of a parameter that has none yet: an empty table, which is its state from now on. */
static int groups_first_state(lua_State *L) {
  if (tensor_test(L, 2) == NULL) return 0;
  lua_newtable(L);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, 1);
  return 1;
}

void groups_push_state(lua_State *L, const Algorithm *algorithm) {
  lua_newtable(L);
  if (algorithm != NULL) return;
  if (luaL_newmetatable(L, "torch.optim.state")) {
    lua_pushcfunction(L, groups_first_state);
    lua_setfield(L, -2, "__index");
  }
  lua_setmetatable(L, -2);
}

void groups_setup(lua_State *L, const Algorithm *algorithm) {
  const char *who = groups_owner(L);
  if (tensor_test(L, 2) != NULL || !(lua_istable(L, 2) || lua_isfunction(L, 2)))
    error_argument(L, who, "params", 1, "an array of tensors or of groups, as net:parameters()", 2);
  lua_settop(L, 3);
  lua_newtable(L);
  lua_setfield(L, 1, "param_groups");
  groups_push_state(L, algorithm);
  lua_setfield(L, 1, "state");
  lua_pushvalue(L, 3);
  lua_setfield(L, 1, "defaults");
  lua_Integer n = lua_istable(L, 2) ? luaL_len(L, 2) : 1;
  if (n == 0) error_raise(L, "%s: 'params' (argument 1): the list of parameters is empty", who);
  if (lua_isfunction(L, 2) || lua_geti(L, 2, 1) != LUA_TTABLE) {
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, 2);
    lua_setfield(L, -2, "params");
    groups_add(L, algorithm, lua_gettop(L));
    return;
  }
  for (lua_Integer i = 1; i <= n; i++) {
    if (lua_geti(L, 2, i) != LUA_TTABLE)
      error_argument(L, who, "params", 1, "an array of groups such as {params = {...}, lr = 0.1}", lua_gettop(L));
    groups_add(L, algorithm, lua_gettop(L));
    lua_settop(L, 3);
  }
}
