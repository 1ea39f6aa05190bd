/* cpu_arg.c: positions of extremes along one dimension. Inputs are contiguous: outer × n × inner. */
#include "cpu_fold.h"

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

typedef void (*ArgRowFn)(const Arg *a, int64_t row);
typedef void (*ArgColumnsFn)(const Arg *a, int64_t slice, int64_t from, int64_t width);
static const ArgRowFn arg_rows[DTYPE_COUNT] = ALL_TABLE(arg_row);
static const ArgColumnsFn arg_columns[DTYPE_COUNT] = ALL_TABLE(arg_columns);

static Status arg_extreme(Call *c, int64_t dim, bool largest, Tensor *value, Tensor *index) {
  const Tensor *in = c->in[0];
  Arg a = {.fold = (largest ? KERNEL(max_folds) : KERNEL(min_folds))[in->dtype], .largest = largest,
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
#pragma omp parallel for schedule(static) if (tasks > 1 && worth_threads(in->numel, 8))
  for (int64_t t = 0; t < tasks; t++) {
    int64_t from = t % tiles * FOLD_TILE, rest = a.inner - from;
    if (interrupt_requested()) continue;
    if (a.inner == 1) arg_rows[in->dtype](&a, t);
    else arg_columns[in->dtype](&a, t / tiles, from, rest < FOLD_TILE ? rest : FOLD_TILE);
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

