/* cpu/optimise.c: one step of an optimiser over many parameters, which are taken as one long row of elements: it is cut
** into shares of one size, so many small parameters keep the threads as busy as a single large one.
*/
#include "optimise.h"

#include "cpu.h"

#define OPTIMISER_SHARE 65536 /* elements of one thread's turn */
#define OPTIMISER_STRIP 512   /* numbers of 16 bits that are converted at a time */
enum { OPTIMISER_ARRAYS = 2 + OPTIMISER_STATES };

/* The dtype in which parameters of another one are moved: of complex numbers both parts, those of 16 bits
** in float32. */
static DType optimise_dtype(DType dtype) { return dtype_compute(dtype_real(dtype)); }

bool cpu_optimiser_has(DType dtype) {
  return !dtype_is_stored(dtype) && cpu_optimiser_passes[optimise_dtype(dtype)] != NULL;
}

/* One pass over n numbers of 16 bits: strips of all arrays are converted, moved, and rounded once. */
static void optimise_strips(OptimiserPass pass, DType dtype, int64_t n, unsigned variant, void *const *arrays,
                             const double *values) {
  const DType compute = dtype_compute(dtype);
  const CastFn widen = cpu_cast[dtype][compute], narrow = cpu_cast[compute][dtype];
  const int64_t size = (int64_t)dtype_size(dtype), wide = (int64_t)dtype_size(compute);
  double buffers[OPTIMISER_ARRAYS][OPTIMISER_STRIP];
  for (int64_t at = 0; at < n; at += OPTIMISER_STRIP) {
    const int64_t m = n - at < OPTIMISER_STRIP ? n - at : OPTIMISER_STRIP;
    void *strips[OPTIMISER_ARRAYS] = {NULL};
    for (int i = 0; i < OPTIMISER_ARRAYS; i++) {
      if (arrays[i] == NULL) continue;
      strips[i] = buffers[i];
      widen(m, strips[i], wide, (const char *)arrays[i] + at * size, size);
    }
    pass(m, variant, strips, values);
    for (int i = 0; i < OPTIMISER_ARRAYS; i++) /* all but the gradient, which is only read */
      if (arrays[i] != NULL && i != 1) narrow(m, (char *)arrays[i] + at * size, size, strips[i], wide);
  }
}

/* Elements [from, to) of one parameter. */
static void optimise_elements(const OptimiserRule *rule, const OptimiserUpdate *u, int64_t from, int64_t to) {
  void *arrays[OPTIMISER_ARRAYS] = {NULL};
  const Tensor *tensors[OPTIMISER_ARRAYS] = {u->parameter, u->grad};
  const DType dtype = (DType)u->parameter->dtype;
  memcpy(tensors + 2, u->state, sizeof u->state);
  int64_t offset = from * (int64_t)tensor_itemsize(u->parameter);
  for (int i = 0; i < OPTIMISER_ARRAYS; i++)
    if (tensors[i] != NULL) arrays[i] = (char *)tensor_data(tensors[i]) + offset;
  const OptimiserPass pass = (*cpu_optimiser_passes[optimise_dtype(dtype)])[rule->id];
  const int64_t n = dtype_is_complex(dtype) ? 2 * (to - from) : to - from;
  if (dtype_is_computed(dtype)) optimise_strips(pass, dtype, n, u->variant, arrays, u->values);
  else pass(n, u->variant, arrays, u->values);
}

/* The last parameter that begins at 'element' or before it. */
static int64_t optimise_find(int64_t n, const OptimiserUpdate *updates, int64_t element) {
  int64_t low = 0, high = n; /* the one looked for is in [low, high) */
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    if (updates[middle].start <= element) low = middle;
    else high = middle;
  }
  return low;
}

/* Elements [from, to) of the row of all parameters. */
static void optimise_range(const OptimiserRule *rule, int64_t n, const OptimiserUpdate *updates, int64_t from,
                            int64_t to) {
  for (int64_t i = optimise_find(n, updates, from); i < n && updates[i].start < to; i++) {
    const OptimiserUpdate *u = &updates[i];
    int64_t first = from > u->start ? from - u->start : 0;
    int64_t last = to - u->start < u->parameter->numel ? to - u->start : u->parameter->numel;
    if (first < last) optimise_elements(rule, u, first, last);
  }
}

Status cpu_optimise(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates) {
  const OptimiserUpdate *last = &updates[n - 1];
  const int64_t total = last->start + last->parameter->numel;
  if (total < 2 * OPTIMISER_SHARE || threads_get() == 1) {
    optimise_range(rule, n, updates, 0, total);
    return OK;
  }
#pragma omp parallel for schedule(static) num_threads(threads_get())
  for (int64_t at = 0; at < total; at += OPTIMISER_SHARE)
    optimise_range(rule, n, updates, at, total - at < OPTIMISER_SHARE ? total : at + OPTIMISER_SHARE);
  return OK;
}
