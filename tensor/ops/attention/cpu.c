/* attention/cpu.c: attention in blocks of ROWS queries and COLUMNS positions, whose scores stay in the cache. Forward
** keeps of each query the largest score and the sum of powers so far, and scales what it has added up when a larger
** score comes. Backward computes the scores again, and their weights from the sums that forward has given.
**
** A block of scores has a row for each position and a column for each query. So the keys are read where they lie, only
** the queries are turned, and what is done to the scores of one query is done to those of 16 at once. Scores are
** multiplied by log2(e): their powers of 2 are the exponentials.
*/
#include "device/cpu/exp2.h"
#include "device/cpu/gemm.h"
#include "device/cpu/tasks.h"
#include "device/cpu/tile.h"

#define ROWS 96 /* whole steps of tiles, as COLUMNS */
#define COLUMNS 384
#define FEW 8 /* queries: up to so many are computed row by row */
#define LOG2_E 1.44269504088896340736
#define LOG_2 0.693147180559945309417

/* The heads of a tensor: element (n, h, i, j) lies at data[n · batch + h · head + i · row + j · column]. */
typedef struct {
  char *data;
  int64_t batch, head, row, column;
} Heads;

typedef struct {
  Heads q, k, v, mask, out, g, dq, dk, dv;
  void *sums; /* (N×H×L) */
  int64_t heads, shared; /* shared: heads of queries for one head of keys */
  int64_t length, positions, width, depth; /* depth: of values */
  int64_t rows, columns, blocks; /* queries and positions of a block of scores; blocks: of queries */
  int64_t ld;                    /* of a row of scores: 'rows' as whole vectors */
  double scale;
  size_t size; /* of an element */
  DType dtype;
  bool causal, has_mask, bools;
} Attention;

/* Where the rows of head h of sample n begin, from row i on. */
static void *attention_at(const Attention *a, const Heads *x, int64_t n, int64_t h, int64_t i) {
  return x->data + (n * x->batch + h * x->head + i * x->row) * (int64_t)a->size;
}
static Matrix attention_rows(const Attention *a, const Heads *x, int64_t n, int64_t h, int64_t from, int64_t rows,
                             int64_t columns) {
  return (Matrix){attention_at(a, x, n, h, from), rows, columns, x->row, x->column};
}
static int64_t attention_least(int64_t a, int64_t b) { return a < b ? a : b; }
/* Numbers of scratch memory of a task: queries as columns, scores, three numbers for each query, values. */
static size_t attention_scratch(const Attention *a) {
  return (size_t)(a->ld * (a->width + a->columns + 3) + a->columns * a->depth);
}
/* The same for backward; its bodies say what lies there. */
static size_t attention_backward_scratch(const Attention *a) {
  const int64_t both = a->width + a->depth;
  return (size_t)(a->ld * (both + 2 * a->columns + 2) + a->rows * both + a->columns * a->width);
}
/* How many positions of columns [at, at + m) row i sees. */
static int64_t attention_seen(const Attention *a, int64_t i, int64_t at, int64_t m) {
  if (!a->causal) return m;
  return i < at ? 0 : attention_least(m, i + 1 - at);
}

#define BODY "ops/attention/attention_body.h"
#include "each_float.h"
#define BODY "ops/attention/attention_few_body.h"
#include "each_float.h"
#define BODY "ops/attention/attention_backward_body.h"
#include "each_float.h"

static const KernelTask attention_forwards[DTYPE_COUNT] = FLOAT_TABLE(attention_forward),
    attention_backwards[DTYPE_COUNT] = FLOAT_TABLE(attention_backward),
    attention_fews[DTYPE_COUNT] = FLOAT_TABLE(attention_few);

/* 't' as heads. Rows that BLAS cannot read are copied to 'copy'. */
static Status attention_heads(Tensor *t, Tensor **copy, Heads *x) {
  const Matrix m = {tensor_data(t), t->shape[2], t->shape[3], t->stride[2], t->stride[3]};
  if (!matrix_readable(&m)) {
    TRY(tensor_contiguous(t, copy));
    t = *copy;
  }
  *x = (Heads){tensor_data(t), t->stride[0], t->stride[1], t->stride[2], t->stride[3]};
  return OK;
}
/* Of (N×L×H×V). */
static Heads attention_across(const Tensor *t) {
  return (Heads){tensor_data(t), t->stride[0], t->stride[2], t->stride[1], t->stride[3]};
}

static void attention_init(Attention *a, const Tensor *q, const Tensor *k, const Tensor *v, const Tensor *mask) {
  a->heads = q->shape[1];
  a->shared = q->shape[1] / k->shape[1];
  a->length = q->shape[2];
  a->positions = k->shape[2];
  a->width = q->shape[3];
  a->depth = v->shape[3];
  a->rows = attention_least(a->length, ROWS);
  a->columns = attention_least(a->positions, COLUMNS);
  const int64_t lanes = TILE_UNIT / (int64_t)tensor_itemsize(q);
  a->ld = (a->rows + lanes - 1) / lanes * lanes;
  a->blocks = a->rows > 0 ? (a->length + a->rows - 1) / a->rows : 0;
  a->size = tensor_itemsize(q);
  a->dtype = (DType)q->dtype;
  a->has_mask = mask != NULL;
  a->bools = mask != NULL && mask->dtype == DTYPE_BOOL;
  if (mask != NULL)
    a->mask = (Heads){tensor_data(mask), mask->stride[0], mask->stride[1], mask->stride[2], mask->stride[3]};
}

static bool attention_worth(const Attention *a, int64_t batch) {
  const double work = (double)batch * (double)a->heads * (double)a->length * (double)a->positions;
  return worth_threads(work < 1e15 ? (int64_t)work : (int64_t)1e15, 16 + (int)attention_least(a->width, 4096) / 8);
}

Status KERNEL(attention)(Call *c) {
  const AttentionAttrs *attrs = c->attrs;
  const Tensor *q = c->in[0];
  OWNED Tensor *q_copy = NULL, *k_copy = NULL, *v_copy = NULL;
  Attention a = {.causal = attrs->is_causal, .scale = attrs->scale, .sums = tensor_data(c->out[1])};
  attention_init(&a, q, c->in[1], c->in[2], c->in[3]);
  TRY(attention_heads(c->in[0], &q_copy, &a.q));
  TRY(attention_heads(c->in[1], &k_copy, &a.k));
  TRY(attention_heads(c->in[2], &v_copy, &a.v));
  a.out = attention_across(c->out[0]);
  const bool few = a.length <= FEW;
  const size_t numbers = few ? (size_t)(a.rows * a.columns + 2 * a.rows) : attention_scratch(&a);
  return KERNEL(run_tasks)(&a, c, q->shape[0] * a.heads * a.blocks, numbers * a.size,
                           attention_worth(&a, q->shape[0]), (few ? attention_fews : attention_forwards)[a.dtype]);
}

Status KERNEL(attention_backward)(Call *c) {
  const AttentionBackwardAttrs *attrs = c->attrs;
  Tensor *q = c->in[1];
  OWNED Tensor *g = NULL, *out = NULL, *sums = NULL, *q_copy = NULL, *k_copy = NULL, *v_copy = NULL;
  TRY(tensor_contiguous(c->in[0], &g));
  TRY(tensor_contiguous(c->in[5], &out));
  TRY(tensor_contiguous(c->in[6], &sums));
  Attention a = {.causal = attrs->is_causal, .scale = attrs->scale, .sums = tensor_data(sums)};
  attention_init(&a, q, c->in[2], c->in[3], c->in[4]);
  TRY(attention_heads(q, &q_copy, &a.q));
  TRY(attention_heads(c->in[2], &k_copy, &a.k));
  TRY(attention_heads(c->in[3], &v_copy, &a.v));
  a.g = attention_across(g);
  a.out = attention_across(out);
  Heads *const results[3] = {&a.dq, &a.dk, &a.dv};
  for (int i = 0; i < 3; i++) {
    TRY(attention_heads(c->out[i], NULL, results[i]));
    memset(results[i]->data, 0, (size_t)c->out[i]->numel * a.size);
  }
  return KERNEL(run_tasks)(&a, c, q->shape[0] * (a.heads / a.shared), attention_backward_scratch(&a) * a.size,
                           attention_worth(&a, q->shape[0]), attention_backwards[a.dtype]);
}
