/* pool_body.h: pooling of one plane of element type T; included by pool.c once per type. */

/* The first and one past the last input row (or column) of window 'o' along 'd'. */
#ifndef POOL_SPAN
#define POOL_SPAN
static inline void span(const Window *w, int d, int64_t o, int64_t *first, int64_t *last) {
  int64_t at = o * w->stride[d] - w->padding[d], step = w->dilation[d], end = at + (w->kernel[d] - 1) * step + 1;
  if (at < 0) at += (-at + step - 1) / step * step;
  *first = at;
  *last = end < w->in[d] ? end : w->in[d];
}
#endif

/* One row of windows, all at once for each kernel place; the last NaN wins. */
static void NAME(max_row)(const Window *w, const T *in, int64_t y0, int64_t y1, T *out, int64_t *at) {
  for (int64_t x = 0; x < w->out[1]; x++) {
    int64_t x0, x1;
    span(w, 1, x, &x0, &x1);
    bool any = y0 < y1 && x0 < x1; /* else all of it is padding */
    at[x] = any ? y0 * w->in[1] + x0 : 0;
    out[x] = any ? in[at[x]] : (T)LOWEST;
  }
  for (int64_t y = y0; y < y1; y += w->dilation[0])
    for (int64_t j = 0; j < w->kernel[1]; j++) {
      int64_t low, high, step = w->stride[1], first = y * w->in[1] + j * w->dilation[1] - w->padding[1];
      window_inside(w, j, &low, &high);
      for (int64_t x = low; x < high; x++) { /* no branches: what is largest is random */
        T v = in[first + x * step], best = out[x];
        bool take = (v > best) | IS_NAN(v);
        out[x] = take ? v : best;
        at[x] = take ? first + x * step : at[x];
      }
    }
}

static void NAME(max_plane)(const Window *w, const T *in, T *out, int64_t *at) {
  for (int64_t y = 0; y < w->out[0]; y++, out += w->out[1], at += w->out[1]) {
    int64_t y0, y1;
    span(w, 0, y, &y0, &y1);
    NAME(max_row)(w, in, y0, y1, out, at);
  }
}

/* Reads the windows of 'wide' into 'narrow', or as adjoint adds narrow's elements to them. */
static inline void NAME(average_plane)(const Window *w, T *wide, T *narrow, bool include_pad, int64_t override, bool adjoint) {
  for (int64_t oy = 0; oy < w->out[0]; oy++)
    for (int64_t ox = 0; ox < w->out[1]; ox++, narrow++) {
      int64_t y0, y1, x0, x1;
      span(w, 0, oy, &y0, &y1);
      span(w, 1, ox, &x0, &x1);
      int64_t top = oy * w->stride[0] - w->padding[0], left = ox * w->stride[1] - w->padding[1];
      int64_t bottom = top + w->kernel[0], right = left + w->kernel[1];
      if (bottom > w->in[0] + w->padding[0]) bottom = w->in[0] + w->padding[0];
      if (right > w->in[1] + w->padding[1]) right = w->in[1] + w->padding[1];
      int64_t count = include_pad ? (bottom - top) * (right - left) : (y1 - y0) * (x1 - x0);
      T divisor = (T)(override != INT64_MIN ? override : count), sum = 0, share = adjoint ? (T)(*narrow / divisor) : 0;
      for (int64_t y = y0; y < y1; y++)
        for (int64_t x = x0; x < x1; x++)
          if (adjoint) wide[y * w->in[1] + x] = (T)(wide[y * w->in[1] + x] + share);
          else sum = (T)(sum + wide[y * w->in[1] + x]);
      if (!adjoint) *narrow = (T)(sum / divisor);
    }
}

#undef T
#undef NAME
#undef LOWEST
#undef IS_NAN
