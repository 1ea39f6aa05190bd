/* plugin.c: opens the plug-ins of lib/ (hecate_plugin in CMakeLists.txt). A plug-in is linked with the external library
** that it is there for, and with nothing of Hecate: what it uses of tensor.h and vm.h are the functions of the
** program that opened it, the executable or torch.so.
*/
#include "plugin.h"

#include <dlfcn.h>
#include <lauxlib.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vm.h"

/* From the folder of the executable or of torch.so: in the folder of a build, and installed. */
static const char *const plugin_folders[] = {HECATE_PLUGIN_FOLDERS, NULL};

/* Whether a plug-in that is opened now gets our functions. */
static bool plugin_sees_us(void) {
  return dlsym(dlopen(NULL, RTLD_LAZY), "status_message") == (void *)status_message;
}

/* Writes the path of the executable or shared object that we are part of; makes its functions those that plug-ins
** see. Those of an executable, which has no name in the list of what is loaded, are from the start. */
static void plugin_host(lua_State *L, char *path) {
  Dl_info host;
  struct link_map *loaded;
  if (dladdr1((void *)status_message, &host, (void **)&loaded, RTLD_DL_LINKMAP) == 0)
    error_raise(L, "plug-ins: the program is not found in its own memory");
  const char *name = loaded->l_name[0] != '\0' ? loaded->l_name : "/proc/self/exe";
  if (realpath(name, path) == NULL) error_raise(L, "plug-ins: %s is not found", name);
  if (loaded->l_name[0] != '\0') dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_GLOBAL);
  if (!plugin_sees_us()) error_raise(L, "plug-ins: there is another copy of Hecate in this process");
}

/* Pushes the path of the file of the plug-in: hecate.zlib is hecate/zlib.so. */
static const char *plugin_push_path(lua_State *L, const char *name) {
  char host[PATH_MAX];
  const char *path = NULL;
  plugin_host(L, host);
  *strrchr(host, '/') = '\0';
  const char *file = luaL_gsub(L, name, ".", "/");
  for (const char *const *folder = plugin_folders; *folder != NULL; folder++) {
    path = lua_pushfstring(L, "%s/%s/%s.so", host, *folder, file);
    if (access(path, R_OK) == 0) return path;
  }
  error_raise(L, "%s: there is no file %s", name, path);
  return NULL;
}

/* Raises why the plug-in could not be opened: its own file is wrong (a symbol is undefined, for instance), which the
** reason then begins with, or a library that it needs is missing or damaged. */
static void plugin_refused(lua_State *L, const EmbeddedPlugin *plugin, const char *path, const char *reason) {
  size_t n = strlen(path);
  if (strncmp(reason, path, n) == 0 && reason[n] == ':')
    error_raise(L, "%s cannot be used with this Hecate and the %s that is installed: %s", plugin->name, plugin->needs,
                reason);
  error_raise(L, "%s needs %s (Debian: %s): %s", plugin->name, plugin->needs, plugin->package, reason);
}

void plugin_push_opener(lua_State *L, const EmbeddedPlugin *plugin) {
  if (!plugin->built)
    error_raise(L, "%s needs %s, and this Hecate was built without it (Debian: %s)", plugin->name, plugin->needs,
                plugin->headers);
  const char *path = plugin_push_path(L, plugin->name);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) plugin_refused(L, plugin, path, dlerror());
  const char *symbol = lua_pushfstring(L, "luaopen_%s", luaL_gsub(L, plugin->name, ".", "_"));
  void *address = dlsym(library, symbol);
  if (address == NULL) error_raise(L, "%s: %s has no function %s", plugin->name, path, symbol);
  lua_CFunction opener;
  memcpy(&opener, &address, sizeof opener); /* ISO C has no cast from an object to a function */
  lua_pushcfunction(L, opener);
}
