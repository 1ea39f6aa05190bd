/* reduce/cpu_arg.c: positions of extremes along one dimension, and running sums. Inputs are
** contiguous: outer × n × inner.
*/
#include "device/cpu/fold.h"

FOLD_INTEGERS(max, INT64_MIN, LARGER, LARGER)
FOLD_FLOATS(max, -INFINITY, LARGER, LARGER)
FOLD_TABLE(max)
FOLD_INTEGERS(min, INT64_MAX, SMALLER, SMALLER)
FOLD_FLOATS(min, INFINITY, SMALLER, SMALLER)
FOLD_TABLE(min)

typedef struct {
  const Fold *fold;
  bool largest;
  int64_t outer, n, inner;
  const char *in;
  char *value;    /* NULL: not asked for */
  int64_t *index;
} Arg;

#define BODY "ops/reduce/arg_body.h"
#include "each_all.h"

typedef void (*RowFn)(const Arg *a, int64_t row);
typedef void (*ColumnsFn)(const Arg *a, int64_t slice, int64_t from, int64_t width);
static const RowFn rows[DTYPE_COUNT] = ALL_TABLE(row);
static const ColumnsFn columns[DTYPE_COUNT] = ALL_TABLE(columns);

static Status arg_extreme(Call *c, int64_t dim, bool largest, Tensor *value, Tensor *index) {
  const Tensor *in = c->in[0];
  Arg a = {.fold = largest ? max_folds[in->dtype] : min_folds[in->dtype], .largest = largest,
           .outer = 1, .n = 1, .inner = 1, .in = tensor_data(in), .index = tensor_data(index)};
  if (index->numel == 0) return OK;
  if (value != NULL) a.value = tensor_data(value);
  int at = 0;
  if (dim == INT64_MIN) a.n = in->numel;
  else {
    TRY(resolve_dim(c->info->lua_name, dim, in->ndim, &at));
    for (int d = 0; d < in->ndim; d++) *(d < at ? &a.outer : d == at ? &a.n : &a.inner) *= in->shape[d];
  }
  int64_t tiles = (a.inner + FOLD_TILE - 1) / FOLD_TILE, tasks = a.outer * tiles;
#pragma omp parallel for schedule(static) if (tasks > 1 && worth_threads(in->numel, 1))
  for (int64_t t = 0; t < tasks; t++) {
    int64_t from = t % tiles * FOLD_TILE, rest = a.inner - from;
    if (interrupt_requested()) continue;
    if (a.inner == 1) rows[in->dtype](&a, t);
    else columns[in->dtype](&a, t / tiles, from, rest < FOLD_TILE ? rest : FOLD_TILE);
  }
  return OK;
}

Status KERNEL(argmax)(Call *c) {
  return arg_extreme(c, ((const ArgmaxAttrs *)c->attrs)->dim, true, NULL, c->out[0]);
}
Status KERNEL(argmin)(Call *c) {
  return arg_extreme(c, ((const ArgminAttrs *)c->attrs)->dim, false, NULL, c->out[0]);
}
Status KERNEL(max_dim)(Call *c) {
  return arg_extreme(c, ((const MaxDimAttrs *)c->attrs)->dim, true, c->out[0], c->out[1]);
}
Status KERNEL(min_dim)(Call *c) {
  return arg_extreme(c, ((const MinDimAttrs *)c->attrs)->dim, false, c->out[0], c->out[1]);
}

/* ---- running sums --------------------------------------------------------------- */

/* The interrupt flag is looked at between runs of rows of about this many elements. */
#define CUMULATE_BLOCK 65536
#define BODY "ops/reduce/cumulate_body.h"
#include "each_all.h"
typedef void (*CumulateFn)(const void *x, void *o, int64_t n, int64_t inner, bool reverse);
static const CumulateFn cumulate_slices[DTYPE_COUNT] = ALL_TABLE(cumulate_slice);

static Status cumulate(Call *c, bool reverse) {
  const CumsumAttrs *a = c->attrs;
  Tensor *out = c->out[0], *in;
  int at;
  int64_t outer = 1, n = 1, inner = 1;
  TRY(resolve_dim(c->info->lua_name, a->dim, out->ndim, &at));
  if (out->numel == 0) return OK;
  TRY(tensor_cast(c->in[0], (DType)out->dtype, &in));
  for (int d = 0; d < out->ndim; d++) *(d < at ? &outer : d == at ? &n : &inner) *= out->shape[d];
  size_t bytes = (size_t)(n * inner) * tensor_itemsize(out);
  char *x = tensor_data(in), *o = tensor_data(out);
#pragma omp parallel for schedule(static) if (outer > 1 && worth_threads(out->numel, 2))
  for (int64_t i = 0; i < outer; i++)
    if (!interrupt_requested())
      cumulate_slices[out->dtype](x + (size_t)i * bytes, o + (size_t)i * bytes, n, inner, reverse);
  tensor_release(in);
  return OK;
}

Status KERNEL(cumsum)(Call *c) { return cumulate(c, false); }
Status KERNEL(cumsum_reverse)(Call *c) { return cumulate(c, true); }
