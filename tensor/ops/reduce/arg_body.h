/* arg_body.h: positions of extremes among elements of type T. */

/* One row: the extreme by the fold, which is the faster loop, then the first element that equals it. */
static void NAME(arg_row)(const Arg *a, int64_t row) {
  const T *x = (const T *)a->in + row * a->n;
  A cell;
  a->fold->start(1, &cell);
  a->fold->row(a->n, (const char *)x, sizeof(T), &cell);
  const T best = (T)cell;
  int64_t i = 0;
  if (IS_NAN(best)) {
    while (!IS_NAN(x[i])) i++;
  } else {
    while (i < a->n - 1 && x[i] != best) i++;
  }
  a->index[row] = i;
  if (a->value != NULL) ((T *)a->value)[row] = x[i];
}

/* Columns [from, from + width) of a slice, row by row: the best so far of each column is kept. The first NaN stays. */
static void NAME(arg_columns)(const Arg *a, int64_t slice, int64_t from, int64_t width) {
  const T *x = (const T *)a->in + slice * a->n * a->inner + from;
  int64_t *index = a->index + slice * a->inner + from;
  const bool largest = a->largest; /* a local copy: then the compiler makes a loop without a test for each of the two */
  T best[FOLD_TILE];
  for (int64_t j = 0; j < width; j++) best[j] = x[j], index[j] = 0;
  for (int64_t i = 1; i < a->n; i++) {
    const T *v = x + i * a->inner;
    for (int64_t j = 0; j < width; j++) { /* no branches: which element is better cannot be predicted */
      bool better = (largest ? v[j] > best[j] : v[j] < best[j]) | (IS_NAN(v[j]) & !IS_NAN(best[j]));
      better &= !IS_NAN(best[j]);
      best[j] = better ? v[j] : best[j];
      index[j] = better ? i : index[j];
    }
  }
  if (a->value == NULL) return;
  for (int64_t j = 0; j < width; j++) ((T *)a->value)[slice * a->inner + from + j] = best[j];
}
