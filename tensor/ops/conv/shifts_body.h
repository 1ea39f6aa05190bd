/* shifts_body.h: the loops of cpu_shifts.c for element type T; included once per type. */

typedef T NAME(Vector) __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(T)), may_alias));
#define V NAME(Vector)
#define LANES ((int64_t)(VECTOR_BYTES / sizeof(T)))

/* ---- from planes to phases and back ------------------------------------------------------ */

/* Rows [y0, y0 + rows) of all phases of the 'planes' planes at 'in'; 0 where they lie outside. */
static void NAME(shifts_to_phases)(const Shifts *s, const T *in, int64_t planes, int64_t y0, int64_t rows, T *to) {
  const Window *w = &s->w;
  for (int64_t c = 0; c < planes; c++, in += w->in[0] * w->in[1])
    for (int64_t ry = 0; ry < s->phases[0]; ry++)
      for (int64_t rx = 0; rx < s->phases[1]; rx++) {
        const int64_t step = w->stride[1], shift = w->padding[1] - rx, room = w->in[1] + shift;
        int64_t low = shift > 0 ? (shift + step - 1) / step : 0, high = room > 0 ? (room + step - 1) / step : 0;
        if (high > s->pitch) high = s->pitch;
        if (low > high) low = high;
        for (int64_t y = y0; y < y0 + rows; y++, to += s->pitch) {
          int64_t row = y * w->stride[0] + ry - w->padding[0];
          bool inside = row >= 0 && row < w->in[0];
          const T *from = in + row * w->in[1] - shift;
          for (int64_t x = 0; x < (inside ? low : s->pitch); x++) to[x] = 0;
          if (!inside) continue;
          if (step == 1) memcpy(to + low, from + low, (size_t)(high - low) * sizeof(T));
          else
            for (int64_t x = low; x < high; x++) to[x] = from[x * step];
          for (int64_t x = high; x < s->pitch; x++) to[x] = 0;
        }
      }
  for (int64_t i = 0; i < SLACK; i++) to[i] = 0;
}

/* A row of a plane of the input from the rows of its phases, 'size' elements apart. */
static void NAME(shifts_from_phases)(const Shifts *s, const T *from, int64_t size, T *to) {
  const Window *w = &s->w;
  const int64_t step = w->stride[1], width = w->in[1];
  if (step > 1 || s->pitch < width + w->padding[1]) memset(to, 0, (size_t)width * sizeof(T));
  for (int64_t rx = 0; rx < s->phases[1]; rx++, from += size) {
    const int64_t shift = w->padding[1] - rx, room = width + shift;
    int64_t low = shift > 0 ? (shift + step - 1) / step : 0, high = room > 0 ? (room + step - 1) / step : 0;
    if (high > s->pitch) high = s->pitch;
    for (int64_t x = low; x < high; x++) to[x * step - shift] = from[x];
  }
}

/* Rows [y0, y0 + rows) of planes of the output at the pitch of the phases; 0 behind each row,
** outside, before the first plane and behind each. */
static void NAME(shifts_spread)(const Shifts *s, const T *in, int64_t planes, int64_t y0, int64_t rows, T *to) {
  const Window *w = &s->w;
  const int64_t width = w->out[1];
  for (int64_t i = 0; i < SLACK; i++) *to++ = 0;
  for (int64_t f = 0; f < planes; f++, in += w->out[0] * width) {
    for (int64_t y = y0; y < y0 + rows; y++, to += s->pitch) {
      bool inside = y >= 0 && y < w->out[0];
      if (inside) memcpy(to, in + y * width, (size_t)width * sizeof(T));
      for (int64_t x = inside ? width : 0; x < s->pitch; x++) to[x] = 0;
    }
    for (int64_t i = 0; i < SLACK; i++) *to++ = 0;
  }
}

/* ---- sums --------------------------------------------------------------------------------- */

/* to[f][i] = start[f] + Σ over taps t of weight[t][f] · from[place[t] + i], for F planes and N
** vectors of i: the sums stay in registers. */
static inline __attribute__((always_inline)) void NAME(shifts_tile)(const int F, const int N, const Taps *taps,
    const T *weight, const T *start, const T *from, T *to, int64_t plane) {
  V sum[MOST][VECTORS];
  for (int f = 0; f < F; f++)
    for (int v = 0; v < N; v++) sum[f][v] = (V){0} + start[f];
  for (int64_t t = 0; t < taps->count; t++, weight += F)
    for (int v = 0; v < N; v++) {
      const V x = *(const V *)(from + taps->place[t] + v * LANES);
      for (int f = 0; f < F; f++) sum[f][v] += x * weight[f];
    }
  for (int f = 0; f < F; f++)
    for (int v = 0; v < N; v++) *(V *)(to + f * plane + v * LANES) = sum[f][v];
}

/* The planes 'to' have room for SLACK elements more than n. */
static void NAME(shifts_sums)(int planes, int64_t n, const Taps *taps, const T *weight, const T *start, const T *from,
                       T *to, int64_t plane) {
  if (planes == 4)
    for (int64_t i = 0; i < n; i += 2 * LANES) NAME(shifts_tile)(4, 2, taps, weight, start, from + i, to + i, plane);
  else if (planes == 2)
    for (int64_t i = 0; i < n; i += 4 * LANES) NAME(shifts_tile)(2, 4, taps, weight, start, from + i, to + i, plane);
  else
    for (int64_t i = 0; i < n; i += 8 * LANES) NAME(shifts_tile)(1, 8, taps, weight, start, from + i, to + i, plane);
}

/* sum[f][k] += Σ_i a[f][i] · b[place[k] + i] for F planes a and K places. */
static inline __attribute__((always_inline)) void NAME(shifts_dots)(const int F, const int K, int64_t n, const T *a,
    int64_t plane, const T *b, const int64_t *place, T *sum, int64_t pitch) {
  V total[MOST][3];
  for (int f = 0; f < F; f++)
    for (int k = 0; k < K; k++) total[f][k] = (V){0};
  for (int64_t i = 0; i < n; i += LANES) {
    V y[3];
    for (int k = 0; k < K; k++) y[k] = *(const V *)(b + place[k] + i);
    for (int f = 0; f < F; f++) {
      const V x = *(const V *)(a + f * plane + i);
      for (int k = 0; k < K; k++) total[f][k] += x * y[k];
    }
  }
  for (int f = 0; f < F; f++)
    for (int k = 0; k < K; k++) {
      T one = 0;
      for (int l = 0; l < LANES; l++) one += total[f][k][l];
      sum[f * pitch + k] += one;
    }
}

/* The sums of F planes with all taps. */
static inline __attribute__((always_inline)) void NAME(shifts_block_products)(const int F, int64_t n, const T *a,
    int64_t plane, const T *b, const Taps *taps, T *sum) {
  const int64_t count = taps->count, threes = count - count % 3;
  for (int64_t k = 0; k < threes; k += 3) NAME(shifts_dots)(F, 3, n, a, plane, b, taps->place + k, sum + k, count);
  for (int64_t k = threes; k < count; k++) NAME(shifts_dots)(F, 1, n, a, plane, b, taps->place + k, sum + k, count);
}

static void NAME(shifts_products)(const Shifts *s, int64_t n, const T *a, int64_t plane, const T *b, const Taps *taps,
                                  T *sum) {
  for (int64_t f = 0, planes; f < s->f; f += planes, a += planes * plane, sum += planes * taps->count) {
    planes = shifts_block(s->f - f);
    if (planes == 4) NAME(shifts_block_products)(4, n, a, plane, b, taps, sum);
    else if (planes == 2) NAME(shifts_block_products)(2, n, a, plane, b, taps, sum);
    else NAME(shifts_block_products)(1, n, a, plane, b, taps, sum);
  }
}

/* ---- tasks: a sample, a group and a strip ---------------------------------------------------- */

static void NAME(shifts_forward)(const Shifts *s, const void *in, const void *weight, const void *bias, int64_t y0,
                                 int64_t rows, void *out, void *scratch) {
  const Window *w = &s->w;
  const int64_t phase = (rows + s->reach[0]) * s->pitch, n = rows * s->pitch, plane = n + SLACK;
  T *from = scratch, *to = from + s->c * s->phases[0] * s->phases[1] * phase + SLACK, table[TAPS_MAX * MOST],
      start[MOST] = {0};
  Taps taps;
  NAME(shifts_to_phases)(s, in, s->c, y0, rows + s->reach[0], from);
  taps_of_phases(s, phase, &taps);
  for (int64_t f = 0, planes; f < s->f; f += planes) {
    planes = shifts_block(s->f - f);
    for (int64_t t = 0; t < taps.count; t++)
      for (int64_t i = 0; i < planes; i++) table[t * planes + i] = ((const T *)weight)[(f + i) * taps.count + t];
    for (int64_t i = 0; bias != NULL && i < planes; i++) start[i] = ((const T *)bias)[f + i];
    NAME(shifts_sums)((int)planes, n, &taps, table, start, from, to, plane);
    for (int64_t i = 0; i < planes; i++)
      for (int64_t y = 0; y < rows; y++)
        memcpy((T *)out + ((f + i) * w->out[0] + y0 + y) * w->out[1], to + i * plane + y * s->pitch,
               (size_t)w->out[1] * sizeof(T));
  }
}

/* The rows of the input that are rows [y0, y0 + rows) of its phases. */
static void NAME(shifts_input)(const Shifts *s, const void *grad, const void *weight, int64_t y0, int64_t rows,
                               void *in, void *scratch) {
  const Window *w = &s->w;
  const int64_t n = rows * s->pitch, plane = n + SLACK, kernel = w->kernel[0] * w->kernel[1];
  const int64_t spread_plane = (rows + s->reach[0]) * s->pitch + SLACK, first = y0 * w->stride[0] - w->padding[0];
  const int64_t end = y0 + rows == w->out[0] + s->reach[0] ? w->in[0] : first + rows * w->stride[0];
  T *from = (T *)scratch + SLACK, *to = from + s->f * spread_plane, table[TAPS_MAX * MOST];
  const T start[MOST] = {0};
  NAME(shifts_spread)(s, grad, s->f, y0 - s->reach[0], rows + s->reach[0], scratch);
  for (int64_t c = 0, planes; c < s->c; c += planes) {
    planes = shifts_block(s->c - c);
    T *p = (T *)in + c * w->in[0] * w->in[1];
    for (int64_t ry = 0; ry < w->stride[0]; ry++) {
      for (int64_t rx = 0; rx < s->phases[1] && ry < s->phases[0]; rx++) {
        Taps taps;
        taps_of_gradient(s, spread_plane, ry * s->phases[1] + rx, &taps);
        for (int64_t t = 0; t < taps.count; t++)
          for (int64_t i = 0; i < planes; i++)
            table[t * planes + i] = ((const T *)weight)[(taps.feature[t] * s->c + c + i) * kernel + taps.kernel[t]];
        NAME(shifts_sums)((int)planes, n, &taps, table, start, from, to + rx * planes * plane, plane);
      }
      for (int64_t i = 0; i < planes; i++)
        for (int64_t row = first + ry, y = 0; row < end && row < w->in[0]; row += w->stride[0], y++) {
          if (row < 0) continue;
          T *line = p + (i * w->in[0] + row) * w->in[1];
          if (ry < s->phases[0] && y < rows)
            NAME(shifts_from_phases)(s, to + i * plane + y * s->pitch, planes * plane, line);
          else memset(line, 0, (size_t)w->in[1] * sizeof(T)); /* no place of the output has read it */
        }
    }
  }
}

static void NAME(shifts_weight)(const Shifts *s, const void *in, const void *grad, int64_t y0, int64_t rows,
                                void *sum, void *scratch) {
  const int64_t phase = (rows + s->reach[0]) * s->pitch, plane = rows * s->pitch + SLACK;
  T *a = (T *)scratch + SLACK, *b = a + s->f * plane;
  Taps taps;
  NAME(shifts_spread)(s, (const T *)grad, s->f, y0, rows, scratch);
  NAME(shifts_to_phases)(s, in, s->c, y0, rows + s->reach[0], b);
  taps_of_phases(s, phase, &taps);
  NAME(shifts_products)(s, rows * s->pitch, a, plane, b, &taps, sum);
}

#undef V
#undef LANES
