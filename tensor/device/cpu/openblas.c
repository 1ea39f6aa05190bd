/* openblas.c: the one file that calls OpenBLAS. A build without OpenBLAS has blocked.c in its place. */
#include <cblas.h>
#include <stdlib.h>

#include "blas.h"

typedef struct {
  CBLAS_TRANSPOSE trans;
  blasint ld;
} Layout;

static Layout layout_of(const Matrix *m) {
  bool straight =
      m->columns <= 1 ? m->row >= 1 || m->rows <= 1 : m->column == 1 && (m->row >= m->columns || m->rows <= 1);
  int64_t ld = straight ? m->row : m->column, least = straight ? m->columns : m->rows;
  if (straight ? m->rows <= 1 : m->columns <= 1) ld = least;
  return (Layout){straight ? CblasNoTrans : CblasTrans, (blasint)(ld > least ? ld : least > 1 ? least : 1)};
}

void blas_gemm(DType dtype, Matrix a, Matrix b, double alpha, double beta, void *c, int64_t ldc) {
  Layout x = layout_of(&a), y = layout_of(&b);
  blasint m = (blasint)a.rows, n = (blasint)b.columns, k = (blasint)a.columns, step = (blasint)ldc;
  const float alphas[2] = {(float)alpha}, betas[2] = {(float)beta};
  const double alphad[2] = {alpha}, betad[2] = {beta};
  if (dtype == DTYPE_COMPLEX64)
    cblas_cgemm(CblasRowMajor, x.trans, y.trans, m, n, k, alphas, a.data, x.ld, b.data, y.ld, betas, c, step);
  else if (dtype == DTYPE_COMPLEX128)
    cblas_zgemm(CblasRowMajor, x.trans, y.trans, m, n, k, alphad, a.data, x.ld, b.data, y.ld, betad, c, step);
  else if (dtype == DTYPE_FLOAT32)
    cblas_sgemm(CblasRowMajor, x.trans, y.trans, m, n, k, (float)alpha, a.data, x.ld, b.data, y.ld, (float)beta, c,
                step);
  else
    cblas_dgemm(CblasRowMajor, x.trans, y.trans, m, n, k, alpha, a.data, x.ld, b.data, y.ld, beta, c, step);
}

void blas_gemv(DType dtype, Matrix a, const void *x, int64_t step, double alpha, double beta, void *y, int64_t ystep) {
  Layout l = layout_of(&a);
  bool straight = l.trans == CblasNoTrans;
  if (beta == 0) { /* OpenBLAS multiplies what is there by 0, and NaN stays NaN */
    size_t size = dtype_size(dtype);
    for (int64_t i = 0; i < a.rows; i++) memset((char *)y + (size_t)(i * ystep) * size, 0, size);
    beta = 1;
  }
  blasint rows = (blasint)(straight ? a.rows : a.columns), columns = (blasint)(straight ? a.columns : a.rows);
  blasint xstep = (blasint)step, to = (blasint)ystep;
  if (dtype == DTYPE_FLOAT32)
    cblas_sgemv(CblasRowMajor, l.trans, rows, columns, (float)alpha, a.data, l.ld, x, xstep, (float)beta, y, to);
  else
    cblas_dgemv(CblasRowMajor, l.trans, rows, columns, alpha, a.data, l.ld, x, xstep, beta, y, to);
}

void blas_set_threads(int n) { openblas_set_num_threads(n); }

/* OpenBLAS knows processors by their model number. For one that is younger than itself it takes the loops of
** "Prescott", which have no AVX and a seventh of the speed. Then it chooses once more, told by name what the
** instructions of the processor allow. A build of OpenBLAS for one kind of processor has nothing to choose and lacks
** both functions. */
#if defined(__x86_64__) || defined(__i386__)
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

static const char *blas_core(void) {
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return NULL;
  const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
  return wide ? "SkylakeX" : "Haswell";
}

void blas_begin(void) {
  static const char setting[] = "OPENBLAS_CORETYPE";
  const char *asked = getenv(setting), *core = blas_core();
  const bool decided = asked != NULL && *asked != '\0';
  if (decided || core == NULL || gotoblas_dynamic_init == NULL || gotoblas_dynamic_quit == NULL) return;
  if (strcmp(openblas_get_corename(), "Prescott") != 0 || setenv(setting, core, 1) != 0) return;
  gotoblas_dynamic_quit();
  gotoblas_dynamic_init();
  unsetenv(setting);
}
#else
void blas_begin(void) {}
#endif
