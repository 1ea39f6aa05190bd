/* columns_body.h: im2col for element type T; included by cpu_columns.c once per type of numbers. Row (c, i, j) of the
** columns holds, for each output place (y, x), the input at (y · stride + i · dilation - padding, x · …), 0
** outside. Rows begin 'pitch' elements apart.
*/

static void NAME(conv_to_columns)(const Window *w, int64_t channels, const void *image, int64_t y0, int64_t y1,
                                  int64_t pitch, void *columns) {
  const T *in = image;
  T *start = columns;
  for (int64_t c = 0; c < channels; c++, in += w->in[0] * w->in[1])
    for (int64_t i = 0; i < w->kernel[0]; i++)
      for (int64_t j = 0; j < w->kernel[1]; j++, start += pitch) {
        int64_t low, high, step = w->stride[1];
        T *to = start;
        window_inside(w, j, &low, &high);
        for (int64_t y = y0; y < y1; y++, to += w->out[1]) {
          int64_t row = y * w->stride[0] + i * w->dilation[0] - w->padding[0];
          if (row < 0 || row >= w->in[0]) {
            for (int64_t x = 0; x < w->out[1]; x++) to[x] = 0;
            continue;
          }
          const T *from = in + row * w->in[1] + j * w->dilation[1] - w->padding[1];
          for (int64_t x = 0; x < low; x++) to[x] = 0;
          if (step == 1 && high - low > 32) memcpy(to + low, from + low, (size_t)(high - low) * sizeof(T));
          else if (step == 1) for (int64_t x = low; x < high; x++) to[x] = from[x]; /* too short for a call */
          else for (int64_t x = low; x < high; x++) to[x] = from[x * step];
          for (int64_t x = high; x < w->out[1]; x++) to[x] = 0;
        }
      }
}

static void NAME(conv_fill)(void *out, int64_t n, const void *element) {
  const T value = *(const T *)element;
  T *to = out;
  for (int64_t i = 0; i < n; i++) to[i] = value;
}
