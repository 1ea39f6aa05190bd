/* columns_adjoint_body.h: the adjoint of im2col, and sums of parts; included by cpu_columns.c once per type of
** floats.
*/

static void NAME(conv_from_columns)(const Window *w, int64_t channels, const void *columns, int64_t y0, int64_t y1,
                                    int64_t pitch, void *image) {
  const T *start = columns;
  T *in = image;
  for (int64_t c = 0; c < channels; c++, in += w->in[0] * w->in[1])
    for (int64_t i = 0; i < w->kernel[0]; i++)
      for (int64_t j = 0; j < w->kernel[1]; j++, start += pitch) {
        int64_t low, high, step = w->stride[1];
        const T *from = start;
        window_inside(w, j, &low, &high);
        for (int64_t y = y0; y < y1; y++, from += w->out[1]) {
          int64_t row = y * w->stride[0] + i * w->dilation[0] - w->padding[0];
          if (row < 0 || row >= w->in[0]) continue;
          T *to = in + row * w->in[1] + j * w->dilation[1] - w->padding[1];
          if (step == 1)
            for (int64_t x = low; x < high; x++) to[x] += from[x];
          else
            for (int64_t x = low; x < high; x++) to[x * step] += from[x];
        }
      }
}

/* out[i] = the sum of sums[part][i], in order. */
static void NAME(conv_add_parts)(const void *all, int64_t n, int64_t parts, void *result) {
  const T *sums = all;
  T *out = result;
  memcpy(out, sums, (size_t)n * sizeof(T));
  for (int64_t part = 1; part < parts; part++)
    for (int64_t i = 0; i < n; i++) out[i] += sums[part * n + i];
}
