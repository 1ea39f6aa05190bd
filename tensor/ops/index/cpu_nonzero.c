/* cpu_nonzero.c: the positions of elements that are not 0. */
#include "cpu.h"

#define NONZERO_BLOCK 256

#define BODY "ops/index/places_body.h"
#include "each_any.h"
typedef int64_t (*PlacesFn)(const void *data, int64_t from, int64_t n, int64_t *place);
static const PlacesFn places[DTYPE_COUNT] = ANY_TABLE(places);

/* The positions of elements [from, to), which lie in rows along the last dimension. */
static void nonzero_write(const Tensor *in, int64_t from, int64_t to, int64_t *o) {
  const int n = in->ndim;
  const int64_t width = in->shape[n - 1];
  const void *data = tensor_data(in);
  int64_t at[TENSOR_MAX_DIMS] = {0}, place[NONZERO_BLOCK + 1], row = from / width, j = from % width;
  for (int d = n - 2; d >= 0; d--) {
    at[d] = row % in->shape[d];
    row /= in->shape[d];
  }
  for (int64_t end; from < to; from = end) {
    end = to - from < NONZERO_BLOCK ? to : from + NONZERO_BLOCK;
    if (end - from > width - j) end = from + width - j;
    const int64_t count = places[in->dtype](data, from, end - from, place);
    if (n == 2) for (int64_t k = 0; k < count; k++) o[2 * k] = at[0], o[2 * k + 1] = j + place[k];
    else for (int64_t k = 0; k < count; k++) {
      for (int d = 0; d < n - 1; d++) o[k * n + d] = at[d];
      o[k * n + n - 1] = j + place[k];
    }
    o += count * n;
    j += end - from;
    if (j < width) continue;
    j = 0;
    for (int d = n - 2; d >= 0 && ++at[d] == in->shape[d]; d--) at[d] = 0;
  }
}

Status KERNEL(nonzero)(Call *c) {
  const Tensor *in = c->in[0];
  const int64_t tasks = (in->numel + CHUNK - 1) / CHUNK;
  const size_t size = tensor_itemsize(in), bytes = sizeof(int64_t) * (size_t)(tasks + 1);
  const char *data = tensor_data(in);
  int64_t *to = tensor_data(c->out[0]), *first;
  if (in->ndim == 0 || c->out[0]->numel == 0) return OK; /* of a number only the count is kept */
  if ((first = memory_alloc(bytes)) == NULL) return ERROR_MEMORY;
  const bool threads = tasks > 1 && worth_threads(in->numel, 12);
#define END(t) (((t) + 1) * CHUNK < in->numel ? ((t) + 1) * CHUNK : in->numel)
  first[0] = 0;
#pragma omp parallel for if (threads)
  for (int64_t t = 0; t < tasks - 1; t++)
    first[t + 1] = count_nonzero((DType)in->dtype, data + (size_t)(t * CHUNK) * size, CHUNK);
  for (int64_t t = 1; t < tasks; t++) first[t] += first[t - 1];
#pragma omp parallel for if (threads)
  for (int64_t t = 0; t < tasks; t++)
    if (!interrupt_requested()) nonzero_write(in, t * CHUNK, END(t), to + first[t] * in->ndim);
#undef END
  memory_free(first, bytes);
  return OK;
}
