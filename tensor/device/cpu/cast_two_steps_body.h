/* cast_two_steps_body.h: a cast by way of float32; included by cast.c for the pairs of types that take it. */
static SMALL void NAME(cast)(int64_t n, char *to, int64_t to_stride, const char *from, int64_t from_stride) {
  enum { PART = 256 };
  float part[PART];
  for (int64_t at = 0; at < n; at += PART) {
    const int64_t m = n - at < PART ? n - at : PART;
    FIRST(m, (char *)part, sizeof *part, from + at * from_stride, from_stride);
    SECOND(m, to + at * to_stride, to_stride, (const char *)part, sizeof *part);
  }
}
