/* cpu/level.c: picks the loops of the best processor level when the program starts.
** HECATE_CPU=base|avx2|avx512 asks for a lower one (tests compare them). HECATE_MATH=precise computes functions such as
** exp in a type wider than the elements: the results are nearer, and it takes longer.
*/
#include <stdio.h>
#include <stdlib.h>

#include "cpu.h"
#include "optimise.h"
#include "walk.h"

#define LEVEL_TABLES(level)                                         \
  extern const StripFn *const strips_##level[DTYPE_COUNT];          \
  extern const KernelFn *const kernels_##level;                     \
  extern CastFn casts_##level[DTYPE_COUNT][DTYPE_COUNT];            \
  extern OptimiserPasses *const optimiser_passes_##level[DTYPE_COUNT]; \
  Status fused_walk_##level(const FusedProgram *p);
LEVEL_TABLES(base)
#ifdef HECATE_LEVELS
LEVEL_TABLES(avx2)
LEVEL_TABLES(avx512)
#endif

const StripFn *const *cpu_strips = strips_base;
const KernelFn *cpu_kernels;
CastFn (*cpu_cast)[DTYPE_COUNT] = casts_base;
OptimiserPasses *const *cpu_optimiser_passes = optimiser_passes_base;
Status (*cpu_fused_walk)(const FusedProgram *p) = fused_walk_base;

#define USE(level)                                                                          \
  (cpu_strips = strips_##level, cpu_kernels = kernels_##level, cpu_cast = casts_##level,    \
   cpu_optimiser_passes = optimiser_passes_##level, cpu_fused_walk = fused_walk_##level)

static void use_precise(void) {
  static const StripFn *table[DTYPE_COUNT];
  static StripFn floats[OP_COUNT], doubles[OP_COUNT];
  memcpy(table, cpu_strips, sizeof table);
  memcpy(floats, table[DTYPE_FLOAT32], sizeof floats);
  memcpy(doubles, table[DTYPE_FLOAT64], sizeof doubles);
  for (const PreciseStrip *s = precise_float32; s->strip != NULL; s++) floats[s->op] = s->strip;
  for (const PreciseStrip *s = precise_float64; s->strip != NULL; s++) doubles[s->op] = s->strip;
  table[DTYPE_FLOAT32] = floats;
  table[DTYPE_FLOAT64] = doubles;
  cpu_strips = table;
}

static void select_math(void) {
  const char *asked = getenv("HECATE_MATH");
  if (asked == NULL || *asked == '\0' || strcmp(asked, "fast") == 0) return;
  if (strcmp(asked, "precise") == 0) use_precise();
  else fprintf(stderr, "warning: HECATE_MATH: expected fast or precise, got '%s'\n", asked);
}

void cpu_select_level(void) {
  USE(base);
#ifdef HECATE_LEVELS
  const char *asked = getenv("HECATE_CPU");
  bool low = asked != NULL && strcmp(asked, "base") == 0;
  bool middle = asked != NULL && strcmp(asked, "avx2") == 0;
  __builtin_cpu_init();
  if (!low && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) USE(avx2);
  if (!low && !middle && __builtin_cpu_supports("avx512f") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512bw"))
    USE(avx512);
#endif
  select_math();
}
