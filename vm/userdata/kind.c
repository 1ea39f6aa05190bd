/* kind.c: what a Lua value is: one of our objects, of which class, a tensor. It raises nothing, so that error.c can
** describe values by it; object.c and box.c make them and raise where they are of another kind.
*/
#include "vm.h"

/* Ours are the userdata whose metatable has the field __class; those of other
** libraries may hold anything. */
static bool is_object(lua_State *L, int index) {
  if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return false;
  lua_pushliteral(L, "__class");
  bool ours = lua_rawget(L, -2) == LUA_TLIGHTUSERDATA;
  lua_pop(L, 2);
  return ours;
}

void *object_test(lua_State *L, int index, const Class *class) {
  if (!is_object(L, index)) return NULL;
  Object *object = lua_touserdata(L, index);
  if (class == NULL) return object;
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

/* __gc and __close: most of what dies are tensors, so this is theirs alone. */
static int tensor_finalize(lua_State *L) {
  TensorBox *box = lua_touserdata(L, 1);
  if (box == NULL || lua_rawlen(L, 1) < sizeof *box || box->object.class != &tensor_class) return 0;
  if (box->deferred != NULL) deferred_drop(box);
  Tensor *t = box->tensor;
  box->tensor = NULL;
  tensor_release(t);
  return 0;
}

/* What a box needs to live and die; tensor_open (tensor.c) adds what a script sees of it. */
static const luaL_Reg box_metamethods[] = {{"__gc", tensor_finalize}, {"__close", tensor_finalize}, {NULL, NULL}};
const Class tensor_class = {"torch.Tensor", NULL, NULL, NULL, box_metamethods};
