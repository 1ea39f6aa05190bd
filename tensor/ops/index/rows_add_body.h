/* rows_add_body.h: rows of elements of type T, added to the offsets of a plan; included by cpu_advanced.c. */
static void NAME(index_add_row)(const IndexPlan *p, const void *in, void *out) {
  const T *from = in;
  T *to = out;
  for (int64_t i = 0; i < p->n_inner; i++) to[p->inner[i]] = (T)(to[p->inner[i]] + from[i]);
}
