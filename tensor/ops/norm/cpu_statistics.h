/* cpu_statistics.h: what batch_norm, layer_norm and group_norm know of the numbers that they normalise together: their
** mean and the sum of their squared distances from it.
*/
#ifndef HECATE_NORM_STATISTICS_H
#define HECATE_NORM_STATISTICS_H

#include <math.h>

#include "device/cpu/kernel.h"

#define STATISTICS_LANES 16
#define STATISTICS_BLOCK 1024 /* elements that are added up in their own type */
#define GRADIENT_LANES 16
#define GRADIENT_BLOCK 128 /* the same of gradients */

/* Where the numbers lie: n runs of 'inner' elements, 'step' bytes apart. */
typedef struct {
  const char *data;
  int64_t n, inner, step;
} NormPlaces;

#endif
