/* kind.c: what a Lua value is: one of our objects, of which class, a tensor. It raises nothing, so that error.c can
** describe values by it; object.c and box.c make them and raise where they are of another kind.
*/
#include "vm.h"

/* What an object that was closed shows as its class: no function takes it any more. */
const Class object_closed = {.name = "a closed object"};

/* Ours are the userdata whose metatable has the field __class. Those of other libraries may hold anything, also under a
** metatable of ours that debug.setmetatable gave them, so the object must name the class of its metatable; NULL: it
** is not ours. *closed: it was ours. */
static Object *read_object(lua_State *L, int index, bool *closed) {
  *closed = false;
  if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) < sizeof(Object) || !lua_getmetatable(L, index))
    return NULL;
  lua_pushliteral(L, "__class");
  const void *class = lua_rawget(L, -2) == LUA_TLIGHTUSERDATA ? lua_touserdata(L, -1) : NULL;
  lua_pop(L, 2);
  Object *object = lua_touserdata(L, index);
  if (class == NULL) return NULL;
  *closed = object->class == &object_closed;
  return object->class == class ? object : NULL;
}

bool object_is_closed(lua_State *L, int index) {
  bool closed;
  read_object(L, index, &closed);
  return closed;
}

void *object_test(lua_State *L, int index, const Class *class) {
  bool closed;
  Object *object = read_object(L, index, &closed);
  if (class == NULL || object == NULL) return object;
  for (const Class *c = object->class; c != NULL; c = c->parent)
    if (c == class) return object;
  return NULL;
}

/* ---- tensors ---------------------------------------------------------------------------- */

Tensor *(*deferred_tensor)(TensorBox *box);
void (*deferred_drop)(TensorBox *box);

/* The first word of the userdata is compared with the address of our descriptor: other
** libraries' userdata do not hold it. */
Tensor *tensor_test(lua_State *L, int index) {
  TensorBox *box = lua_touserdata(L, index);
  if (box == NULL || lua_rawlen(L, index) < sizeof *box) return NULL; /* light ones have length 0 */
  if (box->object.class != &tensor_class) return NULL;
  return box->tensor != NULL || box->deferred == NULL ? box->tensor : deferred_tensor(box);
}

/* The box at index 1, open or closed, or NULL. Most of what dies are open tensors, so these are looked at first. */
static TensorBox *finalized_box(lua_State *L) {
  TensorBox *box = lua_touserdata(L, 1);
  if (box == NULL || lua_rawlen(L, 1) < sizeof *box) return NULL;
  if (box->object.class == &tensor_class) return box;
  if (box->object.class != &object_closed || !lua_getmetatable(L, 1)) return NULL;
  lua_pushliteral(L, "__class");
  const bool ours = lua_rawget(L, -2) == LUA_TLIGHTUSERDATA && lua_touserdata(L, -1) == &tensor_class;
  lua_pop(L, 2);
  return ours ? box : NULL;
}

static int tensor_finalize(lua_State *L) {
  TensorBox *box = finalized_box(L);
  if (box == NULL) return 0;
  if (box->deferred != NULL) deferred_drop(box);
  Tensor *t = box->tensor;
  box->tensor = NULL;
  tensor_release(t);
  return 0;
}

/* __close. The collector can run a finaliser of the program in the middle of an op that has read its arguments; a
** tensor that is closed there is let go of by the box, when no function can hold it any more. (Lua answers -1 to any
** question about the collector while it runs finalisers.) */
static int tensor_close(lua_State *L) {
  TensorBox *box = finalized_box(L);
  if (box == NULL) return 0;
  if (lua_gc(L, LUA_GCCOUNT, 0) >= 0) tensor_finalize(L);
  box->object.class = &object_closed;
  return 0;
}

/* What a box needs to live and die; tensor_open (tensor.c) adds what a script sees of it. */
static const luaL_Reg box_metamethods[] = {{"__gc", tensor_finalize}, {"__close", tensor_close}, {NULL, NULL}};
const Class tensor_class = {"torch.Tensor", NULL, NULL, NULL, box_metamethods};
