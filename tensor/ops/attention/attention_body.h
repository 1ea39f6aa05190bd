/* attention_body.h: blocks of scores for element type T, and attention from them. */

enum { NAME(ATTENTION_LANES) = TILE_UNIT / sizeof(T) }; /* queries at a time */

/* ---- operands ------------------------------------------------------------------------ */

/* The rows [from, from + rows) of a head as columns, times a factor; the columns up to a->ld are 0. */
static void NAME(attention_turn)(const Attention *a, const Heads *x, int64_t n, int64_t h, int64_t from, int64_t rows,
                                 int64_t width, double factor, T *out) {
  const Matrix m = attention_rows(a, x, n, h, from, rows, width);
  const T *data = m.data;
  for (int64_t k = 0; k < width; k++, out += a->ld) {
    for (int64_t i = 0; i < rows; i++) out[i] = (T)factor * data[i * m.row + k * m.column];
    for (int64_t i = rows; i < a->ld; i++) out[i] = 0;
  }
}

/* The rows side by side: where they lie, or copied to 'copy'. */
static const T *NAME(attention_dense)(const Attention *a, const Heads *x, int64_t n, int64_t h, int64_t from,
                                      int64_t rows, int64_t width, T *copy) {
  const Matrix m = attention_rows(a, x, n, h, from, rows, width);
  const T *data = m.data;
  if (m.column == 1 && m.row == width) return data;
  for (int64_t i = 0; i < rows; i++) {
    const T *row = data + i * m.row;
    if (m.column == 1) memcpy(copy + i * width, row, (size_t)width * sizeof(T));
    else
      for (int64_t k = 0; k < width; k++) copy[i * width + k] = row[k * m.column];
  }
  return copy;
}

/* C += A · B, where B has dense rows of 'columns' numbers. */
static Status NAME(attention_add)(const Attention *a, Matrix left, const T *b, int64_t columns, T *c, int64_t ldc) {
  const Matrix right = {b, left.columns, columns, columns, 1};
  if (columns % NAME(ATTENTION_LANES) != 0) return KERNEL(gemm)(a->dtype, left, right, 1, 1, c, ldc);
  KERNEL(tiles_multiply)(a->dtype, left, b, columns, columns, true, c, ldc);
  return OK;
}

/* ---- scores -------------------------------------------------------------------------- */

/* The mask of queries [from, from + rows) and positions [at, at + m) of head h of sample n is put on their scores. */
static void NAME(attention_mask)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows, int64_t at,
                                 int64_t m, T *scores) {
  const Heads *mask = &a->mask;
  const int64_t start = n * mask->batch + h * mask->head + from * mask->row;
  for (int64_t j = 0; j < m; j++, scores += a->ld) {
    const int64_t place = start + (at + j) * mask->column;
    if (a->bools) {
      const bool *counts = (const bool *)mask->data + place;
      for (int64_t i = 0; i < rows; i++) scores[i] = counts[i * mask->row] ? scores[i] : -(T)INFINITY;
    } else {
      const T *added = (const T *)mask->data + place;
      for (int64_t i = 0; i < rows; i++) scores[i] += (T)LOG2_E * added[i * mask->row];
    }
  }
}

/* The scores of queries [from, from + rows) and positions [at, at + m); 'turned' are the queries as columns. */
static void NAME(attention_scores)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows, int64_t at,
                                   int64_t m, const T *turned, T *scores) {
  const Matrix keys = attention_rows(a, &a->k, n, h / a->shared, at, m, a->width);
  KERNEL(tiles_multiply)(a->dtype, keys, turned, a->ld, a->ld, false, scores, a->ld);
  if (a->has_mask) NAME(attention_mask)(a, n, h, from, rows, at, m, scores);
  if (!a->causal) return;
  for (int64_t j = from < at ? 0 : from - at; j < m; j++) { /* earlier positions are seen by all */
    const int64_t unseen = attention_least(rows, at + j - from);
    for (int64_t i = 0; i < unseen; i++) scores[j * a->ld + i] = -(T)INFINITY;
  }
}

/* ---- forward ------------------------------------------------------------------------- */

/* The largest of m scores of each of some queries, or 'most'. */
static void NAME(attention_most)(int64_t m, int64_t ld, const T *scores, T *most) {
  T even[NAME(ATTENTION_LANES)], odd[NAME(ATTENTION_LANES)];
  for (int i = 0; i < NAME(ATTENTION_LANES); i++) even[i] = odd[i] = most[i];
  int64_t j = 0;
  for (; j + 1 < m; j += 2) {
    const T *x = scores + j * ld, *y = x + ld;
#pragma omp simd
    for (int i = 0; i < NAME(ATTENTION_LANES); i++) {
      even[i] = x[i] > even[i] ? x[i] : even[i];
      odd[i] = y[i] > odd[i] ? y[i] : odd[i];
    }
  }
  for (int i = 0; i < NAME(ATTENTION_LANES); i++) most[i] = even[i] > odd[i] ? even[i] : odd[i];
  for (int i = 0; i < NAME(ATTENTION_LANES) && j < m; i++)
    most[i] = scores[j * ld + i] > most[i] ? scores[j * ld + i] : most[i];
}

/* Scores become 2^(score - shift); their sums are added to 'sum'. */
static void NAME(attention_powers)(int64_t m, int64_t ld, T *scores, const T *shift, T *sum) {
  T total[NAME(ATTENTION_LANES)] = {0}, less[NAME(ATTENTION_LANES)];
  for (int i = 0; i < NAME(ATTENTION_LANES); i++) less[i] = shift[i];
  for (int64_t j = 0; j < m; j++, scores += ld) {
#pragma omp simd
    for (int i = 0; i < NAME(ATTENTION_LANES); i++) {
      const T weight = NAME(quick_exp2)(scores[i] - less[i]);
      scores[i] = weight;
      total[i] += weight;
    }
  }
  for (int i = 0; i < NAME(ATTENTION_LANES); i++) sum[i] += total[i];
}

/* Scores of m positions become weights. 'most' and 'sum' are those of the positions before; the factors are what
** has been added up so far is to be multiplied by, for a larger score has come. Returns whether one is not 1. Where all
** scores are -infinite, the weights are 0. */
static bool NAME(attention_weights)(const Attention *a, int64_t m, T *scores, T *most, T *sum, T *factors) {
  bool scaled = false;
  for (int64_t at = 0; at < a->ld; at += NAME(ATTENTION_LANES)) {
    T next[NAME(ATTENTION_LANES)], shift[NAME(ATTENTION_LANES)];
    for (int i = 0; i < NAME(ATTENTION_LANES); i++) next[i] = most[at + i];
    NAME(attention_most)(m, a->ld, scores + at, next);
    for (int i = 0; i < NAME(ATTENTION_LANES); i++) {
      shift[i] = next[i] == -(T)INFINITY ? (T)0 : next[i];
      factors[at + i] = next[i] == most[at + i] ? (T)1 : NAME(quick_exp2)(most[at + i] - shift[i]);
      scaled |= factors[at + i] != 1;
      sum[at + i] *= factors[at + i];
      most[at + i] = next[i];
    }
    NAME(attention_powers)(m, a->ld, scores + at, shift, sum + at);
  }
  return scaled;
}

/* The results of a block of queries, divided by their sums; one that sees nothing is 0, and its sum is infinite. 'most'
** and 'sum' are of powers of a number whose logarithm is 'scale'. */
static void NAME(attention_finish)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows, const T *most,
                                   const T *sum, double scale) {
  T *logarithms = (T *)a->sums + (n * a->heads + h) * a->length + from;
  for (int64_t i = 0; i < rows; i++) {
    T *out = attention_at(a, &a->out, n, h, from + i);
    const T factor = sum[i] == 0 ? (T)0 : 1 / sum[i];
    for (int64_t j = 0; j < a->depth; j++) out[j] *= factor;
    logarithms[i] =
        sum[i] == 0 ? (T)INFINITY : (most[i] == -(T)INFINITY ? (T)0 : (T)scale * most[i]) + log(sum[i]);
  }
}

static Status NAME(attention_forward)(const void *plan, Call *c, int64_t task, void *scratch) {
  const Attention *a = plan;
  const int64_t head = task / a->blocks, n = head / a->heads, h = head % a->heads;
  const int64_t from = task % a->blocks * a->rows, rows = attention_least(a->rows, a->length - from);
  const int64_t end = a->causal ? attention_least(a->positions, from + rows) : a->positions;
  T *turned = scratch, *scores = turned + a->ld * a->width, *most = scores + a->ld * a->columns;
  T *sum = most + a->ld, *factors = sum + a->ld, *copy = factors + a->ld, *out = attention_at(a, &a->out, n, h, from);
  (void)c;
  NAME(attention_turn)(a, &a->q, n, h, from, rows, a->width, a->scale * LOG2_E, turned);
  for (int64_t i = 0; i < a->ld; i++) most[i] = -(T)INFINITY, sum[i] = 0;
  for (int64_t i = 0; i < rows; i++) memset(out + i * a->out.row, 0, (size_t)a->depth * sizeof(T));
  for (int64_t at = 0; at < end; at += a->columns) {
    const int64_t m = attention_least(a->columns, end - at);
    NAME(attention_scores)(a, n, h, from, rows, at, m, turned, scores);
    const bool scaled = NAME(attention_weights)(a, m, scores, most, sum, factors);
    for (int64_t i = 0; i < rows && scaled; i++)
      for (int64_t j = 0; j < a->depth; j++) out[i * a->out.row + j] *= factors[i];
    const T *values = NAME(attention_dense)(a, &a->v, n, h / a->shared, at, m, a->depth, copy);
    TRY(NAME(attention_add)(a, (Matrix){scores, rows, m, 1, a->ld}, values, a->depth, out, a->out.row));
  }
  NAME(attention_finish)(a, n, h, from, rows, most, sum, LOG_2);
  return OK;
}
