/* threads.c: how many threads compute. Our kernels and OpenBLAS (its OpenMP build) share one pool. */
#include <omp.h>

#include "blas.h"

static int thread_count; /* 0: not asked yet */

int threads_get(void) {
  if (thread_count == 0) thread_count = omp_get_max_threads();
  return thread_count;
}

void threads_set(int n) {
  thread_count = n < 1 ? 1 : n;
  omp_set_num_threads(thread_count);
#ifdef HECATE_WITH_OPENBLAS
  blas_set_threads(thread_count);
#endif
}
