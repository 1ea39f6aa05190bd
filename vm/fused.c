/* fused.c: torch.fused: a function whose elementwise ops are deferred (deferred.h). */
#include "coroutine.h"
#include "deferred.h"

/* Puts the boxes of the deferred tensors in a result on the stack: itself, or what lies in it where it is a table. */
static void fused_gather(lua_State *L, int index, int depth) {
  const TensorBox *box = object_test(L, index, &tensor_class);
  if (box != NULL && box->deferred != NULL && lua_checkstack(L, 4)) lua_pushvalue(L, index);
  if (!lua_istable(L, index) || depth == 0 || !lua_checkstack(L, 8)) return;
  lua_pushnil(L);
  while (lua_next(L, index)) {
    const int value = lua_gettop(L);
    fused_gather(L, value, depth - 1);
    lua_rotate(L, value - 1, lua_gettop(L) - value); /* what was found goes below the key */
    lua_pop(L, 1);
  }
}

static const Class fused_class = {"torch.fused", &mode_class, NULL, NULL, NULL};

/* The end of a function, also after a yield. Place 1 has the entry of the mode; above it are the results. */
static int fused_finish(lua_State *L, int status, lua_KContext context) {
  (void)context;
  mode_leave(lua_touserdata(L, 1));
  if (status != LUA_OK && status != LUA_YIELD) return lua_error(L);
  const int top = lua_gettop(L);
  for (int i = 2; i <= top; i++) fused_gather(L, i, 4);
  const int n = lua_gettop(L) - top;
  TensorBox **boxes = lua_newuserdatauv(L, sizeof *boxes * (size_t)(n + 1), 0);
  for (int i = 0; i < n; i++) boxes[i] = lua_touserdata(L, top + 1 + i);
  error_check(L, deferred_compute_boxes(n, boxes));
  lua_settop(L, top);
  return top - 1;
}

/* Upvalue 1: the function. */
static int fused_call(lua_State *L) {
  mode_enter(L, &fused_class, sizeof(ModeEntry), PART_FUSED, true);
  lua_insert(L, 1);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 2);
  deferring = true;
  return fused_finish(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 0, 0, fused_finish), 0);
}

/** torch.fused(f: function) -> function: f with elementwise ops that follow each other, and a reduction over the last
** dimensions at their end, run as one walk over memory. Results have the same bits as those of f. A result of such an
** op is computed when something else needs it, or when f returns it; what nothing needs is never computed.
** Gradients are fused too: a backward pass computes anew what it reads; costly parts of small tensors are kept.
** Example: torch.fused(function(x) return (x * 2 + 1):exp():sum() end)(torch.zeros(3)) */
static int fused(lua_State *L) {
  if (lua_type(L, 1) != LUA_TFUNCTION) return error_argument(L, "fused", "f", 1, "a function", 1);
  lua_settop(L, 1);
  lua_pushcclosure(L, fused_call, 1);
  return 1;
}

const luaL_Reg deferred_functions[] = {{"fused", fused}, {NULL, NULL}};
