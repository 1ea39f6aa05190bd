/* cuda.c: the module torch.cuda: devices, their memory, streams and events. The device itself is a plug-in that the
** first use of "cuda" opens (vm/device_plugin.c).
*/
#include <string.h>

#include "device/device.h"
#include "device/stream.h"
#include "library.h"

int luaopen_torch_cuda(lua_State *L);

#define CUDA_EXPECTED "a CUDA device, as 0 or \"cuda:0\""

/* The device at 'index' of the stack: nothing (the current one), a number from 0, a name or a device. Raises where
** there is none. */
static int cuda_device(lua_State *L, int index, const char *function) {
  const int top = lua_gettop(L);
  const char *name = "cuda";
  Device device;
  int64_t number;
  if (integer_test(L, index, &number)) name = lua_pushfstring(L, "cuda:%I", (LUAI_UACINT)number);
  else if (!lua_isnoneornil(L, index)) name = luaL_tolstring(L, index, NULL);
  if (strncmp(name, "cuda", 4) != 0)
    error_argument(L, function, "device", index, CUDA_EXPECTED, index);
  if (device_named(name, &device) != OK) error_raise(L, "%s: %s", function, status_message());
  lua_settop(L, top);
  return device.index;
}
static const DeviceOps *cuda_ops(void) { return device_table[DEVICE_CUDA]; }
static const DeviceStreams *cuda_streams(void) { return cuda_ops()->streams; }

/** torch.cuda.is_available() -> bool: Whether there is a CUDA device that can be used.
** Example: torch.cuda.is_available() */
static int cuda_is_available(lua_State *L) {
  lua_pushboolean(L, device_count(DEVICE_CUDA) > 0);
  return 1;
}
/** torch.cuda.device_count() -> int: How many CUDA devices there are; 0 without a driver.
** Example: torch.cuda.device_count() */
static int cuda_device_count(lua_State *L) {
  lua_pushinteger(L, device_count(DEVICE_CUDA));
  return 1;
}
/** torch.cuda.current_device() -> int: The device that "cuda" without a number means, from 0. */
static int cuda_current_device(lua_State *L) {
  lua_pushinteger(L, cuda_device(L, 1, "current_device"));
  return 1;
}
/** torch.cuda.set_device(device: int|device): Makes a device the one that "cuda" means. */
static int cuda_set_device(lua_State *L) {
  if (lua_isnoneornil(L, 1)) return error_argument(L, "set_device", "device", 1, CUDA_EXPECTED, 1);
  const int index = cuda_device(L, 1, "set_device"); /* it opens the plug-in: before cuda_streams() */
  error_check(L, cuda_streams()->set_current(index));
  return 0;
}
static DeviceDescription cuda_describe(lua_State *L, const char *function) {
  DeviceDescription about;
  const int index = cuda_device(L, 1, function);
  error_check(L, cuda_streams()->describe(index, &about));
  return about;
}
/** torch.cuda.get_device_name(device: int|device = nil) -> string: What its maker calls it. */
static int cuda_get_device_name(lua_State *L) {
  lua_pushstring(L, cuda_describe(L, "get_device_name").name);
  return 1;
}
/** torch.cuda.get_device_capability(device: int|device = nil) -> int, int: What its processors can do: 9, 0 is
** sm_90. */
static int cuda_get_device_capability(lua_State *L) {
  const DeviceDescription about = cuda_describe(L, "get_device_capability");
  lua_pushinteger(L, about.major);
  lua_pushinteger(L, about.minor);
  return 2;
}
/** torch.cuda.get_device_properties(device: int|device = nil) -> table: name, major, minor, total_memory (bytes) and
** multi_processor_count. */
static int cuda_get_device_properties(lua_State *L) {
  const DeviceDescription about = cuda_describe(L, "get_device_properties");
  const struct { const char *name; lua_Integer value; } numbers[] = {
      {"major", about.major}, {"minor", about.minor}, {"total_memory", (lua_Integer)about.memory},
      {"multi_processor_count", about.processors}};
  lua_newtable(L);
  lua_pushstring(L, about.name);
  lua_setfield(L, -2, "name");
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
    lua_pushinteger(L, numbers[i].value);
    lua_setfield(L, -2, numbers[i].name);
  }
  return 1;
}
/** torch.cuda.synchronize(device: int|device = nil): Waits until the device has done all that it was asked for.
** What its kernels found wrong (a division of integers by 0, a class that is none) is an error here, or at the next
** copy to the host. */
static int cuda_synchronize(lua_State *L) {
  const int index = cuda_device(L, 1, "synchronize");
  error_check(L, cuda_ops()->synchronize(index));
  return 0;
}

/* ---- memory ---------------------------------------------------------------------------------------------- */

static MemoryStats cuda_stats(lua_State *L, const char *function) {
  MemoryStats stats;
  const int index = cuda_device(L, 1, function);
  cuda_ops()->memory_stats(index, &stats);
  return stats;
}
/** torch.cuda.memory_allocated(device: int|device = nil) -> int: Bytes that tensors on the device take. */
static int cuda_memory_allocated(lua_State *L) {
  lua_pushinteger(L, cuda_stats(L, "memory_allocated").bytes);
  return 1;
}
/** torch.cuda.max_memory_allocated(device: int|device = nil) -> int: The most that memory_allocated was since the
** program began, or since reset_peak_memory_stats. */
static int cuda_max_memory_allocated(lua_State *L) {
  lua_pushinteger(L, cuda_stats(L, "max_memory_allocated").peak);
  return 1;
}
/** torch.cuda.memory_reserved(device: int|device = nil) -> int: Bytes that the driver gave: those of tensors and
** those that wait for the next tensors. */
static int cuda_memory_reserved(lua_State *L) {
  const MemoryStats stats = cuda_stats(L, "memory_reserved");
  lua_pushinteger(L, stats.bytes + stats.cached);
  return 1;
}
/** torch.cuda.reset_peak_memory_stats(device: int|device = nil): max_memory_allocated counts anew. */
static int cuda_reset_peak(lua_State *L) {
  const int index = cuda_device(L, 1, "reset_peak_memory_stats");
  cuda_ops()->memory_reset_peak(index);
  return 0;
}
/** torch.cuda.empty_cache(): Gives the driver back what no tensor uses, on all devices. */
static int cuda_empty_cache(lua_State *L) {
  (void)L;
  const int n = device_count(DEVICE_CUDA);
  for (int i = 0; i < n; i++) cuda_ops()->memory_trim(i);
  return 0;
}
/** torch.cuda.mem_get_info(device: int|device = nil) -> int, int: The bytes of the device that are free, and all. */
static int cuda_mem_get_info(lua_State *L) {
  size_t available = 0, total = 0;
  const int index = cuda_device(L, 1, "mem_get_info");
  error_check(L, cuda_streams()->memory_info(index, &available, &total));
  lua_pushinteger(L, (lua_Integer)available);
  lua_pushinteger(L, (lua_Integer)total);
  return 2;
}

/* ---- random numbers -------------------------------------------------------------------------------------- */

static int64_t cuda_seed(lua_State *L, const char *function) {
  int64_t seed = 0;
  if (!integer_test(L, 1, &seed)) error_argument(L, function, "seed", 1, "an integer", 1);
  return seed;
}
/** torch.cuda.manual_seed(seed: int): Starts the generator of the current device anew, so that random numbers
** repeat: the same as those of the CPU with this seed. Without a device it does nothing. torch.manual_seed does it
** for all. */
static int cuda_manual_seed(lua_State *L) {
  const int64_t seed = cuda_seed(L, "manual_seed");
  if (device_count(DEVICE_CUDA) > 0) generator_seed(cuda_ops()->generator(cuda_ops()->current()), (uint64_t)seed);
  return 0;
}
/** torch.cuda.manual_seed_all(seed: int): manual_seed for all devices. */
static int cuda_manual_seed_all(lua_State *L) {
  const int64_t seed = cuda_seed(L, "manual_seed_all");
  const int n = device_count(DEVICE_CUDA);
  for (int i = 0; i < n; i++) generator_seed(cuda_ops()->generator(i), (uint64_t)seed);
  return 0;
}
/** torch.cuda.initial_seed() -> int: The seed of the current device's generator. */
static int cuda_initial_seed(lua_State *L) {
  const int index = cuda_device(L, 1, "initial_seed");
  lua_pushinteger(L, (lua_Integer)cuda_ops()->generator(index)->seed);
  return 1;
}

/* ---- streams and events ---------------------------------------------------------------------------------- */

typedef struct {
  Object object;
  void *handle; /* NULL: the default stream, an event that was not recorded yet */
  int index;    /* of the device */
  bool owned, timing, recorded;
} StreamBox; /* events too */

static void cuda_finalize_stream(lua_State *L, void *self) {
  (void)L;
  StreamBox *box = self;
  if (box->owned) cuda_streams()->stream_free(box->index, box->handle);
  box->owned = false;
}
static void cuda_finalize_event(lua_State *L, void *self) {
  (void)L;
  StreamBox *box = self;
  if (box->owned) cuda_streams()->event_free(box->index, box->handle);
  box->owned = false;
}

static const Class cuda_stream_class, cuda_event_class;

static StreamBox *cuda_stream_check(lua_State *L, int index, const char *function, const char *name) {
  return object_check(L, index, &cuda_stream_class, function, name);
}
static StreamBox *cuda_event_check(lua_State *L, int index, const char *function, const char *name) {
  return object_check(L, index, &cuda_event_class, function, name);
}

/** torch.cuda.Stream(device: int|device = nil) -> torch.cuda.Stream: A stream of work beside the default one. Work
** of one stream is done in order; that of two waits only where wait_stream or wait_event says so. */
static int cuda_stream_new(lua_State *L) {
  const int index = cuda_device(L, 1, "Stream");
  StreamBox *box = object_new(L, &cuda_stream_class, sizeof *box, 0);
  box->index = index;
  error_check(L, cuda_streams()->stream_new(index, &box->handle));
  box->owned = true;
  return 1;
}
static void cuda_push_stream(lua_State *L, int index, void *handle) {
  StreamBox *box = object_new(L, &cuda_stream_class, sizeof *box, 0);
  box->index = index;
  box->handle = handle;
}
/* The stream that calls go to is held here, by the number of its device, so that it stays while it is in use. */
static void cuda_hold(lua_State *L, int index, int stream) {
  lua_pushvalue(L, stream);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, "torch.cuda.streams");
  lua_insert(L, -2);
  lua_rawseti(L, -2, index + 1);
  lua_pop(L, 1);
}
/** torch.cuda.current_stream(device: int|device = nil) -> torch.cuda.Stream: Where calls go. */
static int cuda_current_stream(lua_State *L) {
  const int index = cuda_device(L, 1, "current_stream");
  void *current = cuda_streams()->stream_current(index);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, "torch.cuda.streams");
  lua_rawgeti(L, -1, index + 1);
  StreamBox *held = object_test(L, -1, &cuda_stream_class);
  if (held == NULL || held->handle != current) cuda_push_stream(L, index, current);
  return 1;
}
/** torch.cuda.default_stream(device: int|device = nil) -> torch.cuda.Stream: Where calls go at first. */
static int cuda_default_stream(lua_State *L) {
  cuda_push_stream(L, cuda_device(L, 1, "default_stream"), NULL);
  return 1;
}
/** torch.cuda.set_stream(stream: torch.cuda.Stream): Calls on its device go to a stream from now on. */
static int cuda_set_stream(lua_State *L) {
  StreamBox *box = cuda_stream_check(L, 1, "set_stream", "stream");
  error_check(L, cuda_streams()->stream_use(box->index, box->handle));
  cuda_hold(L, box->index, 1);
  return 0;
}
/** torch.cuda.Stream:synchronize(): Waits until all of it is done. */
static int cuda_stream_synchronize(lua_State *L) {
  StreamBox *box = cuda_stream_check(L, 1, "synchronize", "self");
  error_check(L, cuda_streams()->stream_synchronize(box->index, box->handle));
  return 0;
}
/** torch.cuda.Stream:query() -> bool: Whether all of it is done. */
static int cuda_stream_query(lua_State *L) {
  StreamBox *box = cuda_stream_check(L, 1, "query", "self");
  bool done = false;
  error_check(L, cuda_streams()->stream_done(box->index, box->handle, &done));
  lua_pushboolean(L, done);
  return 1;
}
/* The option enable_timing in the table at 1. */
static bool cuda_event_timing(lua_State *L) {
  bool timing = false;
  if (!lua_istable(L, 1)) error_argument(L, "Event", "options", 1, "a table of options", 1);
  for (lua_pushnil(L); lua_next(L, 1); lua_pop(L, 1)) {
    if (lua_type(L, -2) != LUA_TSTRING || strcmp(lua_tostring(L, -2), "enable_timing") != 0)
      error_raise(L, "Event: unknown option '%s' (known: enable_timing)", luaL_tolstring(L, -2, NULL));
    timing = bool_check(L, lua_gettop(L), "Event", "enable_timing");
  }
  return timing;
}
/** torch.cuda.Event({enable_timing: bool = false}) -> torch.cuda.Event: A mark in a stream. */
static int cuda_event_new(lua_State *L) {
  const bool timing = !lua_isnoneornil(L, 1) && cuda_event_timing(L);
  lua_settop(L, 0);
  const int index = cuda_device(L, 1, "Event");
  StreamBox *box = object_new(L, &cuda_event_class, sizeof *box, 0);
  box->index = index;
  box->timing = timing;
  error_check(L, cuda_streams()->event_new(index, timing, &box->handle));
  box->owned = true;
  return 1;
}
/** torch.cuda.Event:record(stream: torch.cuda.Stream = nil): Marks what a stream was asked for until now; the
** current one where none is given. */
static int cuda_event_record(lua_State *L) {
  StreamBox *event = cuda_event_check(L, 1, "record", "self");
  StreamBox *stream = lua_isnoneornil(L, 2) ? NULL : cuda_stream_check(L, 2, "record", "stream");
  void *handle = stream != NULL ? stream->handle : cuda_streams()->stream_current(event->index);
  error_check(L, cuda_streams()->event_record(event->index, event->handle, handle));
  event->recorded = true;
  return 0;
}
/** torch.cuda.Event:synchronize(): Waits until what it marks is done. */
static int cuda_event_synchronize(lua_State *L) {
  StreamBox *event = cuda_event_check(L, 1, "synchronize", "self");
  error_check(L, cuda_streams()->event_synchronize(event->index, event->handle));
  return 0;
}
/** torch.cuda.Event:query() -> bool: Whether what it marks is done. */
static int cuda_event_query(lua_State *L) {
  StreamBox *event = cuda_event_check(L, 1, "query", "self");
  bool done = false;
  error_check(L, cuda_streams()->event_done(event->index, event->handle, &done));
  lua_pushboolean(L, done);
  return 1;
}
/** torch.cuda.Event:elapsed_time(end_event: torch.cuda.Event) -> number: Milliseconds from this event to another;
** both were made with enable_timing and recorded. */
static int cuda_event_elapsed(lua_State *L) {
  StreamBox *start = cuda_event_check(L, 1, "elapsed_time", "self");
  StreamBox *end = cuda_event_check(L, 2, "elapsed_time", "end_event");
  double time = 0;
  if (!start->timing || !end->timing || !start->recorded || !end->recorded)
    return error_raise(L, "elapsed_time: both events must be made with enable_timing = true, and recorded");
  error_check(L, cuda_streams()->event_elapsed(start->index, start->handle, end->handle, &time));
  lua_pushnumber(L, time);
  return 1;
}
/** torch.cuda.Event:wait(stream: torch.cuda.Stream = nil): What comes later in a stream waits for this event. */
static int cuda_event_wait(lua_State *L) {
  StreamBox *event = cuda_event_check(L, 1, "wait", "self");
  StreamBox *stream = lua_isnoneornil(L, 2) ? NULL : cuda_stream_check(L, 2, "wait", "stream");
  void *handle = stream != NULL ? stream->handle : cuda_streams()->stream_current(event->index);
  error_check(L, cuda_streams()->stream_wait(event->index, handle, event->handle));
  return 0;
}
/** torch.cuda.Stream:wait_event(event: torch.cuda.Event): What comes later in this stream waits for an event. */
static int cuda_stream_wait_event(lua_State *L) {
  StreamBox *stream = cuda_stream_check(L, 1, "wait_event", "self");
  StreamBox *event = cuda_event_check(L, 2, "wait_event", "event");
  error_check(L, cuda_streams()->stream_wait(stream->index, stream->handle, event->handle));
  return 0;
}
/** torch.cuda.Stream:wait_stream(stream: torch.cuda.Stream): What comes later in this stream waits for what another
** one was asked for until now. */
static int cuda_stream_wait_stream(lua_State *L) {
  StreamBox *stream = cuda_stream_check(L, 1, "wait_stream", "self");
  StreamBox *other = cuda_stream_check(L, 2, "wait_stream", "stream");
  void *event = NULL;
  error_check(L, cuda_streams()->event_new(other->index, false, &event));
  Status status = cuda_streams()->event_record(other->index, event, other->handle);
  if (status == OK) status = cuda_streams()->stream_wait(stream->index, stream->handle, event);
  cuda_streams()->event_free(other->index, event);
  error_check(L, status);
  return 0;
}

static const luaL_Reg cuda_stream_methods[] = {
    {"synchronize", cuda_stream_synchronize}, {"query", cuda_stream_query}, {"wait_event", cuda_stream_wait_event},
    {"wait_stream", cuda_stream_wait_stream}, {NULL, NULL}};
static const luaL_Reg cuda_event_methods[] = {
    {"record", cuda_event_record}, {"synchronize", cuda_event_synchronize}, {"query", cuda_event_query},
    {"elapsed_time", cuda_event_elapsed}, {"wait", cuda_event_wait}, {NULL, NULL}};
static const Class cuda_stream_class = {"torch.cuda.Stream", NULL, cuda_finalize_stream, cuda_stream_methods, NULL};
static const Class cuda_event_class = {"torch.cuda.Event", NULL, cuda_finalize_event, cuda_event_methods, NULL};

/** torch.cuda: Devices of NVIDIA: x:to("cuda"), torch.zeros(3, {device = "cuda"}). docs/guide/cuda.md has what is
** there. */
int luaopen_torch_cuda(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"is_available", cuda_is_available}, {"device_count", cuda_device_count},
      {"current_device", cuda_current_device}, {"set_device", cuda_set_device},
      {"get_device_name", cuda_get_device_name}, {"get_device_capability", cuda_get_device_capability},
      {"get_device_properties", cuda_get_device_properties}, {"synchronize", cuda_synchronize},
      {"memory_allocated", cuda_memory_allocated}, {"max_memory_allocated", cuda_max_memory_allocated},
      {"memory_reserved", cuda_memory_reserved}, {"reset_peak_memory_stats", cuda_reset_peak},
      {"empty_cache", cuda_empty_cache}, {"mem_get_info", cuda_mem_get_info}, {"manual_seed", cuda_manual_seed},
      {"manual_seed_all", cuda_manual_seed_all}, {"initial_seed", cuda_initial_seed}, {"Stream", cuda_stream_new},
      {"Event", cuda_event_new}, {"current_stream", cuda_current_stream}, {"default_stream", cuda_default_stream},
      {"set_stream", cuda_set_stream}, {NULL, NULL}};
  luaL_newlib(L, functions);
  library_lazy(L, "torch.cuda");
  return 1;
}
