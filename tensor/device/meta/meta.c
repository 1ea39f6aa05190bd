/* meta/meta.c: the device of tensors without data. Shapes, dtypes, strides and histories are worked out as everywhere
** else, for no function of shapes reads data; nothing is computed. Its memory is counted as if it were there, so a dry
** run tells what the real one would take.
*/
#include "core/internal.h"
#include "device/device.h"

static _Atomic int64_t meta_bytes, meta_blocks;
static int64_t meta_peak;

static int meta_count(void) { return 1; }

static Status meta_allocate(int index, size_t bytes, void **data) {
  (void)index;
  *data = NULL;
  meta_bytes += (int64_t)bytes;
  meta_blocks++;
  if (meta_bytes > meta_peak) meta_peak = meta_bytes;
  return OK;
}

static void meta_free(int index, void *data, size_t bytes) {
  (void)index, (void)data;
  meta_bytes -= (int64_t)bytes;
  meta_blocks--;
}

static void meta_memory_stats(int index, MemoryStats *stats) {
  (void)index;
  *stats = (MemoryStats){.bytes = meta_bytes, .peak = meta_peak, .blocks = meta_blocks};
}

static void meta_memory_reset_peak(int index) {
  (void)index;
  meta_peak = meta_bytes;
}

static void meta_memory_trim(int index) { (void)index; }

static Status meta_fill(Tensor *t, Scalar value) {
  (void)t, (void)value;
  return OK;
}

static Status meta_copy(Tensor *to, Tensor *from) {
  (void)to, (void)from;
  return OK;
}

/* What the CPU computes is what a program may ask for. */
static bool meta_has(const OpInfo *info, DType dtype) { return device_table[DEVICE_CPU]->has(info, dtype); }

static Status meta_elementwise(Call *c, DType common, DType result) {
  (void)c, (void)common, (void)result;
  return OK;
}

static Status meta_kernel(Call *c) {
  (void)c;
  return OK;
}

static bool meta_optimiser_has(DType dtype) { return device_table[DEVICE_CPU]->optimiser_has(dtype); }

static Status meta_optimise(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates) {
  (void)rule, (void)n, (void)updates;
  return OK;
}

static Status meta_power_sum(const Tensor *t, double p, double *sum) {
  (void)t, (void)p;
  *sum = 0;
  return OK;
}

static Generator *meta_generator(int index) {
  (void)index;
  return generator_default();
}

const DeviceOps meta_device = {
    .type = DEVICE_META,
    .host = false,
    .has_data = false,
    .count = meta_count,
    .allocate = meta_allocate,
    .free = meta_free,
    .memory_stats = meta_memory_stats,
    .memory_reset_peak = meta_memory_reset_peak,
    .memory_trim = meta_memory_trim,
    .fill = meta_fill,
    .copy = meta_copy,
    .has = meta_has,
    .elementwise = meta_elementwise,
    .kernel = meta_kernel,
    .optimiser_has = meta_optimiser_has,
    .optimise = meta_optimise,
    .power_sum = meta_power_sum,
    .generator = meta_generator,
};

__attribute__((constructor)) static void meta_register(void) { device_register(&meta_device); }
