/* search_body.h: places of values in a sorted sequence of n elements of type T. NaN counts as the largest. */

/* Whether an element of the sequence stands before the place of a value. */
static inline bool NAME(search_before)(T element, T value, bool right) {
  if (IS_NAN(value)) return right || !IS_NAN(element);
  return right ? element <= value : element < value;
}

static void NAME(search)(const void *sequence, int64_t n, const void *values, int64_t *places, int64_t count,
                         bool right) {
  const T *x = sequence, *v = values;
  for (int64_t i = 0; i < count; i++) {
    int64_t low = 0, high = n; /* elements before low stand before the value, those from high on do not */
    while (low < high) {
      const int64_t middle = low + (high - low) / 2;
      if (NAME(search_before)(x[middle], v[i], right)) low = middle + 1;
      else high = middle;
    }
    places[i] = low;
  }
}
