/* options.c: dtypes and devices as Lua values. Dtypes are one userdata each, so that == compares them. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "call.h"
#include "device/device.h"
#include "undefined.h"

typedef struct {
  Object object;
  DType dtype;
} DTypeBox;
typedef struct {
  Object object;
  Device device;
} DeviceBox;

static const Class dtype_class;

static DType self_dtype(lua_State *L, const char *function) {
  return ((DTypeBox *)object_check(L, 1, &dtype_class, function, "self"))->dtype;
}
static int dtype_tostring(lua_State *L) {
  lua_pushfstring(L, "torch.%s", dtype_name(self_dtype(L, "tostring")));
  return 1;
}
static int dtype_floating(lua_State *L) {
  lua_pushboolean(L, dtype_is_float(self_dtype(L, "is_floating_point")));
  return 1;
}
static int dtype_bytes(lua_State *L) {
  lua_pushinteger(L, (lua_Integer)dtype_size(self_dtype(L, "itemsize")));
  return 1;
}
/* torch.float32(x): x in that dtype. */
static int dtype_call(lua_State *L) {
  const DType dtype = self_dtype(L, "call");
  Tensor *t = tensor_check(L, 2, dtype_name(dtype), "input");
  lua_settop(L, 2);
  if (t->dtype == dtype) return 1;
  TensorBox *box = tensor_box(L);
  error_check(L, op_cast(t, dtype, &box->tensor));
  tensor_account(L, box);
  return 1;
}
static const luaL_Reg dtype_metamethods[] = {{"__tostring", dtype_tostring}, {"__call", dtype_call}, {NULL, NULL}};
static const luaL_Reg dtype_methods[] = {{"is_floating_point", dtype_floating},
                                         {"itemsize", dtype_bytes},
                                         {NULL, NULL}};
static const Class dtype_class = {"torch.dtype", NULL, NULL, dtype_methods, dtype_metamethods};

static const char dtype_keys[DTYPE_COUNT + 1]; /* addresses: registry keys */

void dtype_push(lua_State *L, DType dtype) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &dtype_keys[dtype]) != LUA_TNIL) return;
  lua_pop(L, 1);
  DTypeBox *box = object_new(L, &dtype_class, sizeof *box, 0);
  box->dtype = dtype;
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &dtype_keys[dtype]);
}

bool dtype_read(lua_State *L, int index, DType *out) {
  if (lua_type(L, index) == LUA_TSTRING) {
    const char *name = lua_tostring(L, index);
    if (strncmp(name, "torch.", 6) == 0) name += 6;
    return dtype_from_name(name, out);
  }
  DTypeBox *box = object_test(L, index, &dtype_class);
  if (box != NULL) *out = box->dtype;
  return box != NULL;
}

DType dtype_check(lua_State *L, int index, const char *function, const char *name) {
  DType dtype = DTYPE_NONE;
  if (lua_isnoneornil(L, index)) return dtype;
  if (!dtype_read(L, index, &dtype)) error_argument(L, function, name, 0, "a dtype such as torch.float32", index);
  return dtype;
}

/* ---- devices ------------------------------------------------------------------------ */

static const Class device_class;

static int device_tostring(lua_State *L) {
  DeviceBox *box = object_check(L, 1, &device_class, "tostring", "self");
  char text[DEVICE_TEXT];
  lua_pushstring(L, device_text(text, box->device));
  return 1;
}
static int device_equal(lua_State *L) {
  DeviceBox *a = object_test(L, 1, &device_class), *b = object_test(L, 2, &device_class);
  lua_pushboolean(L, a != NULL && b != NULL && a->device.type == b->device.type && a->device.index == b->device.index);
  return 1;
}
/* device.type, device.index: nil where there is one of the kind. */
static int device_index(lua_State *L) {
  const Device device = ((DeviceBox *)object_check(L, 1, &device_class, "index", "self"))->device;
  const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
  char text[DEVICE_TEXT];
  if (strcmp(key, "index") == 0 && device.type == DEVICE_CUDA) lua_pushinteger(L, device.index);
  else if (strcmp(key, "type") == 0) {
    device_text(text, device);
    lua_pushlstring(L, text, strcspn(text, ":"));
  } else return strcmp(key, "index") == 0 ? 0 : undefined_read(L, UNDEFINED_OBJECT);
  return 1;
}
static const luaL_Reg device_metamethods[] = {
    {"__tostring", device_tostring}, {"__eq", device_equal}, {"__index", device_index}, {NULL, NULL}};
static const Class device_class = {"torch.device", NULL, NULL, NULL, device_metamethods};

void device_push(lua_State *L, Device device) {
  DeviceBox *box = object_new(L, &device_class, sizeof *box, 0);
  box->device = device;
}

Device device_meant(Device device) { return device_placeholder != NULL ? device_default() : device; }

bool device_read(lua_State *L, int index, Device *out) {
  DeviceBox *box = object_test(L, index, &device_class);
  const char *name = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : NULL;
  *out = device_meant(box != NULL ? box->device : (Device){DEVICE_CPU, 0});
  if (box != NULL) return true;
  if (name != NULL && device_placeholder != NULL && strncmp(name, "cuda", 4) == 0) return true;
  const bool known = name != NULL && device_named(name, out) == OK;
  *out = device_meant(*out);
  return known;
}

const char *device_expected(lua_State *L, int index) {
  static _Thread_local char text[160];
  const bool named = lua_type(L, index) == LUA_TSTRING && strncmp(lua_tostring(L, index), "cuda", 4) == 0;
  Device device;
#define QUOTED(KIND, name) "\"" name "\", "
  static const char kinds[] = DEVICE_KINDS(QUOTED);
  snprintf(text, sizeof text, "%.*s or a torch.device", (int)sizeof kinds - 3, kinds); /* without the last comma */
  if (named && device_named(lua_tostring(L, index), &device) != OK)
    snprintf(text, sizeof text, "a device that is there (%.100s)", status_message());
  return text;
}

Device device_check(lua_State *L, int index, const char *function) {
  Device device = {DEVICE_CPU, 0};
  if (!device_read(L, index, &device)) error_argument(L, function, "device", 0, device_expected(L, index), index);
  return device;
}

Device device_check_cuda(lua_State *L, int index, const char *function) {
  int64_t number;
  if (integer_test(L, index, &number)) lua_pushfstring(L, "cuda:%I", (LUAI_UACINT)number);
  else if (lua_isnoneornil(L, index)) lua_pushliteral(L, "cuda");
  else lua_pushvalue(L, index);
  const Device device = device_check(L, lua_gettop(L), function);
  lua_pop(L, 1);
  return device;
}

/** torch.device(name: device, index: int = nil) -> device: A device: "cpu", "meta" (shapes without data), "cuda" or
** "cuda:1", which counts from 0; torch.device("cuda", 1) is the same. Prints as its name; == compares. It has the
** fields type and index.
** Example: torch.device("cpu") */
static int device_new(lua_State *L) {
  if (lua_type(L, 1) == LUA_TSTRING && !lua_isnoneornil(L, 2)) {
    int64_t number = -1;
    if (!integer_test(L, 2, &number) || number < 0)
      error_argument(L, "device", "index", 2, "the number of a device, from 0", 2);
    lua_pushfstring(L, "%s:%I", lua_tostring(L, 1), (LUAI_UACINT)number);
    lua_replace(L, 1);
  }
  device_push(L, device_check(L, 1, "device"));
  return 1;
}

/** torch.set_default_device(device: device): Where new tensors are made when they are not told: "cpu" at first.
** Example: torch.set_default_device("cpu") */
static int set_default_device(lua_State *L) {
  const Device meant = device_check(L, 1, "set_default_device");
  Device named; /* a dry run changes it, though all devices mean the default one then */
  const bool other = lua_type(L, 1) == LUA_TSTRING && device_named(lua_tostring(L, 1), &named) == OK;
  device_set_default(other ? named : meant);
  return 0;
}
/** torch.get_default_device() -> device: Where new tensors are made when they are not told. */
static int get_default_device(lua_State *L) {
  device_push(L, device_default());
  return 1;
}

static Device device_or_default(lua_State *L, const char *function) {
  return lua_isnoneornil(L, 1) ? device_default() : device_check(L, 1, function);
}
/** torch.memory_stats(device: device = nil) -> table: The bytes that tensors take on a device: allocated
** now, their peak since torch.reset_peak_memory_stats, the number of blocks, and the bytes cached for new
** ones. On meta they are counted as if they were there.
** Example: torch.memory_stats("cpu").allocated */
static int memory_stats_of(lua_State *L) {
  MemoryStats stats;
  device_memory_stats(device_or_default(L, "memory_stats"), &stats);
  lua_createtable(L, 0, 4);
  lua_pushinteger(L, stats.bytes);
  lua_setfield(L, -2, "allocated");
  lua_pushinteger(L, stats.peak);
  lua_setfield(L, -2, "peak");
  lua_pushinteger(L, stats.blocks);
  lua_setfield(L, -2, "blocks");
  lua_pushinteger(L, stats.cached);
  lua_setfield(L, -2, "cached");
  return 1;
}
/** torch.reset_peak_memory_stats(device: device = nil): The peak of torch.memory_stats begins anew. */
static int reset_peak_memory_stats(lua_State *L) {
  device_memory_reset_peak(device_or_default(L, "reset_peak_memory_stats"));
  return 0;
}
/** torch.empty_cache(device: device = nil): Gives the memory that is cached for new tensors back to the system. */
static int empty_cache(lua_State *L) {
  device_memory_trim(device_or_default(L, "empty_cache"));
  return 0;
}
/** torch.synchronize(device: device = nil): Waits for what a device computes; the CPU never lets you wait. */
static int synchronize(lua_State *L) {
  error_check(L, device_synchronize(device_or_default(L, "synchronize")));
  return 0;
}

/* ---- defaults ----------------------------------------------------------------------- */

/** torch.set_default_dtype(d: dtype): The dtype of new tensors of floating point numbers:
** torch.float32 or torch.float64. */
static int set_default_dtype(lua_State *L) {
  error_check(L, dtype_set_default(dtype_check(L, 1, "set_default_dtype", "d")));
  return 0;
}
/** torch.get_default_dtype() -> dtype: The dtype of new tensors of floating point numbers. */
static int get_default_dtype(lua_State *L) {
  dtype_push(L, dtype_default());
  return 1;
}
/** torch.get_num_threads() -> int: How many threads an op may use. */
static int get_threads(lua_State *L) {
  lua_pushinteger(L, threads_get());
  return 1;
}
/** torch.set_num_threads(n: int): How many threads, 1 to 1024, an op may use. Results do not depend on it, except
** the last digits of matrix products and what is made of them, and these neither after
** torch.use_deterministic_algorithms(true). */
static int set_threads(lua_State *L) {
  int64_t n = 0;
  if (!integer_test(L, 1, &n) || n < 1 || n > 1024)
    error_argument(L, "set_num_threads", "n", 1, "a number of threads", 1);
  threads_set((int)n);
  return 0;
}

static const luaL_Reg functions[] = {{"device", device_new},
                                     {"set_default_dtype", set_default_dtype},
                                     {"get_default_dtype", get_default_dtype},
                                     {"get_num_threads", get_threads},
                                     {"set_default_device", set_default_device},
                                     {"get_default_device", get_default_device},
                                     {"memory_stats", memory_stats_of},
                                     {"reset_peak_memory_stats", reset_peak_memory_stats},
                                     {"empty_cache", empty_cache},
                                     {"synchronize", synchronize},
                                     {"set_num_threads", set_threads},
                                     {NULL, NULL}};

void options_open(lua_State *L, int torch) {
  lua_pushvalue(L, torch);
  luaL_setfuncs(L, functions, 0);
  for (int d = 0; d < DTYPE_COUNT; d++) {
    dtype_push(L, (DType)d);
    lua_setfield(L, -2, dtype_name((DType)d));
    if (dtype_table[d].alias == NULL) continue;
    dtype_push(L, (DType)d);
    lua_setfield(L, -2, dtype_table[d].alias);
  }
  lua_pushnumber(L, HUGE_VAL);
  lua_setfield(L, -2, "inf");
  lua_pushnumber(L, 0.0 / 0.0);
  lua_setfield(L, -2, "nan");
  lua_pushnumber(L, 3.14159265358979323846);
  lua_setfield(L, -2, "pi");
  lua_pushliteral(L, "newaxis");
  lua_setfield(L, -2, "newaxis");
  lua_pop(L, 1);
}
