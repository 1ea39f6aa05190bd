/* layer.c: layers that are rows: their forward is C that was made of a formula, and where a parameter was replaced
** the formula runs in Lua. See layer.h.
*/
#include "layer.h"

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "call/mode.h"

/* ---- construction ---------------------------------------------------------------------- */

void layer_store_nil(lua_State *L, const char *name, SlotKind kind) {
  lua_pushnil(L);
  module_store(L, 1, name, kind);
}

void layer_store_given(lua_State *L, int index, const char *name) {
  if (lua_isboolean(L, index)) lua_pushnil(L);
  else lua_pushvalue(L, index);
  module_store(L, 1, name, SLOT_BUFFER);
}

void layer_check_least(lua_State *L, const char *who, const char *name, const int64_t *sizes, int n, int64_t least) {
  const char *expected = least > 0 ? "positive sizes" : "no negative sizes";
  if (n == 2 && sizes[0] < OPTION_WORD_END) return;
  if (n == 1 && sizes[0] < least)
    error_raise(L, "%s: '%s': expected %s, got %I", who, name, expected, (lua_Integer)sizes[0]);
  if (n == 2 && (sizes[0] < least || sizes[1] < least))
    error_raise(L, "%s: '%s': expected %s, got %I and %I", who, name, expected, (lua_Integer)sizes[0],
                (lua_Integer)sizes[1]);
}

double layer_fan_in_bound(const Tensor *weight) {
  double fan = 1;
  for (int i = 1; i < weight->ndim; i++) fan *= (double)weight->shape[i];
  return fan > 0 ? 1 / sqrt(fan) : 0;
}

Status layer_zero_row(Tensor *weight, int64_t row) {
  if (row == OPTION_NONE) return OK;
  Tensor *view;
  bool grad = grad_set_enabled(false);
  Status status = op_select(weight, 0, row, &view);
  if (status == OK) {
    status = init_constant(view, scalar_int(0));
    tensor_release(view);
  }
  grad_set_enabled(grad);
  return status;
}

/* ---- forward ----------------------------------------------------------------------------- */

bool layer_slot(const Module *m, int place, const char *name, Tensor **out) {
  const Slot *slot = place < m->n_slots && strcmp(m->slots[place].name, name) == 0 ? &m->slots[place]
                                                                                  : module_find(m, name);
  if (slot == NULL || slot->kind == SLOT_MODULE) return false;
  *out = slot->tensor;
  return true;
}

Status layer_missing(const Module *m, const char *name) {
  return fail(ERROR_ARGUMENT, "%s: it has no parameter '%s'", module_layer(m)->base.class.name, name);
}

void layer_release(Tensor **tensors, int n) {
  for (int i = 0; i < n; i++) tensor_release(tensors[i]);
}

const Module *layer_failed;

/* What the message says behind the name of an op, NULL where it names none: a program that calls nn.CrossEntropyLoss
** has never heard of cross_entropy, which complains. */
static const char *layer_behind_op(const char *text) {
  const size_t op = strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789");
  return op > 0 && strncmp(text + op, ": ", 2) == 0 ? text + op : NULL;
}

Status layer_fail(const Module *m, Status status) {
  char text[512];
  layer_failed = m;
  if (status != ERROR_ARGUMENT) return status;
  snprintf(text, sizeof text, "%s", status_message());
  const char *behind = layer_behind_op(text);
  return behind != NULL ? fail(status, "%s%s", module_layer(m)->base.class.name, behind) : status;
}

Status layer_check_rank(const Layer *layer, const Tensor *in) {
  char text[SHAPE_TEXT], expected[32];
  if (in->ndim >= layer->least_rank && in->ndim <= layer->most_rank) return OK;
  if (layer->least_rank == layer->most_rank) snprintf(expected, sizeof expected, "%d", layer->least_rank);
  else snprintf(expected, sizeof expected, "%d or %d", layer->least_rank, layer->most_rank);
  return fail(ERROR_ARGUMENT, "%s: 'input' (argument 1): expected %s dimensions, got %s", layer->base.class.name,
              expected, tensor_text(text, in));
}

/* Counters take no call of an op. */
Status layer_add_number(Tensor *t, Scalar number) {
  if (t->dtype == DTYPE_INT64 && t->ndim == 0 && number.kind == SCALAR_INT && tensor_device(t).type == DEVICE_CPU) {
    MODE_CHANGES(.kind = CHANGE_ADD, .target = t, .number = number);
    *(int64_t *)tensor_data(t) += number.as.i;
    atomic_fetch_add(&t->storage->version, 1);
    return OK;
  }
  Tensor *pair[] = {t, NULL};
  TRY(tensor_wrap_number(number, &pair[1]));
  Status status = op_call_in_place(OP_ADD, pair, 2, &(AddAttrs){scalar_int(1)});
  tensor_release(pair[1]);
  return status;
}

/* Raises the error at the top, "PLACE: MESSAGE", as one of the program's line: the line of the formula tells the
** program nothing. */
static int layer_raise(lua_State *L, const char *name) {
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "", *folder = "lib/torch/nn/layers/";
  const char *told = strstr(text, ": ");
  if (told == NULL) return lua_error(L);
  told += 2;
  const char *behind = layer_behind_op(told);
  if (behind != NULL) lua_pushfstring(L, "%s%s", name, behind);
  else lua_pushstring(L, told);
  if (strncmp(text, folder, strlen(folder)) == 0) return error_raise(L, "%s", lua_tostring(L, -1));
  lua_pushlstring(L, text, (size_t)(told - text));
  lua_insert(L, -2);
  lua_concat(L, 2);
  return lua_error(L);
}

/* The formulas are functions of the Lua files that the C was made of; they are loaded when the first one is needed. */
int layer_forward_lua(lua_State *L) {
  const Layer *layer = module_layer(lua_touserdata(L, 1));
  int n = layer->n_inputs;
  lua_settop(L, n + 1);
  open_push_global(L, "require");
  lua_pushliteral(L, "torch.nn.layer");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "formula");
  lua_pushstring(L, layer->rows);
  lua_pushstring(L, class_short_name(&layer->base.class));
  lua_call(L, 2, 1);
  lua_replace(L, n + 2);
  lua_settop(L, n + 2);
  lua_insert(L, 1);
  if (lua_pcall(L, n + 1, LUA_MULTRET, 0) != LUA_OK) return layer_raise(L, layer->base.class.name);
  return lua_gettop(L);
}
