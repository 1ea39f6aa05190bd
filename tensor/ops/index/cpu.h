/* index/cpu.h: what kernels that follow positions share. */
#ifndef HECATE_INDEX_H
#define HECATE_INDEX_H

#include "device/cpu/kernel.h"

#define CHUNK 32768 /* elements of one task */

/* Whether n positions lie in [0, size): then a loop over them needs no look at each. */
static inline bool positions_within(const int64_t *index, int64_t n, int64_t size) {
  int64_t sign = 0;
  for (int64_t j = 0; j < n; j++) sign |= index[j] | (size - 1 - index[j]);
  return sign >= 0;
}

/* The n slices of contiguous 'in' along 'dim' that 'index' names, into contiguous 'out'. 'from_end': negative
** positions count from the end, else they are out of range. */
void KERNEL(select_slices)(const Tensor *in, int64_t dim, bool from_end, const int64_t *index, int64_t n, Tensor *out);

/* The n contiguous slices of 'source' into those of contiguous 'out' along 'dim' that 'index' names; with
** alpha, alpha times them is added. */
void KERNEL(put_slices)(Tensor *out, int64_t dim, bool from_end, const int64_t *index, int64_t n, const Tensor *source,
                        const Scalar *alpha);

/* Whether all positions are good for a dimension of 'size'; a fault says which is not. */
bool KERNEL(positions_hold)(const int64_t *index, int64_t n, int64_t size, int dim, bool from_end);

/* Makes output 0 what input 0 is. What an op in place changes must stay as it was after a position (in input 1) out of
** range, so then all positions are looked at first. */
Status KERNEL(positions_begin)(Call *c, int dim, int64_t size);

#endif
