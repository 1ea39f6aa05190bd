/* system.c: what the session needs of the operating system. Lua reaches it as
** require "hecate.session.system".
*/
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm.h"

int luaopen_hecate_session_system(lua_State *L);
extern char **environ;

/* true, or nil and "NAME: reason". */
static int result(lua_State *L, bool good, const char *name) {
  if (!good) {
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", name, strerror(errno));
    return 2;
  }
  lua_pushboolean(L, true);
  return 1;
}

static int change_folder(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  return result(L, chdir(path) == 0, path);
}

static int folder(lua_State *L) {
  char path[PATH_MAX];
  lua_pushstring(L, getcwd(path, sizeof path) != NULL ? path : ".");
  return 1;
}

static int set_variable(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  return result(L, setenv(name, luaL_checkstring(L, 2), 1) == 0, name);
}

/* The variables as an array of "NAME=value". */
static int variables(lua_State *L) {
  lua_newtable(L);
  for (int i = 0; environ != NULL && environ[i] != NULL; i++) {
    lua_pushstring(L, environ[i]);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* modified(path): when the file was written last and its size, as one string that changes
** with either; nil: there is no such file. */
static int modified(lua_State *L) {
  struct stat s;
  if (stat(luaL_checkstring(L, 1), &s) != 0) return 0;
  lua_pushfstring(L, "%I.%I %I", (LUAI_UACINT)s.st_mtim.tv_sec, (LUAI_UACINT)s.st_mtim.tv_nsec, (LUAI_UACINT)s.st_size);
  return 1;
}

int luaopen_hecate_session_system(lua_State *L) {
  static const luaL_Reg functions[] = {{"chdir", change_folder}, {"getcwd", folder}, {"setenv", set_variable},
                                       {"environ", variables}, {"modified", modified}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
