/* index/cpu.h: what kernels that follow positions share. */
#ifndef HECATE_INDEX_H
#define HECATE_INDEX_H

#include "device/cpu/kernel.h"

/* The n slices of contiguous 'in' along 'dim' that 'index' names, into contiguous 'out'. */
void KERNEL(select_slices)(const Tensor *in, int64_t dim, const int64_t *index, int64_t n, Tensor *out);

/* The n contiguous slices of 'source' into those of contiguous 'out' along 'dim' that 'index' names; with
** alpha, alpha times them is added. */
void KERNEL(put_slices)(Tensor *out, int64_t dim, const int64_t *index, int64_t n, const Tensor *source, const Scalar *alpha);

/* Whether all positions are good for a dimension of 'size'; a fault says which is not. */
bool KERNEL(positions_hold)(const int64_t *index, int64_t n, int64_t size, int dim);

#endif
