/* lapack_body.h: factorisations of the matrices of a batch, for one type of numbers (cpu_lapack.c). LAPACK counts
** columns first, so it sees the transposed of what lies here. Where that serves, nothing is copied: for a Hermitian
** matrix A it sees conj(A), and a product or a decomposition of the transposed has its factors in reverse order.
*/
#include "lapack_routines.h"

/* to = the transposed of from (rows × columns). */
static void NAME(lapack_turn)(int rows, int columns, const T *from, T *to) {
  for (int i = 0; i < rows; i++)
    for (int j = 0; j < columns; j++) to[(int64_t)j * rows + i] = from[(int64_t)i * columns + j];
}

static Status NAME(lapack_cholesky)(Call *c) {
  const int n = lapack_rows(c->out[0]), ld = lapack_leading(n);
  T *a = tensor_data(c->out[0]);
  int *info = tensor_data(c->out[1]);
  TRY(tensor_copy_raw(c->out[0], c->in[0]));
  for (int64_t b = 0; b < lapack_batch(c->out[0]) && !interrupt_requested(); b++, a += (int64_t)n * n) {
    LAPACK(potrf)("U", &n, a, &ld, &info[b]);
    for (int i = 0; i < n; i++)
      for (int j = i + 1; j < n; j++) a[(int64_t)i * n + j] = 0;
  }
  return OK;
}

static Status NAME(lapack_lu)(Call *c) {
  const int m = lapack_rows(c->in[0]), n = lapack_columns(c->in[0]), k = lapack_least(m, n), ld = lapack_leading(m);
  const int64_t size = (int64_t)m * n;
  const T *a = tensor_data(c->in[0]);
  T *lu = tensor_data(c->out[0]);
  int *pivots = tensor_data(c->out[1]), *info = tensor_data(c->out[2]);
  LapackRoom room;
  TRY(lapack_room_open(&room, sizeof(T) * (size_t)size));
  T *work = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    NAME(lapack_turn)(m, n, a + b * size, work);
    LAPACK(getrf)(&m, &n, work, &ld, pivots + b * k, &info[b]);
    NAME(lapack_turn)(n, m, work, lu + b * size);
  }
  lapack_room_close(&room);
  return OK;
}

/* The matrix P of A = P L U. */
static Status NAME(lapack_permutation)(Call *c) {
  const int m = lapack_rows(c->out[0]), k = (int)c->in[1]->shape[c->in[1]->ndim - 1];
  const int *pivots = tensor_data(c->in[1]);
  T *p = tensor_data(c->out[0]);
  LapackRoom room;
  TRY(lapack_room_open(&room, sizeof(int) * (size_t)m));
  int *row = lapack_room_take(&room, 0);
  memset(p, 0, tensor_itemsize(c->out[0]) * (size_t)c->out[0]->numel);
  for (int64_t b = 0; b < lapack_batch(c->out[0]); b++, pivots += k, p += (int64_t)m * m) {
    for (int i = 0; i < m; i++) row[i] = i;
    for (int i = 0; i < k; i++) {
      const int other = pivots[i] - 1;
      if (other < 0 || other >= m || i >= m) {
        kernel_fault("'pivots' (argument 2): expected 1 to %d, got %d", m, pivots[i]);
        break;
      }
      const int was = row[i];
      row[i] = row[other];
      row[other] = was;
    }
    for (int i = 0; i < m; i++) p[(int64_t)row[i] * m + i] = 1;
  }
  lapack_room_close(&room);
  return OK;
}

static Status NAME(lapack_solve)(Call *c) {
  const int n = lapack_rows(c->in[0]), k = lapack_columns(c->in[1]), ld = lapack_leading(n);
  const int64_t square = (int64_t)n * n, size = (int64_t)n * k;
  const T *a = tensor_data(c->in[0]), *right = tensor_data(c->in[1]);
  T *x = tensor_data(c->out[0]);
  int *info = tensor_data(c->out[1]), ignored;
  LapackRoom room;
  TRY(lapack_room_open(&room, lapack_room_part(sizeof(T) * (size_t)square) + lapack_room_part(sizeof(T) * (size_t)size)
                              + sizeof(int) * (size_t)n));
  T *lu = lapack_room_take(&room, sizeof(T) * (size_t)square);
  T *turned = lapack_room_take(&room, sizeof(T) * (size_t)size);
  int *pivots = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    memcpy(lu, a + b * square, sizeof(T) * (size_t)square); /* LAPACK sees the transposed, and solves for "T" of it */
    NAME(lapack_turn)(n, k, right + b * size, turned);
    LAPACK(getrf)(&n, &n, lu, &ld, pivots, &info[b]);
    LAPACK(getrs)("T", &n, &k, lu, &ld, pivots, turned, &ld, &ignored);
    NAME(lapack_turn)(k, n, turned, x + b * size);
  }
  lapack_room_close(&room);
  return OK;
}

/* A X = B is Xᵀ Aᵀ = Bᵀ, and the transposed are what LAPACK sees. */
static Status NAME(lapack_triangular)(Call *c) {
  const LapackTriangularAttrs *attrs = c->attrs;
  const int n = lapack_rows(c->in[0]), k = lapack_columns(c->in[1]), lda = lapack_leading(n), ldb = lapack_leading(k);
  const T *a = tensor_data(c->in[0]), one = 1;
  T *x = tensor_data(c->out[0]);
  TRY(tensor_copy_raw(c->out[0], c->in[1]));
  if (n == 0 || k == 0) return OK;
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++)
    LAPACK(trsm)("R", attrs->upper ? "L" : "U", "N", attrs->unit ? "U" : "N", &k, &n, &one, a + b * n * n, &lda,
                 x + b * n * k, &ldb);
  return OK;
}

/* ---- orthogonal factors ------------------------------------------------------------------ */

static Status NAME(lapack_geqrf)(Call *c) {
  const int m = lapack_rows(c->in[0]), n = lapack_columns(c->in[0]), k = lapack_least(m, n), ld = lapack_leading(m);
  const int64_t size = (int64_t)m * n;
  const T *a = tensor_data(c->in[0]);
  T *packed = tensor_data(c->out[0]), *tau = tensor_data(c->out[1]), wish;
  int info, query = -1;
  if (c->in[0]->numel == 0) return OK;
  LAPACK(geqrf)(&m, &n, packed, &ld, tau, &wish, &query, &info);
  const int lwork = lapack_leading((int)PART(wish));
  LapackRoom room;
  TRY(lapack_room_open(&room, lapack_room_part(sizeof(T) * (size_t)size) + sizeof(T) * (size_t)lwork));
  T *turned = lapack_room_take(&room, sizeof(T) * (size_t)size), *work = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    NAME(lapack_turn)(m, n, a + b * size, turned);
    LAPACK(geqrf)(&m, &n, turned, &ld, tau + b * k, work, &lwork, &info);
    NAME(lapack_turn)(n, m, turned, packed + b * size);
  }
  lapack_room_close(&room);
  return OK;
}

/* The first n columns of H₁ H₂ … Hₖ, the reflections that are packed below the diagonal. */
static Status NAME(lapack_reflections)(Call *c) {
  const int m = lapack_rows(c->in[0]), n = lapack_columns(c->in[0]), ld = lapack_leading(m);
  const int k = (int)c->in[1]->shape[c->in[1]->ndim - 1];
  const int64_t size = (int64_t)m * n;
  const T *a = tensor_data(c->in[0]), *tau = tensor_data(c->in[1]);
  T *q = tensor_data(c->out[0]), wish;
  int info, query = -1;
  if (c->in[0]->numel == 0) return OK;
  LAPACK(ORGQR)(&m, &n, &k, q, &ld, tau, &wish, &query, &info);
  const int lwork = lapack_leading((int)PART(wish));
  LapackRoom room;
  TRY(lapack_room_open(&room, lapack_room_part(sizeof(T) * (size_t)size) + sizeof(T) * (size_t)lwork));
  T *turned = lapack_room_take(&room, sizeof(T) * (size_t)size), *work = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    NAME(lapack_turn)(m, n, a + b * size, turned);
    LAPACK(ORGQR)(&m, &n, &k, turned, &ld, tau + b * k, work, &lwork, &info);
    NAME(lapack_turn)(n, m, turned, q + b * size);
  }
  lapack_room_close(&room);
  return OK;
}
