/* random/cpu.h: fills that other kernels begin with. g may be NULL: the default generator. */
#ifndef HECATE_RANDOM_CPU_H
#define HECATE_RANDOM_CPU_H

#include "device/cpu/kernel.h"

/* Numbers of [from, to) into the floats of contiguous t. */
Status KERNEL(random_uniform)(Tensor *t, Generator *g, double from, double to);
/* 1 with probability p, else 0, into contiguous t of any type. */
Status KERNEL(random_bernoulli)(Tensor *t, Generator *g, double p);
Status KERNEL(random_check_probability)(const char *who, double p);

#endif
