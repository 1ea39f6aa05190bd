/* taps_body.h: the taps of a block of places, for element type T; included by sample/cpu.c. */

/* Of one dimension, [tap][place]: which element (-1: none, beyond the edge), the weight, and the first two derivatives
** of the weight by the number in the grid. */
typedef struct {
  int64_t at[4][SAMPLE_BLOCK];
  T weight[4][SAMPLE_BLOCK], first[4][SAMPLE_BLOCK], second[4][SAMPLE_BLOCK];
} NAME(SampleLine);

/* Of all dimensions together: the place in the plane (-1: none) and what the element there is multiplied by. */
typedef struct {
  int n; /* places */
  int64_t at[SAMPLE_TAPS][SAMPLE_BLOCK];
  T weight[SAMPLE_TAPS][SAMPLE_BLOCK];
} NAME(SampleTaps);

/* Elements from one place to the next where the grid goes from 0 to 1. */
static inline T NAME(sample_scale)(const Sampler *s, int d) {
  return (s->align ? (T)(s->size[d] - 1) : (T)s->size[d]) / 2;
}
static inline T NAME(sample_unnormalise)(const Sampler *s, int d, T v) {
  return s->align ? (v + 1) / 2 * (T)(s->size[d] - 1) : ((v + 1) * (T)s->size[d] - 1) / 2;
}
static inline T NAME(sample_floor)(T v) { return _Generic(v, float: floorf, double: floor)(v); }
static inline T NAME(sample_modulo)(T v, T n) { return _Generic(v, float: fmodf, double: fmod)(v, n); }
static inline T NAME(sample_round)(T v) { return _Generic(v, float: nearbyintf, double: nearbyint)(v); }

/* v inside of the input, as its border says; *slope is multiplied by the derivative, which is 0 at the edges. */
static inline T NAME(sample_clip)(const Sampler *s, int d, T v, T *slope) {
  const T last = (T)(s->size[d] - 1);
  if (v > 0 && v < last) return v;
  *slope = 0;
  return v >= last || (v != v && s->dims == 3) ? last : 0; /* NaN: the first one in a plane, the last in a volume */
}
/* v mirrored at the edges of the input: at the centres of the outermost elements, or at their outer edges. */
static inline T NAME(sample_reflect)(const Sampler *s, int d, T v, T *slope) {
  const T low = s->align ? 0 : (T)-0.5, span = s->align ? (T)(s->size[d] - 1) : (T)s->size[d];
  if (span == 0) {
    *slope = 0;
    return 0;
  }
  v -= low;
  if (v < 0) v = -v, *slope = -*slope;
  const T extra = NAME(sample_modulo)(v, span), flips = NAME(sample_floor)(v / span);
  if (NAME(sample_modulo)(flips, 2) == 0) return extra + low;
  *slope = -*slope;
  return span - extra + low;
}
static inline T NAME(sample_padded)(const Sampler *s, int d, T v, T *slope) {
  if (s->padding == SAMPLE_ZEROS) return v;
  if (s->padding == SAMPLE_REFLECTION) v = NAME(sample_reflect)(s, d, v, slope);
  return NAME(sample_clip)(s, d, v, slope);
}
/* The element at v, which is integral, or -1. */
static inline int64_t NAME(sample_element)(const Sampler *s, int d, T v) {
  return v >= 0 && v <= (T)(s->size[d] - 1) ? (int64_t)v : -1;
}

static inline void NAME(sample_tap)(NAME(SampleLine) *line, int k, int i, int64_t at, T weight, T first, T second) {
  line->at[k][i] = at;
  line->weight[k][i] = weight, line->first[k][i] = first, line->second[k][i] = second;
}

/* The cubic of Keys (1981) with a = -3/4 at distance t, its slope and the slope of that: near for |t| ≤ 1. */
static inline void NAME(sample_cubic)(T t, bool near, T *w, T *first, T *second) {
  const T a = (T)-0.75;
  *w = near ? ((a + 2) * t - (a + 3)) * t * t + 1 : ((a * t - 5 * a) * t + 8 * a) * t - 4 * a;
  *first = near ? (3 * (a + 2) * t - 2 * (a + 3)) * t : (3 * a * t - 10 * a) * t + 8 * a;
  *second = near ? 6 * (a + 2) * t - 2 * (a + 3) : 6 * a * t - 10 * a;
}
static inline void NAME(sample_cubic_taps)(const Sampler *s, int d, int i, T v, NAME(SampleLine) *line) {
  const T low = NAME(sample_floor)(v), t = v - low, scale = NAME(sample_scale)(s, d);
  for (int k = 0; k < 4; k++) {
    T w, first, second, ignored = 1;
    const T side = k < 2 ? 1 : -1, away = k == 0 ? t + 1 : k == 1 ? t : k == 2 ? 1 - t : 2 - t;
    NAME(sample_cubic)(away, k == 1 || k == 2, &w, &first, &second);
    const int64_t at = NAME(sample_element)(s, d, NAME(sample_padded)(s, d, low + (T)(k - 1), &ignored));
    NAME(sample_tap)(line, k, i, at, w, side * first * scale, second * scale * scale);
  }
}

/* The taps along dimension d of n places. */
static void NAME(sample_line)(const Sampler *s, int d, int n, const T *grid, NAME(SampleLine) *line) {
  for (int i = 0; i < n; i++) {
    T v = NAME(sample_unnormalise)(s, d, grid[i * s->dims + d]), slope = NAME(sample_scale)(s, d);
    if (s->mode == SAMPLE_BICUBIC) {
      NAME(sample_cubic_taps)(s, d, i, v, line);
      continue;
    }
    v = NAME(sample_padded)(s, d, v, &slope);
    if (s->mode == SAMPLE_NEAREST) {
      NAME(sample_tap)(line, 0, i, NAME(sample_element)(s, d, NAME(sample_round)(v)), 1, 0, 0);
      continue;
    }
    const T low = NAME(sample_floor)(v), high = low + 1;
    NAME(sample_tap)(line, 0, i, NAME(sample_element)(s, d, low), high - v, -slope, 0);
    NAME(sample_tap)(line, 1, i, NAME(sample_element)(s, d, high), v - low, slope, 0);
  }
}

/* taps = the products of these numbers for each dimension, [dims] of [tap][place]; added to what is there if 'add',
** each multiplied by 'by' (one in s->dims numbers) where it is given. */
static void NAME(sample_weigh)(const Sampler *s, T (*const *of)[SAMPLE_BLOCK], const T *by, bool add,
                               NAME(SampleTaps) *taps) {
  for (int k = 0; k < s->taps; k++) {
    const T *x = of[0][k % s->width], *y = of[1][k / s->width % s->width];
    const T *z = s->dims == 3 ? of[2][k / (s->width * s->width)] : NULL;
    T *w = taps->weight[k];
    for (int i = 0; i < taps->n; i++) {
      T product = x[i] * y[i];
      if (z != NULL) product *= z[i];
      if (by != NULL) product *= by[i * s->dims];
      w[i] = add ? w[i] + product : product;
    }
  }
}

static void NAME(sample_places)(const Sampler *s, const NAME(SampleLine) *line, NAME(SampleTaps) *taps) {
  for (int k = 0; k < s->taps; k++) {
    const int64_t *x = line[0].at[k % s->width], *y = line[1].at[k / s->width % s->width];
    const int64_t *z = s->dims == 3 ? line[2].at[k / (s->width * s->width)] : NULL;
    int64_t *at = taps->at[k];
    for (int i = 0; i < taps->n; i++) {
      at[i] = (x[i] | y[i]) < 0 ? -1 : x[i] + y[i] * s->step[1];
      if (z != NULL) at[i] = z[i] < 0 || at[i] < 0 ? -1 : at[i] + z[i] * s->step[2];
    }
  }
}

/* The numbers of dimension d that take part in a derivative by the dimensions e and f (-1: by none). */
static inline T (*NAME(sample_numbers)(NAME(SampleLine) *line, int d, int e, int f))[SAMPLE_BLOCK] {
  const int times = (d == e) + (d == f);
  return times == 0 ? line[d].weight : times == 1 ? line[d].first : line[d].second;
}

/* The weights of all taps, derived by dimension e (-1: not), and along the tangent where it is given. */
static void NAME(sample_derive)(const Sampler *s, NAME(SampleLine) *line, int e, const T *tangent,
                                NAME(SampleTaps) *taps) {
  T (*of[3])[SAMPLE_BLOCK];
  for (int f = tangent != NULL ? 0 : -1; f < (tangent != NULL ? s->dims : 0); f++) {
    for (int d = 0; d < s->dims; d++) of[d] = NAME(sample_numbers)(line, d, e, f);
    NAME(sample_weigh)(s, of, tangent != NULL ? tangent + f : NULL, f > 0, taps);
  }
}
