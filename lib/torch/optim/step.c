/* step.c: one step of an algorithm. First everything that can fail: options are read, states
** allocated, gradients made contiguous; then one pass over all parameters, which cannot fail. So an
** error or Ctrl-C leaves all parameters as they were or all of them moved.
*/
#include "torch/optim/step.h"

#include <stdlib.h>
#include <string.h>

#include "core/internal.h"
#include "torch/optim/groups.h"
#include "torch/optim/optimizer.h"

/* ---- a new optimiser ------------------------------------------------------------------------ */

static int step_init(lua_State *L) {
  optimizer_check(L, "__init");
  const Algorithm *algorithm = optimizer_algorithm(L);
  const char *who = algorithm->base.class.name;
  if (lua_gettop(L) < 2) lua_settop(L, 2);
  void *options = lua_newuserdatauv(L, algorithm->rule->options_size, 0);
  lua_insert(L, 3);
  options_read(L, 4, who, algorithm->options, options);
  algorithm->check(L, who, options);
  lua_settop(L, 3);
  lua_newtable(L);
  for (const Option *o = algorithm->options; o->name != NULL; o++) {
    option_push(L, o, options);
    lua_setfield(L, 4, o->name);
  }
  lua_remove(L, 3);
  groups_setup(L, algorithm);
  return 0;
}

/* ---- the plan ------------------------------------------------------------------------------- */

/* What a step is about to do. It lies outside of Lua's memory, and algorithm_step frees it. */
typedef struct {
  const Algorithm *algorithm;
  int64_t n, capacity;
  OptimiserUpdate *updates;
  /* Of each update: what a contiguous copy of the parameter must be written back to, or NULL. */
  Tensor **originals;
} StepPlan;

/* Stack of a step in progress. ANCHOR keeps copies alive, STATES holds the state table of each update. */
enum { STEP_SELF = 1, STEP_PLAN, STEP_GROUPS, STEP_STATE, STEP_ANCHOR, STEP_STATES, STEP_TOP = STEP_STATES };

static const char *step_name(const StepPlan *plan) { return plan->algorithm->base.class.name; }

/* Makes room for one more update. */
static void step_grow(lua_State *L, StepPlan *plan) {
  if (plan->n < plan->capacity) return;
  int64_t capacity = plan->capacity * 2 + 16;
  OptimiserUpdate *updates = realloc(plan->updates, sizeof *updates * (size_t)capacity);
  if (updates != NULL) plan->updates = updates;
  Tensor **originals = realloc(plan->originals, sizeof *originals * (size_t)capacity);
  if (originals != NULL) plan->originals = originals;
  if (updates == NULL || originals == NULL) error_raise(L, "%s: out of memory", step_name(plan));
  plan->capacity = capacity;
}

/* Keeps the value at the top alive until the step ends; pops it. */
static void step_anchor(lua_State *L) {
  lua_rawseti(L, STEP_ANCHOR, (lua_Integer)lua_rawlen(L, STEP_ANCHOR) + 1);
}

/* 't' contiguous and of 'dtype': itself, or a copy that is anchored. */
static Tensor *step_contiguous(lua_State *L, Tensor *t, DType dtype) {
  if (t->dtype == dtype && tensor_is_contiguous(t)) return t;
  TensorBox *cast = tensor_box(L), *box = tensor_box(L);
  error_check(L, op_cast(t, dtype, &cast->tensor));
  error_check(L, op_contiguous(cast->tensor, &box->tensor));
  Tensor *result = box->tensor;
  step_anchor(L);
  lua_pop(L, 1);
  return result;
}

/* ---- the state of one parameter -------------------------------------------------------------------- */

/* Fills new state: with zeros, with an option, or from 'old', which has another dtype or layout. */
static Status step_fill_state(Tensor *t, Tensor *old, const OptimiserState *state, const void *options) {
  if (old != NULL) return op_call_in_place(OP_COPY, (Tensor *[]){t, old}, 2, NULL);
  double initial = 0;
  if (state->initial != OPTIMISER_ZERO) memcpy(&initial, (const char *)options + state->initial, sizeof initial);
  const bool parts = dtype_is_complex((DType)t->dtype); /* its two parts are optimised as two numbers */
  /* No op: a graph that records the step goes on from this state and does not fill it again each time that it runs. */
  return tensor_fill_raw(t, parts ? scalar_complex(initial, initial) : scalar_float(initial));
}

/* The state tensor of the parameter, whose state table is at the top; made when there is none yet. */
static Tensor *step_state_tensor(lua_State *L, const StepPlan *plan, const OptimiserState *state,
                                 OptimiserUpdate *u) {
  Tensor *p = u->parameter;
  int type = lua_getfield(L, -1, state->name);
  Tensor *t = tensor_test(L, -1);
  if (t != NULL && t->kind == p->kind && tensor_same_shape(t, p) && tensor_is_contiguous(t)) {
    lua_pop(L, 1);
    return t;
  }
  char got[ERROR_TEXT];
  if (t == NULL && type != LUA_TNIL)
    error_raise(L, "%s: the state '%s': expected a tensor, got %s", step_name(plan), state->name,
                error_describe(L, -1, got));
  if (t != NULL && !tensor_same_shape(t, p))
    error_raise(L, "%s: the state '%s' does not have the shape of its parameter", step_name(plan), state->name);
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty(step_name(plan), p->ndim, p->shape, (DType)p->dtype, tensor_device(p), &box->tensor));
  error_check(L, step_fill_state(box->tensor, t, state, u->options));
  if (t == NULL) u->step.first = true;
  tensor_account(L, box);
  Tensor *result = box->tensor;
  lua_setfield(L, -3, state->name);
  lua_pop(L, 1);
  return result;
}

/* A number of the state table at the top; 'initial' when it is not there. */
static double step_state_number(lua_State *L, const StepPlan *plan, const char *name, double initial) {
  int type = lua_getfield(L, -1, name);
  Tensor *t = tensor_test(L, -1);
  char got[ERROR_TEXT];
  double value = initial;
  if (type == LUA_TNUMBER) value = lua_tonumber(L, -1);
  else if (t != NULL && t->numel == 1) {
    Scalar number;
    error_check(L, tensor_item(step_name(plan), t, &number));
    value = scalar_to_double(number);
  }
  else if (type != LUA_TNIL)
    error_raise(L, "%s: the state '%s': expected a number, got %s", step_name(plan), name,
                error_describe(L, -1, got));
  lua_pop(L, 1);
  return value;
}

/* Pushes the state table of the parameter at the top, made when there is none. */
static void step_push_state(lua_State *L) {
  lua_pushvalue(L, -1);
  if (lua_rawget(L, STEP_STATE) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -2);
  lua_pushvalue(L, -2);
  lua_rawset(L, STEP_STATE);
}

static void step_read_state(lua_State *L, const StepPlan *plan, unsigned variant, OptimiserUpdate *u) {
  const OptimiserRule *rule = plan->algorithm->rule;
  step_push_state(L);
  for (int i = 0; i < rule->n_states; i++) {
    const OptimiserState *state = &rule->states[i];
    if (state->flag == 0 || (variant & state->flag) != 0) u->state[i] = step_state_tensor(L, plan, state, u);
  }
  for (int i = 0; i < rule->n_numbers; i++)
    u->step.numbers[i] = step_state_number(L, plan, rule->numbers[i].name, rule->numbers[i].initial);
  if (rule->counts) u->step.count = (int64_t)step_state_number(L, plan, "step", 0) + 1;
  lua_rawseti(L, STEP_STATES, plan->n + 1);
}

/* ---- all parameters ------------------------------------------------------------------------------ */

/* Plans the step of the parameter at the top, unless it has no gradient. */
static void step_plan_parameter(lua_State *L, StepPlan *plan, const void *options, unsigned variant) {
  Tensor *p = tensor_test(L, -1), *grad = p != NULL ? tensor_grad(p) : NULL;
  if (grad == NULL) return;
  if (!tensor_same_shape(p, grad) || p->device != grad->device)
    error_raise(L, "%s: a gradient does not have the shape and the device of its parameter", step_name(plan));
  if (!optimiser_has(p))
    error_raise(L, "%s: there is no step for parameters of %s", step_name(plan), dtype_name((DType)p->dtype));
  step_grow(L, plan);
  OptimiserUpdate *u = &plan->updates[plan->n];
  memset(u, 0, sizeof *u);
  u->parameter = step_contiguous(L, p, (DType)p->dtype);
  u->grad = step_contiguous(L, grad, (DType)p->dtype);
  u->options = options;
  step_read_state(L, plan, variant, u);
  plan->originals[plan->n] = u->parameter != p ? p : NULL;
  plan->n++;
}

/* Plans the step of group g. */
static void step_plan_group(lua_State *L, StepPlan *plan, lua_Integer g) {
  const Algorithm *algorithm = plan->algorithm;
  if (lua_geti(L, STEP_GROUPS, g) != LUA_TTABLE)
    error_raise(L, "%s: param_groups[%I] is no table", step_name(plan), g);
  if (lua_getfield(L, STEP_TOP + 1, "params") != LUA_TTABLE)
    error_raise(L, "%s: param_groups[%I].params is no table", step_name(plan), g);
  void *options = lua_newuserdatauv(L, algorithm->rule->options_size, 0);
  step_anchor(L);
  algorithm_read(L, algorithm, STEP_TOP + 1, options);
  unsigned variant = algorithm->rule->variant(options);
  lua_Integer n = luaL_len(L, STEP_TOP + 2);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_geti(L, STEP_TOP + 2, i);
    step_plan_parameter(L, plan, options, variant);
    lua_pop(L, 1);
  }
  lua_settop(L, STEP_TOP);
}

/* Writes what the step changed beside tensors into the state tables. */
static void step_write_numbers(lua_State *L, const StepPlan *plan) {
  const OptimiserRule *rule = plan->algorithm->rule;
  if (!rule->counts && rule->n_numbers == 0) return;
  for (int64_t i = 0; i < plan->n; i++) {
    const OptimiserStep *step = &plan->updates[i].step;
    lua_rawgeti(L, STEP_STATES, i + 1);
    if (rule->counts) {
      lua_pushinteger(L, step->count);
      lua_setfield(L, -2, "step");
    }
    for (int k = 0; k < rule->n_numbers; k++) {
      lua_pushnumber(L, step->numbers[k]);
      lua_setfield(L, -2, rule->numbers[k].name);
    }
    lua_pop(L, 1);
  }
}

/* The part of a step that runs without gradients, under lua_pcall. */
static int step_protected(lua_State *L) {
  StepPlan *plan = lua_touserdata(L, STEP_PLAN);
  lua_getfield(L, STEP_SELF, "param_groups");
  lua_getfield(L, STEP_SELF, "state");
  if (!lua_istable(L, STEP_GROUPS) || !lua_istable(L, STEP_STATE))
    return error_raise(L, "%s: param_groups and state must be tables", step_name(plan));
  lua_newtable(L);
  lua_newtable(L);
  lua_Integer groups = luaL_len(L, STEP_GROUPS);
  for (lua_Integer g = 1; g <= groups; g++) step_plan_group(L, plan, g);
  error_check(L, optimiser_run(plan->algorithm->rule, plan->n, plan->updates));
  for (int64_t i = 0; i < plan->n; i++)
    if (plan->originals[i] != NULL)
      error_check(L, op_call_in_place(OP_COPY, (Tensor *[]){plan->originals[i], plan->updates[i].parameter}, 2, NULL));
  step_write_numbers(L, plan);
  return 0;
}

/* step(closure): the closure computes the loss again, with gradients; its result is
** returned. */
static int step_step(lua_State *L) {
  optimizer_check(L, "step");
  lua_settop(L, 2);
  if (!lua_isnil(L, 2) && !callable_test(L, 2))
    return error_argument(L, optimizer_algorithm(L)->base.class.name, "closure", 1, "a function", 2);
  const bool grad = grad_set_enabled(true); /* for the closure; an error puts it back as well */
  if (!lua_isnil(L, 2) && lua_pcall(L, 0, 1, 0) != LUA_OK) {
    grad_set_enabled(grad);
    return lua_error(L);
  }
  StepPlan plan = {.algorithm = optimizer_algorithm(L)};
  lua_pushcfunction(L, step_protected);
  lua_pushvalue(L, 1);
  lua_pushlightuserdata(L, &plan);
  grad_set_enabled(false);
  OpMark mark;
  optimizer_profile(&mark, &plan.algorithm->base.class, "step");
  int status = lua_pcall(L, 2, 0, 0);
  profile_end(&mark);
  grad_set_enabled(grad);
  free(plan.updates);
  free(plan.originals);
  if (status != LUA_OK) return lua_error(L);
  return 1;
}

const luaL_Reg step_methods[] = {{"__init", step_init}, {"step", step_step}, {NULL, NULL}};
