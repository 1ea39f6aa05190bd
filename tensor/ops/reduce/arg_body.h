/* arg_body.h: where the extreme is; included by cpu_arg.c once for each element type. */

/* One row: the extreme by the fast loop, then the first element equal to it. */
static void NAME(row)(const Arg *a, int64_t row) {
  const T *x = (const T *)a->in + row * a->n;
  Cell cell;
  a->fold->start(1, &cell);
  a->fold->row(a->n, (const char *)x, sizeof(T), &cell);
  const T best = (T)_Generic((A){0}, double: cell.f, default: cell.i);
  int64_t i = 0;
  if (IS_NAN(best)) while (!IS_NAN(x[i])) i++;
  else while (i < a->n - 1 && x[i] != best) i++;
  a->index[row] = i;
  if (a->value != NULL) ((T *)a->value)[row] = x[i];
}

/* The columns [from, from + width) of one slice: row by row, the best so far kept. */
static void NAME(columns)(const Arg *a, int64_t slice, int64_t from, int64_t width) {
  const T *x = (const T *)a->in + slice * a->n * a->inner + from;
  int64_t *index = a->index + slice * a->inner + from;
  T best[FOLD_TILE];
  for (int64_t j = 0; j < width; j++) best[j] = x[j], index[j] = 0;
  for (int64_t i = 1; i < a->n; i++) {
    const T *v = x + i * a->inner;
    for (int64_t j = 0; j < width; j++) {
      bool better = (a->largest ? v[j] > best[j] : v[j] < best[j]) | (IS_NAN(v[j]) & !IS_NAN(best[j]));
      better &= !IS_NAN(best[j]);
      best[j] = better ? v[j] : best[j];
      index[j] = better ? i : index[j];
    }
  }
  if (a->value == NULL) return;
  for (int64_t j = 0; j < width; j++) ((T *)a->value)[slice * a->inner + from + j] = best[j];
}
