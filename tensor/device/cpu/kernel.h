/* kernel.h: included by every file of kernels. Each is compiled once per
** processor level with LEVEL defined (base, avx2, avx512): KERNEL(sum) is sum_avx2.
** A kernel reads call->in and writes call->out, allocated by the op's infer function.
*/
#ifndef HECATE_KERNEL_H
#define HECATE_KERNEL_H

#include "cpu.h"

#define KERNEL_PASTE2(name, level) name##_##level
#define KERNEL_PASTE(name, level) KERNEL_PASTE2(name, level)
#define KERNEL(name) KERNEL_PASTE(name, LEVEL)

#include "kernels.h" /* generated prototypes */

/* The elements of an input that need not be given. */
static inline void *data_or_null(const Tensor *t) { return t != NULL ? tensor_data(t) : NULL; }

#endif
