/* pool_body.h: pooling of one plane of element type T; included by cpu_pool.c once for each type of numbers. */
#define FOLD pool_sum
#define LANE NAME(PoolSum)
#define CELL A
#define INIT 0
#define STEP PLUS
#define JOIN PLUS

/* Sums of integers are wider than these are. A few floats are added up as floats; the sums of many go on in double, so
** that those of a large plane keep their digits. */
typedef __typeof__(_Generic((T)0, float: 0.0f, double: 0.0, default: INT64_C(0))) NAME(PoolSum);
#include "device/cpu/fold_row_body.h"
#undef FOLD
#undef LANE
#undef CELL
#undef INIT
#undef STEP
#undef JOIN

/* One row of windows, all at once for each kernel place; the last NaN wins. */
static inline __attribute__((always_inline)) void NAME(pool_max_row)(const Window *w, const Spans *s, const T *in,
                                                                     int64_t y0, int64_t y1, T *out, int64_t *at) {
  for (int64_t x = 0; x < w->out[1]; x++) {
    bool any = y0 < y1 && s->column[x].first < s->column[x].last; /* else all of it is padding */
    at[x] = any ? y0 * w->in[1] + s->column[x].first : 0;
    out[x] = any ? in[at[x]] : LOWEST;
  }
  for (int64_t y = y0; y < y1; y += w->dilation[0])
    for (int64_t j = 0; j < w->kernel[1]; j++) {
      const int64_t step = w->stride[1], first = y * w->in[1] + j * w->dilation[1] - w->padding[1];
      const Span in_reach = s->place[j];
      for (int64_t x = in_reach.first; x < in_reach.last; x++) { /* no branches: what is largest is random */
        T v = in[first + x * step], best = out[x];
        bool take = (v > best) | IS_NAN(v);
        out[x] = take ? v : best;
        at[x] = take ? first + x * step : at[x];
      }
    }
}

/* The same for n windows of two by two side by side: their upper row is p, 'first' elements into the plane, and their
** lower row q is 'width' elements further. Each window is read once, and nothing is written but what it gives. */
static void NAME(pool_max_squares)(const T *p, const T *q, int64_t n, int64_t first, int64_t width, T *out,
                                   int64_t *at) {
#pragma omp simd
  for (int64_t x = 0; x < n; x++) {
    const int64_t upper = first + 2 * x, lower = upper + width;
    const T b = p[2 * x + 1], c = q[2 * x], d = q[2 * x + 1];
    T best = p[2 * x];
    int64_t where = upper;
    bool take = (b > best) | IS_NAN(b);
    best = take ? b : best, where = take ? upper + 1 : where;
    take = (c > best) | IS_NAN(c);
    best = take ? c : best, where = take ? lower : where;
    take = (d > best) | IS_NAN(d);
    out[x] = take ? d : best;
    at[x] = take ? lower + 1 : where;
  }
}

static void NAME(pool_max_plane)(const Window *w, const Spans *s, const void *from, void *to, int64_t *at) {
  const T *in = from;
  T *out = to;
  int64_t y = 0;
  for (; s->squares && y < w->out[0]; y++, out += w->out[1], at += w->out[1]) {
    const Span rows = pool_span(w, 0, y);
    const T *row = in + rows.first * w->in[1];
    if (rows.last - rows.first != 2) NAME(pool_max_row)(w, s, in, rows.first, rows.last, out, at);
    else NAME(pool_max_squares)(row, row + w->in[1], w->out[1], rows.first * w->in[1], w->in[1], out, at);
  }
  for (; y < w->out[0]; y++, out += w->out[1], at += w->out[1]) {
    const Span rows = pool_span(w, 0, y);
    NAME(pool_max_row)(w, s, in, rows.first, rows.last, out, at);
  }
}

/* What the sums of windows [from, to) of row oy are divided by. */
static inline void NAME(pool_divisors)(const Window *w, const Spans *s, int64_t oy, int64_t from, int64_t to,
                                       bool include_pad, int64_t override, NAME(PoolSum) *by) {
  const Span rows = pool_span(w, 0, oy);
  const int64_t height = include_pad ? pool_padded(w, 0, oy) : rows.last - rows.first;
  for (int64_t x = 0; x < to - from; x++) {
    const Span column = s->column[from + x];
    const int64_t width = include_pad ? s->padded[from + x] : column.last - column.first;
    by[x] = (NAME(PoolSum))(override != INT64_MIN ? override : height * width);
  }
}

/* The windows of which kernel column j lies in the input, of [from, to). */
static inline Span NAME(pool_reach)(const Spans *s, int64_t j, int64_t from, int64_t to) {
  const Span place = s->place[j];
  return (Span){place.first > from ? place.first : from, place.last < to ? place.last : to};
}

/* part = the sums of windows [from, to) of row oy. Many windows are worked on at once, for each kernel place. With
** 'total' the sums go there each time RUN elements of a window have been added up. */
static inline __attribute__((always_inline)) void NAME(pool_add_windows)(const Window *w, const Spans *s,
    const T *wide, int64_t oy, int64_t from, int64_t to, NAME(PoolSum) *part, A *total) {
  const Span rows = pool_span(w, 0, oy);
  int run = 0;
  for (int64_t x = 0; x < to - from; x++) part[x] = 0;
  for (int64_t y = rows.first; y < rows.last; y++)
    for (int64_t j = 0; j < w->kernel[1]; j++) {
      const Span reach = NAME(pool_reach)(s, j, from, to);
      const int64_t step = w->stride[1];
      const T *p = wide + y * w->in[1] + j - w->padding[1];
      for (int64_t x = reach.first; x < reach.last; x++) part[x - from] = part[x - from] + p[x * step];
      if (total == NULL || ++run < RUN) continue;
      for (int64_t x = 0; x < to - from; x++) total[x] += (A)part[x], part[x] = 0;
      run = 0;
    }
}

/* The same where windows are wide and few: one after the other. */
static inline void NAME(pool_add_each)(const Window *w, const Spans *s, const T *wide, int64_t oy, int64_t from,
                                       int64_t to, A *total) {
  const Span rows = pool_span(w, 0, oy);
  for (int64_t x = 0; x < to - from; x++) {
    const Span column = s->column[from + x];
    const int64_t width = column.last - column.first, height = rows.last - rows.first;
    /* Whole rows follow each other in memory: as many as LONG_ROW elements are added up as one. */
    const int64_t step = width == w->in[1] && width < LONG_ROW ? LONG_ROW / width : 1;
    A sum = 0;
    for (int64_t y = 0; y < height; y += step)
      NAME(pool_sum_row)(width * (height - y < step ? height - y : step),
                         (const char *)(wide + (rows.first + y) * w->in[1] + column.first), sizeof(T), &sum);
    total[x] = sum;
  }
}

/* part = the sums of n windows of two by two side by side, whose rows begin at p and q. */
static inline void NAME(pool_add_squares)(const T *p, const T *q, int64_t n, NAME(PoolSum) *part) {
#pragma omp simd
  for (int64_t x = 0; x < n; x++)
    part[x] = (NAME(PoolSum))p[2 * x] + p[2 * x + 1] + q[2 * x] + q[2 * x + 1];
}

/* Windows [from, to) of row oy, at most TILE: averages of 'wide' into 'narrow'. */
static inline void NAME(pool_average_row)(const Window *w, const Spans *s, const T *wide, T *narrow, int64_t oy,
                                          int64_t from, int64_t to, bool include_pad, int64_t override) {
  const bool turned = override == -1; /* to divide the least integer by -1 would stop the program */
  NAME(PoolSum) part[TILE], by[TILE];
  NAME(pool_divisors)(w, s, oy, from, to, include_pad, override, by);
  const bool few = to - from <= w->kernel[1];
  if (w->kernel[0] * w->kernel[1] <= RUN && (!few || s->squares)) {
    const Span rows = pool_span(w, 0, oy);
    const T *row = wide + rows.first * w->in[1] + 2 * from;
    if (s->squares && rows.last - rows.first == 2) NAME(pool_add_squares)(row, row + w->in[1], to - from, part);
    else NAME(pool_add_windows)(w, s, wide, oy, from, to, part, NULL);
    for (int64_t x = 0; x < to - from; x++) narrow[from + x] = (T)(turned ? -part[x] : part[x] / by[x]);
    return;
  }
  A total[TILE] = {0};
  if (few) NAME(pool_add_each)(w, s, wide, oy, from, to, total);
  else {
    NAME(pool_add_windows)(w, s, wide, oy, from, to, part, total);
    for (int64_t x = 0; x < to - from; x++) total[x] += (A)part[x];
  }
  for (int64_t x = 0; x < to - from; x++) narrow[from + x] = (T)(turned ? -total[x] : total[x] / (A)by[x]);
}

/* The adjoint: the elements of these windows of 'narrow', divided, are added to those of 'wide'. */
static inline void NAME(pool_spread_row)(const Window *w, const Spans *s, T *wide, const T *narrow, int64_t oy,
                                         int64_t from, int64_t to, bool include_pad, int64_t override) {
  const Span rows = pool_span(w, 0, oy);
  const bool few = to - from <= w->kernel[1];
  NAME(PoolSum) part[TILE], by[TILE];
  NAME(pool_divisors)(w, s, oy, from, to, include_pad, override, by);
  for (int64_t x = 0; x < to - from; x++) part[x] = narrow[from + x] / by[x];
  for (int64_t x = from; x < to && few; x++) /* one window after the other */
    for (int64_t y = rows.first; y < rows.last; y++)
      for (int64_t i = s->column[x].first; i < s->column[x].last; i++)
        wide[y * w->in[1] + i] = (T)(wide[y * w->in[1] + i] + part[x - from]);
  for (int64_t y = rows.first; y < rows.last && !few; y++)
    for (int64_t j = 0; j < w->kernel[1]; j++) {
      const Span reach = NAME(pool_reach)(s, j, from, to);
      const int64_t step = w->stride[1];
      T *p = wide + y * w->in[1] + j - w->padding[1];
      for (int64_t x = reach.first; x < reach.last; x++) p[x * step] = (T)(p[x * step] + part[x - from]);
    }
}

static inline void NAME(pool_average_plane)(const Window *w, const Spans *s, void *wide, void *narrow,
                                            bool include_pad, int64_t override, bool adjoint) {
  T *row = narrow;
  for (int64_t oy = 0; oy < w->out[0]; oy++, row += w->out[1])
    for (int64_t from = 0; from < w->out[1]; from += TILE) {
      const int64_t to = from + TILE < w->out[1] ? from + TILE : w->out[1];
      if (adjoint) NAME(pool_spread_row)(w, s, wide, row, oy, from, to, include_pad, override);
      else NAME(pool_average_row)(w, s, wide, row, oy, from, to, include_pad, override);
    }
}
