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

/* The name of the shared object that we are part of; NULL: we are in the executable, which has no name in the list of
** what is loaded. */
static const char *plugin_host_name(void) {
  Dl_info host;
  struct link_map *loaded;
  const bool found = dladdr1((void *)status_message, &host, (void **)&loaded, RTLD_DL_LINKMAP) != 0;
  return found && loaded->l_name[0] != '\0' ? loaded->l_name : NULL;
}

/* Makes our functions those that plug-ins see; those of an executable are from the start. */
static void plugin_share(lua_State *L) {
  const char *name = plugin_host_name();
  if (name != NULL) dlopen(name, RTLD_LAZY | RTLD_NOLOAD | RTLD_GLOBAL);
  if (!plugin_sees_us()) error_raise(L, "plug-ins: there is another copy of Hecate in this process");
}

bool plugin_path(const char *file, char *path, size_t size) {
  char folder[PATH_MAX];
  const char *name = plugin_host_name();
  snprintf(path, size, "%s", file);
  if (realpath(name != NULL ? name : "/proc/self/exe", folder) == NULL) return false;
  *strrchr(folder, '/') = '\0';
  for (const char *const *at = plugin_folders; *at != NULL; at++)
    if (snprintf(path, size, "%s/%s/%s", folder, *at, file) < (int)size && access(path, R_OK) == 0) return true;
  return false;
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
  char path[2 * PATH_MAX];
  plugin_share(L);
  if (!plugin_path(lua_pushfstring(L, "%s.so", luaL_gsub(L, plugin->name, ".", "/")), path, sizeof path))
    error_raise(L, "%s: there is no file %s", plugin->name, path);
  void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) plugin_refused(L, plugin, path, dlerror());
  const char *symbol = lua_pushfstring(L, "luaopen_%s", luaL_gsub(L, plugin->name, ".", "_"));
  void *address = dlsym(library, symbol);
  if (address == NULL) error_raise(L, "%s: %s has no function %s", plugin->name, path, symbol);
  lua_CFunction opener;
  memcpy(&opener, &address, sizeof opener); /* ISO C has no cast from an object to a function */
  lua_pushcfunction(L, opener);
}
