/* index/cpu.h: what kernels that follow positions share. */
#ifndef HECATE_INDEX_H
#define HECATE_INDEX_H

#include "device/cpu/kernel.h"

/* M(T) with a type of the size: elements that are only moved count by their bytes. */
typedef struct {
  uint64_t half[2];
} Bytes16;
#define BY_SIZE(size, M)              \
  do {                                \
    switch ((int)(size)) {            \
      case 1: { M(uint8_t); } break;  \
      case 2: { M(uint16_t); } break; \
      case 4: { M(uint32_t); } break; \
      case 8: { M(uint64_t); } break; \
      case 16: { M(Bytes16); } break; \
    }                                 \
  } while (0)

/* The n slices of contiguous 'in' along 'dim' that 'index' names, into contiguous 'out'. */
void KERNEL(select_slices)(const Tensor *in, int64_t dim, const int64_t *index, int64_t n, Tensor *out);

/* The n contiguous slices of 'source' into those of contiguous 'out' along 'dim' that 'index' names; with
** alpha, alpha times them is added. */
void KERNEL(put_slices)(Tensor *out, int64_t dim, const int64_t *index, int64_t n, const Tensor *source, const Scalar *alpha);

/* Whether all positions are good for a dimension of 'size'; a fault says which is not. */
bool KERNEL(positions_hold)(const int64_t *index, int64_t n, int64_t size, int dim);

#endif
