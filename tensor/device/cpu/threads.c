/* threads.c: how many threads compute. Our kernels and OpenBLAS (its OpenMP build) share one pool. */
#include <omp.h>

#include "blas.h"
#include "call/mode.h"
#include "cpu.h"

static int thread_count; /* 0: not asked yet */

int threads_get(void) {
  if (thread_count == 0) thread_count = omp_get_max_threads();
  return thread_count;
}

/* More threads than OMP_THREAD_LIMIT allows never come, and OpenBLAS would wait for them. */
static int within_limit(int n) {
  const int limit = omp_get_thread_limit();
  return n < 1 ? 1 : n > limit ? limit : n;
}

int blas_steady_begin(void) {
  if (!mode_is_on(MODE_DETERMINISTIC) || omp_in_parallel()) return 0;
  const int threads = omp_get_max_threads();
  omp_set_num_threads(1);
  return threads;
}

void blas_steady_end(int threads) {
  if (threads > 0) omp_set_num_threads(threads);
}

void threads_begin(void) {
#ifdef HECATE_WITH_OPENBLAS
  blas_begin();
#endif
  if (within_limit(omp_get_max_threads()) < omp_get_max_threads()) threads_set(omp_get_max_threads());
}

void threads_set(int n) {
  thread_count = within_limit(n);
  omp_set_num_threads(thread_count);
#ifdef HECATE_WITH_OPENBLAS
  blas_set_threads(thread_count);
#endif
}
