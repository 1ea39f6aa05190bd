/* moments_body.h: the fold of var and std for element type T. Distances are taken from an element of the portion, the
** shift: those of equal numbers are exactly 0, and what is lost when the squares about the shift become those about
** the mean is at most a factor n, for the shift is one of the n elements.
*/

/* The sums of the distances of m elements from the shift, and of their squares. */
static void NAME(moments_sums)(const T *v, int64_t m, A shift, A *sum, A *squares) {
  A s[MOMENTS_LANES] = {0}, q[MOMENTS_LANES] = {0};
  int64_t i = 0;
  for (; i + MOMENTS_LANES <= m; i += MOMENTS_LANES) {
#pragma omp simd
    for (int j = 0; j < MOMENTS_LANES; j++) {
      const A d = (A)v[i + j] - shift;
      s[j] += d;
      q[j] += d * d;
    }
  }
  for (int64_t j = 0; j < m - i; j++) {
    const A d = (A)v[i + j] - shift;
    s[j] += d;
    q[j] += d * d;
  }
#pragma omp simd
  for (int j = 0; j < 8; j++) s[j] += s[j + 8], q[j] += q[j + 8];
#pragma omp simd
  for (int j = 0; j < 4; j++) s[j] += s[j + 4], q[j] += q[j + 4];
  *sum = (s[0] + s[2]) + (s[1] + s[3]);
  *squares = (q[0] + q[2]) + (q[1] + q[3]);
}

/* Where the shift is far from the mean, and where the sums are no numbers, the mean is the shift of a second pass. */
static Moments NAME(moments_block)(const T *v, int64_t m) {
  const A n = (A)m;
  A shift = (A)v[0], sum, squares;
  NAME(moments_sums)(v, m, shift, &sum, &squares);
  const A less = sum / n * sum;
  if (!(less <= 16 * (squares - less))) {
    shift += sum / n;
    NAME(moments_sums)(v, m, shift, &sum, &squares);
  }
  return (Moments){shift + sum / n, moments_about_mean(squares, sum, n), n};
}

static void NAME(moments_row)(int64_t n, const char *p, int64_t stride, void *cell) {
  Moments a = *(Moments *)cell;
  T copy[MOMENTS_BLOCK];
  for (int64_t at = 0; at < n; at += MOMENTS_BLOCK) {
    const int64_t m = n - at < MOMENTS_BLOCK ? n - at : MOMENTS_BLOCK;
    const char *q = p + at * stride;
    for (int64_t i = 0; i < m && stride != (int64_t)sizeof(T); i++) copy[i] = *(const T *)(q + i * stride);
    a = moments_join(a, NAME(moments_block)(stride == (int64_t)sizeof(T) ? (const T *)q : copy, m));
  }
  *(Moments *)cell = a;
}

/* s[j] and q[j] += the distances of element j of n rows from shift[j], and their squares. */
static inline __attribute__((always_inline)) void NAME(moments_rows)(int64_t n, int64_t width, const char *p,
    int64_t row_stride, const int64_t stride, const A *restrict shift, A *restrict s, A *restrict q) {
#define DISTANCE(k) ((A)*(const T *)(row + (k) * row_stride + j * stride) - shift[j])
  int64_t i = 0;
  for (; i + 4 <= n; i += 4) {
    const char *row = p + i * row_stride;
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      const A a = DISTANCE(0), b = DISTANCE(1), c = DISTANCE(2), d = DISTANCE(3);
      s[j] += (a + b) + (c + d);
      q[j] += (a * a + b * b) + (c * c + d * d);
    }
  }
  for (; i < n; i++) {
    const char *row = p + i * row_stride;
#pragma omp simd
    for (int64_t j = 0; j < width; j++) {
      const A a = DISTANCE(0);
      s[j] += a;
      q[j] += a * a;
    }
  }
#undef DISTANCE
}

/* The first row of each portion is the shift. */
static void NAME(moments_column)(int64_t n, int64_t width, const char *p, int64_t row_stride, int64_t stride,
                                 void *cells) {
  A shift[FOLD_TILE], s[FOLD_TILE], q[FOLD_TILE];
  Moments *cell = cells;
  for (int64_t at = 0; at < n; at += FOLD_ROWS) {
    const int64_t m = n - at < FOLD_ROWS ? n - at : FOLD_ROWS;
    const char *rows = p + at * row_stride, *rest = rows + row_stride;
    for (int64_t j = 0; j < width; j++) {
      shift[j] = (A)*(const T *)(rows + j * stride), s[j] = 0;
      q[j] = shift[j] - shift[j]; /* 0; of an infinite number NaN, which the variance of it alone is */
    }
    if (stride == (int64_t)sizeof(T)) NAME(moments_rows)(m - 1, width, rest, row_stride, sizeof(T), shift, s, q);
    else NAME(moments_rows)(m - 1, width, rest, row_stride, stride, shift, s, q);
    for (int64_t j = 0; j < width; j++) {
      const Moments b = {shift[j] + s[j] / (A)m, moments_about_mean(q[j], s[j], (A)m), (A)m};
      cell[j] = moments_join(cell[j], b);
    }
  }
}

static const Fold NAME(moments_fold) = {sizeof(Moments), NAME(moments_row), NAME(moments_column),
                                        moments_join_cells, moments_start};
