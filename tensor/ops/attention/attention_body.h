/* attention_body.h: attention for element type T. */

/* The mask of rows [from, from + rows) and columns [at, at + m) of head h of sample n is put on their scores. */
static void NAME(attention_mask)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows, int64_t at,
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
static Status NAME(attention_scores)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows, int64_t at,
                                     int64_t m, T *scores) {
  const Matrix q = attention_rows(a, &a->q, n, h, from, rows, a->width);
  const Matrix k = attention_rows(a, &a->k, n, h / a->shared, at, m, a->width);
  TRY(KERNEL(gemm)(a->dtype, q, matrix_t(k), a->scale, 0, scores, a->columns));
  if (a->has_mask) NAME(attention_mask)(a, n, h, from, rows, at, m, scores);
  return OK;
}

/* ---- forward ------------------------------------------------------------------------ */

static T NAME(attention_most)(const T *x, int64_t n) {
  T most = -(T)INFINITY;
#pragma omp simd reduction(max : most)
  for (int64_t i = 0; i < n; i++) most = x[i] > most ? x[i] : most;
  return most;
}

/* Scores become exp(score - most). Returns their sum. */
static T NAME(attention_exp)(T *x, int64_t n, T most) {
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
static void NAME(attention_row)(T *scores, int64_t m, int64_t seen, T *most, T *sum, T *out, int64_t depth) {
  const T last = *most, now = NAME(attention_most)(scores, seen), next = now > last ? now : last;
  memset(scores + seen, 0, (size_t)(m - seen) * sizeof(T));
  const T shift = next == -(T)INFINITY ? (T)0 : next, factor = last == next ? (T)1 : exp(last - shift);
  *sum = *sum * factor + NAME(attention_exp)(scores, seen, shift);
  *most = next;
  if (factor == 1) return;
  for (int64_t j = 0; j < depth; j++) out[j] *= factor;
}

/* The rows of a block, divided by their sums; a row that sees nothing is 0, and its sum is infinite. */
static void NAME(attention_finish)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows, const T *most,
                                   const T *sum) {
  T *logarithms = (T *)a->sums + (n * a->heads + h) * a->length + from;
  for (int64_t i = 0; i < rows; i++) {
    T *out = attention_at(a, &a->out, n, h, from + i);
    const T factor = sum[i] == 0 ? (T)0 : 1 / sum[i];
    for (int64_t j = 0; j < a->depth; j++) out[j] *= factor;
    logarithms[i] = sum[i] == 0 ? (T)INFINITY : (most[i] == -(T)INFINITY ? (T)0 : most[i]) + log(sum[i]);
  }
}

static Status NAME(attention_forward)(const void *plan, Call *c, int64_t task, void *scratch) {
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
    TRY(NAME(attention_scores)(a, n, h, from, rows, at, m, scores));
    for (int64_t i = 0; i < rows; i++)
      NAME(attention_row)(scores + i * a->columns, m, attention_seen(a, from + i, at, m), &most[i], &sum[i],
                          out + i * a->out.row, a->depth);
    const Matrix weights = {scores, rows, m, a->columns, 1};
    TRY(KERNEL(gemm)(a->dtype, weights, attention_rows(a, &a->v, n, h / a->shared, at, m, a->depth), 1, 1, out,
                     a->out.row));
  }
  NAME(attention_finish)(a, n, h, from, rows, most, sum);
  return OK;
}

/* ---- backward ----------------------------------------------------------------------- */

/* Σ g · out of each row of a head: what the gradient of softmax takes off. */
static void NAME(attention_deltas)(const Attention *a, int64_t n, int64_t h, T *delta) {
  for (int64_t i = 0; i < a->length; i++) {
    const T *g = attention_at(a, &a->g, n, h, i), *out = attention_at(a, &a->out, n, h, i);
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t j = 0; j < a->depth; j++) sum += g[j] * out[j];
    delta[i] = sum;
  }
}

/* A row of m places, of which the first 'seen' take part. scores: becomes the weights, exp(score - logarithm). grads:
** the gradient of the weights becomes that of the scores; 'delta' is the sum of weight · gradient over the row. */
static void NAME(attention_row_backward)(T *restrict scores, T *restrict grads, int64_t m, int64_t seen, T logarithm,
                                         T delta) {
#pragma omp simd
  for (int64_t j = 0; j < seen; j++) {
    scores[j] = exp(scores[j] - logarithm);
    grads[j] = scores[j] * (grads[j] - delta);
  }
  memset(scores + seen, 0, (size_t)(m - seen) * sizeof(T));
  memset(grads + seen, 0, (size_t)(m - seen) * sizeof(T));
}

/* What the rows [from, from + rows) and the columns [at, at + m) give to the gradients. */
static Status NAME(attention_block_backward)(const Attention *a, int64_t n, int64_t h, int64_t from, int64_t rows,
                                             int64_t at, int64_t m, const T *delta, T *scores, T *grads) {
  const int64_t kv = h / a->shared;
  const T *logarithms = (const T *)a->sums + (n * a->heads + h) * a->length;
  const Matrix q = attention_rows(a, &a->q, n, h, from, rows, a->width);
  const Matrix g = attention_rows(a, &a->g, n, h, from, rows, a->depth);
  const Matrix k = attention_rows(a, &a->k, n, kv, at, m, a->width);
  const Matrix v = attention_rows(a, &a->v, n, kv, at, m, a->depth);
  const Matrix weights = {scores, rows, m, a->columns, 1}, slopes = {grads, rows, m, a->columns, 1};
  TRY(NAME(attention_scores)(a, n, h, from, rows, at, m, scores));
  TRY(KERNEL(gemm)(a->dtype, g, matrix_t(v), 1, 0, grads, a->columns));
  for (int64_t i = 0; i < rows; i++)
    NAME(attention_row_backward)(scores + i * a->columns, grads + i * a->columns, m,
                                 attention_seen(a, from + i, at, m), logarithms[from + i], delta[from + i]);
  TRY(KERNEL(gemm)(a->dtype, matrix_t(weights), g, 1, 1, attention_at(a, &a->dv, n, kv, at), a->dv.row));
  TRY(KERNEL(gemm)(a->dtype, slopes, k, a->scale, 1, attention_at(a, &a->dq, n, h, from), a->dq.row));
  return KERNEL(gemm)(a->dtype, matrix_t(slopes), q, a->scale, 1, attention_at(a, &a->dk, n, kv, at), a->dk.row);
}

/* A task is a head of keys and values with all heads of queries that share it. */
static Status NAME(attention_backward)(const void *plan, Call *c, int64_t task, void *scratch) {
  const Attention *a = plan;
  const int64_t groups = a->heads / a->shared, n = task / groups, first = task % groups * a->shared;
  T *scores = scratch, *grads = scores + a->rows * a->columns, *delta = grads + a->rows * a->columns;
  (void)c;
  for (int64_t h = first; h < first + a->shared; h++) {
    NAME(attention_deltas)(a, n, h, delta);
    for (int64_t from = 0; from < a->length; from += a->rows) {
      const int64_t rows = attention_least(a->rows, a->length - from);
      const int64_t end = a->causal ? attention_least(a->positions, from + rows) : a->positions;
      for (int64_t at = 0; at < end; at += a->columns)
        TRY(NAME(attention_block_backward)(a, n, h, from, rows, at, attention_least(a->columns, end - at), delta,
                                           scores, grads));
    }
  }
  return OK;
}
