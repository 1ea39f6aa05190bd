/* frames_body.h: blocks of frames of real numbers of type T. Frame i of the block is the real part of line i, or, from
** `lines` on, the imaginary part of line i - lines.
*/

/* Numbers from 'begin' to 'end' of a frame, which is times 'window', into line 'to' of the block. */
static inline void NAME(frames_load_part)(int64_t begin, int64_t end, int64_t lines, const T *restrict from,
                                          const T *restrict window, T *restrict to) {
  for (int64_t j = begin; j < end; j++) to[j * lines] = from[j] * window[j];
}

/* The block of the frames from 'first' on; behind the last frame it is repeated, and not stored. A few numbers of all
** frames at a time, because what they are written to stays in the cache then. */
static void NAME(frames_load)(const Frames *f, int64_t first, const void *signal, void *block) {
  const int64_t lines = f->lines, half = f->n * lines;
  for (int64_t begin = 0; begin < f->n; begin += 16) {
    const int64_t end = begin + 16 < f->n ? begin + 16 : f->n;
    for (int64_t i = 0; i < 2 * lines; i++) {
      const int64_t frame = first + i < f->frames ? first + i : f->frames - 1;
      NAME(frames_load_part)(begin, end, lines, (const T *)signal + frame * f->hop, f->window,
                             (T *)block + (i < lines ? i : half + i - lines));
    }
  }
}

/* The spectra of both frames of each line at frequency k: 2 * lines real parts and as many imaginary parts. */
static inline void NAME(frames_part)(const Frames *f, int64_t k, const T *restrict block, T *restrict re,
                                     T *restrict im) {
  const int64_t lines = f->lines;
  const T *ar = block + k * lines, *ai = ar + f->n * lines;
  const T *br = block + (k == 0 ? 0 : f->n - k) * lines, *bi = br + f->n * lines;
  for (int64_t l = 0; l < lines; l++) {
    re[l] = (T)0.5 * (ar[l] + br[l]), im[l] = (T)0.5 * (ai[l] - bi[l]);
    re[lines + l] = (T)0.5 * (ai[l] + bi[l]), im[lines + l] = (T)0.5 * (br[l] - ar[l]);
  }
}

static void NAME(frames_store_spectrum)(const Frames *f, int64_t first, const void *block, void *rows, void *out) {
  const int64_t count = first + 2 * f->lines < f->frames ? 2 * f->lines : f->frames - first;
  T *restrict re = rows, *restrict im = re + 2 * f->lines;
  for (int64_t k = 0; k < f->bands; k++) {
    NAME(frames_part)(f, k, block, re, im);
    T *restrict to = (T *)out + 2 * (k * f->frames + first);
    for (int64_t i = 0; i < count; i++) to[2 * i] = re[i], to[2 * i + 1] = im[i];
  }
}

/* Absolute values to a power, of 2 * lines numbers. */
static inline void NAME(frames_raise)(int64_t n, double power, const T *restrict re, const T *restrict im,
                                      T *restrict to) {
  for (int64_t i = 0; i < n; i++) to[i] = re[i] * re[i] + im[i] * im[i];
  if (power == 2) return;
  if (power == 1) {
    for (int64_t i = 0; i < n; i++) to[i] = (T)sqrt(to[i]);
    return;
  }
  for (int64_t i = 0; i < n; i++) to[i] = (T)pow((double)to[i], 0.5 * power);
}

/* The first frequency whose weight is not 0 of each filter, and the one behind the last. */
static void NAME(frames_find_spans)(int64_t frequencies, int64_t bands, const void *filters, int64_t *spans) {
  const T *w = filters;
  for (int64_t b = 0; b < bands; b++) {
    int64_t from = 0, to = frequencies;
    while (from < to && w[from * bands + b] == 0) from++;
    while (to > from && w[(to - 1) * bands + b] == 0) to--;
    spans[2 * b] = from, spans[2 * b + 1] = to;
  }
}

/* Sums of the rows, which are powers of frequencies, with the weights of each filter. */
static void NAME(frames_filter)(const Frames *f, int64_t first, int64_t count, const T *rows, void *out) {
  const T *w = f->filters;
  const int64_t width = 2 * f->lines;
  for (int64_t b = 0; b < f->bands; b++) {
    T sum[64] = {0};
    for (int64_t k = f->spans[2 * b]; k < f->spans[2 * b + 1]; k++) {
      const T factor = w[k * f->bands + b];
      for (int64_t i = 0; i < width; i++) sum[i] += factor * rows[k * width + i];
    }
    memcpy((T *)out + b * f->frames + first, sum, sizeof(T) * (size_t)count);
  }
}

static void NAME(frames_store_power)(const Frames *f, int64_t first, const void *block, void *rows, void *out) {
  const int64_t width = 2 * f->lines, count = first + width < f->frames ? width : f->frames - first;
  T re[64], im[64], *row = rows;
  for (int64_t k = 0; k < f->n / 2 + 1; k++) {
    NAME(frames_part)(f, k, block, re, im);
    NAME(frames_raise)(width, f->power, re, im, row);
    if (f->filters == NULL) memcpy((T *)out + k * f->frames + first, row, sizeof(T) * (size_t)count);
    else row += width;
  }
  if (f->filters != NULL) NAME(frames_filter)(f, first, count, rows, out);
}
