/* panel_body.h: packed products for element type T. */
typedef T NAME(PanelVector) __attribute__((vector_size(PANEL_BYTES), aligned(sizeof(T)), may_alias));

enum { NAME(PANEL_LANES) = PANEL_BYTES / sizeof(T), NAME(PANEL_WIDTH) = PANEL_VECTORS * PANEL_BYTES / sizeof(T) };

static void NAME(panel_pack)(Matrix m, int64_t panel, void *out) {
  T *to = out;
  const T *data = m.data;
  const int64_t from = panel * NAME(PANEL_WIDTH), rest = m.columns - from;
  const int64_t columns = rest < NAME(PANEL_WIDTH) ? rest : NAME(PANEL_WIDTH);
  for (int64_t k = 0; k < m.rows; k++, to += NAME(PANEL_WIDTH)) {
    for (int64_t j = 0; j < columns; j++) to[j] = data[k * m.row + (from + j) * m.column];
    for (int64_t j = columns; j < NAME(PANEL_WIDTH); j++) to[j] = 0;
  }
}

/* C (rows × a panel's width) = or += A (rows × depth) · the panel. 'rows' is a constant where this is inlined, so
** that the sums are registers. */
static inline __attribute__((always_inline)) void
NAME(panel_sums)(const int rows, int64_t depth, const T *a, int64_t lda, const T *panel, bool add, T *c,
                 int64_t ldc) {
  NAME(PanelVector) sum[PANEL_ROWS][PANEL_VECTORS];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < PANEL_VECTORS; v++)
      sum[i][v] = add ? *(const NAME(PanelVector) *)(c + i * ldc + v * NAME(PANEL_LANES)) : (NAME(PanelVector)){0};
  for (int64_t k = 0; k < depth; k++, panel += NAME(PANEL_WIDTH)) {
    NAME(PanelVector) row[PANEL_VECTORS];
    for (int v = 0; v < PANEL_VECTORS; v++) row[v] = *(const NAME(PanelVector) *)(panel + v * NAME(PANEL_LANES));
    for (int i = 0; i < rows; i++)
      for (int v = 0; v < PANEL_VECTORS; v++) sum[i][v] += a[i * lda + k] * row[v];
  }
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < PANEL_VECTORS; v++) *(NAME(PanelVector) *)(c + i * ldc + v * NAME(PANEL_LANES)) = sum[i][v];
}

/* The same for any number of rows up to PANEL_ROWS. */
static void NAME(panel_rows)(int rows, int64_t depth, const T *a, int64_t lda, const T *panel, bool add, T *c,
                             int64_t ldc) {
  switch (rows) {
    case 1: NAME(panel_sums)(1, depth, a, lda, panel, add, c, ldc); return;
    case 2: NAME(panel_sums)(2, depth, a, lda, panel, add, c, ldc); return;
    case 3: NAME(panel_sums)(3, depth, a, lda, panel, add, c, ldc); return;
    case 4: NAME(panel_sums)(4, depth, a, lda, panel, add, c, ldc); return;
#if PANEL_ROWS > 4
    case 5: NAME(panel_sums)(5, depth, a, lda, panel, add, c, ldc); return;
    case 6: NAME(panel_sums)(6, depth, a, lda, panel, add, c, ldc); return;
#endif
    default: return;
  }
}

/* The last panel may be wider than what is left of C: its sums go through a block of their own. */
static void NAME(panel_edge)(int rows, int64_t depth, const T *a, int64_t lda, const T *panel, bool add, T *c,
                             int64_t ldc, int64_t columns) {
  T block[PANEL_ROWS * NAME(PANEL_WIDTH)] = {0};
  for (int i = 0; i < rows && add; i++)
    memcpy(block + i * NAME(PANEL_WIDTH), c + i * ldc, (size_t)columns * sizeof(T));
  NAME(panel_rows)(rows, depth, a, lda, panel, add, block, NAME(PANEL_WIDTH));
  for (int i = 0; i < rows; i++) memcpy(c + i * ldc, block + i * NAME(PANEL_WIDTH), (size_t)columns * sizeof(T));
}

static void NAME(panel_multiply)(const Panels *p, int64_t panel, int64_t rows, const void *left, int64_t lda, bool add,
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
      if (columns >= NAME(PANEL_WIDTH)) NAME(panel_rows)(n, depth, x, lda, part, add || k > 0, c + i * ldc, ldc);
      else NAME(panel_edge)(n, depth, x, lda, part, add || k > 0, c + i * ldc, ldc, columns);
    }
  }
}
