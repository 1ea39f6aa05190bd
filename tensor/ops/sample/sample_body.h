/* sample_body.h: reading through taps and its two adjoints, for element type T; included by sample/cpu.c. */

/* The lines and places of the block of places [from, …) of sample n; the number of places. */
static int NAME(sample_begin)(const Sampler *s, int64_t n, int64_t from, const T *grid, NAME(SampleLine) *line,
                              NAME(SampleTaps) *taps) {
  const int64_t rest = s->places - from;
  taps->n = (int)(rest < SAMPLE_BLOCK ? rest : SAMPLE_BLOCK);
  for (int d = 0; d < s->dims; d++)
    NAME(sample_line)(s, d, taps->n, grid + (n * s->places + from) * s->dims, &line[d]);
  NAME(sample_places)(s, line, taps);
  return taps->n;
}

static void NAME(sample_along)(const Sampler *s, int64_t n, int64_t from, const void *input, const void *grid,
                               const void *tangent, void *result) {
  NAME(SampleLine) line[3];
  NAME(SampleTaps) taps;
  const int count = NAME(sample_begin)(s, n, from, grid, line, &taps);
  const T *moved = tangent == NULL ? NULL : (const T *)tangent + (n * s->places + from) * s->dims;
  NAME(sample_derive)(s, line, -1, moved, &taps);
  for (int64_t channel = n * s->channels; channel < (n + 1) * s->channels; channel++) {
    const T *in = (const T *)input + channel * s->in_plane;
    T *out = (T *)result + channel * s->places + from, sum[SAMPLE_BLOCK] = {0};
    for (int k = 0; k < s->taps; k++) {
      const int64_t *at = taps.at[k];
      const T *w = taps.weight[k];
      for (int i = 0; i < count; i++) sum[i] += w[i] * (at[i] < 0 ? 0 : in[at[i]]);
    }
    memcpy(out, sum, sizeof(T) * (size_t)count);
  }
}

/* Into some channels of sample n, from all places in order: the sums are the same for any number of threads. */
static void NAME(sample_spread)(const Sampler *s, int64_t n, int64_t channel, const void *grad, const void *grid,
                                const void *tangent, void *result) {
  NAME(SampleLine) line[3];
  NAME(SampleTaps) taps;
  const int64_t first = n * s->channels + channel, end = (n + 1) * s->channels;
  const int64_t last = first + SAMPLE_CHANNELS < end ? first + SAMPLE_CHANNELS : end;
  for (int64_t from = 0; from < s->places; from += SAMPLE_BLOCK) {
    const int count = NAME(sample_begin)(s, n, from, grid, line, &taps);
    const T *moved = tangent == NULL ? NULL : (const T *)tangent + (n * s->places + from) * s->dims;
    NAME(sample_derive)(s, line, -1, moved, &taps);
    for (int64_t ch = first; ch < last; ch++) {
      const T *g = (const T *)grad + ch * s->places + from;
      T *out = (T *)result + ch * s->in_plane;
      for (int i = 0; i < count; i++)
        for (int k = 0; k < s->taps; k++)
          if (taps.at[k][i] >= 0) out[taps.at[k][i]] += taps.weight[k][i] * g[i];
    }
  }
}

/* read[tap][place] = the sum over the channels of gradient times element. */
static void NAME(sample_products)(const Sampler *s, int64_t n, int64_t from, const T *g, const T *in,
                                  const NAME(SampleTaps) *taps, T (*read)[SAMPLE_BLOCK]) {
  memset(read, 0, sizeof(T) * SAMPLE_TAPS * SAMPLE_BLOCK);
  for (int64_t channel = n * s->channels; channel < (n + 1) * s->channels; channel++)
    for (int k = 0; k < s->taps; k++) {
      const int64_t *at = taps->at[k];
      const T *x = in + channel * s->in_plane, *by = g + channel * s->places + from;
      for (int i = 0; i < taps->n; i++) read[k][i] += by[i] * (at[i] < 0 ? 0 : x[at[i]]);
    }
}

static void NAME(sample_slope)(const Sampler *s, int64_t n, int64_t from, const void *g, const void *in,
                               const void *grid, const void *tangent, void *result) {
  NAME(SampleLine) line[3];
  NAME(SampleTaps) taps;
  T read[SAMPLE_TAPS][SAMPLE_BLOCK];
  const int64_t begin = (n * s->places + from) * s->dims;
  const int count = NAME(sample_begin)(s, n, from, grid, line, &taps);
  T *out = (T *)result + begin;
  NAME(sample_products)(s, n, from, g, in, &taps, read);
  for (int e = 0; e < s->dims; e++) {
    NAME(sample_derive)(s, line, e, tangent == NULL ? NULL : (const T *)tangent + begin, &taps);
    for (int i = 0; i < count; i++) {
      T sum = 0;
      for (int k = 0; k < s->taps; k++) sum += taps.weight[k][i] * read[k][i];
      out[i * s->dims + e] = sum;
    }
  }
}
