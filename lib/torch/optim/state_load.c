/* state_load.c: load_state_dict of optimisers. A state dict is ours or that of PyTorch, whose parameters count from 0
** and whose steps are tensors. What does not fit raises, and first of all everything is made ready, so that
** the optimiser has changed completely or not at all. What an optimiser made in Lua keeps is its own affair.
*/
#include <math.h>
#include <string.h>

#include "torch/optim/groups.h"
#include "torch/optim/state.h"

/* Places on the stack; LOAD_SEEN is a set of the keys of the state whose parameter was found. */
enum {
  LOAD_SELF = 1, LOAD_DICT, LOAD_GROUPS, LOAD_STATES, LOAD_OWN_GROUPS, LOAD_NEW_STATE, LOAD_NEW_GROUPS, LOAD_SEEN
};

/* What is being loaded, for the messages too. */
typedef struct {
  const Algorithm *algorithm; /* NULL: made in Lua */
  bool strict;                /* the class itself: a descendant may keep more */
  lua_Integer group, parameter; /* from 1; parameters count through all groups */
} Load;

static const char *load_name(const Load *load) { return load->algorithm->base.class.name; }

/* "load_state_dict: parameter 3 (group 1): …" */
static int load_raise(lua_State *L, const Load *load, const char *what) {
  return error_raise(L, "load_state_dict: parameter %I (group %I): %s", load->parameter, load->group, what);
}

/* ---- what there is -------------------------------------------------------------------------- */

static const OptimiserState *load_state_of(const OptimiserRule *rule, const char *name) {
  for (int i = 0; i < rule->n_states; i++)
    if (strcmp(rule->states[i].name, name) == 0) return &rule->states[i];
  return NULL;
}

static bool load_is_number(const OptimiserRule *rule, const char *name) {
  if (rule->counts && strcmp(name, "step") == 0) return true;
  for (int i = 0; i < rule->n_numbers; i++)
    if (strcmp(rule->numbers[i].name, name) == 0) return true;
  return false;
}

/* An optimiser that has the option, or the state, of that name; NULL: none. */
static const char *load_owner(const char *name, bool option) {
  for (int i = 0; i < OPTIMISER_COUNT; i++) {
    const Algorithm *a = &algorithms[i];
    const bool has = option ? option_find(a->options, name) != NULL : load_state_of(a->rule, name) != NULL;
    if (has) return a->base.class.name;
  }
  return NULL;
}

/* ---- one parameter -------------------------------------------------------------------------- */

/* Replaces the number at the top, which may be a tensor of one element, by a number of Lua; a step is a whole one. */
static void load_number(lua_State *L, const Load *load, const char *name) {
  Tensor *t = tensor_test(L, -1);
  const bool is_step = strcmp(name, "step") == 0;
  char got[ERROR_TEXT];
  double value = NAN;
  if (lua_type(L, -1) == LUA_TNUMBER) value = lua_tonumber(L, -1);
  else if (t != NULL && t->numel == 1 && !dtype_is_complex((DType)t->dtype)) {
    Scalar number;
    error_check(L, tensor_item("load_state_dict", t, &number));
    value = scalar_to_double(number);
  }
  if (value != value || (is_step && !(value >= 0 && value <= 0x1p53 && value == floor(value)))) {
    lua_pushfstring(L, "'%s': expected %s, got %s", name, is_step ? "a number of steps" : "a number",
                    error_describe(L, -1, got));
    load_raise(L, load, lua_tostring(L, -1));
  }
  lua_pop(L, 1);
  if (is_step) lua_pushinteger(L, (lua_Integer)value);
  else lua_pushnumber(L, value);
}

/* Replaces the value at the top, when it is a tensor, by a copy; of the dtype of the parameter when it is of its
** shape. */
static void load_copy(lua_State *L, const Tensor *parameter) {
  Tensor *t = tensor_test(L, -1);
  if (t == NULL) return;
  TensorBox *box = tensor_box(L);
  if (parameter != NULL && tensor_same_shape(t, parameter) && t->dtype != parameter->dtype)
    error_check(L, op_cast(t, (DType)parameter->dtype, &box->tensor));
  else error_check(L, op_clone(t, &box->tensor));
  tensor_account(L, box);
  lua_remove(L, -2);
}

/* The state tensor at the top must fit the parameter; a copy replaces it. */
static void load_tensor(lua_State *L, const Load *load, const char *name, const Tensor *parameter) {
  const Tensor *t = tensor_test(L, -1);
  char got[ERROR_TEXT], text[SHAPE_TEXT];
  const bool fits = t != NULL && tensor_same_shape(t, parameter) &&
                    dtype_is_complex((DType)t->dtype) == dtype_is_complex((DType)parameter->dtype);
  if (!fits) {
    lua_pushfstring(L, "'%s': expected a tensor as the parameter %s, got %s", name, tensor_text(text, parameter),
                    error_describe(L, -1, got));
    load_raise(L, load, lua_tostring(L, -1));
  }
  load_copy(L, parameter);
}

/* Takes the pair of the state of a parameter whose value is at the top, its key below. */
static void load_pair(lua_State *L, const Load *load, const Tensor *parameter) {
  const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
  const OptimiserRule *rule = load->algorithm != NULL ? load->algorithm->rule : NULL;
  if (name == NULL || rule == NULL) {
    if (load->strict) load_raise(L, load, "its state has a key that is no name");
    load_copy(L, parameter);
  } else if (load_state_of(rule, name) != NULL) load_tensor(L, load, name, parameter);
  else if (load_is_number(rule, name)) load_number(L, load, name);
  else if (load->strict) {
    const char *owner = load_owner(name, false);
    lua_pushfstring(L, "%s has no state '%s'%s%s", load_name(load), name, owner != NULL ? "; it is that of " : "",
                    owner != NULL ? owner : "");
    load_raise(L, load, lua_tostring(L, -1));
  } else load_copy(L, parameter);
}

/* The state that the options ask for must be there, if there is any: a part that is made anew would go on as if the
** training had just begun. */
static void load_check_complete(lua_State *L, const Load *load, int state, unsigned variant) {
  const OptimiserRule *rule = load->algorithm->rule;
  const char *missing = NULL;
  for (int i = 0; i < rule->n_states; i++) {
    const unsigned flag = rule->states[i].flag;
    if (flag != 0 && (variant & flag) == 0) continue;
    if (lua_getfield(L, state, rule->states[i].name) == LUA_TNIL) missing = rule->states[i].name;
    lua_pop(L, 1);
  }
  for (int i = 0; i < rule->n_numbers; i++) {
    if (lua_getfield(L, state, rule->numbers[i].name) == LUA_TNIL) missing = rule->numbers[i].name;
    lua_pop(L, 1);
  }
  if (rule->counts && lua_getfield(L, state, "step") == LUA_TNIL) missing = "step";
  if (missing == NULL) return;
  lua_pushfstring(L, "its state lacks '%s', which %s goes on from", missing, load_name(load));
  load_raise(L, load, lua_tostring(L, -1));
}

/* The state of the parameter at 'top' from the table behind it. */
static void load_parameter(lua_State *L, const Load *load, unsigned variant) {
  const int parameter = lua_gettop(L) - 1, given = parameter + 1;
  bool any = false;
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, given); lua_pop(L, 1)) {
    any = true;
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    load_pair(L, load, tensor_test(L, parameter));
    lua_rawset(L, given + 1);
  }
  if (!any) return; /* as PyTorch's of SGD without momentum */
  if (load->algorithm != NULL) load_check_complete(L, load, given + 1, variant);
  lua_settop(L, given + 1);
  lua_pushvalue(L, parameter);
  lua_insert(L, -2);
  lua_rawset(L, LOAD_NEW_STATE);
}

/* Replaces the number of a parameter at the top by its key in the state, where a file of JSON has strings, and pushes
** the value there. */
static int load_lookup(lua_State *L) {
  lua_pushvalue(L, -1);
  int type = lua_gettable(L, LOAD_STATES);
  if (type != LUA_TNIL || !lua_isinteger(L, -2)) return type;
  lua_pushfstring(L, "%I", lua_tointeger(L, -2));
  lua_replace(L, -3);
  lua_pop(L, 1);
  lua_pushvalue(L, -1);
  return lua_gettable(L, LOAD_STATES);
}

/* ---- groups --------------------------------------------------------------------------------- */

static bool load_is_implementation(const char *name) {
  for (const char *const *option = algorithm_implementation; *option != NULL; option++)
    if (strcmp(*option, name) == 0) return true;
  return false;
}

/* Makes the option of a group at the top, its name below, one of ours: a number of a tensor of one element, an array of
** its own. False: it is left out. */
static bool load_option(lua_State *L, const Load *load) {
  const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
  const Option *own = load->algorithm != NULL ? option_find(load->algorithm->options, name) : NULL;
  if (strcmp(name, "params") == 0) return false;
  if (load->algorithm != NULL && load_is_implementation(name) && (own == NULL || !lua_isboolean(L, -1)))
    return false; /* not one of this optimiser's, or Python's None */
  if (own == NULL && load->strict) {
    const bool decouples = strcmp(name, "decoupled_weight_decay") == 0 && strcmp(load_name(load), "optim.AdamW") == 0;
    if (decouples && lua_toboolean(L, -1)) return false; /* PyTorch's AdamW says it of itself */
    const char *owner = load_owner(name, true);
    if (owner != NULL)
      error_raise(L, "load_state_dict: group %I has the option '%s' of %s, which %s does not know", load->group, name,
                  owner, load_name(load));
  }
  if (own != NULL && tensor_test(L, -1) != NULL) load_number(L, load, name);
  if (lua_istable(L, -1)) {
    if (lua_getmetatable(L, -1)) return lua_pop(L, 1), true; /* a value, such as json.null */
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, -3); lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, -5);
    }
    lua_remove(L, -2);
  }
  return true;
}

static void load_copy_options(lua_State *L, const Load *load, int from, int to) {
  for (lua_pushnil(L); lua_next(L, from); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    if (load_option(L, load)) lua_rawset(L, to);
    else lua_pop(L, 2);
  }
}

/* The number of parameters of the group table at the top. */
static lua_Integer load_count(lua_State *L) {
  if (!lua_istable(L, -1)) return -1;
  lua_getfield(L, -1, "params");
  lua_Integer n = lua_istable(L, -1) ? luaL_len(L, -1) : -1;
  lua_pop(L, 1);
  return n;
}

/* PyTorch's arrays begin with 1 in Lua as well, so groups and parameters stand in the same order. */
static void load_check_groups(lua_State *L) {
  lua_Integer n = luaL_len(L, LOAD_OWN_GROUPS);
  if (luaL_len(L, LOAD_GROUPS) != n)
    error_raise(L, "load_state_dict: the state has %I parameter groups, the optimizer %I",
                luaL_len(L, LOAD_GROUPS), n);
  for (lua_Integer g = 1; g <= n; g++) {
    lua_geti(L, LOAD_GROUPS, g);
    lua_Integer given = load_count(L);
    lua_geti(L, LOAD_OWN_GROUPS, g);
    lua_Integer own = load_count(L);
    if (given < 0) error_raise(L, "load_state_dict: group %I has no array 'params'", g);
    if (given != own)
      error_raise(L, "load_state_dict: group %I has %I parameters in the state, %I in the "
                  "optimizer", g, given, own);
    lua_pop(L, 2);
  }
}

/* Choices that a state does not tell are as none, as in PyTorch. */
static void load_clear_choices(lua_State *L, const Algorithm *algorithm, int group) {
  for (const Option *o = algorithm != NULL ? algorithm->options : NULL; o != NULL && o->name != NULL; o++) {
    if (o->type != OPTION_BOOL_OR_NIL) continue;
    lua_pushnil(L);
    lua_setfield(L, group, o->name);
  }
}

/* Makes the options of the group at 'own' from those of the state behind it, and puts them into LOAD_NEW_GROUPS; which
** state they ask for. */
static unsigned load_group_options(lua_State *L, const Load *load, int own) {
  const int fresh = lua_gettop(L) + 1;
  unsigned variant = 0;
  lua_newtable(L);
  for (lua_pushnil(L); lua_next(L, own); lua_pop(L, 1)) { /* what the state does not say stays */
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, fresh);
  }
  load_clear_choices(L, load->algorithm, fresh);
  load_copy_options(L, load, own + 1, fresh);
  if (load->algorithm != NULL) {
    void *options = lua_newuserdatauv(L, load->algorithm->rule->options_size, 0);
    algorithm_read(L, load->algorithm, fresh, options);
    variant = load->algorithm->rule->variant(options);
  }
  lua_settop(L, fresh);
  lua_rawseti(L, LOAD_NEW_GROUPS, load->group);
  return variant;
}

/* Loads the state of the parameter at the top, whose number in the state is on top of it. */
static void load_numbered(lua_State *L, const Load *load, unsigned variant) {
  if (lua_isnil(L, -1)) load_raise(L, load, "there is none in the state");
  const int type = load_lookup(L);
  if (type != LUA_TNIL && type != LUA_TTABLE) load_raise(L, load, "its state is no table");
  lua_pushvalue(L, -2);
  if (lua_rawget(L, LOAD_SEEN) != LUA_TNIL) load_raise(L, load, "it stands twice in the groups of the state");
  lua_pop(L, 1);
  lua_pushvalue(L, -2);
  lua_pushboolean(L, true);
  lua_rawset(L, LOAD_SEEN);
  lua_remove(L, -2);
  if (type == LUA_TTABLE) load_parameter(L, load, variant);
}

static void load_group(lua_State *L, Load *load) {
  const int own = LOAD_SEEN + 1;
  lua_geti(L, LOAD_OWN_GROUPS, load->group);
  lua_geti(L, LOAD_GROUPS, load->group);
  const unsigned variant = load_group_options(L, load, own);
  lua_getfield(L, own, "params");
  lua_getfield(L, own + 1, "params");
  const lua_Integer n = luaL_len(L, own + 2);
  for (lua_Integer i = 1; i <= n; i++) {
    load->parameter++;
    lua_geti(L, own + 2, i);
    lua_geti(L, own + 3, i);
    load_numbered(L, load, variant);
    lua_settop(L, own + 3);
  }
  lua_settop(L, LOAD_SEEN);
}

/* A state that belongs to no parameter would be lost. */
static void load_check_all_used(lua_State *L) {
  for (lua_pushnil(L); lua_next(L, LOAD_STATES); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    if (lua_rawget(L, LOAD_SEEN) == LUA_TNIL) {
      char got[ERROR_TEXT];
      error_raise(L, "load_state_dict: 'state' has an entry of %s, which is in none of the groups",
                  error_describe(L, -3, got));
    }
    lua_pop(L, 1);
  }
}

void state_load(lua_State *L, const Algorithm *algorithm) {
  Load load = {.algorithm = algorithm};
  load.strict = load.algorithm != NULL && ((Object *)lua_touserdata(L, 1))->class == &load.algorithm->base.class;
  lua_settop(L, LOAD_DICT);
  if (!lua_istable(L, LOAD_DICT)) error_argument(L, "load_state_dict", "state_dict", 2, "a table", LOAD_DICT);
  lua_getfield(L, LOAD_DICT, "param_groups");
  lua_getfield(L, LOAD_DICT, "state");
  if (!lua_istable(L, LOAD_GROUPS) || !lua_istable(L, LOAD_STATES))
    error_raise(L, "load_state_dict: expected a table with 'state' and 'param_groups'");
  lua_getfield(L, LOAD_SELF, "param_groups");
  for (int i = LOAD_NEW_STATE; i <= LOAD_SEEN; i++) {
    if (i == LOAD_NEW_STATE) groups_push_state(L, algorithm);
    else lua_newtable(L);
  }
  load_check_groups(L);
  lua_Integer n = luaL_len(L, LOAD_OWN_GROUPS);
  for (load.group = 1; load.group <= n; load.group++) load_group(L, &load);
  load_check_all_used(L);
  for (lua_Integer g = 1; g <= n; g++) { /* the tables of the groups stay: schedulers know them */
    lua_geti(L, LOAD_OWN_GROUPS, g);
    lua_geti(L, LOAD_NEW_GROUPS, g);
    load_clear_choices(L, algorithm, LOAD_SEEN + 1);
    for (lua_pushnil(L); lua_next(L, LOAD_SEEN + 2); lua_pop(L, 1)) {
      lua_pushvalue(L, -2);
      lua_pushvalue(L, -2);
      lua_rawset(L, LOAD_SEEN + 1);
    }
    lua_settop(L, LOAD_SEEN);
  }
  lua_pushvalue(L, LOAD_NEW_STATE);
  lua_setfield(L, LOAD_SELF, "state");
}
