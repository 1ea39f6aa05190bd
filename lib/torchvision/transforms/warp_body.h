/* warp_body.h: private to warp_kernels.c, which includes it once for each type T; A is the type of places and sums. */

/* The places of a row of the result, in pixels: (0, 0) is the centre of the first one. */
CLONES static void NAME(warp_places)(const Warp *w, int64_t i, A *restrict x, A *restrict y) {
  const A half_w = (A)w->width / 2, half_h = (A)w->height / 2;
  const double *n = w->numbers;
  if (w->kind == WARP_GRID) {
    const A *grid = (const A *)w->grid + 2 * i * w->columns;
    for (int64_t j = 0; j < w->columns; j++) {
      x[j] = ((grid[2 * j] + 1) * (A)w->width - 1) / 2;
      y[j] = ((grid[2 * j + 1] + 1) * (A)w->height - 1) / 2;
    }
    return;
  }
  const A a = (A)n[0], b = (A)n[1], c = (A)n[2], d = (A)n[3], e = (A)n[4], f = (A)n[5], g = (A)n[6], h = (A)n[7];
  if (w->kind == WARP_AFFINE) {
    const A down = (A)i + (A)(1 - w->rows) / 2, start = (A)(1 - w->columns) / 2;
    for (int64_t j = 0; j < w->columns; j++) {
      const A right = (A)(int)j + start, u = right * a + down * b + c, v = right * d + down * e + f;
      x[j] = ((u + 1) * (half_w * 2) - 1) / 2;
      y[j] = ((v + 1) * (half_h * 2) - 1) / 2;
    }
    return;
  }
  const A down = (A)i + (A)0.5;
  for (int64_t j = 0; j < w->columns; j++) {
    const A right = (A)(int)j + (A)0.5, scale = right * g + down * h + 1;
    const A u = (right * a + down * b + c) / scale - 1, v = (right * d + down * e + f) / scale - 1;
    x[j] = ((u + 1) * (half_w * 2) - 1) / 2;
    y[j] = ((v + 1) * (half_h * 2) - 1) / 2;
  }
}

/* The element at (row, column), or 0 outside. */
static inline A NAME(warp_at)(const T *plane, const Warp *w, int64_t row, int64_t column) {
  return row >= 0 && row < w->height && column >= 0 && column < w->width ? (A)plane[row * w->width + column] : 0;
}

/* How much of the square at (row, column) lies inside: the sum of the weights of pixels that exist. */
static inline A NAME(warp_inside)(const Warp *w, int64_t row, int64_t column, A share_y, A share_x) {
  const A left = column >= 0 && column < w->width ? 1 - share_x : 0;
  const A right = column + 1 >= 0 && column + 1 < w->width ? share_x : 0;
  const A above = row >= 0 && row < w->height ? 1 - share_y : 0;
  const A below = row + 1 >= 0 && row + 1 < w->height ? share_y : 0;
  return (left + right) * (above + below);
}

/* One element at a place near the edge, or outside. */
static T NAME(warp_edge)(const T *plane, const Warp *w, A x, A y, const A *fill) {
  const bool near = x > -1 && x < (A)w->width && y > -1 && y < (A)w->height;
  if (!near) return fill != NULL ? FROM_SUM(*fill) : 0;
  const A low_x = FLOOR(x), low_y = FLOOR(y), share_x = x - low_x, share_y = y - low_y;
  const int64_t column = (int64_t)low_x, row = (int64_t)low_y;
  A sum = NAME(warp_at)(plane, w, row, column) * ((1 - share_x) * (1 - share_y))
          + NAME(warp_at)(plane, w, row, column + 1) * (share_x * (1 - share_y))
          + NAME(warp_at)(plane, w, row + 1, column) * ((1 - share_x) * share_y)
          + NAME(warp_at)(plane, w, row + 1, column + 1) * (share_x * share_y);
  if (fill != NULL) sum = (sum - *fill) * NAME(warp_inside)(w, row, column, share_y, share_x) + *fill;
  return FROM_SUM(sum);
}

/* Elements 'begin' to 'end' of a row of a channel, between neighbours. */
CLONES static void NAME(warp_between)(const T *plane, const Warp *w, const A *x, const A *y, const A *fill,
                                      int64_t begin, int64_t end, T *out) {
  const A right = (A)(w->width - 1), bottom = (A)(w->height - 1);
  for (int64_t j = begin; j < end; j++) {
    if (!(x[j] >= 0 && x[j] < right && y[j] >= 0 && y[j] < bottom)) {
      out[j] = NAME(warp_edge)(plane, w, x[j], y[j], fill);
      continue;
    }
    const int column = (int)x[j], row = (int)y[j];
    const A share_x = x[j] - (A)column, share_y = y[j] - (A)row;
    const T *at = plane + row * w->width + column;
    const A above = (A)at[0] + ((A)at[1] - (A)at[0]) * share_x;
    const A below = (A)at[w->width] + ((A)at[w->width + 1] - (A)at[w->width]) * share_x;
    const A sum = above + (below - above) * share_y;
    out[j] = FROM_SUM(sum);
  }
}

/* A row of a channel, of the nearest elements. */
CLONES static void NAME(warp_nearest)(const T *plane, const Warp *w, const A *x, const A *y, const A *fill, T *out) {
  const T outside = fill != NULL ? FROM_SUM(*fill) : 0;
  for (int64_t j = 0; j < w->columns; j++) {
    const A column = NEAREST(x[j]), row = NEAREST(y[j]);
    const bool inside = column >= 0 && column < (A)w->width && row >= 0 && row < (A)w->height;
    out[j] = inside ? plane[(int64_t)row * w->width + (int64_t)column] : outside;
  }
}

#ifdef VECTORS
static void NAME(warp_others)(const WarpRow *r, int64_t begin, int64_t end, void *out) {
  NAME(warp_between)(r->plane, r->warp, r->x, r->y, r->fill, begin, end, out);
}
#endif

static void NAME(warp_row_between)(const T *plane, const Warp *w, const A *x, const A *y, const A *fill, T *out) {
#ifdef VECTORS
  if (warp_has_vectors(w)) {
    const WarpRow row = {w, plane, fill, x, y, NAME(warp_others)};
    NAME(warp_row)(&row, out);
    return;
  }
#endif
  NAME(warp_between)(plane, w, x, y, fill, 0, w->columns, out);
}

void NAME(warp)(const void *in, void *out, const Warp *w, void *memory) {
  A *x = memory, *y = x + w->columns;
  for (int64_t i = 0; i < w->rows && !interrupt_requested(); i++) {
    NAME(warp_places)(w, i, x, y);
    for (int64_t p = 0; p < w->images * w->channels; p++) {
      const T *plane = (const T *)in + p * w->height * w->width;
      T *row = (T *)out + (p * w->rows + i) * w->columns;
      const A value = w->fill != NULL ? (A)w->fill[p % w->channels] : 0, *fill = w->fill != NULL ? &value : NULL;
      if (w->bilinear) NAME(warp_row_between)(plane, w, x, y, fill, row);
      else NAME(warp_nearest)(plane, w, x, y, fill, row);
    }
  }
}
