/* cpu/cpu.c: the table of the CPU. */
#include "cpu.h"

static int cpu_count(void) { return 1; }

static Status cpu_allocate(int index, size_t bytes, void **data) {
  (void)index;
  return (*data = memory_alloc(bytes)) != NULL ? OK : ERROR_MEMORY;
}
static void cpu_free(int index, void *data, size_t bytes) {
  (void)index;
  memory_free(data, bytes);
}
static void cpu_memory_stats(int index, MemoryStats *stats) {
  (void)index;
  memory_stats(stats);
}
static void cpu_memory_reset_peak(int index) {
  (void)index;
  memory_reset_peak();
}
static void cpu_memory_trim(int index) {
  (void)index;
  memory_trim();
}
static Generator *cpu_generator(int index) {
  (void)index;
  return generator_default();
}

DeviceOps cpu_device = {
    .type = DEVICE_CPU,
    .host = true,
    .has_data = true,
    .count = cpu_count,
    .allocate = cpu_allocate,
    .free = cpu_free,
    .memory_stats = cpu_memory_stats,
    .memory_reset_peak = cpu_memory_reset_peak,
    .memory_trim = cpu_memory_trim,
    .fill = cpu_fill,
    .copy = cpu_copy,
    .has = cpu_has,
    .elementwise = cpu_elementwise,
    .kernel = cpu_kernel,
    .optimiser_has = cpu_optimiser_has,
    .optimise = cpu_optimise,
    .power_sum = cpu_power_sum,
    .generator = cpu_generator,
};

__attribute__((constructor)) static void cpu_register(void) {
  cpu_select_level();
  threads_begin();
  cpu_device.strips = cpu_strips;
  device_register(&cpu_device);
}
