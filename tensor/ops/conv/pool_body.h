/* pool_body.h: pooling of one plane of element type T; included by cpu_pool.c once for each type of numbers. */

/* One row of windows, all at once for each kernel place; the last NaN wins. */
static void NAME(pool_max_row)(const Window *w, const Spans *s, const T *in, int64_t y0, int64_t y1, T *out,
                               int64_t *at) {
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

static void NAME(pool_max_plane)(const Window *w, const Spans *s, const void *from, void *to, int64_t *at) {
  const T *in = from;
  T *out = to;
  for (int64_t y = 0; y < w->out[0]; y++, out += w->out[1], at += w->out[1]) {
    const Span rows = pool_span(w, 0, y);
    NAME(pool_max_row)(w, s, in, rows.first, rows.last, out, at);
  }
}

/* Sums of integers are wider than these are. */
typedef __typeof__(_Generic((T)0, float: 0.0f, double: 0.0, default: INT64_C(0))) NAME(PoolSum);

/* Windows [from, to) of row oy, at most TILE: sums of 'wide' into 'narrow', or as adjoint narrow's
** elements added to them. Many windows are worked on at once, for each kernel place. */
static inline void NAME(pool_average_row)(const Window *w, const Spans *s, T *wide, T *narrow, int64_t oy, int64_t from,
                                     int64_t to, bool include_pad, int64_t override, bool adjoint) {
  const Span rows = pool_span(w, 0, oy);
  const int64_t height = include_pad ? pool_padded(w, 0, oy) : rows.last - rows.first;
  const bool few = to - from <= w->kernel[1];
  const bool turned = override == -1; /* to divide the least integer by -1 would stop the program */
  NAME(PoolSum) part[TILE], by[TILE];
  for (int64_t x = 0; x < to - from; x++) {
    const Span column = s->column[from + x];
    const int64_t width = include_pad ? s->padded[from + x] : column.last - column.first;
    by[x] = (NAME(PoolSum))(override != INT64_MIN ? override : height * width);
  }
  for (int64_t x = 0; x < to - from; x++) part[x] = adjoint ? narrow[from + x] / by[x] : 0;
  for (int64_t x = from; x < to && few; x++) { /* one window after the other */
    NAME(PoolSum) sum = part[x - from];
    for (int64_t y = rows.first; y < rows.last; y++)
      for (int64_t i = s->column[x].first; i < s->column[x].last; i++)
        if (adjoint) wide[y * w->in[1] + i] = (T)(wide[y * w->in[1] + i] + sum);
        else sum = sum + wide[y * w->in[1] + i];
    if (!adjoint) part[x - from] = sum;
  }
  for (int64_t y = rows.first; y < rows.last && !few; y++)
    for (int64_t j = 0; j < w->kernel[1]; j++) {
      const int64_t low = s->place[j].first > from ? s->place[j].first : from, step = w->stride[1];
      const int64_t high = s->place[j].last < to ? s->place[j].last : to;
      T *p = wide + y * w->in[1] + j - w->padding[1];
      if (adjoint) for (int64_t x = low; x < high; x++) p[x * step] = (T)(p[x * step] + part[x - from]);
      else for (int64_t x = low; x < high; x++) part[x - from] = part[x - from] + p[x * step];
    }
  for (int64_t x = 0; x < to - from && !adjoint; x++) narrow[from + x] = (T)(turned ? -part[x] : part[x] / by[x]);
}

static inline void NAME(pool_average_plane)(const Window *w, const Spans *s, void *wide, void *narrow, bool include_pad,
                                       int64_t override, bool adjoint) {
  T *row = narrow;
  for (int64_t oy = 0; oy < w->out[0]; oy++, row += w->out[1])
    for (int64_t from = 0; from < w->out[1]; from += TILE)
      NAME(pool_average_row)(w, s, wide, row, oy, from, from + TILE < w->out[1] ? from + TILE : w->out[1], include_pad,
                        override, adjoint);
}
