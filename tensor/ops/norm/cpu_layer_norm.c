/* cpu_layer_norm.c: layer_norm of the rows of a matrix, and its gradient. A row is added up in LANES
** sums, by blocks that go on in double, so all processor levels and numbers of threads add alike.
** The gradients of weight and bias are added up over ROWS rows at a time, then over those.
*/
#include <math.h>

#include "cpu_statistics.h"

#define LANES 16
#define BLOCK 2048 /* elements added up in float32 */
#define ROWS 64    /* rows of one task */
#define TILE 512   /* columns of one task */
#define PIECE 8192 /* elements of the rows that are gone over together */

/* Elements of the call's tensors; those that are not given or not of this op are NULL. */
typedef struct {
  void *x, *g, *weight, *bias, *mean, *invstd;
  void *o; /* the result, or the gradient of x */
  double eps;
} LayerNormData;

/* See layer_norm_term. */
typedef enum {
  TERM_GRAD, TERM_PRODUCT, TERM_WEIGHTED_GRAD, TERM_WEIGHTED_PRODUCT
} LayerNormTerm;

#define BODY "ops/norm/layer_norm_body.h"
#include "each_float.h"

typedef void (*LayerNormFn)(const LayerNormData *data, int64_t from, int64_t rows, int64_t n);
typedef void (*LayerNormBackwardFn)(const LayerNormData *data, int64_t row, int64_t n, void *dw, void *db);
typedef void (*LayerNormPartsFn)(int64_t parts, int64_t n, int64_t from, int64_t to, const void *sums, void *out);
static const LayerNormFn layer_norm_forwards[DTYPE_COUNT] = FLOAT_TABLE(layer_norm_forward);
static const LayerNormBackwardFn layer_norm_backwards[DTYPE_COUNT] = FLOAT_TABLE(layer_norm_backward);
static const LayerNormPartsFn layer_norm_parts[DTYPE_COUNT] = FLOAT_TABLE(layer_norm_add_parts);

/* x as a matrix of rows of n, and the tasks that it makes. */
typedef struct {
  int64_t rows, n, tasks;
} Rows;

static Rows rows_of(const Tensor *x) {
  return (Rows){x->shape[0], x->shape[1], (x->shape[0] + ROWS - 1) / ROWS};
}
static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

Status KERNEL(native_layer_norm)(Call *c) {
  const NativeLayerNormAttrs *a = c->attrs;
  const Tensor *x = c->in[0];
  const Rows r = rows_of(x);
  const LayerNormData data = {
      .x = tensor_data(x), .weight = data_or_null(c->in[1]), .bias = data_or_null(c->in[2]), .eps = a->eps,
      .o = tensor_data(c->out[0]), .mean = tensor_data(c->out[1]), .invstd = tensor_data(c->out[2])};
  const LayerNormFn forward = layer_norm_forwards[x->dtype];
  const int64_t step = r.n < PIECE / ROWS ? ROWS : r.n < PIECE ? PIECE / r.n : 1; /* rows that stay in the cache */
#pragma omp parallel for schedule(static) if (r.tasks > 1 && worth_threads(x->numel, 6))
  for (int64_t t = 0; t < r.tasks; t++)
    for (int64_t i = t * ROWS, end = least(r.rows, i + ROWS); i < end && !interrupt_requested(); i += step)
      forward(&data, i, least(end - i, step), r.n);
  return OK;
}

Status KERNEL(layer_norm_backward)(Call *c) {
  const Tensor *x = c->in[1];
  const Rows r = rows_of(x);
  const LayerNormData data = {
      .x = tensor_data(x), .g = tensor_data(c->in[0]), .weight = data_or_null(c->in[2]), .mean = tensor_data(c->in[3]),
      .invstd = tensor_data(c->in[4]), .o = tensor_data(c->out[0])};
  const size_t row = (size_t)r.n * dtype_size((DType)x->dtype), bytes = (size_t)r.tasks * row;
  char *dw = memory_alloc(2 * bytes), *db = dw + bytes; /* (tasks, n) each */
  if (dw == NULL) return ERROR_MEMORY;
  memset(dw, 0, 2 * bytes);
  const LayerNormBackwardFn backward = layer_norm_backwards[x->dtype];
#pragma omp parallel for schedule(static) if (r.tasks > 1 && worth_threads(x->numel, 12))
  for (int64_t t = 0; t < r.tasks; t++)
    for (int64_t i = t * ROWS; i < least(r.rows, (t + 1) * ROWS) && !interrupt_requested(); i++)
      backward(&data, i, r.n, dw + (size_t)t * row, db + (size_t)t * row);
  const LayerNormPartsFn add_parts = layer_norm_parts[x->dtype];
  const int64_t tiles = (r.n + TILE - 1) / TILE;
#pragma omp parallel for schedule(static) if (worth_threads(2 * r.tasks * r.n, 4))
  for (int64_t t = 0; t < 2 * tiles; t++) { /* even tasks are tiles of dw, odd ones of db */
    const int64_t from = t / 2 * TILE, to = least(r.n, from + TILE);
    if (!interrupt_requested()) add_parts(r.tasks, r.n, from, to, t % 2 ? db : dw, tensor_data(c->out[1 + t % 2]));
  }
  memory_free(dw, 2 * bytes);
  return OK;
}
