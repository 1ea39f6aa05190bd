/* floored_body.h: groups of integers as floats that do not hold all of them: one that lies between two numbers of the
** type becomes the lower, so that the end is never drawn, and what would lie below the range its first; see GroupFn. */
static void NAME(random_floored)(const Law *law, const uint32_t *words, void *out, int64_t count) {
  T *o = out;
  int64_t integers[WORDS / 2];
  random_integers_int64(law, words, integers, count);
  for (int64_t i = 0; i < count; i++) {
    const int64_t down = random_floor(integers[i], law->digits);
    o[i] = NAME(store)(down < law->first ? law->first : down);
  }
}
