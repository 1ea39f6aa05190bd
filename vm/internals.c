/* internals.c: torch._C: what the libraries, tests and tools ask the C side. */
#include <string.h>

#include "argument.h"
#include "autocast_function.h"
#include "call.h"
#include "crc32.h"
#include "decomposition.h"
#include "device/fused.h"
#include "embedded.h"
#include "file_format.h"
#include "file_reader.h"
#include "folder.h"
#include "graph/gradient_graph.h"
#include "internals.h"
#include "library.h"
#include "output.h"
#include "replacement.h"
#include "serialize.h"
#include "undefined.h"
#include "userdata/class.h"
#include "userdata/print.h"

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
  return error_raise(L, "embedded: no file '%s'", name);
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
  gradient_graph_forget();
  memory_trim();
  return 0;
}
/* torch._C.fail_at(n): allocation n from now fails; 0: none. Returns what was left of the number before: 0 where that
** allocation has failed. */
static int fail_at(lua_State *L) {
  lua_pushinteger(L, memory_fail_at(luaL_checkinteger(L, 1)));
  return 1;
}
static void set_string(lua_State *L, const char *key, const char *value) {
  lua_pushstring(L, value); /* nil for NULL */
  lua_setfield(L, -2, key);
}
static void set_boolean(lua_State *L, const char *key, bool value) {
  lua_pushboolean(L, value);
  lua_setfield(L, -2, key);
}

/* The names of the inputs in 'bits'. */
static void set_inputs(lua_State *L, const char *key, const OpInfo *info, uint32_t bits) {
  int n = 0;
  lua_newtable(L);
  for (int i = 0; i < info->n_args; i++) {
    if (info->args[i].type != ARG_TENSOR || !(bits >> info->args[i].input & 1)) continue;
    lua_pushstring(L, info->args[i].name);
    lua_rawseti(L, -2, ++n);
  }
  lua_setfield(L, -2, key);
}

/* {cpu = "half", cuda = "half"}: what autocast does. */
static void set_amp(lua_State *L, const OpInfo *info) {
  static const char *const names[] =
      {[AMP_HALF] = "half", [AMP_FLOAT] = "float", [AMP_WIDEST] = "widest", [AMP_BANNED] = "banned"};
  lua_newtable(L);
  set_string(L, "cpu", names[info->amp_cpu]);
  set_string(L, "cuda", names[info->amp_cuda]);
  lua_setfield(L, -2, "amp");
}

static void push_row(lua_State *L, const OpInfo *info) {
  static const char *const kinds[] = {[KIND_ELEMENTWISE] = "elementwise",
                                      [KIND_VIEW] = "view",
                                      [KIND_KERNEL] = "kernel",
                                      [KIND_CREATE] = "create",
                                      [KIND_COMPOSITE] = "composite"};
  lua_createtable(L, 0, 20);
  set_string(L, "name", info->name);
  set_string(L, "lua", info->lua_name);
  set_string(L, "kind", kinds[info->kind]);
  set_string(L, "signature", info->signature);
  set_string(L, "doc", info->doc);
  set_string(L, "example", info->example);
  set_string(L, "onnx", info->onnx);
  set_boolean(L, "differentiable", info->backward != NULL);
  set_boolean(L, "method", info->method);
  set_boolean(L, "in_place", info->in_place);
  set_boolean(L, "in_place_only", info->in_place_only);
  set_boolean(L, "creation", info->creation);
  set_boolean(L, "random", info->random);
  set_boolean(L, "list_output", info->list_output);
  lua_pushinteger(L, info->n_returned), lua_setfield(L, -2, "returned");
  set_amp(L, info);
  set_inputs(L, "mutates", info, info->mutates);
  lua_newtable(L);
  for (int i = 0; info->modules != NULL && info->modules[i] != NULL; i++)
    lua_pushstring(L, info->modules[i]), lua_rawseti(L, -2, i + 1);
  lua_setfield(L, -2, "modules");
  lua_createtable(L, info->n_args, 0);
  for (int i = 0; i < info->n_args; i++) lua_pushstring(L, info->args[i].name), lua_rawseti(L, -2, i + 1);
  lua_setfield(L, -2, "arguments");
}

/* torch._C.ops(): an array of {name =, lua =, signature =, doc =, example =, modules =, …}, one for each row and for
** each op that was registered. modules: the tables that hold it, "torch", "nn.functional" …; none for
** private rows. */
static int ops(lua_State *L) {
  lua_createtable(L, op_count(), 0);
  for (int id = 0; id < op_count(); id++) {
    push_row(L, op_info((OpId)id));
    lua_rawseti(L, -2, id + 1);
  }
  return 1;
}
/* torch._C.device_kinds(): the names of the kinds of devices. */
static int device_kinds(lua_State *L) {
  lua_createtable(L, DEVICE_NONE, 0);
  for (int i = 0; i < DEVICE_NONE; i++) {
    lua_pushstring(L, device_kind((DeviceType)i));
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* torch._C.dtypes(): array of {name, alias, title, category, size, compute, stored, lowest, highest, digits, tiny,
** safetensors, numpy, pickle}, one per row of tensor/dtypes.lua. compute: the name of the type whose kernels work on
** it. */
static int dtypes(lua_State *L) {
  static const char *const categories[] = {"bool", "integer", "float", "complex"};
  lua_createtable(L, DTYPE_COUNT, 0);
  for (int d = 0; d < DTYPE_COUNT; d++) {
    const DTypeInfo *info = &dtype_table[d];
    lua_createtable(L, 0, 16);
    lua_pushstring(L, info->name), lua_setfield(L, -2, "name");
    lua_pushstring(L, info->alias), lua_setfield(L, -2, "alias");
    lua_pushstring(L, info->title), lua_setfield(L, -2, "title");
    lua_pushstring(L, categories[info->category]), lua_setfield(L, -2, "category");
    lua_pushinteger(L, info->size), lua_setfield(L, -2, "size");
    lua_pushstring(L, dtype_name((DType)info->compute)), lua_setfield(L, -2, "compute");
    lua_pushboolean(L, dtype_is_stored((DType)d)), lua_setfield(L, -2, "stored");
    lua_pushnumber(L, info->lowest), lua_setfield(L, -2, "lowest");
    lua_pushnumber(L, info->highest), lua_setfield(L, -2, "highest");
    lua_pushinteger(L, info->digits), lua_setfield(L, -2, "digits");
    lua_pushnumber(L, info->tiny), lua_setfield(L, -2, "tiny");
    lua_pushstring(L, info->safetensors), lua_setfield(L, -2, "safetensors");
    lua_pushstring(L, info->numpy), lua_setfield(L, -2, "numpy");
    lua_pushstring(L, info->pickle), lua_setfield(L, -2, "pickle");
    lua_rawseti(L, -2, d + 1);
  }
  return 1;
}

static const OpInfo *check_op(lua_State *L, const char *function) {
  const char *name = luaL_checkstring(L, 1);
  const OpInfo *info = op_find(name);
  if (info == NULL) error_raise(L, "%s: no op '%s'", function, name);
  return info;
}
/* torch._C.call(name, ...): any op, private and registered ones too. */
static int call(lua_State *L) {
  const OpInfo *info = check_op(L, "call");
  lua_remove(L, 1);
  return call_op(L, info, CALL_FUNCTION, 0);
}
/* torch._C.op(name): the function of an op, private and registered ones too. */
static int op(lua_State *L) {
  call_push_function(L, check_op(L, "op"));
  return 1;
}
/* torch._C.formula(name): what a composite is made of: an array of {when = the outcomes that lead there, steps = array
** of {op, inputs, outputs, attributes, in_place}, results = names}; nil of an op that is no formula. */
static int formula(lua_State *L) {
  const OpInfo *info = check_op(L, "formula");
  if (info->formulas == NULL) return 0;
  decomposition_push(L, info);
  return 1;
}
/* torch._C.raise(message): raises it with the line of the program that led here. What was caught and is raised again
** may be no string, or the interrupt of the user: it passes unchanged. */
static int raise(lua_State *L) {
  const char *message = lua_type(L, 1) == LUA_TSTRING ? lua_tostring(L, 1) : NULL;
  lua_settop(L, 1);
  if (message == NULL || strcmp(message, "interrupted") == 0) return lua_error(L);
  error_locate(L, true);
  return lua_error(L);
}
/* torch._C.owns(source): whether a chunk of this name, as in debug.getinfo, is a file of Hecate. */
static int owns(lua_State *L) {
  lua_pushboolean(L, source_is_ours(luaL_checkstring(L, 1)));
  return 1;
}
/* torch._C.file_format(head): what the file is that begins with these bytes, in words; nil: unknown. */
static int file_format_of(lua_State *L) {
  size_t n;
  const char *head = luaL_checklstring(L, 1, &n), *format = file_format(head, n);
  if (format == NULL) lua_pushnil(L);
  else lua_pushstring(L, format);
  return 1;
}
/* fused(least): fusion begins at so many elements from now on (nil: no change); gives how many walks ran so far. */
static int fused(lua_State *L) {
  fused_least = luaL_optinteger(L, 1, fused_least);
  lua_pushinteger(L, fused_walks);
  return 1;
}

static const luaL_Reg internals[] = {{"memory", memory},
                                     {"placeholders", placeholders_of},
                                     {"saved_bytes", saved_bytes},
                                     {"reset_peak", reset_peak},
                                     {"trim", trim},
                                     {"fail_at", fail_at},
                                     {"fused", fused},
                                     {"embedded", embedded},
                                     {"print_window", print_window},
                                     {"files", files},
                                     {"lazy", lazy}, {"strict", undefined_strict},
                                     {"describe", class_describe},
                                     {"ops", ops}, {"autocast_functions", autocast_functions},
                                     {"dtypes", dtypes}, {"device_kinds", device_kinds},
                                     {"call", call},
                                     {"op", op},
                                     {"formula", formula},
                                     {"write_file", serialize_write},
                                     {"replacement", replacement_new}, {"file_target", replacement_find},
                                     {"open_file", file_reader_open},
                                     {"open_tensor", file_reader_open_tensor},
                                     {"open_bytes", file_reader_open_bytes},
                                     {"reinterpret", file_reader_reinterpret},
                                     {"crc32", crc32_of},
                                     {"storage_of", serialize_storage_of}, {"storage_tensor", storage_tensor},
                                     {"storage_grow", storage_grow}, {"set_tensor", storage_set},
                                     {"is_parameter", serialize_is_parameter},
                                     {"folder", folder_list},
                                     {"raise", raise},
                                     {"alias", argument_alias},
                                     {"replace", output_replace},
                                     {"file_format", file_format_of},
                                     {"owns", owns},
                                     {"graph_leads_elsewhere", graph_leads_elsewhere},
                                     {"backward_pass", backward_pass}, {"hook_id", hook_id},
                                     {"saved_hooks", saved_hooks},
                                     {"tag", tag_set}, {"tag_of", tag_of},
                                     {"property", class_property}, {"become", class_become},
                                     {NULL, NULL}};

void internals_push(lua_State *L) {
  lua_newtable(L);
  luaL_setfuncs(L, internals, 0);
  luaL_setfuncs(L, function_internals, 0);
  library_push_loaded(L);
  lua_setfield(L, -2, "loaded");
}
