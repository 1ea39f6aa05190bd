/* random_body.h: groups of integers, and of 0 and 1, as elements of type T; see GroupFn. */

/* Two words are one integer of 64 bits; a range scales it, which is uniform to one part in 2⁶⁴ / range. */
static void NAME(random_integers)(const Law *law, const uint32_t *words, void *out, int64_t count) {
  T *o = out;
  for (int64_t i = 0; i < count; i++) {
    uint64_t w = (uint64_t)words[2 * i + 1] << 32 | words[2 * i];
    if (law->range != 0) w = (uint64_t)((unsigned __int128)w * law->range >> 64);
    o[i] = (T)(int64_t)((uint64_t)law->low + w);
  }
}

static void NAME(random_bernoulli)(const Law *law, const uint32_t *words, void *out, int64_t count) {
  T *o = out;
  const float p = (float)law->a;
  for (int64_t i = 0; i < count; i++) o[i] = (T)(unit_float32(words[i]) < p);
}
