/* gemm_plain_body.h: out = alpha · A · B + beta · out for elements of type T by plain loops, row by row; included by
** gemm.c. B is walked along its rows or, transposed, along its columns.
*/
static void NAME(gemm_plain)(Matrix a, Matrix b, double factor, double rest, void *out, int64_t ldc) {
  const FACTOR alpha = (FACTOR)factor, beta = (FACTOR)rest;
  T *c = out;
  for (int64_t i = 0; i < a.rows; i++, c += ldc) {
    const T *x = (const T *)a.data + i * a.row, *y = b.data;
    if (b.column == 1) {
      for (int64_t j = 0; j < b.columns; j++) c[j] = beta == 0 ? 0 : (T)(beta * c[j]);
      for (int64_t p = 0; p < a.columns; p++) {
        const T v = (T)(alpha * x[p * a.column]), *q = y + p * b.row;
        for (int64_t j = 0; j < b.columns; j++) c[j] = (T)(c[j] + v * q[j]);
      }
    } else {
      for (int64_t j = 0; j < b.columns; j++) {
        T sum = 0;
        for (int64_t p = 0; p < a.columns; p++) sum = (T)(sum + x[p * a.column] * y[p * b.row + j * b.column]);
        c[j] = (T)(alpha * sum + (beta == 0 ? 0 : beta * c[j]));
      }
    }
  }
}
