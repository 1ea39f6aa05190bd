/* saved.c: what graphs keep goes through functions of the script: torch.autograd.graph.saved_tensors_hooks. A tensor
** that is packed is a number for the tensor library; two tables in the registry have what pack returned and the
** function that makes a tensor of it again.
*/
#include "call.h"

static const char hooks_key, values_key, unpacks_key; /* their addresses are keys of the registry */
static lua_Integer saved_next = 1;

typedef struct {
  Tensor *tensor;
  lua_Integer number;
  Tensor *result;
} SavedCall;

static void push_table(lua_State *L, const char *key) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

static int pack_body(lua_State *L) {
  const SavedCall *call = lua_touserdata(L, 1);
  push_table(L, &hooks_key);
  push_table(L, &values_key);
  push_table(L, &unpacks_key);
  lua_rawgeti(L, 2, 1);
  tensor_push(L, call->tensor);
  lua_call(L, 1, 1);
  if (lua_isnil(L, -1)) return error_raise(L, "saved_tensors_hooks: pack returned nothing");
  lua_rawseti(L, 3, call->number);
  lua_rawgeti(L, 2, 2);
  lua_rawseti(L, 4, call->number);
  return 0;
}

static int unpack_body(lua_State *L) {
  SavedCall *call = lua_touserdata(L, 1);
  push_table(L, &values_key);
  push_table(L, &unpacks_key);
  lua_rawgeti(L, 3, call->number);
  lua_rawgeti(L, 2, call->number);
  lua_call(L, 1, 1);
  Tensor *t = tensor_test(L, -1);
  char got[ERROR_TEXT];
  if (t == NULL)
    return error_raise(L, "saved_tensors_hooks: unpack returns a tensor, got %s", error_describe(L, -1, got));
  call->result = tensor_retain(t);
  return 0;
}

/* The functions of the script run without gradients, and what they do is not packed in its turn. */
static Status saved_run(lua_CFunction body, SavedCall *call) {
  const bool packs = saved_packs, grad = grad_set_enabled(false);
  saved_packs = false;
  Status status = callback_run(body, call);
  saved_packs = packs;
  grad_set_enabled(grad);
  return status;
}

static Status saved_pack(Tensor *t, uint64_t *packed) {
  SavedCall call = {.tensor = t, .number = saved_next++};
  *packed = (uint64_t)call.number;
  return saved_run(pack_body, &call);
}

static Status saved_unpack(uint64_t packed, Tensor **out) {
  SavedCall call = {.number = (lua_Integer)packed};
  Status status = saved_run(unpack_body, &call);
  *out = call.result;
  return status;
}

static void saved_release(uint64_t packed) {
  lua_State *L = callback_state();
  if (L == NULL || !lua_checkstack(L, 4)) return;
  const char *keys[] = {&values_key, &unpacks_key};
  for (int i = 0; i < 2; i++) {
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, keys[i]) == LUA_TTABLE) {
      lua_pushnil(L);
      lua_rawseti(L, -2, (lua_Integer)packed);
    }
    lua_pop(L, 1);
  }
}

int saved_hooks(lua_State *L) {
  lua_settop(L, 2);
  saved_packs = lua_isfunction(L, 1) && lua_isfunction(L, 2);
  saved_door = (SavedDoor){saved_pack, saved_unpack, saved_release};
  push_table(L, &hooks_key);
  for (int i = 1; i <= 2; i++) {
    lua_pushvalue(L, i);
    lua_rawseti(L, 3, i);
  }
  return 0;
}
