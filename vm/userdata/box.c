/* box.c: boxes: the userdata that hold tensors, and the account that Lua's collector is given of the memory behind
** them.
*/
#include <string.h>

#include "vm.h"

/* Lua sees a few words per tensor, so it is told when to look: before a new tensor, so
** that this one gets the memory that has just come free and is in the cache still. After
** YOUNG_BYTES of new tensors a step: in the generational mode (open_globals) a collection
** of the young, which is where the temporaries of a loop are. A whole collection when the
** bytes in use have grown by a quarter since the last one, for what got old before it
** died; at least by GROWTH and by four times what Lua has to walk through. */
#define YOUNG_BYTES (2LL << 20)
#define GROWTH (16LL << 20)
static int64_t pending, limit = GROWTH;

static void collect(lua_State *L) {
  MemoryStats stats;
  pending = 0;
  memory_stats(&stats);
  lua_gc(L, stats.bytes > limit ? LUA_GCCOLLECT : LUA_GCSTEP, 0);
  if (stats.bytes <= limit) return;
  memory_stats(&stats);
  const int64_t quarter = stats.bytes / 4, least = GROWTH + 4096LL * lua_gc(L, LUA_GCCOUNT, 0);
  limit = stats.bytes + (quarter > least ? quarter : least);
}

void tensor_account(lua_State *L, const TensorBox *box) {
  const Tensor *t = box->tensor;
  (void)L;
  if (box->deferred != NULL) pending += (int64_t)sizeof *t;
  if (t == NULL) return;
  pending += (int64_t)sizeof *t;
  /* Once for each storage. A result may share it from the start: with what a gradient needs, or as a view. */
  Storage *s = t->storage;
  if (s->accounted || s->data == NULL) return;
  s->accounted = true;
  pending += (int64_t)s->bytes;
}

TensorBox *tensor_box_of(lua_State *L, int metatable) {
  if (pending >= YOUNG_BYTES) collect(L);
  TensorBox *box = lua_newuserdatauv(L, sizeof *box, 0);
  box->object.class = &tensor_class;
  box->tensor = NULL;
  box->deferred = NULL;
  lua_pushvalue(L, metatable);
  lua_setmetatable(L, -2);
  return box;
}

TensorBox *tensor_box(lua_State *L) {
  object_metatable(L, &tensor_class);
  TensorBox *box = tensor_box_of(L, -2); /* the metatable, below the new box */
  lua_remove(L, -2);
  return box;
}

void tensor_push(lua_State *L, Tensor *tensor) {
  if (tensor == NULL) {
    lua_pushnil(L);
    return;
  }
  TensorBox *box = tensor_box(L);
  box->tensor = tensor_retain(tensor);
}

Tensor *tensor_check(lua_State *L, int argument, const char *function, const char *name) {
  Tensor *t = tensor_test(L, argument);
  if (t != NULL) return t;
  if (argument == 1 && strcmp(name, "self") == 0) error_self(L, function, name, "a tensor");
  else error_argument(L, function, name, argument, "a tensor", argument);
  return t;
}

Tensor *tensor_host(lua_State *L, Tensor *t, const char *function) {
  if (device_is_host(tensor_device(t))) {
    lua_pushnil(L);
    return t;
  }
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_on_host(function, t, &box->tensor));
  tensor_account(L, box);
  return box->tensor;
}
