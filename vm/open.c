/* open.c: the package: the table torch, its libraries by name, the files of lib/. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "class.h"
#include "embedded.h"
#include "folder.h"
#include "print.h"
#include "serialize.h"

extern const luaL_Reg autograd_modes[];
void place_open(lua_State *L, int torch);
int luaopen_torch_nn(lua_State *L);
int luaopen_torch_optim(lua_State *L);
int luaopen_torch_data_c(lua_State *L);
int luaopen_gnuplot_c(lua_State *L);
int luaopen_gnuplot_host(lua_State *L);
int luaopen_torch_utils_terminal_c(lua_State *L);
int luaopen_hecate_notebook_c(lua_State *L);
int luaopen_hecate_session_c(lua_State *L);

/* ---- the globals of lib/ --------------------------------------------------------------- */

static const char globals_key; /* its address: their key in the registry */

/* They are those of Lua and torch as they were at the start: a program may call a variable 'table'.
** All others are the program's. */
static void make_globals(lua_State *L, int torch) {
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

/* Module names and the folders of lib/ they live in; the longest prefix counts. A name
** that is a prefix itself is that folder's init.lua. */
static const struct {
  const char *prefix, *folder;
} folders[] = {{"torch.utils.data", "data"}, {"torch.utils", "utils"}, {"torch.data", "data"}, {"torch.autograd", "autograd"},
               {"torch.optim", "optim"},
               {"torch.nn.utils", "nn/utils"}, {"torch.nn.init", "nn/init"}, {"torch.nn", "nn"},
               {"torch", "torch"}, {"gnuplot", "gnuplot"}, {"torchvision", "vision"},
               {"hecate.session", "session"}, {"hecate.help", "help"}, {"hecate.notebook", "notebook"}};

static bool file_of(const char *module, char *file, size_t size) {
  for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
    size_t n = strlen(folders[i].prefix);
    if (strncmp(module, folders[i].prefix, n) != 0 || (module[n] != '\0' && module[n] != '.')) continue;
    snprintf(file, size, "%s/%s.lua", folders[i].folder, module[n] == '\0' ? "init" : module + n + 1);
    return true;
  }
  return false;
}

static const EmbeddedFile *embedded_find(const char *name) {
  for (const EmbeddedFile *f = embedded_files; f->name != NULL; f++)
    if (strcmp(f->name, name) == 0) return f;
  return NULL;
}

static int load_embedded(lua_State *L, const char *name) {
  const char *folder = getenv("HECATE_LIB");
  char path[1024], chunk[256];
  if (folder != NULL && folder[0] != '\0') {
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "r");
    if (f != NULL) {
      fclose(f);
      return luaL_loadfile(L, path);
    }
  }
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

static int searcher(lua_State *L) {
  char file[256];
  const char *module = luaL_checkstring(L, 1);
  if (!file_of(module, file, sizeof file)) return 0;
  int status = open_embedded(L, file);
  if (status == -1) {
    lua_pushfstring(L, "no file '%s' in Hecate", file);
    return 1;
  }
  if (status != LUA_OK) return luaL_error(L, "%s", lua_tostring(L, -1));
  lua_pushstring(L, file);
  return 2;
}

/* torch._C.embedded(name): the bytes of a file of lib/. */
static int embedded(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  const EmbeddedFile *f = embedded_find(name);
  if (f == NULL) return luaL_error(L, "embedded: no file '%s'", name);
  lua_pushlstring(L, (const char *)f->data, f->size);
  return 1;
}

/* torch._C.files(): the names of all of them. */
static int files(lua_State *L) {
  lua_newtable(L);
  for (lua_Integer i = 0; embedded_files[i].name != NULL; i++) {
    lua_pushstring(L, embedded_files[i].name);
    lua_rawseti(L, -2, i + 1);
  }
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
    lua_pushinteger(L, info->n_returned), lua_setfield(L, -2, "returned");
    lua_rawseti(L, -2, id + 1);
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
                                     {"embedded", embedded}, {"files", files}, {"describe", class_describe}, {"ops", ops}, {"call", call},
                                     {"write_file", serialize_write}, {"read_head", serialize_read_head},
                                     {"read_tensors", serialize_read_tensors}, {"storage_of", serialize_storage_of},
                                     {"folder", folder_list}, {NULL, NULL}};

/* ---- libraries that load at first use ----------------------------------------------------- */

/* Upvalue 1: name → module. Loads it, keeps it in the table. */
static int lazy_index(lua_State *L) {
  if (lua_type(L, 2) != LUA_TSTRING) return 0;
  lua_pushvalue(L, 2);
  if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TSTRING) return 0;
  open_push_global(L, "require");
  lua_insert(L, -2);
  lua_call(L, 1, 1);
  lua_pushvalue(L, 2);
  lua_pushvalue(L, -2);
  lua_rawset(L, 1);
  return 1;
}

/* Gives the table on top a metatable with __index and __lazy for {name, module} pairs. */
static void set_lazy(lua_State *L, const char *const (*pairs)[2]) {
  lua_createtable(L, 0, 2);
  lua_newtable(L);
  lua_newtable(L);
  for (; (*pairs)[0] != NULL; pairs++) {
    lua_pushboolean(L, true);
    lua_setfield(L, -3, (*pairs)[0]);
    lua_pushstring(L, (*pairs)[1]);
    lua_setfield(L, -2, (*pairs)[0]);
  }
  lua_pushcclosure(L, lazy_index, 1);
  lua_setfield(L, -3, "__index");
  lua_setfield(L, -2, "__lazy");
  lua_setmetatable(L, -2);
}

static void set_loaded(lua_State *L, const char *name) {
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  lua_pushvalue(L, -2);
  lua_setfield(L, -2, name);
  lua_pop(L, 1);
}

static const char functional_key;

static int open_nn(lua_State *L) {
  static const char *const classes[][2] = {{"ModuleDict", "torch.nn.ModuleDict"}, {"Unflatten", "torch.nn.Unflatten"},
                                           {"Softplus", "torch.nn.Softplus"}, {NULL, NULL}};
  static const char *const utils[][2] = {{"parameters_to_vector", "torch.nn.utils.parameters_to_vector"},
                                         {"vector_to_parameters", "torch.nn.utils.vector_to_parameters"}, {NULL, NULL}};
  static const char *const init[][2] = {{"eye_", "torch.nn.init.eye_"}, {"dirac_", "torch.nn.init.dirac_"},
                                        {"orthogonal_", "torch.nn.init.orthogonal_"}, {"sparse_", "torch.nn.init.sparse_"},
                                        {"trunc_normal_", "torch.nn.init.trunc_normal_"}, {NULL, NULL}};
  luaopen_torch_nn(L);
  set_lazy(L, classes);
  lua_getfield(L, -1, "utils");
  set_lazy(L, utils);
  set_loaded(L, "torch.nn.utils");
  lua_getfield(L, -2, "init");
  set_lazy(L, init);
  set_loaded(L, "torch.nn.init");
  lua_pop(L, 2);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &functional_key);
  lua_setfield(L, -2, "functional");
  return 1;
}
static int open_functional(lua_State *L) {
  lua_rawgetp(L, LUA_REGISTRYINDEX, &functional_key);
  return 1;
}

static int open_optim(lua_State *L) {
  static const char *const logger[][2] = {{"Logger", "torch.optim.logger"}, {NULL, NULL}};
  luaopen_torch_optim(L);
  set_lazy(L, logger);
  return 1;
}

static void preload(lua_State *L) {
  static const luaL_Reg modules[] = {{"torch.nn", open_nn}, {"torch.nn.functional", open_functional},
                                     {"torch.optim", open_optim}, {"torch.data.c", luaopen_torch_data_c},
                                     {"gnuplot.c", luaopen_gnuplot_c}, {"gnuplot.host", luaopen_gnuplot_host},
                                     {"torch.utils.terminal.c", luaopen_torch_utils_terminal_c},
                                     {"hecate.notebook.c", luaopen_hecate_notebook_c},
                                     {"hecate.session.c", luaopen_hecate_session_c},
                                     {NULL, NULL}};
  lua_getglobal(L, "package");
  lua_getfield(L, -1, "preload");
  luaL_setfuncs(L, modules, 0);
  lua_getfield(L, -2, "searchers");
  int n = (int)lua_rawlen(L, -1);
  for (int i = n; i >= 2; i--) { /* right after preload */
    lua_rawgeti(L, -1, i);
    lua_rawseti(L, -2, i + 1);
  }
  lua_pushcfunction(L, searcher);
  lua_rawseti(L, -2, 2);
  lua_pop(L, 3);
}

static void open_submodules(lua_State *L, int torch) {
  static const char *const utils[][2] = {{"data", "torch.utils.data"}, {"progress", "torch.utils.progress"},
                                         {"checkpoint", "torch.utils.checkpoint"}, {NULL, NULL}};
  static const char *const autograd[][2] = {{"gradcheck", "torch.autograd.gradcheck"}, {"gradgradcheck", "torch.autograd.gradgradcheck"},
                                            {"Function", "torch.autograd.Function"}, {"once_differentiable", "torch.autograd.once_differentiable"},
                                            {NULL, NULL}};
  static const char *const root[][2] = {{"nn", "torch.nn"}, {"optim", "torch.optim"}, {"save", "torch.save"}, {"load", "torch.load"}, {"random", "torch.random"}, {NULL, NULL}};
  lua_newtable(L);
  set_lazy(L, utils);
  set_loaded(L, "torch.utils");
  lua_setfield(L, torch, "utils");
  lua_newtable(L);
  luaL_setfuncs(L, autograd_functions, 0);
  set_lazy(L, autograd);
  set_loaded(L, "torch.autograd");
  lua_setfield(L, torch, "autograd");
  lua_newtable(L);
  luaL_setfuncs(L, internals, 0);
  luaL_setfuncs(L, function_internals, 0);
  lua_setfield(L, torch, "_C");
  lua_pushvalue(L, torch);
  set_lazy(L, root);
  lua_pop(L, 1);
}

/** torch.cuda.is_available() -> bool: Whether there is a CUDA device that this build can use. */
static int cuda_available(lua_State *L) {
  lua_pushboolean(L, false);
  return 1;
}

/** torch: Tensors: making them, ops over them, their dtypes, random numbers, gradients. Every
** op that begins with a tensor is a method too: torch.sum(x, 1) is x:sum(1). */
/** torch.cuda: CUDA devices. */
/** torch.utils: Help for training loops, and torch.utils.data. */
int luaopen_torch_package(lua_State *L) {
  static const luaL_Reg functions[] = {{"class", class_new},
                                       {"typename", class_typename}, {"isinstance", class_isinstance},
                                       {"set_printoptions", print_options}, {NULL, NULL}};
  lua_newtable(L);
  int torch = lua_gettop(L);
  set_loaded(L, "torch");
  make_globals(L, torch);
  lua_newtable(L); /* nn.functional */
  int functional = lua_gettop(L);
  lua_pushvalue(L, functional);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &functional_key);
  options_open(L, torch);
  tensor_open(L, torch, functional);
  object_metatable(L, &tensor_class);
  lua_getfield(L, -1, "__methods");
  luaL_setfuncs(L, autograd_methods, 0);
  lua_pop(L, 2);
  lua_pushvalue(L, torch);
  luaL_setfuncs(L, functions, 0);
  luaL_setfuncs(L, tensor_functions, 0);
  luaL_setfuncs(L, autograd_modes, 0);
  lua_newtable(L);
  lua_pushcfunction(L, cuda_available);
  lua_setfield(L, -2, "is_available");
  lua_setfield(L, -2, "cuda");
  lua_pushliteral(L, HECATE_VERSION);
  lua_setfield(L, -2, "__version__");
  lua_pop(L, 2);
  preload(L);
  open_submodules(L, torch);
  callback_open(L);
  place_open(L, torch);
  if (open_embedded(L, "torch/init.lua") != LUA_OK) return lua_error(L);
  lua_pushvalue(L, torch);
  lua_call(L, 1, 0);
  return 1;
}

void open_globals(lua_State *L) {
  static const char *const globals[][2] = {{"nn", "torch.nn"}, {"optim", "torch.optim"}, {"gnuplot", "gnuplot"},
                                           {"torchvision", "torchvision"}, {NULL, NULL}};
  /* Tensors mostly die young: see tensor_account. */
  lua_gc(L, LUA_GCGEN, 5, 100);
  luaopen_torch_package(L);
  lua_setglobal(L, "torch");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &functional_key);
  lua_setglobal(L, "F");
  lua_pushglobaltable(L);
  set_lazy(L, globals);
  lua_pop(L, 1);
}
