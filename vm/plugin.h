/* plugin.h: the C parts of libraries that are shared objects of their own, opened when they are required. */
#ifndef HECATE_PLUGIN_H
#define HECATE_PLUGIN_H

#include <lua.h>

#include "embedded.h"

/* Pushes the function that opens the module of the plug-in. Raises one line that says what is missing. */
void plugin_push_opener(lua_State *L, const EmbeddedPlugin *plugin);

#endif
