/* cumulate_body.h: running sums; included by cpu_arg.c once for each element type. */

/* One slice of n × inner, from its first row on or from its last. */
static void NAME(cumulate_slice)(const void *from, void *to, int64_t n, int64_t inner, bool reverse) {
  const T *x = from;
  T *o = to;
  int64_t step = reverse ? -inner : inner;
  if (reverse) x += (n - 1) * inner, o += (n - 1) * inner;
  int64_t block = inner < CUMULATE_BLOCK ? CUMULATE_BLOCK / inner : 1;
  A sum = 0;
  for (int64_t first = 0; first < n && !interrupt_requested(); first += block) {
    int64_t last = n - first < block ? n : first + block, i = first;
    if (inner == 1) {
      for (; i < last; i++) o[i * step] = (T)(sum += x[i * step]);
      continue;
    }
    if (i == 0) memcpy(o, x, (size_t)inner * sizeof(T)), i = 1;
    for (; i < last; i++)
      for (int64_t j = 0; j < inner; j++) o[i * step + j] = (T)(o[(i - 1) * step + j] + x[i * step + j]);
  }
}
