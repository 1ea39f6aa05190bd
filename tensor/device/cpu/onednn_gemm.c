/* onednn_gemm.c: products of matrices of float32 of a middle size by oneDNN, which packs less than OpenBLAS does: for
** 128 × 64 × 512 it is 1.5 times as fast, for matrices of thousands equally fast.
**
** A large product is cut into tasks, each the work of one thread. The shape alone decides how, so that the number of
** threads changes no bit.
*/
#include "blas.h"
#include "onednn.h"

#define LEAST_WORK 2e6 /* multiplications; below, compiling oneDNN's loops (28 ms, once) would not pay */
#define MOST_WORK 3e8
#define TASK_WORK 8e6
#define TASKS 8
#define TASK_UNIT 48 /* rows or columns of a task are multiples of it: of what the loops of oneDNN hold in registers */

/* 'T' where it is the columns whose elements lie side by side. */
static char onednn_layout(const Matrix *m, int64_t *ld) {
  const bool straight =
      m->columns <= 1 ? m->row >= 1 || m->rows <= 1 : m->column == 1 && (m->row >= m->columns || m->rows <= 1);
  const int64_t least = straight ? m->columns : m->rows, step = straight ? m->row : m->column;
  *ld = (straight ? m->rows : m->columns) <= 1 || step < least ? least : step;
  return straight ? 'N' : 'T';
}

/* Elements of a side of n that one of so many tasks takes. */
static int64_t onednn_task_size(int64_t n, int64_t tasks) {
  const int64_t each = (n + tasks - 1) / tasks;
  return (each + TASK_UNIT - 1) / TASK_UNIT * TASK_UNIT;
}

bool onednn_gemm(Matrix a, Matrix b, float alpha, float beta, float *c, int64_t ldc) {
  const double work = (double)a.rows * (double)a.columns * (double)b.columns;
  if (work < LEAST_WORK || work > MOST_WORK) return false;
  const OneDnn *dnn = onednn();
  if (dnn == NULL) return false;
  __atomic_fetch_add(&onednn_plans_taken, 1, __ATOMIC_RELAXED);
  int64_t lda, ldb;
  const char x = onednn_layout(&a, &lda), y = onednn_layout(&b, &ldb);
  const bool by_rows = a.rows > b.columns;
  const int64_t side = by_rows ? a.rows : b.columns, wanted = (int64_t)(work / TASK_WORK);
  const int64_t each = onednn_task_size(side, wanted < 1 ? 1 : wanted > TASKS ? TASKS : wanted);
  const int64_t tasks = (side + each - 1) / each;
  int failed = 0;
#pragma omp parallel for schedule(static) reduction(+ : failed) if (tasks > 1 && threads_get() > 1)
  for (int64_t i = 0; i < tasks; i++) {
    const int64_t at = i * each, n = side - at < each ? side - at : each;
    const float *left = (const float *)a.data + (by_rows ? at * a.row : 0);
    const float *right = (const float *)b.data + (by_rows ? 0 : at * b.column);
    float *to = c + (by_rows ? at * ldc : at);
    failed += dnn->sgemm(x, y, by_rows ? n : a.rows, by_rows ? b.columns : n, a.columns, alpha, left, lda, right, ldb,
                         beta, to, ldc) != dnnl_success;
  }
  return failed == 0;
}
