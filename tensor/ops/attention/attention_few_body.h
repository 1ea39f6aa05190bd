/* attention_few_body.h: attention for a few queries of element type T: a row of scores is a query. */

/* The mask of rows [from, from + rows) and columns [at, at + m) of head h of sample n is put on their scores. */
static void NAME(attention_few_mask)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows, int64_t at,
                                     int64_t m, T *scores) {
  const Heads *mask = &a->mask;
  for (int64_t i = 0; i < rows; i++, scores += a->columns) {
    const int64_t start = n * mask->batch + h * mask->head + (from + i) * mask->row + at * mask->column;
    if (a->bools) {
      const bool *counts = (const bool *)mask->data + start;
      for (int64_t j = 0; j < m; j++)
        if (!counts[j * mask->column]) scores[j] = -(T)INFINITY;
    } else {
      const T *added = (const T *)mask->data + start;
      for (int64_t j = 0; j < m; j++) scores[j] += added[j * mask->column];
    }
  }
}

/* The scores of rows [from, from + rows) and columns [at, at + m), in rows of a->columns numbers. */
static Status NAME(attention_few_scores)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows,
                                         int64_t at, int64_t m, T *scores) {
  const Matrix q = attention_rows(a, &a->q, n, h, from, rows, a->width);
  const Matrix k = attention_rows(a, &a->k, n, h / a->shared, at, m, a->width);
  TRY(KERNEL(gemm)(a->dtype, q, matrix_t(k), a->scale, 0, scores, a->columns));
  if (a->has_mask) NAME(attention_few_mask)(a, n, h, from, rows, at, m, scores);
  return OK;
}

static T NAME(attention_few_most)(const T *x, int64_t n) {
  T most = -(T)INFINITY;
#pragma omp simd reduction(max : most)
  for (int64_t i = 0; i < n; i++) most = x[i] > most ? x[i] : most;
  return most;
}

/* Scores become exp(score - most). Returns their sum. */
static T NAME(attention_few_exp)(T *x, int64_t n, T most) {
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) {
    x[i] = exp(x[i] - most);
    sum += x[i];
  }
  return sum;
}

/* A row of scores, of which 'seen' count, becomes weights. 'most' and 'sum' are those of the columns before; the
** row 'out' of what has been added up so far is scaled when a larger score has come. Where all scores are -infinite,
** the weights are 0. */
static void NAME(attention_few_row)(T *scores, int64_t m, int64_t seen, T *most, T *sum, T *out, int64_t depth) {
  const T last = *most, now = NAME(attention_few_most)(scores, seen), next = now > last ? now : last;
  memset(scores + seen, 0, (size_t)(m - seen) * sizeof(T));
  const T shift = next == -(T)INFINITY ? (T)0 : next, factor = last == next ? (T)1 : exp(last - shift);
  *sum = *sum * factor + NAME(attention_few_exp)(scores, seen, shift);
  *most = next;
  if (factor == 1) return;
  for (int64_t j = 0; j < depth; j++) out[j] *= factor;
}

static Status NAME(attention_few)(const void *plan, Call *c, int64_t task, void *scratch) {
  const Attention *a = plan;
  const int64_t head = task / a->blocks, n = head / a->heads, h = head % a->heads;
  const int64_t from = task % a->blocks * a->rows, rows = attention_least(a->rows, a->length - from);
  const int64_t end = a->causal ? attention_least(a->positions, from + rows) : a->positions;
  T *scores = scratch, *most = scores + a->rows * a->columns, *sum = most + a->rows;
  T *out = attention_at(a, &a->out, n, h, from);
  (void)c;
  for (int64_t i = 0; i < rows; i++) {
    most[i] = -(T)INFINITY, sum[i] = 0;
    memset(out + i * a->out.row, 0, (size_t)a->depth * sizeof(T));
  }
  for (int64_t at = 0; at < end; at += a->columns) {
    const int64_t m = attention_least(a->columns, end - at);
    TRY(NAME(attention_few_scores)(a, n, h, from, rows, at, m, scores));
    for (int64_t i = 0; i < rows; i++)
      NAME(attention_few_row)(scores + i * a->columns, m, attention_seen(a, from + i, at, m), &most[i], &sum[i],
                          out + i * a->out.row, a->depth);
    const Matrix weights = {scores, rows, m, a->columns, 1};
    TRY(KERNEL(gemm)(a->dtype, weights, attention_rows(a, &a->v, n, h / a->shared, at, m, a->depth), 1, 1, out,
                     a->out.row));
  }
  NAME(attention_finish)(a, n, h, from, rows, most, sum, 1);
  return OK;
}
