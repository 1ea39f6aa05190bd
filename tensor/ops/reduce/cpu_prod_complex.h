/* cpu_prod_complex.h: products of complex numbers. */
#ifndef HECATE_PROD_COMPLEX_H
#define HECATE_PROD_COMPLEX_H

#include "device/cpu/kernel.h"

/* The products of 'in' over the dimensions of 'dim', into contiguous 'out' of the same dtype. */
Status KERNEL(prod_complex)(const Tensor *in, Tensor *out, const Ints *dim);

#endif
