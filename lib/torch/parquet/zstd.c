/* zstd.c: the module "torch.parquet.zstd": pages that Zstandard packed. A plug-in, see zstd.cmake. */
#include <zstd.h>

#include "vm.h"

/* unpack(packed, size) → string of exactly so many bytes; raises where they are others */
static int zstd_unpack(lua_State *L) {
  size_t n;
  const char *packed = luaL_checklstring(L, 1, &n);
  const lua_Integer size = luaL_checkinteger(L, 2);
  if (size < 0) return luaL_error(L, "a size of %I bytes", (LUAI_UACINT)size);
  luaL_Buffer b;
  char *to = luaL_buffinitsize(L, &b, (size_t)size + 1);
  const size_t got = ZSTD_decompress(to, (size_t)size, packed, n);
  if (ZSTD_isError(got)) return luaL_error(L, "the packed data is damaged: %s", ZSTD_getErrorName(got));
  if (got != (size_t)size) return luaL_error(L, "it unpacks to fewer bytes");
  luaL_pushresultsize(&b, got);
  return 1;
}

int luaopen_torch_parquet_zstd(lua_State *L) {
  static const luaL_Reg functions[] = {{"unpack", zstd_unpack}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
