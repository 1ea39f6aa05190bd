/* blocked_body.h: the loops of blocked.c for the type T of the elements; NAME(x) is x_float32. */

typedef T NAME(Lanes) __attribute__((vector_size(32)));
enum { NAME(LANES) = 32 / sizeof(T) };

/* Copies up to BLOCK × BLOCK elements of 'm' from (row, column) on, multiplied by 'factor', to 'to' (BLOCK, BLOCK),
** with zeros beyond the end of the matrix. With 'turned' the copy is transposed. */
static void NAME(blocked_copy)(Matrix m, int64_t row, int64_t column, T factor, bool turned, T *to) {
  const T *from = (const T *)m.data + row * m.row + column * m.column;
  int64_t rows = m.rows - row < BLOCK ? m.rows - row : BLOCK,
          columns = m.columns - column < BLOCK ? m.columns - column : BLOCK;
  if (rows < BLOCK || columns < BLOCK) memset(to, 0, BLOCK * BLOCK * sizeof(T));
  int64_t row_step = turned ? 1 : BLOCK, column_step = turned ? BLOCK : 1;
  for (int64_t i = 0; i < rows; i++)
    for (int64_t j = 0; j < columns; j++)
      to[i * row_step + j * column_step] = factor * from[i * m.row + j * m.column];
}

/* sums (BLOCK, BLOCK) += transposed(a) · b, where a and b are (depth, BLOCK). */
static void NAME(blocked_multiply)(const T *a, const T *b, int64_t depth, T *sums) {
  for (int i = 0; i < BLOCK; i += BLOCK_ROWS)
    for (int j = 0; j < BLOCK; j += NAME(LANES)) {
      NAME(Lanes) sum[BLOCK_ROWS];
      for (int r = 0; r < BLOCK_ROWS; r++) memcpy(&sum[r], sums + (i + r) * BLOCK + j, sizeof sum[r]);
      for (int64_t p = 0; p < depth; p++) {
        NAME(Lanes) row;
        memcpy(&row, b + p * BLOCK + j, sizeof row);
        for (int r = 0; r < BLOCK_ROWS; r++) sum[r] += a[p * BLOCK + i + r] * row;
      }
      for (int r = 0; r < BLOCK_ROWS; r++) memcpy(sums + (i + r) * BLOCK + j, &sum[r], sizeof sum[r]);
    }
}

/* The block of C = alpha · A · B + beta · C that begins at (row, column). */
static void NAME(blocked_product)(Matrix a, Matrix b, int64_t row, int64_t column, T alpha, T beta, T *c, int64_t ldc) {
  T sums[BLOCK * BLOCK] = {0}, left[BLOCK * BLOCK], right[BLOCK * BLOCK];
  int64_t rows = a.rows - row < BLOCK ? a.rows - row : BLOCK,
          columns = b.columns - column < BLOCK ? b.columns - column : BLOCK;
  for (int64_t p = 0; p < a.columns; p += BLOCK) {
    NAME(blocked_copy)(a, row, p, alpha, true, left);
    NAME(blocked_copy)(b, p, column, 1, false, right);
    NAME(blocked_multiply)(left, right, a.columns - p < BLOCK ? a.columns - p : BLOCK, sums);
  }
  c += row * ldc + column;
  for (int64_t i = 0; i < rows; i++, c += ldc)
    for (int64_t j = 0; j < columns; j++) c[j] = sums[i * BLOCK + j] + (beta == 0 ? 0 : beta * c[j]);
}

static void NAME(blocked_vector)(Matrix a, const T *x, int64_t step, T alpha, T beta, T *y, int64_t ystep) {
  const T *row = a.data;
  for (int64_t i = 0; i < a.rows; i++, row += a.row, y += ystep) {
    T sum = 0;
    for (int64_t j = 0; j < a.columns; j++) sum += row[j * a.column] * x[j * step];
    *y = alpha * sum + (beta == 0 ? 0 : beta * *y);
  }
}
