/* folders.c: the module "torch.hub.folders": folders for what is downloaded and unpacked.
**
**   make(path): the folder and those above it; true, or nil and why not
**   size(path) → the bytes of a file; nil: there is none
**   is_folder(path), exists(path)
*/
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "vm.h"

int luaopen_torch_hub_folders(lua_State *L);

static bool folders_is(const char *path) {
  struct stat status;
  return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static int folders_make(lua_State *L) {
  char path[PATH_MAX];
  size_t n;
  const char *given = luaL_checklstring(L, 1, &n);
  int reason = n >= sizeof path ? ENAMETOOLONG : 0;
  for (size_t i = 0; reason == 0 && i <= n; i++) {
    path[i] = given[i];
    if (i == 0 || (given[i] != '/' && given[i] != '\0')) continue;
    path[i] = '\0';
    if (mkdir(path, 0777) != 0 && !folders_is(path)) reason = errno == EEXIST ? ENOTDIR : errno;
    path[i] = given[i];
  }
  if (reason == 0) lua_pushboolean(L, true);
  else lua_pushnil(L);
  lua_pushstring(L, reason == 0 ? "" : strerror(reason));
  return 2;
}

static int folders_size(lua_State *L) {
  struct stat status;
  if (stat(luaL_checkstring(L, 1), &status) != 0 || !S_ISREG(status.st_mode)) return 0;
  lua_pushinteger(L, status.st_size);
  return 1;
}

static int folders_is_folder(lua_State *L) {
  lua_pushboolean(L, folders_is(luaL_checkstring(L, 1)));
  return 1;
}

static int folders_exists(lua_State *L) {
  struct stat status;
  lua_pushboolean(L, stat(luaL_checkstring(L, 1), &status) == 0);
  return 1;
}

int luaopen_torch_hub_folders(lua_State *L) {
  static const luaL_Reg functions[] = {{"make", folders_make}, {"size", folders_size},
                                       {"is_folder", folders_is_folder}, {"exists", folders_exists},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
