/* optimiser.c: see optimiser.h. All parameters of a step are taken as one long row of elements, which is cut
** into shares of one size: so many small parameters keep the threads as busy as a single large one.
*/
#include "ops/optim/optimiser.h"

#include <stdatomic.h>
#include <string.h>

#include "call/mode.h"
#include "core/internal.h"

#define OPTIMISER_SHARE 65536 /* elements of one thread's turn */
#define OPTIMISER_STRIP 512   /* numbers of 16 bits that are converted at a time */
enum { OPTIMISER_ARRAYS = 2 + OPTIMISER_STATES };

/* The dtype in which parameters of another one are moved: of complex numbers both parts, those of 16 bits in float32. */
static DType optimiser_dtype(DType dtype) { return dtype_compute(dtype_real(dtype)); }

bool optimiser_has(DType dtype) {
  return !dtype_is_stored(dtype) && cpu_optimiser_passes[optimiser_dtype(dtype)] != NULL;
}

/* Whether both have the same values, so that they need not be computed again. */
static bool optimiser_same_step(const OptimiserRule *rule, const OptimiserUpdate *a, const OptimiserUpdate *b) {
  return rule->n_numbers == 0 && a->options == b->options && a->step.count == b->step.count &&
         a->step.first == b->step.first;
}

/* Fills what optimiser_run fills; returns the number of all elements. */
static int64_t optimiser_prepare(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates) {
  int64_t start = 0;
  for (int64_t i = 0; i < n; i++) {
    OptimiserUpdate *u = &updates[i], *before = i > 0 ? u - 1 : NULL;
    u->start = start;
    start += u->parameter->numel;
    u->variant = before != NULL && before->options == u->options ? before->variant : rule->variant(u->options);
    if (before != NULL && optimiser_same_step(rule, before, u)) {
      u->values = before->values;
      continue;
    }
    rule->scalars(u->options, &u->step, u->own_values);
    u->values = u->own_values;
  }
  return start;
}

/* One pass over n numbers of 16 bits: strips of all arrays are converted, moved, and rounded once. */
static void optimiser_strips(OptimiserPass pass, DType dtype, int64_t n, unsigned variant, void *const *arrays,
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
static void optimiser_elements(const OptimiserRule *rule, const OptimiserUpdate *u, int64_t from, int64_t to) {
  void *arrays[OPTIMISER_ARRAYS] = {NULL};
  const Tensor *tensors[OPTIMISER_ARRAYS] = {u->parameter, u->grad};
  const DType dtype = (DType)u->parameter->dtype;
  memcpy(tensors + 2, u->state, sizeof u->state);
  int64_t offset = from * (int64_t)tensor_itemsize(u->parameter);
  for (int i = 0; i < OPTIMISER_ARRAYS; i++)
    if (tensors[i] != NULL) arrays[i] = (char *)tensor_data(tensors[i]) + offset;
  const OptimiserPass pass = (*cpu_optimiser_passes[optimiser_dtype(dtype)])[rule->id];
  const int64_t n = dtype_is_complex(dtype) ? 2 * (to - from) : to - from;
  if (dtype_is_computed(dtype)) optimiser_strips(pass, dtype, n, u->variant, arrays, u->values);
  else pass(n, u->variant, arrays, u->values);
}

/* The last parameter that begins at 'element' or before it. */
static int64_t optimiser_find(int64_t n, const OptimiserUpdate *updates, int64_t element) {
  int64_t low = 0, high = n; /* the one looked for is in [low, high) */
  while (high - low > 1) {
    int64_t middle = low + (high - low) / 2;
    if (updates[middle].start <= element) low = middle;
    else high = middle;
  }
  return low;
}

/* Elements [from, to) of the row of all parameters. */
static void optimiser_range(const OptimiserRule *rule, int64_t n, const OptimiserUpdate *updates, int64_t from,
                            int64_t to) {
  for (int64_t i = optimiser_find(n, updates, from); i < n && updates[i].start < to; i++) {
    const OptimiserUpdate *u = &updates[i];
    int64_t first = from > u->start ? from - u->start : 0;
    int64_t last = to - u->start < u->parameter->numel ? to - u->start : u->parameter->numel;
    if (first < last) optimiser_elements(rule, u, first, last);
  }
}

static void optimiser_changed(Tensor *t) {
  if (t != NULL) atomic_fetch_add(&t->storage->version, 1);
}

void optimiser_run(const OptimiserRule *rule, int64_t n, OptimiserUpdate *updates) {
  if (n == 0) return;
  MODE_CHANGES(.kind = CHANGE_OPTIMISE, .rule = rule, .n = n, .updates = updates);
  int64_t total = optimiser_prepare(rule, n, updates);
  if (total < 2 * OPTIMISER_SHARE || threads_get() == 1) optimiser_range(rule, n, updates, 0, total);
  else {
#pragma omp parallel for schedule(static) num_threads(threads_get())
    for (int64_t at = 0; at < total; at += OPTIMISER_SHARE)
      optimiser_range(rule, n, updates, at, total - at < OPTIMISER_SHARE ? total : at + OPTIMISER_SHARE);
  }
  for (int64_t i = 0; i < n; i++) {
    optimiser_changed(updates[i].parameter);
    for (int k = 0; k < rule->n_states; k++) optimiser_changed(updates[i].state[k]);
  }
}
