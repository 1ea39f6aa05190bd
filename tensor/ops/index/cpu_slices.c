/* cpu_slices.c: whole slices along a dimension that positions name. Tensors are contiguous. */
#include "cpu.h"

/* A contiguous tensor as (outer × size × inner) around dimension 'dim'. */
typedef struct {
  int dim;
  bool from_end; /* negative positions count from the end */
  int64_t outer, size, inner;
} Slices;

static Slices index_slices(const Tensor *t, int64_t dim, bool from_end) {
  Slices s = {.from_end = from_end, .dim = (int)(dim < 0 ? dim + (t->ndim > 0 ? t->ndim : 1) : dim), .outer = 1,
              .size = 1, .inner = 1};
  for (int d = 0; d < t->ndim; d++) {
    if (d < s.dim) s.outer *= t->shape[d];
    else if (d == s.dim) s.size = t->shape[d];
    else s.inner *= t->shape[d];
  }
  return s;
}

static inline int64_t slices_check(const Slices *s, int64_t i) {
  return s->from_end ? check_index(i, s->size, s->dim) : check_position(i, s->size, s->dim);
}

/* What a task of put_slices takes: columns [first, last) of the n slices of one outer position. */
typedef struct {
  const Slices *s;
  const int64_t *index;
  int64_t n, first, last;
} SlicesTask;

#define LOOK 65536 /* elements between two looks at the interrupt flag */

#define BODY "ops/index/slices_body.h"
#include "core/each_size.h"
#define BODY "ops/index/slices_add_body.h"
#include "each_any.h"

typedef void (*SelectSinglesFn)(const Slices *s, const int64_t *index, int64_t n, int64_t row, int64_t last,
                                const void *from, void *to);
typedef void (*PutSlicesFn)(const SlicesTask *t, const void *from, void *to);
typedef void (*AddSlicesFn)(const SlicesTask *t, Scalar alpha, const void *from, void *to);
static const SelectSinglesFn select_singles[SIZE_TABLE_LENGTH] = SIZE_TABLE(select_singles);
static const PutSlicesFn slices_writes[SIZE_TABLE_LENGTH] = SIZE_TABLE(slices_write);
static const AddSlicesFn slices_adds[DTYPE_COUNT] = ANY_TABLE(slices_add);

void KERNEL(select_slices)(const Tensor *in, int64_t dim, bool from_end, const int64_t *index, int64_t n, Tensor *out) {
  const Slices s = index_slices(in, dim, from_end);
  const int64_t rows = s.outer * n, run = s.inner == 1 ? 4096 : 1, tasks = (rows + run - 1) / run;
  const size_t size = tensor_itemsize(in), bytes = (size_t)s.inner * size;
  const char *from = tensor_data(in);
  char *to = tensor_data(out);
#pragma omp parallel for if (worth_threads(rows * s.inner, 4))
  for (int64_t task = 0; task < tasks; task++) {
    const int64_t row = task * run, last = row + run < rows ? row + run : rows;
    if (interrupt_requested()) continue;
    if (s.inner != 1) { /* also where slices have no elements: positions are checked, nothing is copied */
      const int64_t i = slices_check(&s, index[row % n]);
      if (i >= 0) memcpy(to + (size_t)row * bytes, from + (size_t)(row / n * s.size + i) * bytes, bytes);
    } else
      select_singles[size](&s, index, n, row, last, from, to);
  }
}

Status KERNEL(index_select)(Call *c) {
  const IndexSelectAttrs *a = c->attrs;
  KERNEL(select_slices)(c->in[0], a->dim, false, tensor_data(c->in[1]), c->in[1]->numel, c->out[0]);
  return OK;
}

/* Threads divide the outer positions or, where there is one, the columns: equal positions keep their order. */
void KERNEL(put_slices)(Tensor *out, int64_t dim, bool from_end, const int64_t *index, int64_t n, const Tensor *source,
                        const Scalar *alpha) {
  const Slices s = index_slices(out, dim, from_end);
  int64_t parts = s.outer == 1 && s.inner >= 64 ? s.inner / 32 : 1;
  if (parts > 16) parts = 16;
  const int64_t tasks = s.outer * parts, size = (int64_t)tensor_itemsize(out);
#pragma omp parallel for if (worth_threads(source->numel, 6))
  for (int64_t task = 0; task < tasks; task++) {
    const int64_t o = task / parts, part = task % parts;
    const SlicesTask t = {&s, index, n, s.inner * part / parts, s.inner * (part + 1) / parts};
    const char *from = (const char *)tensor_data(source) + o * n * s.inner * size;
    char *to = (char *)tensor_data(out) + o * s.size * s.inner * size;
    if (alpha == NULL) slices_writes[size](&t, from, to);
    else slices_adds[out->dtype](&t, *alpha, from, to);
  }
}

Status KERNEL(index_add)(Call *c) {
  const IndexAddAttrs *a = c->attrs;
  Tensor *out = c->out[0];
  const Slices s = index_slices(out, a->dim, false);
  TRY(KERNEL(positions_begin)(c, s.dim, s.size));
  if (!kernel_faulted())
    KERNEL(put_slices)(out, a->dim, false, tensor_data(c->in[1]), c->in[1]->numel, c->in[2], &a->alpha);
  return OK;
}
