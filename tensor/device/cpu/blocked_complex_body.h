/* blocked_complex_body.h: the block of C = alpha · A · B + beta · C that begins at (row, column), for complex
** numbers of type T, by plain loops; included by blocked.c once for each type. */
static void NAME(blocked_product)(Matrix a, Matrix b, int64_t row, int64_t column, double alpha, double beta, T *c,
                                  int64_t ldc) {
  const T *left = a.data, *right = b.data;
  const int64_t last_row = row + BLOCK < a.rows ? row + BLOCK : a.rows;
  const int64_t last_column = column + BLOCK < b.columns ? column + BLOCK : b.columns;
  for (int64_t i = row; i < last_row; i++)
    for (int64_t j = column; j < last_column; j++) {
      A sum = 0;
      for (int64_t p = 0; p < a.columns; p++)
        sum += (A)left[i * a.row + p * a.column] * (A)right[p * b.row + j * b.column];
      T *to = &c[i * ldc + j];
      *to = (T)(alpha * sum + (beta == 0 ? 0 : beta * *to));
    }
}
