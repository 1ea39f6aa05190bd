/* internals.c: torch._C: what the libraries, tests and tools ask the C side. */
#include <string.h>

#include "call.h"
#include "embedded.h"
#include "folder.h"
#include "internals.h"
#include "library.h"
#include "serialize.h"
#include "userdata/class.h"

/* ---- the files of lib/ ----------------------------------------------------------------- */

/* torch._C.embedded(name): the bytes of a file of lib/. */
static int embedded(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  int library = 0;
  for (const EmbeddedFile *f = NULL; (f = embedded_next(&library, f)) != NULL;)
    if (strcmp(f->name, name) == 0) {
      lua_pushlstring(L, (const char *)f->data, f->size);
      return 1;
    }
  return luaL_error(L, "embedded: no file '%s'", name);
}

/* torch._C.files(): the names of all of them. */
static int files(lua_State *L) {
  int library = 0;
  lua_Integer n = 0;
  lua_newtable(L);
  for (const EmbeddedFile *f = NULL; (f = embedded_next(&library, f)) != NULL;) {
    lua_pushstring(L, f->name);
    lua_rawseti(L, -2, ++n);
  }
  return 1;
}

/* torch._C.lazy(table, module): the public files under that of the module are fields of the table. */
static int lazy(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const char *module = luaL_checkstring(L, 2);
  lua_settop(L, 2);
  lua_insert(L, 1);
  library_lazy(L, module);
  return 1;
}

/* ---- for tests and tools ------------------------------------------------------------------ */

static int memory(lua_State *L) {
  MemoryStats s;
  memory_stats(&s);
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, s.bytes);
  lua_setfield(L, -2, "bytes");
  lua_pushinteger(L, s.peak);
  lua_setfield(L, -2, "peak");
  lua_pushinteger(L, s.blocks);
  lua_setfield(L, -2, "blocks");
  lua_pushinteger(L, s.cached);
  lua_setfield(L, -2, "cached");
  return 1;
}
static int reset_peak(lua_State *L) {
  (void)L;
  memory_reset_peak();
  return 0;
}
static int trim(lua_State *L) {
  (void)L;
  memory_trim();
  return 0;
}
static int fail_at(lua_State *L) {
  memory_fail_at(luaL_checkinteger(L, 1));
  return 0;
}
/* torch._C.ops(): array of {name, signature, doc, example, modules, …}, one per row. modules: those
** that hold it, of "torch" and "nn.functional"; none for private rows. */
static int ops(lua_State *L) {
  lua_createtable(L, OP_COUNT, 0);
  for (int id = 0; id < OP_COUNT; id++) {
    const OpInfo *info = &op_table[id];
    lua_createtable(L, 0, 10);
    lua_pushstring(L, info->name), lua_setfield(L, -2, "name");
    lua_pushstring(L, info->lua_name), lua_setfield(L, -2, "lua");
    lua_createtable(L, 2, 0);
    int n = 0;
    if (info->modules & MODULE_TORCH) lua_pushliteral(L, "torch"), lua_rawseti(L, -2, ++n);
    if (info->modules & MODULE_FUNCTIONAL) lua_pushliteral(L, "nn.functional"), lua_rawseti(L, -2, ++n);
    lua_setfield(L, -2, "modules");
    lua_pushstring(L, info->signature), lua_setfield(L, -2, "signature");
    lua_pushstring(L, info->doc), lua_setfield(L, -2, "doc");
    lua_pushstring(L, info->example), lua_setfield(L, -2, "example");
    lua_pushboolean(L, info->backward != NULL), lua_setfield(L, -2, "differentiable");
    lua_pushboolean(L, info->method), lua_setfield(L, -2, "method");
    lua_pushboolean(L, info->in_place), lua_setfield(L, -2, "in_place");
    lua_pushboolean(L, info->in_place_only), lua_setfield(L, -2, "in_place_only");
    lua_pushboolean(L, info->creation), lua_setfield(L, -2, "creation");
    lua_pushboolean(L, info->random), lua_setfield(L, -2, "random");
    lua_createtable(L, info->n_args, 0);
    for (int i = 0; i < info->n_args; i++) lua_pushstring(L, info->args[i].name), lua_rawseti(L, -2, i + 1);
    lua_setfield(L, -2, "arguments");
    lua_pushinteger(L, info->n_returned), lua_setfield(L, -2, "returned");
    lua_rawseti(L, -2, id + 1);
  }
  return 1;
}
/* torch._C.dtypes(): array of {name, alias, title, category, size, compute, safetensors, numpy}, one per row of
** tensor/dtypes.lua. compute: the name of the type whose kernels work on it. */
static int dtypes(lua_State *L) {
  static const char *const categories[] = {"bool", "integer", "float", "complex"};
  lua_createtable(L, DTYPE_COUNT, 0);
  for (int d = 0; d < DTYPE_COUNT; d++) {
    const DTypeInfo *info = &dtype_table[d];
    lua_createtable(L, 0, 8);
    lua_pushstring(L, info->name), lua_setfield(L, -2, "name");
    lua_pushstring(L, info->alias), lua_setfield(L, -2, "alias");
    lua_pushstring(L, info->title), lua_setfield(L, -2, "title");
    lua_pushstring(L, categories[info->category]), lua_setfield(L, -2, "category");
    lua_pushinteger(L, info->size), lua_setfield(L, -2, "size");
    lua_pushstring(L, dtype_name((DType)info->compute)), lua_setfield(L, -2, "compute");
    lua_pushstring(L, info->safetensors), lua_setfield(L, -2, "safetensors");
    lua_pushstring(L, info->numpy), lua_setfield(L, -2, "numpy");
    lua_rawseti(L, -2, d + 1);
  }
  return 1;
}
/* torch._C.call(name, ...): any op, private ones too. */
static int call(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  for (int id = 0; id < OP_COUNT; id++)
    if (strcmp(op_table[id].name, name) == 0) {
      lua_remove(L, 1);
      return call_op(L, &op_table[id], false, 0);
    }
  return luaL_error(L, "call: no op '%s'", name);
}
static const luaL_Reg internals[] = {{"memory", memory}, {"reset_peak", reset_peak}, {"trim", trim}, {"fail_at", fail_at},
                                     {"embedded", embedded}, {"files", files}, {"lazy", lazy}, {"describe", class_describe}, {"ops", ops}, {"dtypes", dtypes}, {"call", call},
                                     {"write_file", serialize_write}, {"read_head", serialize_read_head},
                                     {"read_tensors", serialize_read_tensors}, {"storage_of", serialize_storage_of},
                                     {"folder", folder_list}, {NULL, NULL}};

void internals_push(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, internals, 0);
  luaL_setfuncs(L, function_internals, 0);
  library_push_loaded(L);
  lua_setfield(L, -2, "loaded");
}
