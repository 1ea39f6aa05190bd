/* lapack_values_body.h: eigenvalues, singular values and symmetric factors of the matrices of a batch, for one type of
** numbers (cpu_lapack.c). Included after lapack_body.h.
*/

/* Notes a fault unless all numbers of matrix b are finite: of others LAPACK may make numbers that look well, print
** something or never end. */
static bool NAME(lapack_is_finite)(const T *a, int64_t size, int64_t b) {
  const R *part = (const R *)a;
  R sum = 0;
  for (int64_t i = 0; i < size * (int64_t)(sizeof(T) / sizeof(R)); i++) sum += part[i] - part[i];
  if (sum != 0) kernel_fault(LAPACK_NOT_FINITE, (long long)b + 1);
  return sum == 0;
}

static Status NAME(lapack_eigh)(Call *c) {
  const LapackEighAttrs *attrs = c->attrs;
  const int n = lapack_rows(c->in[0]), ld = lapack_leading(n);
  const int64_t size = (int64_t)n * n;
  const T *a = tensor_data(c->in[0]);
  R *w = tensor_data(c->out[0]);
  T *vectors = tensor_data(c->out[1]), wish, *work, *turned;
  const char *job = attrs->vectors ? "V" : "N", *uplo = attrs->upper ? "L" : "U"; /* of the transposed */
  int info = 0, query = -1, iwish;
  if (n == 0) return OK;
#if COMPLEX
  R rwish;
  LAPACK(heevd)(job, uplo, &n, NULL, &ld, w, &wish, &query, &rwish, &query, &iwish, &query, &info);
  const int lrwork = (int)rwish;
#else
  LAPACK(syevd)(job, uplo, &n, NULL, &ld, w, &wish, &query, &iwish, &query, &info);
  const int lrwork = 0;
#endif
  const int lwork = (int)PART(wish);
  LapackRoom room;
  TRY(lapack_room_open(&room, lapack_room_part(sizeof(T) * (size_t)size) + lapack_room_part(sizeof(T) * (size_t)lwork)
                              + lapack_room_part(sizeof(R) * (size_t)lrwork) + sizeof(int) * (size_t)iwish));
  turned = lapack_room_take(&room, sizeof(T) * (size_t)size);
  work = lapack_room_take(&room, sizeof(T) * (size_t)lwork);
  R *rwork = lapack_room_take(&room, sizeof(R) * (size_t)lrwork);
  int *iwork = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    if (!NAME(lapack_is_finite)(a + b * size, size, b)) break;
    memcpy(turned, a + b * size, sizeof(T) * (size_t)size);
#if COMPLEX
    LAPACK(heevd)(job, uplo, &n, turned, &ld, w + b * n, work, &lwork, rwork, &lrwork, iwork, &iwish, &info);
    for (int64_t i = 0; i < size; i++) turned[i] = CONJ(turned[i]); /* the vectors were those of conj(A) */
#else
    (void)rwork;
    LAPACK(syevd)(job, uplo, &n, turned, &ld, w + b * n, work, &lwork, iwork, &iwish, &info);
#endif
    if (info != 0) kernel_fault(LAPACK_DIVERGED, (long long)b + 1);
    if (attrs->vectors) NAME(lapack_turn)(n, n, turned, vectors + b * size);
  }
  lapack_room_close(&room);
  return OK;
}

/* The transposed is V* Σ Uᵀ: LAPACK's left vectors are Vh here, and its right ones U, as our memory has them. */
static Status NAME(lapack_svd)(Call *c) {
  const LapackSvdAttrs *attrs = c->attrs;
  const int m = lapack_rows(c->in[0]), n = lapack_columns(c->in[0]), k = lapack_least(m, n);
  const int64_t size = (int64_t)m * n;
  const int nu = attrs->full ? m : k, nv = attrs->full ? n : k, ld = lapack_leading(n), ldu = lapack_leading(nu);
  const T *a = tensor_data(c->in[0]);
  T *u = tensor_data(c->out[0]), *vh = tensor_data(c->out[2]), wish;
  R *s = tensor_data(c->out[1]);
  const char *job = !attrs->vectors ? "N" : attrs->full ? "A" : "S";
  int info = 0, query = -1;
  if (k == 0) return OK;
  const int64_t most = m > n ? m : n;
  const size_t rbytes = COMPLEX ? sizeof(R) * (size_t)((int64_t)k * (5 * k + 7 > 2 * most + 2 * k + 1 ? 5 * k + 7
                                                          : 2 * most + 2 * k + 1)) : 0;
#if COMPLEX
  LAPACK(gesdd)(job, &n, &m, NULL, &ld, s, vh, &ld, u, &ldu, &wish, &query, NULL, NULL, &info);
#else
  LAPACK(gesdd)(job, &n, &m, NULL, &ld, s, vh, &ld, u, &ldu, &wish, &query, NULL, &info);
#endif
  const int lwork = (int)PART(wish);
  LapackRoom room;
  TRY(lapack_room_open(&room, lapack_room_part(sizeof(T) * (size_t)size) + lapack_room_part(sizeof(T) * (size_t)lwork)
                              + lapack_room_part(rbytes) + sizeof(int) * 8 * (size_t)k));
  T *copy = lapack_room_take(&room, sizeof(T) * (size_t)size);
  T *work = lapack_room_take(&room, sizeof(T) * (size_t)lwork);
  R *rwork = lapack_room_take(&room, rbytes);
  int *iwork = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    if (!NAME(lapack_is_finite)(a + b * size, size, b)) break;
    T *left = attrs->vectors ? vh + b * nv * n : vh, *right = attrs->vectors ? u + b * m * nu : u;
    memcpy(copy, a + b * size, sizeof(T) * (size_t)size);
#if COMPLEX
    LAPACK(gesdd)(job, &n, &m, copy, &ld, s + b * k, left, &ld, right, &ldu, work, &lwork, rwork, iwork, &info);
#else
    (void)rwork;
    LAPACK(gesdd)(job, &n, &m, copy, &ld, s + b * k, left, &ld, right, &ldu, work, &lwork, iwork, &info);
#endif
    if (info != 0) kernel_fault(LAPACK_DIVERGED, (long long)b + 1);
  }
  lapack_room_close(&room);
  return OK;
}

#if !COMPLEX
/* Vectors of a real matrix: two columns, the real and the imaginary parts, stand for a pair of conjugate ones. */
static void NAME(lapack_pairs)(int n, const R *imaginary, const T *from, R _Complex *to) {
  for (int j = 0; j < n; j++) {
    const bool first = imaginary[j] > 0 && j + 1 < n, second = imaginary[j] < 0 && j > 0;
    const T *real = from + (int64_t)(second ? j - 1 : j) * n;
    for (int i = 0; i < n; i++) {
      R *at = (R *)&to[(int64_t)i * n + j];
      at[0] = real[i];
      at[1] = first ? real[n + i] : second ? -real[n + i] : 0;
    }
  }
}
#endif

static Status NAME(lapack_eig)(Call *c) {
  const LapackEigAttrs *attrs = c->attrs;
  const int n = lapack_rows(c->in[0]), ld = lapack_leading(n), lwork = 34 * n + 64, one = 1;
  const int64_t size = (int64_t)n * n;
  const T *a = tensor_data(c->in[0]);
  const char *job = attrs->vectors ? "V" : "N";
  int info = 0;
  if (n == 0) return OK;
  LapackRoom room;
  TRY(lapack_room_open(&room, 2 * lapack_room_part(sizeof(T) * (size_t)size) + sizeof(T) * (size_t)lwork
                              + 4 * lapack_room_part(sizeof(R) * (size_t)n)));
  T *turned = lapack_room_take(&room, sizeof(T) * (size_t)size);
  T *found = lapack_room_take(&room, sizeof(T) * (size_t)size);
  R *first = lapack_room_take(&room, sizeof(R) * (size_t)n);
  R *second = lapack_room_take(&room, sizeof(R) * (size_t)n * 2);
  T *work = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    if (!NAME(lapack_is_finite)(a + b * size, size, b)) break;
    NAME(lapack_turn)(n, n, a + b * size, turned);
#if COMPLEX
    T *values = (T *)tensor_data(c->out[0]) + b * n;
    (void)second;
    LAPACK(geev)("N", job, &n, turned, &ld, values, NULL, &one, found, &ld, work, &lwork, second, &info);
    (void)first;
    if (attrs->vectors) NAME(lapack_turn)(n, n, found, (T *)tensor_data(c->out[1]) + b * size);
#else
    R _Complex *values = (R _Complex *)tensor_data(c->out[0]) + b * n;
    LAPACK(geev)("N", job, &n, turned, &ld, first, second, NULL, &one, found, &ld, work, &lwork, &info);
    for (int i = 0; i < n; i++) {
      ((R *)&values[i])[0] = first[i];
      ((R *)&values[i])[1] = second[i];
    }
    if (attrs->vectors) NAME(lapack_pairs)(n, second, found, (R _Complex *)tensor_data(c->out[1]) + b * size);
#endif
    if (info != 0) kernel_fault(LAPACK_DIVERGED, (long long)b + 1);
  }
  lapack_room_close(&room);
  return OK;
}

static Status NAME(lapack_ldl)(Call *c) {
  const LapackLdlAttrs *attrs = c->attrs;
  const int n = lapack_rows(c->in[0]), ld = lapack_leading(n), lwork = 64 * lapack_leading(n);
  const int64_t size = (int64_t)n * n;
  const T *a = tensor_data(c->in[0]);
  T *ldl = tensor_data(c->out[0]);
  int *pivots = tensor_data(c->out[1]), *info = tensor_data(c->out[2]);
  LapackRoom room;
  (void)attrs;
  TRY(lapack_room_open(&room, lapack_room_part(sizeof(T) * (size_t)size) + sizeof(T) * (size_t)lwork));
  T *turned = lapack_room_take(&room, sizeof(T) * (size_t)size), *work = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    NAME(lapack_turn)(n, n, a + b * size, turned);
#if COMPLEX
    if (attrs->hermitian) LAPACK(hetrf)("L", &n, turned, &ld, pivots + b * n, work, &lwork, &info[b]);
    else
#endif
      LAPACK(sytrf)("L", &n, turned, &ld, pivots + b * n, work, &lwork, &info[b]);
    NAME(lapack_turn)(n, n, turned, ldl + b * size);
    for (int i = 0; i < n; i++)
      for (int j = i + 1; j < n; j++) ldl[b * size + (int64_t)i * n + j] = 0;
  }
  lapack_room_close(&room);
  return OK;
}

static Status NAME(lapack_ldl_solve)(Call *c) {
  const LapackLdlSolveAttrs *attrs = c->attrs;
  const int n = lapack_rows(c->in[0]), k = lapack_columns(c->in[2]), ld = lapack_leading(n);
  const int64_t square = (int64_t)n * n, size = (int64_t)n * k;
  const T *ldl = tensor_data(c->in[0]), *right = tensor_data(c->in[2]);
  const int *pivots = tensor_data(c->in[1]);
  T *x = tensor_data(c->out[0]);
  int info;
  LapackRoom room;
  (void)attrs;
  TRY(lapack_room_open(&room, lapack_room_part(sizeof(T) * (size_t)square) + sizeof(T) * (size_t)size));
  T *factor = lapack_room_take(&room, sizeof(T) * (size_t)square), *turned = lapack_room_take(&room, 0);
  for (int64_t b = 0; b < lapack_batch(c->in[0]) && !interrupt_requested(); b++) {
    if (!lapack_pivots_hold(pivots + b * n, n)) break;
    NAME(lapack_turn)(n, n, ldl + b * square, factor);
    NAME(lapack_turn)(n, k, right + b * size, turned);
#if COMPLEX
    if (attrs->hermitian) LAPACK(hetrs)("L", &n, &k, factor, &ld, pivots + b * n, turned, &ld, &info);
    else
#endif
      LAPACK(sytrs)("L", &n, &k, factor, &ld, pivots + b * n, turned, &ld, &info);
    NAME(lapack_turn)(k, n, turned, x + b * size);
  }
  lapack_room_close(&room);
  return OK;
}
