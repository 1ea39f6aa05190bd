/* places_body.h: included by cpu.c once for each element type. */

/* Where of v[0..n) are not 0. The place is written for every element and kept where it is: a branch
** on each would be guessed wrong half of the time in a random mask. */
static int64_t NAME(places)(const void *data, int64_t from, int64_t n, int64_t *place) {
  /* Loops that load bool as such are not turned into vector code, those that load bytes are. */
  typedef __typeof__(_Generic((T){0}, bool: (uint8_t){0}, default: (T){0})) InMemory;
  const InMemory *v = (const InMemory *)data + from;
  int64_t count = 0;
  for (int64_t i = 0; i < n; i++) {
    place[count] = i;
    count += v[i] != 0;
  }
  return count;
}
