/* attention_backward_body.h: the gradients of attention for element type T. */

/* What a task of backward works on: its head, the places of its scratch memory. */
typedef struct {
  int64_t n, h, kv, from, rows;                       /* queries [from, from + rows) of head h; kv: of keys */
  T *turned, *turned_g, *scores, *slopes;             /* queries and gradients as columns; weights; their gradients */
  T *logarithms, *deltas;                             /* numbers of each query */
  T *copy_q, *copy_g, *copy_k;
  const T *q, *g;                                     /* dense rows */
} NAME(AttentionTask);

static void NAME(attention_places)(const Attention *a, T *scratch, NAME(AttentionTask) *t) {
  t->turned = scratch;
  t->turned_g = t->turned + a->ld * a->width;
  t->scores = t->turned_g + a->ld * a->depth;
  t->slopes = t->scores + a->ld * a->columns;
  t->logarithms = t->slopes + a->ld * a->columns;
  t->deltas = t->logarithms + a->ld;
  t->copy_q = t->deltas + a->ld;
  t->copy_g = t->copy_q + a->rows * a->width;
  t->copy_k = t->copy_g + a->rows * a->depth;
}

/* Σ g · out of a query: what the gradient of softmax takes off. */
static T NAME(attention_delta)(const Attention *a, const NAME(AttentionTask) *t, int64_t i) {
  const T *g = attention_at(a, &a->g, t->n, t->h, t->from + i);
  const T *out = attention_at(a, &a->out, t->n, t->h, t->from + i);
  T sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < a->depth; j++) sum += g[j] * out[j];
  return sum;
}

/* What all positions of a block of queries need of it. */
static void NAME(attention_begin)(const Attention *a, NAME(AttentionTask) *t) {
  const T *logarithms = (const T *)a->sums + (t->n * a->heads + t->h) * a->length + t->from;
  NAME(attention_turn)(a, &a->q, t->n, t->h, t->from, t->rows, a->width, a->scale * LOG2_E, t->turned);
  NAME(attention_turn)(a, &a->g, t->n, t->h, t->from, t->rows, a->depth, 1, t->turned_g);
  t->q = NAME(attention_dense)(a, &a->q, t->n, t->h, t->from, t->rows, a->width, t->copy_q);
  t->g = NAME(attention_dense)(a, &a->g, t->n, t->h, t->from, t->rows, a->depth, t->copy_g);
  for (int64_t i = 0; i < a->ld; i++) {
    t->logarithms[i] = i < t->rows ? (T)LOG2_E * logarithms[i] : (T)0;
    t->deltas[i] = i < t->rows ? NAME(attention_delta)(a, t, i) : (T)0;
  }
}

/* Scores become weights, and the gradients of the weights those of the products query · key. */
static void NAME(attention_slopes)(const Attention *a, const NAME(AttentionTask) *t, int64_t m) {
  const T scale = (T)a->scale;
  for (int64_t j = 0; j < m; j++) {
    T *restrict scores = t->scores + j * a->ld, *restrict slopes = t->slopes + j * a->ld;
    const T *restrict logarithms = t->logarithms, *restrict deltas = t->deltas;
#pragma omp simd
    for (int64_t i = 0; i < a->ld; i++) {
      const T power = scores[i] - logarithms[i]; /* above 0 where huge scores are rounded */
      const T weight = NAME(quick_exp2)(power > 0 ? (T)0 : power);
      scores[i] = weight;
      slopes[i] = weight * (slopes[i] - deltas[i]) * scale;
    }
  }
}

/* What the positions [at, at + m) and the queries of the task give to the gradients. */
static Status NAME(attention_block_backward)(const Attention *a, const NAME(AttentionTask) *t, int64_t at, int64_t m) {
  const Matrix values = attention_rows(a, &a->v, t->n, t->kv, at, m, a->depth);
  NAME(attention_scores)(a, t->n, t->h, t->from, t->rows, at, m, t->turned, t->scores);
  KERNEL(tiles_multiply)(a->dtype, values, t->turned_g, a->ld, a->ld, false, t->slopes, a->ld);
  NAME(attention_slopes)(a, t, m);
  const T *keys = NAME(attention_dense)(a, &a->k, t->n, t->kv, at, m, a->width, t->copy_k);
  const Matrix weights = {t->scores, m, t->rows, a->ld, 1}, slopes = {t->slopes, m, t->rows, a->ld, 1};
  TRY(NAME(attention_add)(a, weights, t->g, a->depth, attention_at(a, &a->dv, t->n, t->kv, at), a->dv.row));
  TRY(NAME(attention_add)(a, slopes, t->q, a->width, attention_at(a, &a->dk, t->n, t->kv, at), a->dk.row));
  return NAME(attention_add)(a, matrix_t(slopes), keys, a->width, attention_at(a, &a->dq, t->n, t->h, t->from),
                             a->dq.row);
}

/* A task is a head of keys and values with all heads of queries that share it. */
static Status NAME(attention_backward)(const void *plan, Call *c, int64_t task, void *scratch) {
  const Attention *a = plan;
  const int64_t groups = a->heads / a->shared, first = task % groups * a->shared;
  NAME(AttentionTask) t = {.n = task / groups, .kv = task % groups};
  (void)c;
  NAME(attention_places)(a, scratch, &t);
  for (t.h = first; t.h < first + a->shared; t.h++)
    for (t.from = 0; t.from < a->length; t.from += a->rows) {
      t.rows = attention_least(a->rows, a->length - t.from);
      const int64_t end = a->causal ? attention_least(a->positions, t.from + t.rows) : a->positions;
      NAME(attention_begin)(a, &t);
      for (int64_t at = 0; at < end && !interrupt_requested(); at += a->columns)
        TRY(NAME(attention_block_backward)(a, &t, at, attention_least(a->columns, end - at)));
    }
  return OK;
}
