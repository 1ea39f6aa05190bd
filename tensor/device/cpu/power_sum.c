/* cpu/power_sum.c: sums over a whole gradient, for its norm. */
#include <math.h>

#include "cpu.h"

/* The resolvers of clones run before a sanitizer is ready. */
#if defined(__x86_64__) && !defined(HECATE_SANITIZE)
#define POWER_SUM_LEVELS __attribute__((target_clones("avx2", "default")))
#else
#define POWER_SUM_LEVELS
#endif

#define BODY "device/cpu/power_sum_body.h"
#include "each_float.h"

Status cpu_power_sum(const Tensor *t, double p, double *sum) {
  static double (*const sums[DTYPE_COUNT])(const void *, int64_t, double) = FLOAT_TABLE(power_sum);
  *sum = sums[t->dtype](tensor_data(t), t->numel, p);
  return OK;
}
