/* absent.c: what stands in the table of a device for functions that it does not have yet: they say so, or there is
** nothing to count. So a device can begin with memory and copies alone.
*/
#include "device/absent.h"

static void absent_memory_stats(int index, MemoryStats *stats) {
  (void)index;
  *stats = (MemoryStats){0};
}
static void absent_memory(int index) { (void)index; }

static bool absent_has(const OpInfo *info, DType dtype) {
  (void)info, (void)dtype;
  return false;
}
static Status absent_kernel(Call *c) {
  return fail(ERROR_ARGUMENT, "%s: not there on %s yet", c->info->lua_name, device_kind(c->device->type));
}
static Status absent_elementwise(Call *c, DType common, DType result) {
  (void)common, (void)result;
  return absent_kernel(c);
}

static bool absent_optimiser_has(DType dtype) {
  (void)dtype;
  return false;
}
static Status absent_optimise(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates) {
  (void)rule, (void)n, (void)updates;
  return fail(ERROR_ARGUMENT, "step: not there on this device yet");
}
static Status absent_power_sum(const Tensor *t, double p, double *sum) {
  (void)t, (void)p, (void)sum;
  return fail(ERROR_ARGUMENT, "norm of gradients: not there on this device yet");
}
static Generator *absent_generator(int index) {
  (void)index;
  return generator_default();
}

#define FILL(field) \
  if (ops->field == NULL) ops->field = absent_##field
void device_fill_absent(DeviceOps *ops) {
  FILL(memory_stats);
  FILL(has);
  FILL(elementwise);
  FILL(kernel);
  FILL(optimiser_has);
  FILL(optimise);
  FILL(power_sum);
  FILL(generator);
  if (ops->memory_reset_peak == NULL) ops->memory_reset_peak = absent_memory;
  if (ops->memory_trim == NULL) ops->memory_trim = absent_memory;
}

#define MISSES(field) \
  if (ops->field == NULL) return #field
const char *device_misses(const DeviceOps *ops) {
  MISSES(count);
  MISSES(allocate);
  MISSES(free);
  MISSES(fill);
  MISSES(copy);
  if (ops->host || !ops->has_data) return NULL;
  MISSES(to_host);
  MISSES(from_host);
  MISSES(between);
  return NULL;
}
