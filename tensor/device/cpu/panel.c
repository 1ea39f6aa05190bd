/* panel.c: see panel.h. The sums of PANEL_ROWS rows and one panel stay in registers; of a panel, DEPTH rows at a time,
** which stay in the first-level cache for all rows.
*/
#include "panel.h"

#if defined(__AVX512F__)
#define PANEL_BYTES 64 /* of a vector */
#define PANEL_VECTORS 4
#define PANEL_ROWS 6
#elif defined(__AVX2__)
#define PANEL_BYTES 32
#define PANEL_VECTORS 2
#define PANEL_ROWS 6
#else
#define PANEL_BYTES 16
#define PANEL_VECTORS 2
#define PANEL_ROWS 4
#endif
#define PANEL_DEPTH 128

#define BODY "device/cpu/panel_body.h"
#include "each_float.h"

typedef void (*PanelPackFn)(Matrix m, int64_t panel, void *out);
typedef void (*PanelSumsFn)(const Panels *p, int64_t panel, int64_t rows, const void *a, int64_t lda, bool add,
                            void *c, int64_t ldc);
static const PanelPackFn panel_packs[DTYPE_COUNT] = FLOAT_TABLE(panel_pack);
static const PanelSumsFn panel_products[DTYPE_COUNT] = FLOAT_TABLE(panel_all),
                         panel_squares[DTYPE_COUNT] = FLOAT_TABLE(panel_square_all);

static int64_t panel_width(DType dtype) { return PANEL_VECTORS * PANEL_BYTES / (int64_t)dtype_size(dtype); }
static int64_t panel_count(const Panels *p) {
  const int64_t width = panel_width(p->dtype);
  return (p->columns + width - 1) / width;
}

Status KERNEL(panels_pack)(DType dtype, Matrix m, Panels *out) {
  *out = (Panels){.dtype = dtype, .depth = m.rows, .columns = m.columns};
  const int64_t panels = panel_count(out), size = (int64_t)dtype_size(dtype) * m.rows * panel_width(dtype);
  out->bytes = (size_t)(panels * size) + 1;
  out->data = memory_alloc(out->bytes);
  if (out->data == NULL) return fail_memory(out->bytes);
#pragma omp parallel for if (worth_threads(m.rows * m.columns, 3))
  for (int64_t i = 0; i < panels; i++) panel_packs[dtype](m, i, (char *)out->data + i * size);
  return OK;
}

void KERNEL(panels_free)(Panels *p) {
  if (p->data != NULL) memory_free(p->data, p->bytes);
  p->data = NULL;
}

void KERNEL(panels_multiply)(const Panels *p, int64_t rows, const void *a, int64_t lda, bool add, void *c,
                             int64_t ldc) {
  const int64_t panels = panel_count(p);
  const int cost = (int)(p->depth / 16 < 1000 ? p->depth / 16 : 1000);
  if (!add && p->depth == 0)
    for (int64_t i = 0; i < rows; i++)
      memset((char *)c + (size_t)(i * ldc) * dtype_size(p->dtype), 0, (size_t)p->columns * dtype_size(p->dtype));
#pragma omp parallel for schedule(static) if (worth_threads(rows * p->columns, cost))
  for (int64_t i = 0; i < panels; i++) panel_products[p->dtype](p, i, rows, a, lda, add, c, ldc);
}

void KERNEL(panels_squares)(const Panels *p, int64_t rows, const void *a, int64_t lda, void *c, int64_t ldc) {
  const int64_t panels = panel_count(p);
  const int cost = (int)(p->depth / 8 < 1000 ? p->depth / 8 + 1 : 1000);
#pragma omp parallel for schedule(static) if (worth_threads(rows * p->columns, cost))
  for (int64_t i = 0; i < panels; i++)
    if (!interrupt_requested()) panel_squares[p->dtype](p, i, rows, a, lda, false, c, ldc);
}
