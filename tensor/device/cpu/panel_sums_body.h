/* panel_sums_body.h: sums over the rows of a panel, of what PANEL_TERM makes of a number and a row: products, or
** squares of differences. PANEL(x) is the name of function x. */

/* C (rows × a panel's width) = or += the sums over k of PANEL_TERM of A (rows × depth) and row k of the panel. 'rows'
** is a constant where this is inlined, so that the sums are registers. */
static inline __attribute__((always_inline)) void
PANEL(sums)(const int rows, int64_t depth, const T *a, int64_t lda, const T *panel, bool add, T *c, int64_t ldc) {
  NAME(PanelVector) sum[PANEL_ROWS][PANEL_VECTORS];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < PANEL_VECTORS; v++)
      sum[i][v] = add ? *(const NAME(PanelVector) *)(c + i * ldc + v * NAME(PANEL_LANES)) : (NAME(PanelVector)){0};
  for (int64_t k = 0; k < depth; k++, panel += NAME(PANEL_WIDTH)) {
    NAME(PanelVector) row[PANEL_VECTORS];
    for (int v = 0; v < PANEL_VECTORS; v++) row[v] = *(const NAME(PanelVector) *)(panel + v * NAME(PANEL_LANES));
    for (int i = 0; i < rows; i++)
      for (int v = 0; v < PANEL_VECTORS; v++) sum[i][v] += PANEL_TERM(a[i * lda + k], row[v]);
  }
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < PANEL_VECTORS; v++) *(NAME(PanelVector) *)(c + i * ldc + v * NAME(PANEL_LANES)) = sum[i][v];
}

/* The same for any number of rows up to PANEL_ROWS. */
static void PANEL(rows)(int rows, int64_t depth, const T *a, int64_t lda, const T *panel, bool add, T *c,
                        int64_t ldc) {
  switch (rows) {
    case 1: PANEL(sums)(1, depth, a, lda, panel, add, c, ldc); return;
    case 2: PANEL(sums)(2, depth, a, lda, panel, add, c, ldc); return;
    case 3: PANEL(sums)(3, depth, a, lda, panel, add, c, ldc); return;
    case 4: PANEL(sums)(4, depth, a, lda, panel, add, c, ldc); return;
#if PANEL_ROWS > 4
    case 5: PANEL(sums)(5, depth, a, lda, panel, add, c, ldc); return;
    case 6: PANEL(sums)(6, depth, a, lda, panel, add, c, ldc); return;
#endif
    default: return;
  }
}

/* The last panel may be wider than what is left of C: its sums go through a block of their own. */
static void PANEL(edge)(int rows, int64_t depth, const T *a, int64_t lda, const T *panel, bool add, T *c,
                        int64_t ldc, int64_t columns) {
  T block[PANEL_ROWS * NAME(PANEL_WIDTH)] = {0};
  for (int i = 0; i < rows && add; i++)
    memcpy(block + i * NAME(PANEL_WIDTH), c + i * ldc, (size_t)columns * sizeof(T));
  PANEL(rows)(rows, depth, a, lda, panel, add, block, NAME(PANEL_WIDTH));
  for (int i = 0; i < rows; i++) memcpy(c + i * ldc, block + i * NAME(PANEL_WIDTH), (size_t)columns * sizeof(T));
}

static void PANEL(all)(const Panels *p, int64_t panel, int64_t rows, const void *left, int64_t lda, bool add,
                       void *result, int64_t ldc) {
  const int64_t at = panel * NAME(PANEL_WIDTH), columns = p->columns - at;
  const T *from = (const T *)p->data + at * p->depth, *a = left;
  T *c = (T *)result + at;
  for (int64_t k = 0; k < p->depth; k += PANEL_DEPTH) {
    const int64_t depth = p->depth - k < PANEL_DEPTH ? p->depth - k : PANEL_DEPTH;
    const T *part = from + k * NAME(PANEL_WIDTH);
    for (int64_t i = 0; i < rows; i += PANEL_ROWS) {
      const int n = rows - i < PANEL_ROWS ? (int)(rows - i) : PANEL_ROWS;
      const T *x = a + i * lda + k;
      if (columns >= NAME(PANEL_WIDTH)) PANEL(rows)(n, depth, x, lda, part, add || k > 0, c + i * ldc, ldc);
      else PANEL(edge)(n, depth, x, lda, part, add || k > 0, c + i * ldc, ldc, columns);
    }
  }
}
