/* library.c: the libraries: where the files of lib/ are found, with which globals they run, and tables
** whose fields are loaded at first use.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedded.h"
#include "library.h"
#include "plugin.h"
#include "undefined.h"

/* ---- the globals of lib/ --------------------------------------------------------------- */

static const char globals_key, loaded_key; /* their addresses are keys of the registry */

static int library_require(lua_State *L);

/* They are those of Lua and torch as they were at the start: a program may call a variable 'table'.
** All others are the program's. */
void library_globals(lua_State *L, int torch) {
  lua_newtable(L);
  int globals = lua_gettop(L);
  lua_pushglobaltable(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  for (lua_pushnil(L); lua_next(L, globals + 1); lua_pop(L, 1)) {
    lua_pushvalue(L, -2);
    lua_rawget(L, globals + 2);
    bool is_library = lua_type(L, -3) == LUA_TSTRING && lua_istable(L, -2) && lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
    if (!is_library && !lua_iscfunction(L, -1)) continue;
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, globals);
  }
  lua_pushvalue(L, torch);
  lua_setfield(L, globals, "torch");
  lua_newtable(L);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &loaded_key);
  lua_getfield(L, globals, "require");
  lua_pushcclosure(L, library_require, 2);
  lua_pushvalue(L, -1);
  lua_setfield(L, globals, "require");
  undefined_open(L);
  lua_createtable(L, 0, 2);
  lua_pushvalue(L, globals + 1);
  lua_setfield(L, -2, "__index");
  lua_pushvalue(L, globals + 1);
  lua_setfield(L, -2, "__newindex");
  lua_setmetatable(L, globals);
  lua_settop(L, globals);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &globals_key);
}

void open_push_global(lua_State *L, const char *name) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &globals_key);
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

/* ---- the files of lib/ ----------------------------------------------------------------- */

static const EmbeddedFile *embedded_find(const char *name) {
  int library = 0;
  const EmbeddedFile *f = NULL;
  while ((f = embedded_next(&library, f)) != NULL)
    if (strcmp(f->name, name) == 0) return f;
  return NULL;
}

/* A path is a name: "torch.nn.init" lies in torch/nn/init.lua. */
static bool library_path(const char *module, char *path, size_t size) {
  size_t n = strlen(module);
  if (n + sizeof ".lua" > size) return false;
  for (size_t i = 0; i < n; i++) path[i] = module[i] == '.' ? '/' : module[i];
  strcpy(path + n, ".lua");
  return true;
}

/* The path of a file of lib/ in the folder HECATE_LIB, where that is set and the file is there. */
static bool file_outside(const char *name, char *path, size_t size) {
  const char *folder = getenv("HECATE_LIB");
  if (folder == NULL || folder[0] == '\0') return false;
  snprintf(path, size, "%s/%s", folder, name);
  FILE *f = fopen(path, "r");
  if (f != NULL) fclose(f);
  return f != NULL;
}

static int load_embedded(lua_State *L, const char *name) {
  char path[1024], chunk[256];
  if (file_outside(name, path, sizeof path)) return luaL_loadfile(L, path);
  const EmbeddedFile *f = embedded_find(name);
  if (f == NULL) return -1;
  snprintf(chunk, sizeof chunk, "@lib/%s", name);
  return luaL_loadbufferx(L, (const char *)f->data, f->size, chunk, "t");
}

/* Pushes the chunk of a file of lib/, or nothing: returns LUA_OK, an error of load (its
** message on the stack), or -1 when there is no such file. */
int open_embedded(lua_State *L, const char *name) {
  int status = load_embedded(L, name);
  if (status != LUA_OK) return status;
  lua_rawgetp(L, LUA_REGISTRYINDEX, &globals_key);
  lua_setupvalue(L, -2, 1); /* _ENV */
  return LUA_OK;
}

/* Whether push_loader would find a module of this name. */
static bool is_ours(const char *module) {
  char path[256], outside[1024];
  for (const EmbeddedNative *native = embedded_natives; native->name != NULL; native++)
    if (strcmp(native->name, module) == 0) return true;
  for (const EmbeddedPlugin *plugin = embedded_plugins; plugin->name != NULL; plugin++)
    if (strcmp(plugin->name, module) == 0) return true;
  return library_path(module, path, sizeof path) &&
         (embedded_find(path) != NULL || file_outside(path, outside, sizeof outside));
}

/* Pushes the function that makes the module and what it is given beside the name; false, with nothing
** pushed: it is none of ours. */
static bool push_loader(lua_State *L, const char *module) {
  char path[256];
  for (const EmbeddedNative *native = embedded_natives; native->name != NULL; native++)
    if (strcmp(native->name, module) == 0) {
      lua_pushcfunction(L, native->open);
      lua_pushstring(L, module);
      return true;
    }
  for (const EmbeddedPlugin *plugin = embedded_plugins; plugin->name != NULL; plugin++)
    if (strcmp(plugin->name, module) == 0) {
      plugin_push_opener(L, plugin);
      lua_pushstring(L, module);
      return true;
    }
  if (!library_path(module, path, sizeof path)) return false;
  int status = open_embedded(L, path);
  if (status == -1) return false;
  if (status != LUA_OK) lua_error(L);
  lua_pushstring(L, path);
  return true;
}

/* Pushes the path of the script, or nil where no script runs. Without a script (-e, standard input) arg[0] is the
** program itself, and nothing precedes it. */
static const char *push_script(lua_State *L) {
  if (lua_getglobal(L, "arg") == LUA_TTABLE && lua_rawgeti(L, -1, -1) != LUA_TNIL &&
      lua_rawgeti(L, -2, 0) == LUA_TSTRING)
    return lua_tostring(L, -1);
  lua_pushnil(L);
  return NULL;
}

/* Pushes the chunk of a file of the module's name in the folder of the script, and the path of that file; false, with
** nothing pushed: there is none. Lua's own searcher looks into the working folder alone. */
static bool push_beside_script(lua_State *L, const char *module) {
  const int top = lua_gettop(L);
  const char *script = push_script(L), *end = NULL;
  if (script != NULL) end = strrchr(script, '/');
  if (end != NULL && lua_getglobal(L, "package") == LUA_TTABLE && lua_getfield(L, -1, "searchpath") == LUA_TFUNCTION) {
    lua_pushstring(L, module);
    lua_pushlstring(L, script, (size_t)(end - script));
    lua_pushfstring(L, "%s/?.lua;%s/?/init.lua", lua_tostring(L, -1), lua_tostring(L, -1));
    lua_remove(L, -2);
    lua_call(L, 2, 1);
    const char *path = lua_tostring(L, -1); /* nil: not there */
    if (path != NULL) {
      if (luaL_loadfile(L, path) != LUA_OK) lua_error(L);
      lua_pushstring(L, path);
      lua_replace(L, top + 2);
      lua_replace(L, top + 1);
      lua_settop(L, top + 2);
      return true;
    }
  }
  lua_settop(L, top);
  return false;
}

/* What a library is called that Torch7 has under a name of its own. */
static const char *library_name(const char *module) {
  if (strcmp(module, "nn") == 0) return "torch.nn";
  return strcmp(module, "optim") == 0 ? "torch.optim" : module;
}

/* The last of the searchers of `require`: a file of the same name beside the script, or one that is
** installed, comes first. */
static int searcher(lua_State *L) {
  const char *module = luaL_checkstring(L, 1);
  if (is_ours(library_name(module))) {
    if (push_beside_script(L, module)) return 2;
    open_push_global(L, "require"); /* the same module for the program and for lib/ */
    lua_pushliteral(L, ":hecate:");
    return 2;
  }
  lua_pushfstring(L, "no module '%s' in Hecate", module);
  return 1;
}

static void set_lazy(lua_State *L, const char *name);

/* Names that the library at the top does not have are errors where a program reads them, as those of torch are. What
** only serves other files of Hecate stays a plain table. */
static void name_missing(lua_State *L, const char *module) {
  if (!lua_istable(L, -1) || strncmp(module, "hecate.", 7) == 0) return;
  if (lua_getmetatable(L, -1)) {
    lua_pop(L, 1);
    return;
  }
  lua_newtable(L);
  lua_insert(L, -2);
  set_lazy(L, module);
}

void (*library_loaded)(lua_State *L, const char *module);

/* `require` as the files of lib/ see it: ours come first, whatever lies beside the script or was loaded
** under the name. Upvalue 1: what was loaded, by name; 2: the program's require. */
static int library_require(lua_State *L) {
  const char *module = library_name(luaL_checkstring(L, 1));
  lua_settop(L, 1);
  if (lua_getfield(L, lua_upvalueindex(1), module) != LUA_TNIL) return 1;
  lua_pop(L, 1);
  if (!push_loader(L, module)) {
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_pushvalue(L, 1);
    lua_call(L, 1, LUA_MULTRET);
    return lua_gettop(L) - 1;
  }
  lua_pushvalue(L, 1);
  lua_insert(L, -2);
  lua_call(L, 2, 1);
  if (lua_isnil(L, -1)) lua_pop(L, 1), lua_pushboolean(L, true);
  name_missing(L, module);
  if (library_loaded != NULL) library_loaded(L, module);
  library_set_loaded(L, module);
  return 1;
}

void library_push_loaded(lua_State *L) { lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key); }

/* Gives the value at the top the name of a module, for programs too unless they have one of that name. */
void library_set_loaded(lua_State *L, const char *name) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &loaded_key);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, name);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, name) == LUA_TNIL) {
    lua_pushvalue(L, -4);
    lua_setfield(L, -3, name);
  }
  lua_pop(L, 3);
}

void library_searcher(lua_State *L) {
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "searchers");
  lua_pushcfunction(L, searcher);
  lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
  lua_pop(L, 2);
}

/* ---- fields that are loaded at first use ----------------------------------------------------- */

void (*library_adapt)(lua_State *L, const char *library, const char *name);

/* Whether the documentation of a file of a library says that it is a function whose results are tensors. */
static bool makes_tensors(const char *library, const char *key) {
  char path[256], name[256];
  if (library == NULL) return false;
  if (snprintf(name, sizeof name, "%s.%s", library, key) >= (int)sizeof name) return false;
  const EmbeddedFile *f = library_path(name, path, sizeof path) ? embedded_find(path) : NULL;
  return f != NULL && f->makes_tensors;
}

/* Upvalues: 1 key → module, 2 the name of the library, nil for the globals. Loads it and keeps it in the table. */
static int lazy_index(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TSTRING)
    return undefined_read(L, lua_tostring(L, lua_upvalueindex(2)));
  open_push_global(L, "require");
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  if (library_adapt != NULL && makes_tensors(lua_tostring(L, lua_upvalueindex(2)), lua_tostring(L, 2)))
    library_adapt(L, lua_tostring(L, lua_upvalueindex(2)), lua_tostring(L, 2));
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, 1);
  return 1;
}

/* The table at the top gets the modules of the table below it (key → module), which is popped. 'name': of the
** library; NULL: they are the globals. */
static void set_lazy(lua_State *L, const char *name) {
  lua_insert(L, -2);
  lua_createtable(L, 0, 2);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, "__lazy");
  lua_insert(L, -2);
  lua_pushstring(L, name);
  lua_pushcclosure(L, lazy_index, 2);
  lua_setfield(L, -2, "__index");
  lua_setmetatable(L, -2);
}

/* Notes a module under its key when it lies right under the folder 'path' of n bytes. */
static void add_lazy(lua_State *L, const char *module, const char *name, const char *path, size_t n, const char *end) {
  const char *key = name + n + 1;
  if (strncmp(name, path, n) != 0 || (name[n] != '/' && name[n] != '.')) return;
  size_t length = strlen(key), cut = strlen(end);
  if (length <= cut) return; /* the file of the folder itself: "torch.lua" beside torch/ */
  length -= cut;
  if (memchr(key, '/', length) != NULL || memchr(key, '.', length) != NULL) return;
  lua_pushlstring(L, key, length);
  lua_pushfstring(L, "%s.%s", module, lua_tostring(L, -1));
  lua_rawset(L, -3);
}

void library_lazy(lua_State *L, const char *module) {
  char path[256];
  int library = 0;
  size_t n = strlen(module);
  lua_newtable(L);
  library_path(module, path, sizeof path);
  for (const EmbeddedFile *f = NULL; (f = embedded_next(&library, f)) != NULL;)
    if (f->is_public) add_lazy(L, module, f->name, path, n, ".lua");
  for (const EmbeddedNative *native = embedded_natives; native->name != NULL; native++)
    if (native->is_public) add_lazy(L, module, native->name, module, n, "");
  for (const EmbeddedPlugin *plugin = embedded_plugins; plugin->name != NULL; plugin++)
    if (plugin->is_public) add_lazy(L, module, plugin->name, module, n, "");
  lua_insert(L, -2);
  set_lazy(L, module);
}

void library_lazy_methods(lua_State *L) {
  int library = 0;
  lua_newtable(L);
  for (const EmbeddedFile *f = NULL; (f = embedded_next(&library, f)) != NULL;)
    if (f->is_method) add_lazy(L, "torch", f->name, "torch", strlen("torch"), ".lua");
  lua_insert(L, -2);
  set_lazy(L, "tensor");
}

void library_lazy_globals(lua_State *L, const char *const (*pairs)[2]) {
  lua_newtable(L);
  for (; (*pairs)[0] != NULL; pairs++) {
    lua_pushstring(L, (*pairs)[1]);
    lua_setfield(L, -2, (*pairs)[0]);
  }
  lua_pushglobaltable(L);
  set_lazy(L, NULL);
  lua_pop(L, 1);
}
