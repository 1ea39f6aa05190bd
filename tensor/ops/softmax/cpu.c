/* cpu.c: softmax, log_softmax and their gradients along one dimension of contiguous
** tensors. A row that lies in one piece is worked on alone; columns are worked on in
** tiles, so that the inner loop runs along memory.
*/
#include "device/cpu/fold.h"
#include "device/cpu/vector_math.h"

#define TILE FOLD_TILE
#define SHORT 512        /* the longest of short rows */
#define FEW 16           /* elements from which on a fold pays */
#define SHORT_BLOCK 1024 /* elements of the short rows that are worked on together */
#define ROW_PART 1024    /* elements of a long row whose exponentials are kept until they are added up */
#define PIECE 65536      /* elements of a long row between two looks at the interrupt flag */

typedef struct {
  int64_t outer, n, inner;
  int64_t rows;  /* short rows that one task takes; 1: rows are long, or columns */
  int64_t tasks;
  bool log;
} Lines;

/* What one task works on: where it begins, and how many rows or columns. */
typedef struct {
  int64_t at, size;
} Part;

static Part softmax_part(const Lines *l, int64_t task) {
  if (l->rows > 1) {
    int64_t row = task * l->rows, rest = l->outer - row;
    return (Part){row * l->n, rest < l->rows ? rest : l->rows};
  }
  int64_t tiles = (l->inner + TILE - 1) / TILE, from = task % tiles * TILE, rest = l->inner - from;
  return (Part){task / tiles * l->n * l->inner + from, rest < TILE ? rest : TILE};
}

static Status softmax_lines(const Call *c, int64_t dim, bool log, Lines *l) {
  const Tensor *t = c->out[0];
  int at;
  *l = (Lines){.outer = 1, .n = 1, .inner = 1, .rows = 1, .log = log};
  TRY(resolve_dim(c->info->lua_name, dim, t->ndim, &at));
  for (int d = 0; d < t->ndim; d++) *(d < at ? &l->outer : d == at ? &l->n : &l->inner) *= t->shape[d];
  if (l->inner == 1 && l->n > 0 && l->n <= SHORT) l->rows = SHORT_BLOCK / l->n;
  l->tasks = l->rows > 1 ? (l->outer + l->rows - 1) / l->rows : l->outer * ((l->inner + TILE - 1) / TILE);
  return OK;
}

#define BODY "ops/softmax/softmax_body.h"
#include "each_float.h"

typedef void (*SoftmaxFn)(const Lines *l, int64_t task, const void *x, void *o);
typedef void (*SoftmaxBackwardFn)(const Lines *l, int64_t task, const void *g, const void *y, void *o);
static const SoftmaxFn softmax_tasks[DTYPE_COUNT] = FLOAT_TABLE(softmax_task);
static const SoftmaxBackwardFn softmax_backward_tasks[DTYPE_COUNT] = FLOAT_TABLE(softmax_backward_task);

static Status softmax_forward(Call *c, int64_t dim, bool log) {
  Tensor *out = c->out[0], *in;
  Lines l;
  TRY(softmax_lines(c, dim, log, &l));
  if (out->numel == 0) return OK;
  TRY(tensor_cast(c->in[0], (DType)out->dtype, &in));
  void *x = tensor_data(in), *o = tensor_data(out);
#pragma omp parallel for schedule(static) if (l.tasks > 1 && worth_threads(out->numel, 8))
  for (int64_t t = 0; t < l.tasks; t++) {
    if (!interrupt_requested()) softmax_tasks[out->dtype](&l, t, x, o);
  }
  tensor_release(in);
  return OK;
}

static Status softmax_backward(Call *c, int64_t dim, bool log) {
  Tensor *out = c->out[0];
  Lines l;
  TRY(softmax_lines(c, dim, log, &l));
  if (out->numel == 0) return OK;
  void *g = tensor_data(c->in[0]), *y = tensor_data(c->in[1]), *o = tensor_data(out);
#pragma omp parallel for schedule(static) if (l.tasks > 1 && worth_threads(out->numel, log ? 10 : 4))
  for (int64_t t = 0; t < l.tasks; t++) {
    if (!interrupt_requested()) softmax_backward_tasks[out->dtype](&l, t, g, y, o);
  }
  return OK;
}

Status KERNEL(softmax)(Call *c) { return softmax_forward(c, ((const SoftmaxAttrs *)c->attrs)->dim, false); }
Status KERNEL(log_softmax)(Call *c) { return softmax_forward(c, ((const LogSoftmaxAttrs *)c->attrs)->dim, true); }
Status KERNEL(softmax_backward)(Call *c) {
  return softmax_backward(c, ((const SoftmaxBackwardAttrs *)c->attrs)->dim, false);
}
Status KERNEL(log_softmax_backward)(Call *c) {
  return softmax_backward(c, ((const LogSoftmaxBackwardAttrs *)c->attrs)->dim, true);
}
