/* folder.c: what is in a folder, for completion. */
#include "folder.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int folder_close(lua_State *L) {
  DIR **folder = lua_touserdata(L, 1);
  if (*folder != NULL) closedir(*folder);
  *folder = NULL;
  return 0;
}

/* Pushes an open folder that the collector closes when an error passes. */
static DIR **folder_open(lua_State *L, const char *path) {
  DIR **folder = lua_newuserdatauv(L, sizeof(DIR *), 0);
  *folder = NULL;
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, folder_close);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  *folder = opendir(path);
  return folder;
}

static bool folder_has_folder(const char *path, const struct dirent *entry) {
  char full[4096];
  struct stat status;
  if (entry->d_type != DT_LNK && entry->d_type != DT_UNKNOWN) return entry->d_type == DT_DIR;
  int n = snprintf(full, sizeof full, "%s/%s", path, entry->d_name);
  return n < (int)sizeof full && stat(full, &status) == 0 && S_ISDIR(status.st_mode);
}

int folder_list(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  if (*path == '\0') path = ".";
  DIR **folder = folder_open(L, path);
  if (*folder == NULL) return 0;
  lua_newtable(L);
  struct dirent *entry;
  for (lua_Integer n = 1; (entry = readdir(*folder)) != NULL;) {
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0) continue;
    lua_pushfstring(L, "%s%s", name, folder_has_folder(path, entry) ? "/" : "");
    lua_rawseti(L, -2, n++);
  }
  closedir(*folder);
  *folder = NULL;
  return 1;
}
