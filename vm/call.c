/* call.c: calls of ops from Lua. One C function serves every op: it reads the arguments
** by the op's row (argument.c), calls it, and boxes what comes out.
*/
#include <string.h>

#include "argument.h"
#include "call.h"
#include "deferred.h"
#include "output.h"

/* Puts what came out into the 'n' boxes that wait for it; the rest goes. */
static int finish(lua_State *L, const OpInfo *info, Status status, Tensor **out, TensorBox **box, int n) {
  for (int i = 0; i < info->n_outputs; i++) {
    if (status == OK && i < n && (info->position_outputs >> i & 1)) status = argument_positions_out(&out[i]);
    if (i < n) box[i]->tensor = out[i];
    else tensor_release(out[i]);
  }
  if (status != OK) argument_raise_failure(L, info, false, status);
  for (int i = 0; i < n; i++) tensor_account(L, box[i]);
  return n;
}

/* A list of results on its way to Lua: it goes with its userdata when boxing it fails. */
static int list_finalize(lua_State *L) {
  tensor_list_release(lua_touserdata(L, 1));
  return 0;
}

static TensorList *list_new(lua_State *L) {
  static const char key; /* its address: registry key of the metatable */
  TensorList *list = lua_newuserdatauv(L, sizeof *list, 0);
  *list = (TensorList){0};
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, list_finalize);
    lua_setfield(L, -2, "__gc");
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
  }
  lua_setmetatable(L, -2);
  return list;
}

/* Calls an op whose result is a list, which becomes an array. */
static int call_for_list(Reader *r) {
  lua_State *L = r->L;
  TensorList *list = list_new(L);
  if (!argument_read(r)) {
    argument_drop(r);
    return argument_raise(r);
  }
  Status status = op_call_list(r->info->id, r->inputs, r->n_inputs, r->info->attrs_size > 0 ? r->attrs : NULL, list);
  argument_drop(r);
  argument_raise_failure(L, r->info, false, status);
  lua_createtable(L, list->n, 0);
  for (int i = 0; i < list->n; i++) {
    TensorBox *box = tensor_box(L);
    box->tensor = list->v[i];
    list->v[i] = NULL;
    tensor_account(L, box);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* True: the result of a call that is deferred is in the box. Otherwise the inputs are tensors now. */
static bool call_deferred(Reader *r, bool in_place, const void *attrs, TensorBox *box) {
  Status status;
  bool done = false;
  if (in_place) status = deferred_before_change(r->inputs, r->n_inputs);
  else done = deferred_call(r->info, r->inputs, r->n_inputs, attrs, box, &status);
  if (status != OK || done) argument_drop(r);
  argument_raise_failure(r->L, r->info, in_place, status);
  if (done) tensor_account(r->L, box);
  return done;
}

/* Calls an op in place with what was read, and pushes the tensor that it changes. */
static int call_with_in_place(Reader *r, const void *attrs) {
  const OpInfo *info = r->info;
  const bool number = r->n_inputs > 0 && r->n_temporaries > 0 && r->temporary[0] == r->inputs[0];
  Status status =
      number ? fail(ERROR_ARGUMENT, "%s_: 'input' (argument 1): expected a tensor, got a number", info->lua_name)
             : op_call_in_place(info->id, r->inputs, r->n_inputs, attrs);
  argument_drop(r);
  argument_raise_failure(r->L, info, true, status);
  lua_pushvalue(r->L, r->at[0]);
  return 1;
}

/* Calls an op whose result is computed in the tensor that `out` names, and pushes that. False: it cannot be. */
static bool call_into(Reader *r, const void *attrs) {
  Tensor *to = tensor_test(r->L, r->out);
  Status status;
  if (to == NULL || !op_call_into(r->info->id, r->inputs, r->n_inputs, attrs, to, &status)) return false;
  argument_drop(r);
  argument_raise_failure(r->L, r->info, false, status);
  lua_pushvalue(r->L, r->out);
  return true;
}

static int call_with(lua_State *L, const OpInfo *info, bool in_place, int top) {
  Reader r;
  memset(&r, 0, offsetof(Reader, attrs));
  r.n_inputs = r.n_temporaries = r.n_room = r.wrong = 0;
  r.L = L;
  r.info = info;
  r.in_place = in_place;
  if (top > 200) return error_raise(L, "%s: too many arguments", argument_function(L, info, in_place));
  argument_place(&r, top);
  argument_make_room(&r);
  if (info->list_output) return call_for_list(&r);
  TensorBox *box[OP_MAX_OUTPUTS] = {NULL};
  const int boxes = info->all_returned_if ? info->n_outputs : info->n_returned;
  if (!in_place)
    for (int i = 0; i < boxes; i++) box[i] = tensor_box(L);
  deferred_reads = deferring;
  const bool good = argument_read(&r);
  deferred_reads = false;
  if (!good) {
    argument_drop(&r);
    return argument_raise(&r);
  }
  const OpId op = info->id;
  const void *attrs = info->attrs_size > 0 ? r.attrs : NULL;
  if (deferring && call_deferred(&r, in_place, attrs, box[0]))
    return r.out == 0 ? 1 : output_write(L, info->lua_name, r.out, 1);
  if (in_place) return call_with_in_place(&r, attrs);
  if (r.out != 0 && call_into(&r, attrs)) return 1;
  Tensor *out[OP_MAX_OUTPUTS] = {0};
  Status status = op_call(op, r.inputs, r.n_inputs, attrs, out);
  argument_drop(&r);
  const bool all = info->all_returned_if != 0 && *(bool *)(r.attrs + info->args[info->all_returned_if].offset);
  const int n = all ? info->n_outputs : info->n_returned;
  lua_pop(L, boxes - n);
  finish(L, info, status, out, box, n);
  return r.out == 0 ? n : output_write(L, info->lua_name, r.out, n);
}

/* The common call has tensors alone, and everything else as the row says: there is
** nothing to read. False: something else is there, or missing. */
static bool only_tensors(lua_State *L, const OpInfo *info, int top, Tensor **inputs) {
  int n = 0;
  if (info->list || info->list_output) return false;
  for (int i = 0; i < info->n_args; i++) {
    const OpArg *a = &info->args[i];
    if (i < top) {
      if (a->type != ARG_TENSOR || a->keyword_only || (inputs[n++] = tensor_test(L, i + 1)) == NULL) return false;
    } else if (a->default_text == NULL && !a->optional) {
      return false;
    } else if (argument_is_input(a)) {
      inputs[n++] = NULL;
    }
  }
  return top <= info->n_args;
}

static int call_tensors(lua_State *L, const OpInfo *info, bool in_place, Tensor **inputs, int metatable) {
  const OpId op = info->id;
  if (in_place) {
    Status status = op_call_in_place(op, inputs, info->n_inputs, info->defaults);
    if (status != OK) argument_raise_failure(L, info, true, status);
    lua_settop(L, 1);
    return 1;
  }
  Tensor *out[OP_MAX_OUTPUTS];
  TensorBox *box[OP_MAX_OUTPUTS];
  for (int i = 0; i < info->n_returned; i++) box[i] = metatable != 0 ? tensor_box_of(L, metatable) : tensor_box(L);
  return finish(L, info, op_call(op, inputs, info->n_inputs, info->defaults, out), out, box, info->n_returned);
}

/* A call inside of torch.fused. */
static int call_deferring(lua_State *L, const OpInfo *info, bool in_place, int metatable) {
  Tensor *inputs[OP_MAX_INPUTS];
  const int top = lua_gettop(L);
  deferred_reads = true;
  const bool plain = only_tensors(L, info, top, inputs);
  deferred_reads = false;
  if (!plain) return call_with(L, info, in_place, top);
  Status status;
  if (in_place) status = deferred_before_change(inputs, info->n_inputs);
  else {
    TensorBox *box = tensor_box(L);
    if (deferred_call(info, inputs, info->n_inputs, info->defaults, box, &status)) {
      tensor_account(L, box);
      return 1;
    }
  }
  argument_raise_failure(L, info, in_place, status);
  return call_tensors(L, info, in_place, inputs, metatable);
}

void call_check_self(lua_State *L, const OpInfo *info, CallKind kind) {
  const TensorBox *box = lua_touserdata(L, 1);
  if (box != NULL && lua_rawlen(L, 1) >= sizeof *box) return; /* what is no tensor is told as a wrong argument */
  error_self(L, argument_function(L, info, kind == CALL_IN_PLACE), info->args[0].name, "a tensor");
}

/* Lua asks the left operand first. Where the right one is an object that has the operator itself, as a sparse tensor
** does, it is that one's: a tensor knows nothing of it. */
static bool call_operator_of_other(lua_State *L) {
  const int type = lua_type(L, 2);
  if (type != LUA_TTABLE && type != LUA_TUSERDATA) return false;
  lua_pushvalue(L, lua_upvalueindex(3));
  if (type == LUA_TTABLE) {
    if (luaL_getmetafield(L, 2, lua_tostring(L, -1)) == LUA_TNIL) return lua_settop(L, 2), false;
  } else if (luaL_getmetafield(L, 2, "__methods") == LUA_TNIL || lua_getfield(L, -1, lua_tostring(L, 3)) == LUA_TNIL) {
    return lua_settop(L, 2), false; /* its metatable has all events, and asks the class for the method */
  }
  lua_pushvalue(L, 1);
  lua_pushvalue(L, 2);
  lua_call(L, 2, 1);
  return true;
}

int call_op(lua_State *L, const OpInfo *info, CallKind kind, int metatable) {
  const bool in_place = kind == CALL_IN_PLACE;
  if (deferring) return call_deferring(L, info, in_place, metatable);
  int top = lua_gettop(L);
  Tensor *inputs[OP_MAX_INPUTS];
  if (only_tensors(L, info, top, inputs)) return call_tensors(L, info, in_place, inputs, metatable);
  if (kind == CALL_OPERATOR) {
    if (info->n_inputs == 2 && call_operator_of_other(L)) return 1;
  } else if (kind != CALL_FUNCTION) call_check_self(L, info, kind);
  return call_with(L, info, in_place, top);
}
