/* index/cpu_sort.c: sort and topk. An element becomes an unsigned key of the same order (NaN the
** largest, -0 equal to 0), inverted where the largest come first; a line is sorted as
** pairs of key and position: by insertion when short, else by radix, eight bits at a
** time, passes in which all digits agree left out. Both are stable. A long line is left
** in the middle of a pass when an interrupt is requested; then nothing is written.
*/
#include "device/cpu/kernel.h"

typedef struct {
  uint64_t key;
  int64_t at;
} Pair;

#define BLOCK 65536 /* elements between two looks at the interrupt flag */

/* For each i from 'first' on, in blocks. */
#define EACH_BLOCKWISE(i, first, n)                                                        \
  for (int64_t from_ = (first), to_; from_ < (n) && !interrupt_requested(); from_ = to_)   \
    for (int64_t i = (to_ = (n) - from_ < BLOCK ? (n) : from_ + BLOCK, from_); i < to_; i++)

#define BODY "ops/index/sort_integer_body.h"
#include "each_bits.h"
#define BODY "ops/index/sort_float_body.h"
#include "each_float.h"

/* Keys of the n elements at 'stride' from each other, each with the bits of 'flip' inverted. */
typedef void (*SortKeysFn)(const void *data, int64_t n, int64_t stride, uint64_t flip, Pair *to);
static const SortKeysFn sort_bits_keys[DTYPE_COUNT] = BITS_TABLE(sort_keys),
    sort_float_keys[DTYPE_COUNT] = FLOAT_TABLE(sort_keys);

/* Makes the pairs; returns how many bits of the keys count. */
static int sort_read_keys(DType dtype, const void *data, int64_t n, int64_t stride, bool descending, Pair *to) {
  const int bits = (int)dtype_size(dtype) * 8;
  const uint64_t flip = !descending ? 0 : bits == 64 ? UINT64_MAX : ((uint64_t)1 << bits) - 1;
  (dtype_is_float(dtype) ? sort_float_keys : sort_bits_keys)[dtype](data, n, stride, flip, to);
  return bits;
}

static void sort_by_insertion(Pair *p, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    Pair x = p[i];
    int64_t j = i;
    for (; j > 0 && p[j - 1].key > x.key; j--) p[j] = p[j - 1];
    p[j] = x;
  }
}

/* Sorts p with the help of 'other', of the same size; returns where the result is. */
static Pair *sort_by_radix(Pair *p, Pair *other, int64_t n, int bits) {
  for (int shift = 0; shift < bits; shift += 8) {
    int64_t count[256] = {0}, sum = 0;
    EACH_BLOCKWISE(i, 0, n) count[p[i].key >> shift & 255]++;
    if (interrupt_requested()) return p;
    if (count[p[0].key >> shift & 255] == n) continue;
    for (int d = 0; d < 256; d++) {
      int64_t k = count[d];
      count[d] = sum;
      sum += k;
    }
    EACH_BLOCKWISE(i, 0, n) other[count[p[i].key >> shift & 255]++] = p[i];
    Pair *swap = p;
    p = other;
    other = swap;
  }
  return p;
}

static Pair *sort_pairs(Pair *p, Pair *other, int64_t n, int bits) {
  if (n > 96) return sort_by_radix(p, other, n, bits);
  sort_by_insertion(p, n);
  return p;
}

static inline bool sort_after(Pair a, Pair b) { return a.key > b.key || (a.key == b.key && a.at > b.at); }

static void sort_sift_down(Pair *heap, int64_t n, int64_t i) {
  Pair x = heap[i];
  for (int64_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && sort_after(heap[child + 1], heap[child])) child++;
    if (!sort_after(heap[child], x)) break;
    heap[i] = heap[child];
  }
  heap[i] = x;
}

/* The k smallest of n pairs go to the front, in the order of their positions' pairs. */
static Pair *sort_select(Pair *p, Pair *other, int64_t n, int64_t k, int bits) {
  if (k > n / 8) return sort_pairs(p, other, n, bits);
  for (int64_t i = k / 2 - 1; i >= 0; i--) sort_sift_down(p, k, i);
  EACH_BLOCKWISE(i, k, n)
    if (p[i].key < p[0].key) { /* of equal keys the earlier one stays */
      p[0] = p[i];
      sort_sift_down(p, k, 0);
    }
  for (int64_t m = k - 1; m > 0; m--) { /* heap sort: the last goes to the end */
    Pair last = p[0];
    p[0] = p[m];
    p[m] = last;
    sort_sift_down(p, m, 0);
  }
  return p;
}

typedef struct {
  const Tensor *in;
  Tensor *values, *positions;
  int64_t size, k, inner; /* of the line, of what is kept, elements after dim */
  bool descending;
} SortJob;

static void sort_line(const SortJob *job, int64_t line, Pair *scratch) {
  int64_t outer = line / job->inner, j = line % job->inner, k = job->k;
  size_t size = tensor_itemsize(job->in);
  const char *from = (const char *)tensor_data(job->in) + (size_t)(outer * job->size * job->inner + j) * size;
  int64_t at = outer * k * job->inner + j;
  char *values = (char *)tensor_data(job->values) + (size_t)at * size;
  int64_t *positions = (int64_t *)tensor_data(job->positions) + at;
  int bits = sort_read_keys((DType)job->in->dtype, from, job->size, job->inner, job->descending, scratch);
  Pair *p = k == job->size ? sort_pairs(scratch, scratch + job->size, k, bits)
                           : sort_select(scratch, scratch + job->size, job->size, k, bits);
  if (interrupt_requested()) return; /* the pairs may be half done */
  EACH_BLOCKWISE(i, 0, k) {
    positions[i * job->inner] = p[i].at;
    memcpy(values + (size_t)(i * job->inner) * size, from + (size_t)(p[i].at * job->inner) * size, size);
  }
}

static Status sort_along(Call *c, int64_t dim, bool descending) {
  const Tensor *in = c->in[0];
  int d = (int)(dim < 0 ? dim + in->ndim : dim);
  SortJob job = {.in = in, .values = c->out[0], .positions = c->out[1], .size = 1, .k = 1, .inner = 1,
                 .descending = descending};
  if (in->ndim > 0) job.size = in->shape[d], job.k = c->out[0]->shape[d];
  for (int e = d + 1; e < in->ndim; e++) job.inner *= in->shape[e];
  if (c->out[0]->numel == 0) return OK;
  int64_t lines = in->numel / job.size;
  size_t bytes = sizeof(Pair) * 2 * (size_t)job.size;
  atomic_bool failed = false;
#pragma omp parallel if (lines > 1 && worth_threads(in->numel, 16))
  {
    Pair *scratch = memory_alloc(bytes);
    if (scratch == NULL) failed = true;
#pragma omp for
    for (int64_t line = 0; line < lines; line++)
      if (scratch != NULL && !interrupt_requested()) sort_line(&job, line, scratch);
    memory_free(scratch, scratch != NULL ? bytes : 0);
  }
  if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
  return failed ? fail_memory(bytes) : OK;
}

Status KERNEL(sort)(Call *c) {
  const SortAttrs *a = c->attrs;
  return sort_along(c, a->dim, a->descending);
}

Status KERNEL(topk)(Call *c) {
  const TopkAttrs *a = c->attrs;
  return sort_along(c, a->dim, a->largest);
}
