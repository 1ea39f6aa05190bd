/* cpu_scatter.c: gather and scatter: a tensor of positions of the rank of the data. Inputs are contiguous. */
#include "cpu.h"

/* A walk over 'index' in lines of its last dimension, with the place of each line in a
** tensor of the same rank: index[k] addresses big[base + index[k] · step (+ j)]. */
typedef struct {
  int ndim, dim;
  int64_t shape[TENSOR_MAX_DIMS];  /* of index */
  int64_t stride[TENSOR_MAX_DIMS]; /* of big, 0 for dim */
  int64_t rows, length;            /* lines and their length */
  int64_t step, size;              /* of big along dim */
  int64_t run;                     /* lines that share the positions before dim */
} Lines;

static void index_lines(Lines *l, const Tensor *index, const Tensor *big, int64_t dim) {
  l->ndim = index->ndim > 0 ? index->ndim : 1;
  l->dim = (int)(dim < 0 ? dim + l->ndim : dim);
  l->run = 1;
  for (int d = 0; d < l->ndim; d++) {
    l->shape[d] = index->ndim > 0 ? index->shape[d] : 1;
    l->stride[d] = index->ndim > 0 ? big->stride[d] : 1;
    if (d >= l->dim && d < l->ndim - 1) l->run *= l->shape[d];
  }
  l->size = big->ndim > 0 ? big->shape[l->dim] : 1;
  l->step = l->stride[l->dim];
  l->stride[l->dim] = 0;
  l->length = l->shape[l->ndim - 1];
  l->rows = l->length > 0 ? index->numel / l->length : 0;
}

static int64_t index_line_base(const Lines *l, int64_t row) {
  int64_t base = 0;
  for (int d = l->ndim - 2; d >= 0; d--) {
    base += row % l->shape[d] * l->stride[d];
    row /= l->shape[d];
  }
  return base;
}

/* The first three as the choices of scatter's reduce, the last three as those of scatter_fold's. */
typedef enum { SCATTER_WRITE, SCATTER_ADD, SCATTER_MULTIPLY, SCATTER_LARGEST, SCATTER_LEAST } ScatterHow;

#define BODY "ops/index/gather_body.h"
#include "core/each_size.h"
#define BODY "ops/index/scatter_body.h"
#include "each_any.h"
#define BODY "ops/index/scatter_extreme_body.h"
#include "each_all.h"

typedef void (*GatherFn)(const Lines *l, const int64_t *index, const void *from, void *to);
typedef void (*ScatterFn)(const Lines *l, const int64_t *index, const void *from, bool one, void *to);
static const GatherFn gather_lines[SIZE_TABLE_LENGTH] = SIZE_TABLE(gather_line);
static const ScatterFn scatter_writes[SIZE_TABLE_LENGTH] = SIZE_TABLE(scatter_write);
static const ScatterFn scatter_adds[DTYPE_COUNT] = ANY_TABLE(scatter_add);
static const ScatterFn scatter_multiplies[DTYPE_COUNT] = ANY_TABLE(scatter_multiply);
static const ScatterFn scatter_largests[DTYPE_COUNT] = ALL_TABLE(scatter_largest);
static const ScatterFn scatter_leasts[DTYPE_COUNT] = ALL_TABLE(scatter_least);

Status KERNEL(gather)(Call *c) {
  const GatherAttrs *a = c->attrs;
  const Tensor *in = c->in[0], *index = c->in[1];
  Lines l;
  index_lines(&l, index, in, a->dim);
  const int64_t *positions = tensor_data(index), size = (int64_t)tensor_itemsize(in);
  const char *from = tensor_data(in);
  char *to = tensor_data(c->out[0]);
  const GatherFn line = gather_lines[size];
#pragma omp parallel for if (worth_threads(index->numel, 12))
  for (int64_t row = 0; row < l.rows; row++)
    if (!interrupt_requested())
      line(&l, positions + row * l.length, from + index_line_base(&l, row) * size, to + row * l.length * size);
  return OK;
}

/* Places of the lines of 'src', which may be larger than index. */
static void scatter_source_lines(Lines *s, const Lines *l, const Tensor *src) {
  *s = *l;
  for (int d = 0; d < s->ndim; d++) s->stride[d] = src->ndim > 0 ? src->stride[d] : 1;
}

static ScatterFn scatter_line_of(ScatterHow how, const Tensor *out) {
  switch (how) {
    case SCATTER_ADD: return scatter_adds[out->dtype];
    case SCATTER_MULTIPLY: return scatter_multiplies[out->dtype];
    case SCATTER_LARGEST: return scatter_largests[out->dtype];
    case SCATTER_LEAST: return scatter_leasts[out->dtype];
    default: return scatter_writes[tensor_itemsize(out)];
  }
}

/* The elements of 'src', or where it is NULL the one at 'value', go to the places that index names. Two of these
** places are the same only where their positions differ in 'dim' alone, so the positions before dim are independent. */
static Status scatter_along(Call *c, int64_t dim, ScatterHow how, const Tensor *src, const void *value) {
  const Tensor *index = c->in[1];
  Tensor *out = c->out[0];
  Lines l, s;
  index_lines(&l, index, out, dim);
  if (src != NULL) scatter_source_lines(&s, &l, src);
  TRY(KERNEL(positions_begin)(c, l.dim, l.size));
  if (index->numel == 0 || kernel_faulted()) return OK;
  const int64_t *positions = tensor_data(index), size = (int64_t)tensor_itemsize(out), blocks = l.rows / l.run;
  const char *from = src != NULL ? tensor_data(src) : value;
  char *to = tensor_data(out);
  const ScatterFn line = scatter_line_of(how, out);
#pragma omp parallel for if (worth_threads(index->numel, 12))
  for (int64_t block = 0; block < blocks; block++)
    for (int64_t row = block * l.run; row < (block + 1) * l.run && !interrupt_requested(); row++)
      line(&l, positions + row * l.length, src != NULL ? from + index_line_base(&s, row) * size : from, src == NULL,
           to + index_line_base(&l, row) * size);
  return OK;
}

Status KERNEL(scatter_add)(Call *c) {
  return scatter_along(c, ((const ScatterAddAttrs *)c->attrs)->dim, SCATTER_ADD, c->in[2], NULL);
}

Status KERNEL(scatter)(Call *c) {
  const ScatterAttrs *a = c->attrs;
  return scatter_along(c, a->dim, (ScatterHow)a->reduce, c->in[2], NULL);
}

Status KERNEL(scatter_value)(Call *c) {
  const ScatterValueAttrs *a = c->attrs;
  _Alignas(16) char value[16];
  element_set((DType)c->out[0]->dtype, value, a->value);
  return scatter_along(c, a->dim, (ScatterHow)a->reduce, NULL, value);
}

Status KERNEL(scatter_fold)(Call *c) {
  const ScatterFoldAttrs *a = c->attrs;
  return scatter_along(c, a->dim, (ScatterHow)(SCATTER_MULTIPLY + a->reduce), c->in[2], NULL);
}
