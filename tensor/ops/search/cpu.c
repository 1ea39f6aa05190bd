/* search/cpu.c: binary search in sorted sequences. */
#include "device/cpu/kernel.h"

#define BODY "ops/search/search_body.h"
#include "each_all.h"

typedef void (*SearchFn)(const void *sequence, int64_t n, const void *values, int64_t *places, int64_t count,
                         bool right);
static const SearchFn searches[DTYPE_COUNT] = ALL_TABLE(search);

#define SEARCH_SHARE 1024 /* values that one thread looks for at once */

Status KERNEL(searchsorted)(Call *c) {
  const SearchsortedAttrs *a = c->attrs;
  const Tensor *sequence = c->in[0], *values = c->in[1];
  const SearchFn search = searches[values->dtype];
  const int64_t n = sequence->shape[sequence->ndim - 1], total = values->numel;
  const int64_t row = sequence->ndim > 1 ? values->shape[values->ndim - 1] : total; /* values for one sequence */
  const size_t size = tensor_itemsize(values);
  if (total == 0) return OK;
  const int64_t shares = (row + SEARCH_SHARE - 1) / SEARCH_SHARE, tasks = total / row * shares;
#pragma omp parallel for schedule(static) if (tasks > 1 && worth_threads(total, 200))
  for (int64_t t = 0; t < tasks; t++) {
    if (interrupt_requested()) continue;
    const int64_t slice = t / shares, first = t % shares * SEARCH_SHARE;
    const int64_t count = row - first < SEARCH_SHARE ? row - first : SEARCH_SHARE, at = slice * row + first;
    search((const char *)tensor_data(sequence) + (size_t)(slice * n) * size, n,
           (const char *)tensor_data(values) + (size_t)at * size, (int64_t *)tensor_data(c->out[0]) + at, count,
           a->right);
  }
  return OK;
}
