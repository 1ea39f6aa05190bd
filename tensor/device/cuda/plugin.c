/* plugin.c: the table of the device, and the one function that the program calls. */
#include "cuda.h"
#include "device/stream.h"

extern const DeviceStreams cuda_streams; /* streams.c */

static CudaAddress plugin_address(const void *data) { return (CudaAddress)(uintptr_t)data; }

static Status plugin_from_host(int index, void *to, const void *from, size_t bytes) {
  CudaState *state;
  if (bytes == 0) return OK;
  TRY(devices_use(index, &state));
  CUDA_TRY(driver.to_device(plugin_address(to), from, bytes, state->stream), "to the device");
  return driver_check(driver.stream_synchronize(state->stream), "to the device"); /* 'from' may go now */
}

static Status plugin_to_host(int index, void *to, const void *from, size_t bytes) {
  CudaState *state;
  if (bytes == 0) return OK;
  TRY(devices_use(index, &state));
  CUDA_TRY(driver.to_host(to, plugin_address(from), bytes, state->stream), "to the host");
  CUDA_TRY(driver.stream_synchronize(state->stream), "to the host");
  return devices_faults("copy to the host");
}

static Status plugin_between(int to_index, void *to, int from_index, const void *from, size_t bytes) {
  CudaState *source, *target;
  if (bytes == 0) return OK;
  TRY(devices_use(to_index, &target));
  TRY(devices_use(from_index, &source));
  CUDA_TRY(driver.peer(plugin_address(to), target->context, plugin_address(from), source->context, bytes,
                       source->stream),
           "between devices");
  return driver_check(driver.stream_synchronize(source->stream), "between devices");
}

static const DeviceOps plugin_device = {
    .type = DEVICE_CUDA,
    .has_data = true,
    .count = devices_count,
    .current = devices_current,
    .synchronize = devices_synchronize,
    .allocate = cuda_allocate,
    .free = cuda_free,
    .memory_stats = cuda_memory_stats,
    .memory_reset_peak = cuda_memory_reset_peak,
    .memory_trim = cuda_memory_trim,
    .from_host = plugin_from_host,
    .to_host = plugin_to_host,
    .between = plugin_between,
    .fill = cuda_fill,
    .copy = cuda_copy,
    .has = cuda_has,
    .elementwise = cuda_elementwise,
    .kernel = cuda_kernel,
    .optimiser_has = cuda_optimiser_has,
    .optimise = cuda_optimise,
    .power_sum = cuda_power_sum,
    .generator = devices_generator,
    .streams = &cuda_streams,
};

__attribute__((visibility("default"))) Status hecate_device_plugin(const HostApi *api);

Status hecate_device_plugin(const HostApi *api) {
  if (api->version != HOST_API_VERSION || api->rows != OPS_HASH)
    return api->fail(ERROR_ARGUMENT, "the CUDA plug-in is of another version of Hecate");
  host = api;
  TRY(devices_open());
  return api->device_register(&plugin_device);
}
