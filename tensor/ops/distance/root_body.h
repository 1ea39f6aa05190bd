/* root_body.h: the square roots of what has been added up; included by cpu.c once for each element type. */
static void NAME(distance_root)(int64_t n, void *squares) {
  T *x = squares;
#pragma omp simd
  for (int64_t i = 0; i < n; i++) x[i] = sqrt(x[i]);
}
