/* index/cpu_sort.c: sort, topk and the n-th smallest. An element becomes an unsigned key of the same order (NaN the
** largest, -0 equal to 0), inverted where the largest come first. Key and position are one unsigned number, the key in
** its upper half, so that numbers are never equal and every order of them is stable. A line of them is sorted by
** insertion when short, else by radix, eight bits of the key at a time; passes in which all digits agree are left out.
** A long line is left in the middle of a pass when an interrupt is requested; then nothing is written.
*/
#include "device/cpu/kernel.h"

#define BLOCK 65536 /* elements between two looks at the interrupt flag */
#define SHORT 96    /* the longest line that is sorted by insertion */

/* For each i from 'first' on, in blocks. */
#define EACH_BLOCKWISE(i, first, n)                                                        \
  for (int64_t from_ = (first), to_; from_ < (n) && !interrupt_requested(); from_ = to_)   \
    for (int64_t i = (to_ = (n) - from_ < BLOCK ? (n) : from_ + BLOCK, from_); i < to_; i++)

/* Keys of at most 32 bits and positions below 2³² are one number of 64 bits, others one of 128. */
typedef unsigned __int128 Wide;
typedef uint64_t Narrow;

#define BODY "ops/index/sort_integer_body.h"
#include "each_bits.h"
#define BODY "ops/index/sort_float_body.h"
#include "each_float.h"

/* Keys of the n elements at 'stride' from each other, each with the bits of 'flip' inverted, with their positions. */
typedef void (*SortKeysFn)(const void *data, int64_t n, int64_t stride, uint64_t flip, bool narrow, void *to);
static const SortKeysFn sort_bits_keys[DTYPE_COUNT] = BITS_TABLE(sort_keys),
    sort_float_keys[DTYPE_COUNT] = FLOAT_TABLE(sort_keys);

#define P Narrow
#define HALF 32
#define DIGITS 4
#define COUNT uint32_t
#define NAME(x) x##_narrow
#include "sort_body.h"
#define P Wide
#define HALF 64
#define DIGITS 8
#define COUNT uint64_t
#define NAME(x) x##_wide
#include "sort_body.h"

typedef struct {
  const Tensor *in;
  Tensor *values, *positions;
  int64_t size, k, inner; /* of the line, of what is kept, elements after dim */
  int64_t wanted;         /* nth_smallest: which one, as the row says */
  bool descending, narrow;
} SortJob;

/* Writes what was sorted: positions, and the elements of 'size' bytes that lie there. */
static inline __attribute__((always_inline)) void sort_write(const SortJob *job, const void *sorted, const char *from,
                                                             int64_t *positions, char *values, const size_t size) {
  const size_t step = (size_t)job->inner * size;
  EACH_BLOCKWISE(i, 0, job->k) {
    const int64_t at = job->narrow ? (int64_t)(uint32_t)((const Narrow *)sorted)[i]
                                   : (int64_t)((const Wide *)sorted)[i];
    positions[i * job->inner] = at;
    memcpy(values + (size_t)i * step, from + (size_t)at * step, size);
  }
}

static void sort_line(const SortJob *job, int64_t line, void *scratch) {
  const int64_t outer = line / job->inner, j = line % job->inner, first = outer * job->k * job->inner + j;
  const DType dtype = (DType)job->in->dtype;
  const size_t size = dtype_size(dtype);
  const int bits = (int)size * 8;
  const uint64_t flip = !job->descending ? 0 : bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
  const char *from = (const char *)tensor_data(job->in) + (size_t)(outer * job->size * job->inner + j) * size;
  char *values = (char *)tensor_data(job->values) + (size_t)first * size;
  int64_t *positions = (int64_t *)tensor_data(job->positions) + first;
  (dtype_is_float(dtype) ? sort_float_keys : sort_bits_keys)[dtype](from, job->size, job->inner, flip, job->narrow,
                                                                    scratch);
  const void *sorted = job->narrow ? (const void *)sort_select_narrow(scratch, job->size, job->k, bits)
                                   : (const void *)sort_select_wide(scratch, job->size, job->k, bits);
  if (interrupt_requested()) return; /* the numbers may be half sorted */
  switch (size) {
    case 1: sort_write(job, sorted, from, positions, values, 1); break;
    case 2: sort_write(job, sorted, from, positions, values, 2); break;
    case 4: sort_write(job, sorted, from, positions, values, 4); break;
    default: sort_write(job, sorted, from, positions, values, 8);
  }
}

/* The place, from 0, of what is wanted of n keys, of which the largest is NaN's where the numbers are floats. */
static int64_t sort_place(const SortJob *job, const void *numbers) {
  const int64_t n = job->size, wanted = job->wanted;
  int64_t nans = 0;
  if (wanted > 0) return wanted - 1;
  if (dtype_is_float((DType)job->in->dtype)) {
    const uint64_t nan = UINT64_MAX >> (64 - 8 * tensor_itemsize(job->in));
    if (job->narrow) EACH_BLOCKWISE(i, 0, n) nans += ((const Narrow *)numbers)[i] >> 32 == nan;
    else EACH_BLOCKWISE(i, 0, n) nans += (uint64_t)(((const Wide *)numbers)[i] >> 64) == nan;
  }
  if (wanted == 0) return nans > 0 ? n - 1 : (n - 1) / 2;
  return nans < n ? (n - nans - 1) / 2 : 0;
}

static void sort_nth_line(const SortJob *job, int64_t line, void *scratch) {
  const int64_t outer = line / job->inner, j = line % job->inner;
  const DType dtype = (DType)job->in->dtype;
  const size_t size = dtype_size(dtype);
  const char *from = (const char *)tensor_data(job->in) + (size_t)(outer * job->size * job->inner + j) * size;
  (dtype_is_float(dtype) ? sort_float_keys : sort_bits_keys)[dtype](from, job->size, job->inner, 0, job->narrow,
                                                                    scratch);
  const int64_t k = sort_place(job, scratch);
  const int64_t at = job->narrow ? (int64_t)(uint32_t)sort_nth_narrow(scratch, job->size, k, (int)size)
                                 : (int64_t)sort_nth_wide(scratch, job->size, k, (int)size);
  if (interrupt_requested()) return;
  ((int64_t *)tensor_data(job->positions))[line] = at;
  memcpy((char *)tensor_data(job->values) + (size_t)line * size, from + (size_t)(at * job->inner) * size, size);
}

typedef void (*SortLineFn)(const SortJob *job, int64_t line, void *scratch);

/* Runs 'work' for all lines, each thread with room for twice the numbers of one. */
static Status sort_lines(Call *c, SortJob *job, int64_t dim, int cost, SortLineFn work) {
  const Tensor *in = job->in = c->in[0];
  const int d = (int)(dim < 0 ? dim + in->ndim : dim);
  job->values = c->out[0], job->positions = c->out[1];
  job->size = job->k = job->inner = 1;
  if (in->ndim > 0) job->size = in->shape[d], job->k = c->out[0]->shape[d];
  for (int e = d + 1; e < in->ndim; e++) job->inner *= in->shape[e];
  if (c->out[0]->numel == 0) return OK;
  job->narrow = tensor_itemsize(in) <= sizeof(uint32_t) && job->size <= UINT32_MAX;
  int64_t lines = in->numel / job->size;
  size_t bytes = (job->narrow ? sizeof(Narrow) : sizeof(Wide)) * 2 * (size_t)job->size;
  atomic_bool failed = false;
#pragma omp parallel if (lines > 1 && worth_threads(in->numel, cost))
  {
    void *scratch = memory_alloc(bytes);
    if (scratch == NULL) failed = true;
#pragma omp for
    for (int64_t line = 0; line < lines; line++)
      if (scratch != NULL && !interrupt_requested()) work(job, line, scratch);
    memory_free(scratch, scratch != NULL ? bytes : 0);
  }
  if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
  return failed ? fail_memory(bytes) : OK;
}

Status KERNEL(sort)(Call *c) {
  const SortAttrs *a = c->attrs;
  SortJob job = {.descending = a->descending};
  return sort_lines(c, &job, a->dim, 64, sort_line);
}

Status KERNEL(topk)(Call *c) {
  const TopkAttrs *a = c->attrs;
  SortJob job = {.descending = a->largest};
  return sort_lines(c, &job, a->dim, 64, sort_line);
}

Status KERNEL(nth_smallest)(Call *c) {
  const NthSmallestAttrs *a = c->attrs;
  SortJob job = {.wanted = a->n};
  return sort_lines(c, &job, a->dim, 24, sort_nth_line);
}
