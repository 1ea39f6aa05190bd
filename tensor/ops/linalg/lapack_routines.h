/* lapack_routines.h: the routines of LAPACK and BLAS for one type of numbers. Included by lapack_body.h, once per type:
** T is the type, R that of its parts, LAPACK(x) the Fortran name. All arguments are pointers; 'n', 'lda' and so on are
** ints of 32 bits. The hidden lengths of strings are not passed: all are one letter, and no routine reads them.
*/
void LAPACK(potrf)(const char *uplo, const int *n, T *a, const int *lda, int *info);
void LAPACK(getrf)(const int *m, const int *n, T *a, const int *lda, int *pivots, int *info);
void LAPACK(getrs)(const char *trans, const int *n, const int *columns, const T *a, const int *lda, const int *pivots,
                   T *b, const int *ldb, int *info);
void LAPACK(trsm)(const char *side, const char *uplo, const char *trans, const char *diag, const int *m, const int *n,
                  const T *alpha, const T *a, const int *lda, T *b, const int *ldb);
void LAPACK(geqrf)(const int *m, const int *n, T *a, const int *lda, T *tau, T *work, const int *lwork, int *info);
void LAPACK(ORGQR)(const int *m, const int *n, const int *k, T *a, const int *lda, const T *tau, T *work,
                   const int *lwork, int *info);
void LAPACK(sytrf)(const char *uplo, const int *n, T *a, const int *lda, int *pivots, T *work, const int *lwork,
                   int *info);
void LAPACK(sytrs)(const char *uplo, const int *n, const int *columns, const T *a, const int *lda, const int *pivots,
                   T *b, const int *ldb, int *info);
#if COMPLEX
void LAPACK(hetrf)(const char *uplo, const int *n, T *a, const int *lda, int *pivots, T *work, const int *lwork,
                   int *info);
void LAPACK(hetrs)(const char *uplo, const int *n, const int *columns, const T *a, const int *lda, const int *pivots,
                   T *b, const int *ldb, int *info);
void LAPACK(heevd)(const char *jobz, const char *uplo, const int *n, T *a, const int *lda, R *w, T *work,
                   const int *lwork, R *rwork, const int *lrwork, int *iwork, const int *liwork, int *info);
void LAPACK(gesdd)(const char *jobz, const int *m, const int *n, T *a, const int *lda, R *s, T *u, const int *ldu,
                   T *vt, const int *ldvt, T *work, const int *lwork, R *rwork, int *iwork, int *info);
void LAPACK(geev)(const char *left, const char *right, const int *n, T *a, const int *lda, T *w, T *vl, const int *ldvl,
                  T *vr, const int *ldvr, T *work, const int *lwork, R *rwork, int *info);
#else
void LAPACK(syevd)(const char *jobz, const char *uplo, const int *n, T *a, const int *lda, R *w, T *work,
                   const int *lwork, int *iwork, const int *liwork, int *info);
void LAPACK(gesdd)(const char *jobz, const int *m, const int *n, T *a, const int *lda, R *s, T *u, const int *ldu,
                   T *vt, const int *ldvt, T *work, const int *lwork, int *iwork, int *info);
void LAPACK(geev)(const char *left, const char *right, const int *n, T *a, const int *lda, R *real, R *imaginary, T *vl,
                  const int *ldvl, T *vr, const int *ldvr, T *work, const int *lwork, int *info);
#endif
