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

/* One row: the extreme by the fast loop, then the first element equal to it. The
** columns [from, from + width) of one slice: row by row, the best so far kept. */
#define ARG(T, F)                                                                    \
  static void row_##T(const Arg *a, int64_t row) {                                   \
    const T *x = (const T *)a->in + row * a->n;                                      \
    Cell cell;                                                                       \
    a->fold->start(1, &cell);                                                        \
    a->fold->row(a->n, (const char *)x, sizeof(T), &cell);                           \
    const T best = (T)cell.F;                                                        \
    int64_t i = 0;                                                                   \
    if (best != best) while (x[i] == x[i]) i++;                                      \
    else while (i < a->n - 1 && x[i] != best) i++;                                   \
    a->index[row] = i;                                                               \
    if (a->value != NULL) ((T *)a->value)[row] = x[i];                               \
  }                                                                                  \
  static void columns_##T(const Arg *a, int64_t slice, int64_t from, int64_t width) { \
    const T *x = (const T *)a->in + slice * a->n * a->inner + from;                  \
    int64_t *index = a->index + slice * a->inner + from;                             \
    T best[FOLD_TILE];                                                               \
    for (int64_t j = 0; j < width; j++) best[j] = x[j], index[j] = 0;                \
    for (int64_t i = 1; i < a->n; i++) {                                             \
      const T *v = x + i * a->inner;                                                 \
      for (int64_t j = 0; j < width; j++) {                                          \
        bool better = (a->largest ? v[j] > best[j] : v[j] < best[j]) |               \
                      ((v[j] != v[j]) & (best[j] == best[j]));                       \
        better &= best[j] == best[j];                                                \
        best[j] = better ? v[j] : best[j];                                           \
        index[j] = better ? i : index[j];                                            \
      }                                                                              \
    }                                                                                \
    if (a->value == NULL) return;                                                    \
    for (int64_t j = 0; j < width; j++) ((T *)a->value)[slice * a->inner + from + j] = best[j]; \
  }
ARG(bool, i)
ARG(uint8_t, i)
ARG(int32_t, i)
ARG(int64_t, i)
ARG(float, f)
ARG(double, f)

typedef void (*RowFn)(const Arg *a, int64_t row);
typedef void (*ColumnsFn)(const Arg *a, int64_t slice, int64_t from, int64_t width);
static const RowFn rows[DTYPE_COUNT] = {row_bool, row_uint8_t, row_int32_t, row_int64_t, row_float, row_double};
static const ColumnsFn columns[DTYPE_COUNT] = {columns_bool, columns_uint8_t, columns_int32_t,
                                               columns_int64_t, columns_float, columns_double};

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

/* One slice of n × inner, from its first row on or from its last. The interrupt flag is looked
** at between runs of rows of about this many elements. */
#define CUMULATE_BLOCK 65536
#define CUMULATE(T, A)                                                               \
  static void cumulate_##T(const T *x, T *o, int64_t n, int64_t inner, bool reverse) { \
    int64_t step = reverse ? -inner : inner;                                         \
    if (reverse) x += (n - 1) * inner, o += (n - 1) * inner;                         \
    int64_t block = inner < CUMULATE_BLOCK ? CUMULATE_BLOCK / inner : 1;             \
    A sum = 0;                                                                       \
    for (int64_t from = 0; from < n && !interrupt_requested(); from += block) {      \
      int64_t to = n - from < block ? n : from + block, i = from;                    \
      if (inner == 1) {                                                              \
        for (; i < to; i++) o[i * step] = (T)(sum += x[i * step]);                   \
        continue;                                                                    \
      }                                                                              \
      if (i == 0) memcpy(o, x, (size_t)inner * sizeof(T)), i = 1;                    \
      for (; i < to; i++)                                                            \
        for (int64_t j = 0; j < inner; j++)                                          \
          o[i * step + j] = (T)(o[(i - 1) * step + j] + x[i * step + j]);            \
    }                                                                                \
  }
CUMULATE(bool, int64_t)
CUMULATE(uint8_t, int64_t)
CUMULATE(int32_t, int64_t)
CUMULATE(int64_t, int64_t)
CUMULATE(float, double)
CUMULATE(double, double)

static void cumulate_slice(DType dtype, const void *x, void *o, int64_t n, int64_t inner, bool reverse) {
  switch (dtype) {
    case DTYPE_BOOL: cumulate_bool(x, o, n, inner, reverse); break;
    case DTYPE_UINT8: cumulate_uint8_t(x, o, n, inner, reverse); break;
    case DTYPE_INT32: cumulate_int32_t(x, o, n, inner, reverse); break;
    case DTYPE_INT64: cumulate_int64_t(x, o, n, inner, reverse); break;
    case DTYPE_FLOAT32: cumulate_float(x, o, n, inner, reverse); break;
    default: cumulate_double(x, o, n, inner, reverse);
  }
}

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
      cumulate_slice((DType)out->dtype, x + (size_t)i * bytes, o + (size_t)i * bytes, n, inner, reverse);
  tensor_release(in);
  return OK;
}

Status KERNEL(cumsum)(Call *c) { return cumulate(c, false); }
Status KERNEL(cumsum_reverse)(Call *c) { return cumulate(c, true); }
