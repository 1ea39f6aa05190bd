/* storage.c: what torch.storage, x:resize_() and x:set_() need of the memory that tensors share. */
#include "internals.h"
#include "call.h"

/* torch._C.storage_tensor(x, dtype): a tensor of one dimension over all of the memory of x, without history. Bytes at
** the end that make no whole element are left out. */
int storage_tensor(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "storage_tensor", "x");
  DType dtype;
  if (!dtype_read(L, 2, &dtype)) return error_argument(L, "storage_tensor", "dtype", 2, "a dtype", 2);
  const int64_t n = (int64_t)(t->storage->bytes / dtype_size(dtype)), step = 1;
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_from_storage(t->storage, dtype, 0, 1, &n, &step, &box->tensor));
  return 1;
}

/* torch._C.storage_grow(x, bytes): the memory of x has at least so many bytes from now on, for all tensors that share
** it. What is new in it is not said. */
int storage_grow(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "storage_grow", "x");
  const lua_Integer bytes = luaL_checkinteger(L, 2);
  if (bytes > 0 && (size_t)bytes > t->storage->bytes) error_check(L, storage_resize(t->storage, (size_t)bytes));
  return 0;
}

/* torch._C.set_tensor(x, from): x is another handle of what 'from' shows. */
int storage_set(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "set_", "self"), *from = tensor_check(L, 2, "set_", "source");
  error_check(L, tensor_set(t, from));
  lua_settop(L, 1);
  return 1;
}
