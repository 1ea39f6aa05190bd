/* autocast.c: what lib/torch/autocast.lua asks of the mode; see tensor/call/autocast.h. */
#include "call/autocast.h"

#include <string.h>

#include "call.h"
#include "coroutine.h"

/* The casts that were kept go with the outermost autocast. */
static void autocast_end(lua_State *L, void *self) {
  (void)L;
  ModeEntry *entry = self;
  if (!entry->active) return;
  mode_leave(entry);
  if (!mode_is_on(MODE_AUTOCAST)) autocast_clear();
}
static const Class autocast_class = {"torch.autocast", &mode_class, autocast_end, NULL, NULL};

static DeviceType kind_check(lua_State *L, int index, const char *function) {
  const char *name = lua_type(L, index) == LUA_TSTRING ? lua_tostring(L, index) : "";
  if (strcmp(name, "cpu") == 0) return DEVICE_CPU;
  if (strcmp(name, "cuda") == 0) return DEVICE_CUDA;
  error_argument(L, function, "device_type", 1, "\"cpu\" or \"cuda\"", index);
  return DEVICE_NONE;
}

static DType half_check(lua_State *L, int index, const char *function, DType otherwise) {
  DType dtype = otherwise;
  if (lua_isnoneornil(L, index)) return dtype;
  if (!dtype_read(L, index, &dtype) || !dtype_is_computed(dtype))
    error_argument(L, function, "dtype", 2, "torch.bfloat16 or torch.float16", index);
  return dtype;
}

/* torch._C.autocast(device_type, dtype, enabled, cache_enabled[, f, …]): the mode that ends with the value, or f's
** results. */
static int autocast_enter(lua_State *L) {
  const DeviceType type = kind_check(L, 1, "autocast");
  const DType dtype = half_check(L, 2, "autocast", (DType)autocast_state.dtype[type]);
  const bool on = lua_toboolean(L, 3), caches = lua_isnil(L, 4) ? autocast_state.caches : lua_toboolean(L, 4);
  const bool runs = callable_test(L, 5);
  mode_enter(L, &autocast_class, sizeof(ModeEntry), PART_AUTOCAST, runs);
  autocast_set(type, on, dtype, caches);
  return runs ? mode_run(L, 5) : 1;
}

/** torch.is_autocast_enabled(device_type: string = nil) -> bool: Whether autocast is on for a kind of device, "cpu"
** or "cuda"; without one, for any.
** Example: torch.is_autocast_enabled("cpu") */
static int is_autocast_enabled(lua_State *L) {
  lua_pushboolean(L, lua_isnoneornil(L, 1) ? mode_is_on(MODE_AUTOCAST)
                                            : autocast_state.on[kind_check(L, 1, "is_autocast_enabled")]);
  return 1;
}
/** torch.set_autocast_enabled(device_type: string, enabled: bool): Autocast is on or off from now on, without an end.
** Example: torch.set_autocast_enabled("cpu", false) */
static int set_autocast_enabled(lua_State *L) {
  const DeviceType type = kind_check(L, 1, "set_autocast_enabled");
  const bool on = bool_check(L, 2, "set_autocast_enabled", "enabled");
  mode_keep(L, PART_AUTOCAST);
  autocast_set(type, on, (DType)autocast_state.dtype[type], autocast_state.caches);
  return 0;
}
/** torch.get_autocast_dtype(device_type: string) -> dtype: What autocast computes in on this kind of device.
** Example: torch.get_autocast_dtype("cpu") */
static int get_autocast_dtype(lua_State *L) {
  dtype_push(L, (DType)autocast_state.dtype[kind_check(L, 1, "get_autocast_dtype")]);
  return 1;
}
/** torch.set_autocast_dtype(device_type: string, dtype: dtype): What autocast computes in from now on.
** Example: torch.set_autocast_dtype("cpu", torch.bfloat16) */
static int set_autocast_dtype(lua_State *L) {
  const DeviceType type = kind_check(L, 1, "set_autocast_dtype");
  const DType dtype = half_check(L, 2, "set_autocast_dtype", DTYPE_NONE);
  if (dtype == DTYPE_NONE)
    return error_argument(L, "set_autocast_dtype", "dtype", 2, "torch.bfloat16 or torch.float16", 2);
  mode_keep(L, PART_AUTOCAST);
  autocast_state.dtype[type] = (uint8_t)dtype;
  return 0;
}
/** torch.is_autocast_cache_enabled() -> bool: Whether autocast keeps the casts of parameters until it ends.
** Example: torch.is_autocast_cache_enabled() */
static int is_autocast_cache_enabled(lua_State *L) {
  lua_pushboolean(L, autocast_state.caches);
  return 1;
}
/** torch.set_autocast_cache_enabled(enabled: bool): Whether autocast keeps the casts of parameters from now on.
** Example: torch.set_autocast_cache_enabled(true) */
static int set_autocast_cache_enabled(lua_State *L) {
  const bool on = bool_check(L, 1, "set_autocast_cache_enabled", "enabled");
  mode_keep(L, PART_AUTOCAST);
  autocast_state.caches = on;
  return 0;
}
/** torch.clear_autocast_cache(): Forgets the casts of parameters that autocast keeps.
** Example: torch.clear_autocast_cache() */
static int clear_autocast_cache(lua_State *L) {
  (void)L;
  autocast_clear();
  return 0;
}

void autocast_open(lua_State *L, int torch) {
  static const luaL_Reg functions[] = {{"is_autocast_enabled", is_autocast_enabled},
                                       {"set_autocast_enabled", set_autocast_enabled},
                                       {"get_autocast_dtype", get_autocast_dtype},
                                       {"set_autocast_dtype", set_autocast_dtype},
                                       {"is_autocast_cache_enabled", is_autocast_cache_enabled},
                                       {"set_autocast_cache_enabled", set_autocast_cache_enabled},
                                       {"clear_autocast_cache", clear_autocast_cache},
                                       {NULL, NULL}};
  lua_pushvalue(L, torch);
  luaL_setfuncs(L, functions, 0);
  lua_getfield(L, -1, "_C");
  lua_pushcfunction(L, autocast_enter);
  lua_setfield(L, -2, "autocast");
  lua_pop(L, 2);
}
