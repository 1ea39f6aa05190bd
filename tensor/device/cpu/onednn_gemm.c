/* onednn_gemm.c: products of matrices of float32 of a middle size by oneDNN, which packs less than OpenBLAS does: for
** 128 × 64 × 512 it is 1.5 times as fast, for matrices of thousands equally fast.
**
** A large product is cut into tasks, each the work of one thread. The shape alone decides how, so that the number of
** threads changes no bit. One task alone is no parallel region: oneDNN takes the threads of the pool by itself, and in
** a region with `if` false would start new ones.
*/
#include "blas.h"
#include "onednn.h"

#define LEAST_WORK 2e6 /* multiplications; below, compiling oneDNN's loops (28 ms, once) would not pay */
#define MOST_WORK 3e8
/* What the loops of oneDNN hold in registers; rows or columns of a task are multiples of it. */
#define TASK_ROWS 16
#define TASK_COLUMNS 48

/* 'T' where it is the columns whose elements lie side by side. */
static char onednn_layout(const Matrix *m, int64_t *ld) {
  const bool straight =
      m->columns <= 1 ? m->row >= 1 || m->rows <= 1 : m->column == 1 && (m->row >= m->columns || m->rows <= 1);
  const int64_t least = straight ? m->columns : m->rows, step = straight ? m->row : m->column;
  *ld = (straight ? m->rows : m->columns) <= 1 || step < least ? least : step;
  return straight ? 'N' : 'T';
}

/* Elements of a side of n that one task takes. Each task packs the other matrix anew, so there are few of them. */
static int64_t onednn_task_size(double work, int64_t n, bool rows) {
  const int64_t tasks = work < 4e6 ? 1 : work < 3e7 ? 2 : work < 1e8 ? 4 : 8, share = (n + tasks - 1) / tasks;
  const int64_t unit = rows || share < 2 * TASK_COLUMNS ? TASK_ROWS : TASK_COLUMNS;
  return tasks == 1 ? n : (share + unit - 1) / unit * unit;
}

/* A product that is cut into tasks of 'each' rows or columns. */
typedef struct {
  __typeof__(dnnl_sgemm) *sgemm;
  Matrix a, b;
  char x, y;
  int64_t lda, ldb;
  float alpha, beta;
  float *c;
  int64_t ldc;
  bool by_rows;
  int64_t each;
} OnednnProduct;

static bool onednn_task(const OnednnProduct *p, int64_t task) {
  const int64_t at = task * p->each, side = p->by_rows ? p->a.rows : p->b.columns;
  const int64_t n = side - at < p->each ? side - at : p->each;
  const float *left = (const float *)p->a.data + (p->by_rows ? at * p->a.row : 0);
  const float *right = (const float *)p->b.data + (p->by_rows ? 0 : at * p->b.column);
  return p->sgemm(p->x, p->y, p->by_rows ? n : p->a.rows, p->by_rows ? p->b.columns : n, p->a.columns, p->alpha, left,
                  p->lda, right, p->ldb, p->beta, p->c + (p->by_rows ? at * p->ldc : at), p->ldc) == dnnl_success;
}

bool onednn_gemm(Matrix a, Matrix b, float alpha, float beta, float *c, int64_t ldc) {
  const double work = (double)a.rows * (double)a.columns * (double)b.columns;
  if (work < LEAST_WORK || work > MOST_WORK) return false;
  const OneDnn *dnn = onednn();
  if (dnn == NULL) return false;
  __atomic_fetch_add(&onednn_plans_taken, 1, __ATOMIC_RELAXED);
  int64_t lda, ldb;
  const char x = onednn_layout(&a, &lda), y = onednn_layout(&b, &ldb);
  const bool by_rows = a.rows >= b.columns;
  const int64_t side = by_rows ? a.rows : b.columns, each = onednn_task_size(work, side, by_rows);
  const int64_t tasks = (side + each - 1) / each;
  const OnednnProduct p = {dnn->sgemm, a, b, x, y, lda, ldb, alpha, beta, c, ldc, by_rows, each};
  int failed = 0;
  if (tasks == 1 || threads_get() == 1) {
    for (int64_t i = 0; i < tasks; i++) failed += !onednn_task(&p, i);
    return failed == 0;
  }
#pragma omp parallel for schedule(dynamic) reduction(+ : failed)
  for (int64_t i = 0; i < tasks; i++) failed += !onednn_task(&p, i);
  return failed == 0;
}
