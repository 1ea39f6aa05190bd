/* iter.c: several operands walked together, in blocks of rows and columns.
**
** Sizes of 1 are left out, the dimensions are in the order of the strides of operand 0
** (the output), outermost first, and two neighbours are one where every operand allows it.
** So operands of one dense layout become one dimension, in whatever order theirs are.
**
** Where an operand runs along another dimension than the last (a transposed one), that dimension is
** made the last but one and blocks are small tiles, which are copied to a buffer in the order of the
** others: every line of memory is read once and whole, and the strip finds dense operands.
*/
#include "internal.h"

/* Elements of a block; the same for any number of threads. In the last 256 elements of a block a loop does not fetch
** memory ahead (LOOP in strip.h), so blocks are long. */
#define CHUNK (STRIP * 16)
#define TILE_ROWS 16
#define TILE_COLUMNS 64
#define LINE 64            /* bytes that the cache fetches together */

/* A dimension more, with these strides, after the others; merged with the last where possible. */
static void append(Iter *it, int64_t size, const int64_t *stride) {
  int last = it->ndim - 1;
  bool merge = last >= 0;
  for (int k = 0; merge && k < it->n_operands; k++) merge = it->stride[k][last] == stride[k] * size;
  if (!merge) last = it->ndim++;
  for (int k = 0; k < it->n_operands; k++) it->stride[k][last] = stride[k];
  it->shape[last] = merge ? it->shape[last] * size : size;
}

/* The dimensions of 'out' by falling stride; most often they are so already. */
static void sort_dims(const Tensor *out, int *order) {
  for (int d = 0; d < out->ndim; d++) {
    int at = d;
    for (; at > 0 && out->stride[order[at - 1]] < out->stride[d]; at--) order[at] = order[at - 1];
    order[at] = d;
  }
}

static void move_before_last(Iter *it, int from) {
  int to = it->ndim - 2;
  for (; from < to; from++) {
    int64_t size = it->shape[from];
    it->shape[from] = it->shape[from + 1];
    it->shape[from + 1] = size;
    for (int k = 0; k < it->n_operands; k++) {
      int64_t s = it->stride[k][from];
      it->stride[k][from] = it->stride[k][from + 1];
      it->stride[k][from + 1] = s;
    }
  }
}

/* Whether operand k is read across its lines of memory, and runs along dimension d. */
static bool runs_along(const Iter *it, int k, int d) {
  return it->stride[k][it->ndim - 1] >= LINE && it->stride[k][d] > 0 && it->stride[k][d] < LINE;
}

/* Looks for such a dimension; notes the operands that run along it. */
static void find_across(Iter *it) {
  int last = it->ndim - 1, found = -1;
  for (int d = 0; d < last && found < 0; d++)
    for (int k = 1; k < it->n_operands; k++)
      if (it->shape[d] > 1 && runs_along(it, k, d)) found = d;
  if (found < 0) return;
  move_before_last(it, found);
  for (int k = 1; k < it->n_operands; k++)
    if (runs_along(it, k, last - 1)) it->across |= 1u << k;
}

void iter_init(Iter *it, int n, Tensor *const *operands) {
  const Tensor *out = operands[0];
  int64_t size[ITER_MAX_OPERANDS], stride[ITER_MAX_OPERANDS] = {0};
  int order[TENSOR_MAX_DIMS];
  it->n_operands = n;
  it->numel = out->numel;
  it->ndim = 0;
  it->across = 0;
  for (int k = 0; k < n; k++) {
    it->size[k] = size[k] = (int64_t)tensor_itemsize(operands[k]);
    it->data[k] = tensor_data(operands[k]);
  }
  sort_dims(out, order);
  /* Without elements the strides are of no use, and may be too large to be counted in bytes. */
  const int ndim = it->numel == 0 ? 0 : out->ndim;
  for (int i = 0; i < ndim; i++) {
    int d = order[i];
    if (out->shape[d] == 1) continue;
    for (int k = 0; k < n; k++) { /* broadcasting: missing or 1 is stride 0 */
      const Tensor *t = operands[k];
      int e = d - (out->ndim - t->ndim);
      stride[k] = e < 0 || t->shape[e] == 1 ? 0 : t->stride[e] * size[k];
    }
    append(it, out->shape[d], stride);
  }
  if (it->ndim == 0) append(it, it->numel, size);
  if (it->ndim == 1) { /* a single row, for the loops go over rows and columns */
    it->shape[it->ndim++] = it->shape[0];
    it->shape[0] = 1;
    for (int k = 0; k < n; k++) {
      it->stride[k][1] = it->stride[k][0];
      it->stride[k][0] = 0;
    }
  }
  find_across(it);
}

/* How the last two dimensions are cut. */
typedef struct {
  int64_t rows, columns;             /* of a block */
  int64_t row_blocks, column_blocks; /* of the dimensions */
  int64_t count;                     /* of all blocks */
} Blocks;

static Blocks blocks_of(const Iter *it) {
  int64_t height = it->shape[it->ndim - 2], width = it->shape[it->ndim - 1];
  Blocks b = {.rows = TILE_ROWS, .columns = TILE_COLUMNS};
  if (it->across == 0) {
    b.columns = width < CHUNK ? width : CHUNK;
    b.rows = CHUNK / b.columns;
  }
  b.row_blocks = (height + b.rows - 1) / b.rows;
  b.column_blocks = (width + b.columns - 1) / b.columns;
  b.count = it->numel / (height * width) * b.row_blocks * b.column_blocks;
  return b;
}

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

#define BODY "core/iter_pack_body.h"
#include "core/each_size.h"

/* The tile of an operand, row after row. */
static void pack(const Iter *it, int k, int64_t rows, int64_t columns, const char *from, char *to) {
  static void (*const packs[SIZE_TABLE_LENGTH])(int64_t, int64_t, int64_t, int64_t, const char *, char *) =
      SIZE_TABLE(iter_pack);
  packs[it->size[k]](rows, columns, it->stride[k][it->ndim - 2], it->stride[k][it->ndim - 1], from, to);
}

/* The strips of a block that begins at p, whose operands lie as 'stride' and 'step' say. */
static void run_strips(const Iter *it, int64_t rows, int64_t columns, char **p, const int64_t *stride,
                       const int64_t *step, StripFn strip, const void *attrs) {
  for (int64_t i = 0; i < rows; i++) {
    strip(columns, p, stride, attrs);
    for (int k = 0; k < it->n_operands; k++) p[k] += step[k];
  }
}

/* The same of a tile of which some operands are packed first. A function of its own: blocks of which none are packed
** do without its large frame. */
static __attribute__((noinline)) void run_packed(const Iter *it, int64_t rows, int64_t columns, char **p,
                                                 int64_t *stride, int64_t *step, StripFn strip, const void *attrs) {
  _Alignas(64) char buffer[ITER_MAX_OPERANDS - 1][TILE_ROWS * TILE_COLUMNS * ELEMENT_BYTES];
  for (int k = 1; k < it->n_operands; k++) {
    if (!(it->across >> k & 1)) continue;
    pack(it, k, rows, columns, p[k], buffer[k - 1]);
    p[k] = buffer[k - 1];
    stride[k] = it->size[k];
    step[k] = it->size[k] * TILE_COLUMNS;
  }
  run_strips(it, rows, columns, p, stride, step, strip, attrs);
}

static void run_rows(const Iter *it, int64_t rows, int64_t columns, char **p, StripFn strip, const void *attrs) {
  int64_t stride[ITER_MAX_OPERANDS], step[ITER_MAX_OPERANDS];
  for (int k = 0; k < it->n_operands; k++) {
    stride[k] = it->stride[k][it->ndim - 1];
    step[k] = it->stride[k][it->ndim - 2];
  }
  if (it->across == 0) run_strips(it, rows, columns, p, stride, step, strip, attrs);
  else run_packed(it, rows, columns, p, stride, step, strip, attrs);
}

static void run_block(const Iter *it, const Blocks *b, int64_t block, StripFn strip, const void *attrs) {
  char *p[ITER_MAX_OPERANDS];
  int last = it->ndim - 1, n = it->n_operands;
  int64_t column = block % b->column_blocks * b->columns, rest = block / b->column_blocks;
  int64_t row = rest % b->row_blocks * b->rows;
  rest /= b->row_blocks;
  for (int k = 0; k < n; k++) p[k] = it->data[k] + row * it->stride[k][last - 1] + column * it->stride[k][last];
  for (int d = last - 2; d >= 0; d--) {
    int64_t i = d == 0 ? rest : rest % it->shape[d];
    rest = d == 0 ? 0 : rest / it->shape[d];
    for (int k = 0; k < n; k++) p[k] += i * it->stride[k][d];
  }
  run_rows(it, least(b->rows, it->shape[last - 1] - row), least(b->columns, it->shape[last] - column), p, strip, attrs);
}

void iter_run(const Iter *it, StripFn strip, const void *attrs, int cost) {
  if (it->numel == 0) return;
  const Blocks b = blocks_of(it);
  const bool threads = b.count > 1 && worth_threads(it->numel, cost);
  if (!threads) { /* no call of the OpenMP library for small work */
    for (int64_t i = 0; i < b.count && !interrupt_requested(); i++) run_block(it, &b, i, strip, attrs);
    return;
  }
#pragma omp parallel for schedule(static)
  for (int64_t i = 0; i < b.count; i++)
    if (!interrupt_requested()) run_block(it, &b, i, strip, attrs);
}
