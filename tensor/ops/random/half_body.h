/* half_body.h: groups of numbers of 16 bits, made from those of float32, so that a seed gives both types the same
** numbers but for rounding; see GroupFn. T is the bits of a number. */

/* The largest number of the type that is not above x. */
static inline T NAME(round_down)(float x) {
  const T near = NAME(store)(x);
  return NAME(load)(near) > x ? (T)(near + (near >> 15 ? 1 : -1)) : near;
}
/* The smallest number of the type that is not below x. */
static inline T NAME(round_up)(float x) { return NAME(round_down)(-x) ^ 0x8000; }

/* Numbers are rounded down, or they would reach the upper bound, and not below the first number of the type that is
** within the bounds. Where there is none, all are the number nearest to the lower bound. */
static void NAME(uniform)(const Law *law, const uint32_t *words, void *out, int64_t count) {
  T *o = out;
  float x[WORDS];
  const float from = (float)law->a, to = (float)law->b;
  T first = NAME(round_up)(from);
  if (!(NAME(load)(first) < to)) first = NAME(store)(from);
  const float least = NAME(load)(first);
  uniform_float32(law, words, x, count);
  for (int64_t i = 0; i < count; i++) {
    const T down = NAME(round_down)(x[i]);
    o[i] = NAME(load)(down) < least ? first : down;
  }
}

static void NAME(normal)(const Law *law, const uint32_t *words, void *out, int64_t count) {
  T *o = out;
  float x[WORDS];
  normal_float32(law, words, x, count);
  for (int64_t i = 0; i < count; i++) o[i] = NAME(store)(x[i]);
}

static void NAME(random_bernoulli)(const Law *law, const uint32_t *words, void *out, int64_t count) {
  T *o = out;
  const float p = (float)law->a;
  for (int64_t i = 0; i < count; i++) o[i] = NAME(store)(unit_float32(words[i]) < p);
}
