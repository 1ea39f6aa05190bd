/* rows_body.h: rows of elements of the size of T, from and to the offsets of a plan; included by cpu_advanced.c. */
static void NAME(index_read)(const IndexPlan *p, const void *in, void *out) {
  const T *from = in;
  T *to = out;
  for (int64_t i = 0; i < p->n_inner; i++) to[i] = from[p->inner[i]];
}

static void NAME(index_write)(const IndexPlan *p, const void *in, void *out) {
  const T *from = in;
  T *to = out;
  for (int64_t i = 0; i < p->n_inner; i++) to[p->inner[i]] = from[i];
}
