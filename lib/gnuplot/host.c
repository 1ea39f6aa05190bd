/* host.c: what figures need of the machine and Lua does not give: the bytes of a
** tensor, and what a path stands for. Lua reaches it as require "gnuplot.host".
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif /* realpath */

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "vm.h"

int luaopen_gnuplot_host(lua_State *L);

/* bytes(tensor) → string: the elements of a contiguous tensor as they lie in memory. */
static int bytes(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "bytes", "tensor");
  luaL_argcheck(L, tensor_is_contiguous(t), 1, "not contiguous");
  lua_pushlstring(L, tensor_data(t), (size_t)t->numel * tensor_itemsize(t));
  return 1;
}

/* target(path) → kind, path: "none", "file", "directory" or "other" (a device, a
** pipe), and the path behind symbolic links, so that these stay when a file is
** replaced. */
static int target(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  struct stat info;
  if (stat(path, &info) != 0) {
    lua_pushliteral(L, "none");
    lua_pushstring(L, path);
    return 2;
  }
  lua_pushstring(L, S_ISREG(info.st_mode) ? "file" : S_ISDIR(info.st_mode) ? "directory" : "other");
  char real[PATH_MAX];
  lua_pushstring(L, realpath(path, real) != NULL ? real : path);
  return 2;
}

static const luaL_Reg functions[] = {{"bytes", bytes}, {"target", target}, {NULL, NULL}};

int luaopen_gnuplot_host(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
