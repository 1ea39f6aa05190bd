/* cpu.h: what the files of the CPU share. Nobody else includes it: the rest of the library knows the CPU by its table
** (device/device.h).
*/
#ifndef HECATE_CPU_H
#define HECATE_CPU_H

#include "core/internal.h"
#include "device/device.h"

/* level.c: the loops of the best level of this processor, once cpu_select_level has run. */
void cpu_select_level(void);
extern const StripFn *const *cpu_strips; /* [dtype][op] */
/* What HECATE_MATH=precise puts into that table: generated lists, the last entry without a strip. */
typedef struct {
  int op;
  StripFn strip;
} PreciseStrip;
extern const PreciseStrip precise_float32[], precise_float64[];
extern const KernelFn *cpu_kernels;      /* [op] */
extern CastFn (*cpu_cast)[DTYPE_COUNT];  /* [from][to] */

/* threads.c: no more threads than the environment allows. */
void threads_begin(void);

/* ---- the functions of the table ---------------------------------------------- */

/* tensors.c */
Status cpu_fill(Tensor *t, Scalar value);
Status cpu_copy(Tensor *to, Tensor *from);
/* calls.c */
bool cpu_has(const OpInfo *info, DType dtype);
Status cpu_elementwise(Call *c, DType common, DType result);
Status cpu_kernel(Call *c);
/* optimise.c */
bool cpu_optimiser_has(DType dtype);
Status cpu_optimise(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates);
/* power_sum.c */
Status cpu_power_sum(const Tensor *t, double p, double *sum);

#endif
