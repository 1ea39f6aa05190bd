/* plugin.h: the C parts of libraries that are shared objects of their own, opened when they are required. */
#ifndef HECATE_PLUGIN_H
#define HECATE_PLUGIN_H

#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

#include "embedded.h"

/* Finds the file of a plug-in ("hecate/zlib.so") from the folder of the executable or shared object that we are part
** of. False: it is nowhere; 'path' is then where it was looked for last. */
bool plugin_path(const char *file, char *path, size_t size);

/* Pushes the function that opens the module of the plug-in. Raises one line that says what is missing. */
void plugin_push_opener(lua_State *L, const EmbeddedPlugin *plugin);

#endif
