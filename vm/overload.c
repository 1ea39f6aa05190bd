/* overload.c: the functions that Lua sees, one a name: an op, or several of which the arguments
** choose.
*/
#include <stdio.h>
#include <string.h>

#include "argument.h"
#include "autocast_function.h"
#include "call.h"
#include "deferred.h"
#include "library.h"
#include "output.h"
#include "userdata/class.h"

static bool may_be(lua_State *L, const OpArg *a, int index) {
  int type = lua_type(L, index);
  deferred_reads = deferring; /* only what it is counts */
  const Tensor *t = tensor_test(L, index);
  deferred_reads = false;
  const bool tensor = t != NULL;
  if (type == LUA_TNIL) return a->optional || a->default_text != NULL;
  switch ((ArgType)a->type) {
    case ARG_TENSOR:
    case ARG_POSITIONS: return a->list ? tensor || type == LUA_TTABLE : tensor || type == LUA_TNUMBER;
    case ARG_BOOL: return type == LUA_TBOOLEAN;
    case ARG_CHOICE:
    case ARG_STRING: return type == LUA_TSTRING;
    case ARG_INTEGERS: return type == LUA_TTABLE || tensor;
    case ARG_DIMS:
    case ARG_SHAPE:
    case ARG_FLOATS:
    case ARG_INTS: return type == LUA_TNUMBER || type == LUA_TTABLE;
    case ARG_DTYPE:
    case ARG_DEVICE:
    case ARG_GENERATOR: return !tensor && (type == LUA_TUSERDATA || type == LUA_TSTRING);
    case ARG_INT:
    case ARG_DIM:
    case ARG_INDEX: return type == LUA_TNUMBER || (tensor && t->numel == 1);
    case ARG_FLOAT: return type == LUA_TNUMBER;
    default: return type == LUA_TNUMBER || type == LUA_TBOOLEAN;
  }
}

static bool may_be_named(const OpInfo *info, const char *name) {
  if (strcmp(name, "out") == 0) return true; /* output.c */
  for (int i = 0; i < info->n_args; i++)
    if (strcmp(info->args[i].name, name) == 0) return true;
  return false;
}

/* The argument 'name' in the table at 'options' (an absolute index; 0: there is none): 0 not
** given, 1 it may be what 'arg' wants, -1 it may not. */
static int named_argument(lua_State *L, const OpArg *arg, int options) {
  if (options == 0) return 0;
  lua_pushstring(L, arg->name);
  int given = lua_rawget(L, options) == LUA_TNIL ? 0 : may_be(L, arg, lua_gettop(L)) ? 1 : -1;
  lua_pop(L, 1);
  return given;
}

/* FITS when the arguments may be those of the op; ALMOST when a number stands for a tensor
** (`max(x, 2)` means a dimension); else how far they come: twice the number of arguments
** that may be right, and one more where it is an argument that is not. */
enum { ALMOST = 1000, FITS };
static int fits(lua_State *L, const OpInfo *info) {
  int n = lua_gettop(L), at = 1, good = 0;
  int options = n > 0 && table_has_names(L, n) ? n : 0;
  int positional = 0, result = FITS;
  while (positional < info->n_args && !info->args[positional].keyword_only) positional++;
  if (options) n--;
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *a = &info->args[i];
    if (at == n && i < positional && !argument_takes_table(a) && table_is_empty(L, n)) n--; /* no option is given */
    if (at <= n && i < positional) {
      if (!may_be(L, a, at)) return 2 * good + 1;
      if (i > 0 && a->type == ARG_TENSOR && lua_type(L, at) == LUA_TNUMBER) result = ALMOST;
      if (argument_takes_numbers(a, i == positional - 1)) while (at < n && lua_type(L, at + 1) == LUA_TNUMBER) at++;
      good++;
      at++;
      continue;
    }
    int named = named_argument(L, a, options);
    if (named < 0) return 2 * good + 1;
    if (named == 0 && a->default_text == NULL && !a->optional) return 2 * good;
    good += named;
  }
  if (at < n || (at == n && !table_is_empty(L, n))) return 2 * good;
  if (options == 0) return result;
  lua_pushnil(L);
  while (lua_next(L, options)) {
    lua_pop(L, 1);
    if (lua_type(L, -1) == LUA_TSTRING && may_be_named(info, lua_tostring(L, -1))) continue;
    lua_pop(L, 1);
    return 2 * good;
  }
  return result;
}

/* Upvalues: 1 the op, 2 the metatable of tensors, 3 of an operator the name of the metamethod. */
static int call_named(lua_State *L) {
  return call_op(L, lua_touserdata(L, lua_upvalueindex(1)), CALL_FUNCTION, lua_upvalueindex(2));
}
static int call_named_method(lua_State *L) {
  return call_op(L, lua_touserdata(L, lua_upvalueindex(1)), CALL_METHOD, lua_upvalueindex(2));
}
static int call_named_in_place(lua_State *L) {
  return call_op(L, lua_touserdata(L, lua_upvalueindex(1)), CALL_IN_PLACE, 0);
}
static int call_operator(lua_State *L) {
  const OpInfo *info = lua_touserdata(L, lua_upvalueindex(1));
  lua_settop(L, info->n_inputs); /* Lua gives the operand of a unary one twice */
  return call_op(L, info, CALL_OPERATOR, lua_upvalueindex(2));
}

void call_push_operator(lua_State *L, const OpInfo *info, const char *event, int metatable) {
  lua_pushlightuserdata(L, (void *)info);
  lua_pushvalue(L, metatable);
  lua_pushstring(L, event);
  lua_pushcclosure(L, call_operator, 3);
}

/* Upvalues: the number of ops of this name, and they. The first whose arguments fit is
** called; where none does, the one they fit best says what is wrong. */
static int call_best(lua_State *L, CallKind kind) {
  int n = (int)lua_tointeger(L, lua_upvalueindex(1)), best = -1;
  const OpInfo *chosen = NULL;
  if (kind != CALL_FUNCTION) call_check_self(L, lua_touserdata(L, lua_upvalueindex(2)), kind);
  for (int i = 0; i < n && best != FITS; i++) {
    const OpInfo *info = lua_touserdata(L, lua_upvalueindex(2 + i));
    int score = fits(L, info);
    if (score > best) best = score, chosen = info;
  }
  return call_op(L, chosen, kind, 0);
}
static int call_overloaded(lua_State *L) { return call_best(L, CALL_FUNCTION); }
static int call_overloaded_method(lua_State *L) { return call_best(L, CALL_METHOD); }
static int call_overloaded_in_place(lua_State *L) { return call_best(L, CALL_IN_PLACE); }

/* What a function is made for: a field of a table of functions, a method, a method in place. */
typedef enum { IN_MODULE, METHOD, METHOD_IN_PLACE } Place;

static bool is_in(const OpInfo *info, const char *module) {
  for (const char *const *m = info->modules; m != NULL && *m != NULL; m++)
    if (strcmp(*m, module) == 0) return true;
  return false;
}

static bool belongs(const OpInfo *info, Place place, const char *module) {
  switch (place) {
    case IN_MODULE: return !info->in_place_only && is_in(info, module);
    case METHOD: return !info->in_place_only && info->method;
    default: return info->in_place;
  }
}

/* Pushes the function for 'first' and the ops of its name behind it. */
static void push_function(lua_State *L, const OpInfo *first, Place place, const char *module, int metatable) {
  static const lua_CFunction named[] = {call_named, call_named_method, call_named_in_place};
  static const lua_CFunction overloaded[] = {call_overloaded, call_overloaded_method, call_overloaded_in_place};
  int n = 0;
  lua_pushinteger(L, 0);
  for (const OpInfo *info = first; info != NULL; info = info->next) {
    if (info != first && !belongs(info, place, module)) continue;
    lua_pushlightuserdata(L, (void *)info);
    n++;
  }
  if (n == 1) {
    lua_pushvalue(L, metatable);
    lua_pushcclosure(L, named[place], 2);
    lua_remove(L, -2);
    return;
  }
  lua_pushinteger(L, n);
  lua_replace(L, -n - 2);
  lua_pushcclosure(L, overloaded[place], n + 1);
}

/* Sets the function of an op in the table at 'to', unless an op of the same name has done it. */
static void set_function(lua_State *L, int to, const char *name, const OpInfo *info, Place place, const char *module,
                         int metatable) {
  if (!belongs(info, place, module)) return;
  lua_pushstring(L, name);
  if (lua_rawget(L, to) == LUA_TNIL) {
    push_function(L, info, place, module, metatable);
    lua_setfield(L, to, name);
  }
  lua_pop(L, 1);
}

/** torch.linalg: Linear algebra by LAPACK: systems, factorisations, eigenvalues, norms; of batches of matrices, too. */
/** torch.special: Functions of mathematics: Bessel functions, orthogonal polynomials, gamma functions and their kin. */

/* Pushes the table of a module such as "torch.linalg"; it is made for the first row that names it. */
static void push_module(lua_State *L, int torch, const char *module) {
  const char *key = strrchr(module, '.') + 1;
  lua_pushstring(L, key);
  if (lua_rawget(L, torch) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  library_set_loaded(L, module);
  library_lazy(L, module);
  lua_pushvalue(L, -1);
  lua_setfield(L, torch, key);
}

void call_push_function(lua_State *L, const OpInfo *info) {
  object_metatable(L, &tensor_class);
  push_function(L, info, METHOD, NULL, lua_gettop(L));
  lua_remove(L, -2);
}

void call_register(lua_State *L, int torch, int functional, int methods, int metatable) {
  char name[OP_MAX_NAME_BYTES + 2];
  library_adapt = output_wrap;
  library_loaded = autocast_wrap;
  for (int id = 0; id < op_count(); id++) {
    const OpInfo *info = op_info((OpId)id);
    for (const char *const *m = info->modules; m != NULL && *m != NULL; m++) {
      int to = strcmp(*m, "torch") == 0 ? torch : strcmp(*m, "nn.functional") == 0 ? functional : 0;
      if (to == 0) push_module(L, torch, *m);
      set_function(L, to != 0 ? to : lua_gettop(L), info->lua_name, info, IN_MODULE, *m, metatable);
      if (to == 0) lua_pop(L, 1);
    }
    if (info->modules == NULL) continue;
    set_function(L, methods, info->lua_name, info, METHOD, NULL, metatable);
    snprintf(name, sizeof name, "%s_", info->lua_name);
    set_function(L, methods, name, info, METHOD_IN_PLACE, NULL, metatable);
    if (info->n_inputs != 1) continue; /* torch.relu_(x) is x:relu_() */
    if (info->in_place_only || is_in(info, "torch"))
      set_function(L, torch, name, info, METHOD_IN_PLACE, NULL, metatable);
    if (is_in(info, "nn.functional")) set_function(L, functional, name, info, METHOD_IN_PLACE, NULL, metatable);
  }
}
