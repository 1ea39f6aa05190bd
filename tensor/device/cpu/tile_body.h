/* tile_body.h: products of tiles for element type T. */
typedef T NAME(TileVector) __attribute__((vector_size(TILE_BYTES), aligned(sizeof(T)), may_alias));

enum { NAME(TILE_LANES) = TILE_BYTES / sizeof(T) };

/* Element (i, k) of A lies at a[i · row + k · column]. 'rows' and 'vectors' are constants where this is inlined, so
** that the sums are registers. */
static inline __attribute__((always_inline)) void
NAME(tile_sums)(const int rows, const int vectors, int64_t depth, const T *a, int64_t row, int64_t column, const T *b,
                int64_t ldb, bool add, T *c, int64_t ldc) {
  NAME(TileVector) sum[TILE_ROWS][TILE_VECTORS];
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < vectors; v++)
      sum[i][v] = add ? *(const NAME(TileVector) *)(c + i * ldc + v * NAME(TILE_LANES)) : (NAME(TileVector)){0};
  for (int64_t k = 0; k < depth; k++, a += column, b += ldb) {
    NAME(TileVector) line[TILE_VECTORS];
    for (int v = 0; v < vectors; v++) line[v] = *(const NAME(TileVector) *)(b + v * NAME(TILE_LANES));
    for (int i = 0; i < rows; i++)
      for (int v = 0; v < vectors; v++) sum[i][v] += a[i * row] * line[v];
  }
  for (int i = 0; i < rows; i++)
    for (int v = 0; v < vectors; v++) *(NAME(TileVector) *)(c + i * ldc + v * NAME(TILE_LANES)) = sum[i][v];
}

/* As many of the rows as one step takes. Returns their number. */
static inline __attribute__((always_inline)) int
NAME(tile_step)(const int vectors, int64_t rows, int64_t depth, const T *a, int64_t row, int64_t column, const T *b,
                int64_t ldb, bool add, T *c, int64_t ldc) {
  if (rows >= TILE_ROWS) {
    NAME(tile_sums)(TILE_ROWS, vectors, depth, a, row, column, b, ldb, add, c, ldc);
    return TILE_ROWS;
  }
  if (TILE_ROWS > 4 && rows >= 4) {
    NAME(tile_sums)(4, vectors, depth, a, row, column, b, ldb, add, c, ldc);
    return 4;
  }
  if (rows >= 2) {
    NAME(tile_sums)(2, vectors, depth, a, row, column, b, ldb, add, c, ldc);
    return 2;
  }
  NAME(tile_sums)(1, vectors, depth, a, row, column, b, ldb, add, c, ldc);
  return 1;
}

/* All rows of some vectors of columns. */
static inline __attribute__((always_inline)) void
NAME(tile_columns)(const int vectors, Matrix m, int64_t depth, const T *a, const T *b, int64_t ldb, bool add, T *c,
                   int64_t ldc) {
  int64_t i = 0;
  while (i < m.rows)
    i += NAME(tile_step)(vectors, m.rows - i, depth, a + i * m.row, m.row, m.column, b, ldb, add, c + i * ldc, ldc);
}

/* 'vectors' vectors of columns at most, and 'depth' rows of B. Returns how many vectors it did. */
static int NAME(tile_part)(int64_t vectors, Matrix m, int64_t depth, const T *a, const T *b, int64_t ldb, bool add,
                           T *c, int64_t ldc) {
  if (TILE_VECTORS > 2 && vectors >= 4) {
    NAME(tile_columns)(TILE_VECTORS, m, depth, a, b, ldb, add, c, ldc);
    return TILE_VECTORS;
  }
  if (vectors >= 2) {
    NAME(tile_columns)(2, m, depth, a, b, ldb, add, c, ldc);
    return 2;
  }
  NAME(tile_columns)(1, m, depth, a, b, ldb, add, c, ldc);
  return 1;
}

static void NAME(tile_multiply)(Matrix a, const void *right, int64_t ldb, int64_t columns, bool add, void *result,
                                int64_t ldc) {
  const T *left = a.data, *b = right;
  T *c = result;
  const int64_t vectors = columns / NAME(TILE_LANES);
  for (int64_t v = 0; v < vectors;) {
    const int64_t at = v * NAME(TILE_LANES);
    int64_t k = 0;
    int done;
    do {
      const int64_t depth = a.columns - k < TILE_DEPTH ? a.columns - k : TILE_DEPTH;
      done = NAME(tile_part)(vectors - v, a, depth, left + k * a.column, b + k * ldb + at, ldb, add || k > 0, c + at,
                             ldc);
      k += depth;
    } while (k < a.columns);
    v += done;
  }
}
