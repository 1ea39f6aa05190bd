/* step.c: one step of an algorithm made in C. First everything that can fail: options
** are read, states allocated, gradients made contiguous; then one pass over each
** parameter, which cannot fail. So an error or Ctrl-C leaves all parameters as they
** were or all of them moved.
*/
#include <string.h>

#include "optimizer.h"

static const Algorithm *algorithm_of(lua_State *L) {
  return (const Algorithm *)class_native(((Object *)lua_touserdata(L, 1))->class);
}

/* ---- options ---------------------------------------------------------------------------- */

void algorithm_read(lua_State *L, const Algorithm *algorithm, int index, Hyper *hyper) {
  const char *who = algorithm->base.class.name;
  memset(hyper, 0, sizeof *hyper);
  for (const Option *o = algorithm->options; o->name != NULL; o++) {
    lua_getfield(L, index, o->name);
    option_set(L, who, o, 0, -1, hyper);
    lua_pop(L, 1);
  }
  hyper->decoupled = algorithm->decoupled;
  algorithm->check(L, who, hyper);
}

int algorithm_init(lua_State *L) {
  optimizer_check(L, "__init");
  const Algorithm *algorithm = algorithm_of(L);
  Hyper hyper = {0};
  if (lua_gettop(L) < 2) lua_settop(L, 2);
  options_read(L, 3, algorithm->base.class.name, algorithm->options, &hyper);
  algorithm->check(L, algorithm->base.class.name, &hyper);
  lua_settop(L, 2);
  lua_newtable(L);
  for (const Option *o = algorithm->options; o->name != NULL; o++) {
    option_push(L, o, &hyper);
    lua_setfield(L, 3, o->name);
  }
  optimizer_setup(L);
  return 0;
}

/* ---- the plan ------------------------------------------------------------------------------ */

/* Stack of a step in progress. */
enum { STEP_SELF = 1, STEP_LOSS, STEP_GROUPS, STEP_STATE, STEP_ANCHOR, STEP_UPDATES, STEP_HYPERS };

/* Keeps the value at the top alive until the step ends; pops it. */
static void anchor(lua_State *L) {
  lua_rawseti(L, STEP_ANCHOR, (lua_Integer)lua_rawlen(L, STEP_ANCHOR) + 1);
}

/* 't' contiguous and of 'dtype': itself, or a copy that is anchored. */
static Tensor *straight(lua_State *L, Tensor *t, DType dtype) {
  if (t->dtype == dtype && tensor_is_contiguous(t)) return t;
  TensorBox *cast = tensor_box(L), *box = tensor_box(L);
  error_check(L, op_cast(t, dtype, &cast->tensor));
  error_check(L, op_contiguous(cast->tensor, &box->tensor));
  Tensor *result = box->tensor;
  anchor(L);
  lua_pop(L, 1);
  return result;
}

/* The state tensor 'name' of the parameter, whose state table is at the top; zeros when
** there is none yet. */
static Tensor *state_tensor(lua_State *L, const char *name, const Update *u, bool *fresh) {
  lua_getfield(L, -1, name);
  Tensor *t = tensor_test(L, -1), *p = u->parameter;
  if (t != NULL && t->dtype == p->dtype && tensor_same_shape(t, p) && tensor_is_contiguous(t)) {
    lua_pop(L, 1);
    return t;
  }
  if (t != NULL && !tensor_same_shape(t, p))
    luaL_error(L, "optim: the state '%s' does not have the shape of its parameter", name);
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(p->ndim, p->shape, (DType)p->dtype, &box->tensor));
  if (t != NULL) error_check(L, op_call_in_place(OP_COPY, (Tensor *[]){box->tensor, t}, 2, NULL));
  else memset(tensor_data(box->tensor), 0, (size_t)p->numel * tensor_itemsize(p));
  *fresh = t == NULL;
  tensor_account(L, box);
  Tensor *result = box->tensor;
  lua_setfield(L, -3, name);
  lua_pop(L, 1);
  return result;
}

/* Pushes the state table of the parameter at the top, made when there is none. */
static void push_state(lua_State *L) {
  lua_pushvalue(L, -1);
  if (lua_rawget(L, STEP_STATE) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -2);
  lua_pushvalue(L, -2);
  lua_rawset(L, STEP_STATE);
}

/* Plans the step of the parameter at the top; false when it has no gradient. */
static bool plan_parameter(lua_State *L, const Algorithm *algorithm, const Hyper *hyper,
                           Update *u) {
  Tensor *p = tensor_test(L, -1), *grad = p != NULL ? tensor_grad(p) : NULL;
  if (grad == NULL) return false;
  if (!tensor_same_shape(p, grad))
    luaL_error(L, "%s: a gradient does not have the shape of its parameter",
               algorithm->base.class.name);
  u->parameter = straight(L, p, (DType)p->dtype);
  u->original = u->parameter != p ? p : NULL;
  u->grad = straight(L, grad, (DType)p->dtype);
  push_state(L);
  for (int i = 0; algorithm->states[i] != NULL; i++)
    if (algorithm->uses(hyper, i))
      u->state[i] = state_tensor(L, algorithm->states[i], u, &u->fresh);
  if (algorithm->counts) {
    if (lua_getfield(L, -1, "step") == LUA_TNIL) {
      lua_pushinteger(L, 0);
      lua_setfield(L, -3, "step");
    }
    u->count = (int64_t)lua_tonumber(L, -1) + 1;
    lua_pop(L, 1);
  }
  lua_pop(L, 1);
  return true;
}

/* Pushes params of group g (from 1), which must be an array. */
static lua_Integer push_params(lua_State *L, lua_Integer g) {
  lua_geti(L, STEP_GROUPS, g);
  if (!lua_istable(L, -1)) luaL_error(L, "optim: param_groups[%I] is no table", g);
  lua_getfield(L, -1, "params");
  if (!lua_istable(L, -1)) luaL_error(L, "optim: param_groups[%I].params is no table", g);
  return luaL_len(L, -1);
}

static int count_parameters(lua_State *L, lua_Integer groups) {
  lua_Integer n = 0;
  for (lua_Integer g = 1; g <= groups; g++, lua_settop(L, STEP_ANCHOR)) n += push_params(L, g);
  return (int)n;
}

/* Fills the updates; returns how many. */
static int plan(lua_State *L, const Algorithm *algorithm, lua_Integer groups, int most,
                Update *updates, Hyper *hypers) {
  int n = 0;
  for (lua_Integer g = 1; g <= groups; g++) {
    lua_Integer params = push_params(L, g);
    algorithm_read(L, algorithm, STEP_HYPERS + 1, &hypers[g - 1]);
    for (lua_Integer i = 1; i <= params && n < most; i++) {
      lua_geti(L, STEP_HYPERS + 2, i);
      updates[n] = (Update){.group = (int)g - 1};
      if (plan_parameter(L, algorithm, &hypers[g - 1], &updates[n])) {
        lua_pushvalue(L, -1);
        lua_rawsetp(L, STEP_ANCHOR, &updates[n]);
        n++;
      }
      lua_pop(L, 1);
    }
    lua_settop(L, STEP_HYPERS);
  }
  return n;
}

/* ---- the step --------------------------------------------------------------------------------- */

static void run_updates(lua_State *L, const Algorithm *algorithm, int n, const Update *updates,
                        const Hyper *hypers) {
  for (int i = 0; i < n; i++) {
    const Update *u = &updates[i];
    algorithm->update(u, &hypers[u->group]);
    if (u->original != NULL)
      error_check(L, op_call_in_place(OP_COPY, (Tensor *[]){u->original, u->parameter}, 2, NULL));
  }
  for (int i = 0; algorithm->counts && i < n; i++) {
    lua_rawgetp(L, STEP_ANCHOR, &updates[i]);
    lua_rawget(L, STEP_STATE);
    lua_pushinteger(L, updates[i].count);
    lua_setfield(L, -2, "step");
    lua_pop(L, 1);
  }
}

/* The part of a step that runs without gradients, under lua_pcall. */
static int protected_step(lua_State *L) {
  const Algorithm *algorithm = algorithm_of(L);
  lua_getfield(L, STEP_SELF, "param_groups");
  lua_getfield(L, STEP_SELF, "state");
  if (!lua_istable(L, STEP_GROUPS) || !lua_istable(L, STEP_STATE))
    return luaL_error(L, "%s: param_groups and state must be tables",
                      algorithm->base.class.name);
  lua_newtable(L);
  lua_Integer groups = luaL_len(L, STEP_GROUPS);
  int most = count_parameters(L, groups);
  Update *updates = lua_newuserdatauv(L, sizeof *updates * (size_t)(most + 1), 0);
  Hyper *hypers = lua_newuserdatauv(L, sizeof *hypers * (size_t)(groups + 1), 0);
  int n = plan(L, algorithm, groups, most, updates, hypers);
  run_updates(L, algorithm, n, updates, hypers);
  return 0;
}

/* step(closure): the closure computes the loss again, with gradients; its result is
** returned. */
int algorithm_step(lua_State *L) {
  optimizer_check(L, "step");
  lua_settop(L, STEP_LOSS);
  bool grad = grad_enabled();
  if (!lua_isnil(L, STEP_LOSS)) {
    lua_call(L, 0, 1);
  }
  lua_pushcfunction(L, protected_step);
  lua_pushvalue(L, STEP_SELF);
  lua_pushnil(L);
  grad_set_enabled(false);
  int status = lua_pcall(L, 2, 0, 0);
  grad_set_enabled(grad);
  if (status != LUA_OK) return lua_error(L);
  return 1;
}
