/* planes_body.h: the loops of planes.c over pixels of type T; BODY_MOST: the value of white; BODY_ROUND: what is added
** before the brightness is shifted down. The weights of red, green and blue are those of libpng with 0.2989 and 0.587,
** so that a grey picture is the same to the last bit as one that libpng converted. */

static T NAME(planes_grey)(const T *p) {
#ifdef BODY_FLOAT
  return 0.2989f * p[0] + 0.587f * p[1] + 0.1141f * p[2];
#else
  return (T)((p[0] * 9794u + p[1] * 19234u + p[2] * 3740u + BODY_ROUND) >> 15);
#endif
}

/* Most pictures: three channels that stay what they are. */
static void NAME(planes_split3)(const T *restrict from, T *restrict to, int64_t n) {
  int64_t i = 0;
#ifdef BODY_VECTORS
  i = planes_split3_vectors(from, to, n);
#endif
  for (; i < n; i++) {
    to[i] = from[3 * i];
    to[n + i] = from[3 * i + 1];
    to[2 * n + i] = from[3 * i + 2];
  }
}

static void NAME(planes_plane)(const T *from, int have, T *to, int source, int64_t n) {
  if (source == PLANE_OPAQUE) for (int64_t i = 0; i < n; i++) to[i] = BODY_MOST;
  else if (source == PLANE_GREY) for (int64_t i = 0; i < n; i++) to[i] = NAME(planes_grey)(from + i * have);
  else for (int64_t i = 0; i < n; i++) to[i] = from[i * have + source];
}

static void NAME(planes_fill)(const T *from, int have, T *to, int want, const int *plan, int64_t n) {
  if (have == 3 && want == 3) NAME(planes_split3)(from, to, n);
  else for (int k = 0; k < want; k++) NAME(planes_plane)(from, have, to + k * n, plan[k], n);
}
