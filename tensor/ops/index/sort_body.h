/* sort_body.h: a line of numbers P, each a key in the upper HALF bits and a position below them; DIGITS are the bytes
** of a key, COUNT holds how many numbers there can be. Included by cpu_sort.c.
*/

static void NAME(sort_by_insertion)(P *p, int64_t n) {
  for (int64_t i = 1; i < n; i++) {
    const P x = p[i];
    int64_t j = i;
    for (; j > 0 && p[j - 1] > x; j--) p[j] = p[j - 1];
    p[j] = x;
  }
}

/* Digit d of the key of x. */
static inline unsigned NAME(sort_digit)(P x, int d) { return (unsigned)((uint64_t)(x >> HALF) >> (8 * d)) & 255; }

/* Sorts p, behind which there is room for as many numbers more; returns where the result is. The digits of all passes
** are counted in one. */
static P *NAME(sort_by_radix)(P *p, int64_t n, int digits) {
  P *other = p + n;
  COUNT counts[DIGITS][256];
  memset(counts, 0, sizeof counts[0] * (size_t)digits);
  EACH_BLOCKWISE(i, 0, n)
    for (int d = 0; d < DIGITS; d++)
      if (d < digits) counts[d][NAME(sort_digit)(p[i], d)]++;
  for (int d = 0; d < digits && !interrupt_requested(); d++) {
    COUNT *count = counts[d], sum = 0;
    if ((int64_t)count[NAME(sort_digit)(p[0], d)] == n) continue;
    for (int v = 0; v < 256; v++) {
      const COUNT k = count[v];
      count[v] = sum;
      sum += k;
    }
    EACH_BLOCKWISE(i, 0, n) other[count[NAME(sort_digit)(p[i], d)]++] = p[i];
    P *swap = p;
    p = other;
    other = swap;
  }
  return p;
}

/* The number at place k (from 0) of the n numbers in order. From the first digit on, only numbers with the digit that
** the wanted one has are kept, in the order in which they stood. */
static P NAME(sort_nth)(P *p, int64_t n, int64_t k, int digits) {
  for (int d = digits - 1; d >= 0 && n > SHORT; d--) {
    COUNT count[256] = {0};
    EACH_BLOCKWISE(i, 0, n) count[NAME(sort_digit)(p[i], d)]++;
    if (interrupt_requested()) return 0;
    unsigned v = 0;
    for (; k >= (int64_t)count[v]; v++) k -= (int64_t)count[v];
    if ((int64_t)count[v] == n) continue;
    int64_t kept = 0;
    EACH_BLOCKWISE(i, 0, n) {
      p[kept] = p[i];
      kept += NAME(sort_digit)(p[i], d) == v;
    }
    if (interrupt_requested()) return 0;
    n = kept;
  }
  if (n <= SHORT) NAME(sort_by_insertion)(p, n); /* else all keys are equal, and positions ascend */
  return p[k];
}

static void NAME(sort_sift_down)(P *heap, int64_t n, int64_t i) {
  const P x = heap[i];
  for (int64_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && heap[child + 1] > heap[child]) child++;
    if (heap[child] <= x) break;
    heap[i] = heap[child];
  }
  heap[i] = x;
}

/* The k smallest of n numbers in their order, somewhere in p or in the room behind it. */
static P *NAME(sort_select)(P *p, int64_t n, int64_t k, int bits) {
  if (k > n / 8 && n > SHORT) return NAME(sort_by_radix)(p, n, bits / 8);
  if (k > n / 8) {
    NAME(sort_by_insertion)(p, n);
    return p;
  }
  for (int64_t i = k / 2 - 1; i >= 0; i--) NAME(sort_sift_down)(p, k, i);
  EACH_BLOCKWISE(i, k, n)
    if (p[i] < p[0]) {
      p[0] = p[i];
      NAME(sort_sift_down)(p, k, 0);
    }
  for (int64_t m = k - 1; m > 0; m--) { /* heap sort: the last goes to the end */
    const P last = p[0];
    p[0] = p[m];
    p[m] = last;
    NAME(sort_sift_down)(p, m, 0);
  }
  return p;
}

#undef P
#undef HALF
#undef DIGITS
#undef COUNT
#undef NAME
