/* fourier_body.h: transforms of complex numbers of type T, as blocks of their real and imaginary parts. */
#define R __typeof__(__real__(T)0)

/* exp(-2 pi i k / n) for all k, computed in double precision. */
static R *NAME(fourier_roots)(int64_t n) {
  R *roots = malloc(sizeof(R) * 2 * (size_t)n);
  if (roots == NULL) return NULL;
  for (int64_t k = 0; k < n; k++) {
    const double angle = 2 * M_PI * ((double)k / (double)n);
    roots[2 * k] = (R)cos(angle), roots[2 * k + 1] = (R)-sin(angle);
  }
  return roots;
}

/* One step with factor p from 'from' to 'to', blocks of 'size' real and imaginary parts. */
static void NAME(fourier_one_step)(const FourierPlan *plan, int p, int64_t rest, int64_t s, R turn, int64_t size,
                                   const R *from, R *to) {
  const R *w = plan->roots;
  const int64_t over = plan->n / (rest * p);
  if (p == 4) NAME(fourier_step_4)(w, over, rest, s, turn, from, from + size, to, to + size);
  else if (p == 2) NAME(fourier_step_2)(w, over, rest, s, turn, from, from + size, to, to + size);
  else if (p == 3) NAME(fourier_step_3)(w, over, rest, s, turn, from, from + size, to, to + size);
  else if (p == 5) NAME(fourier_step_5)(w, over, rest, s, turn, from, from + size, to, to + size);
  else NAME(fourier_step)(w, over, p, rest, s, turn, from, from + size, to, to + size);
}

/* The transforms of a block in place; 'other' is as long. */
static void NAME(fourier_factors)(const FourierPlan *plan, bool inverse, int64_t lines, R *x, R *other) {
  const R turn = inverse ? -1 : 1;
  const int64_t size = plan->n * lines;
  R *from = x, *to = other;
  int64_t rest = plan->n, s = lines;
  for (int i = 0; i < plan->n_factors; i++) {
    const int p = plan->factors[i];
    rest /= p;
    NAME(fourier_one_step)(plan, p, rest, s, turn, size, from, to);
    s *= p;
    R *swap = from;
    from = to, to = swap;
  }
  if (from != x) memcpy(x, from, sizeof(R) * 2 * (size_t)size);
}

/* x := x w, or x conj(w), of n numbers of each line. x has its real parts first, w real and imaginary parts in turn. */
static void NAME(fourier_multiply)(int64_t n, int64_t lines, R *xr, R *xi, const R *w) {
  for (int64_t k = 0; k < n; k++) {
    const R wr = w[2 * k], wi = w[2 * k + 1];
    for (int64_t l = k * lines; l < (k + 1) * lines; l++) {
      const R re = xr[l], im = xi[l];
      xr[l] = re * wr - im * wi, xi[l] = re * wi + im * wr;
    }
  }
}

/* The transforms of any length as a convolution with a chirp. The inverse is the conjugate of the transform of the
** conjugate. 'scratch' has twice the length of the convolution. */
static void NAME(fourier_bluestein)(const FourierPlan *plan, bool inverse, int64_t lines, R *x, R *scratch) {
  const FourierPlan *wide = plan->padded;
  const int64_t size = plan->n * lines, room = wide->n * lines;
  R *xi = x + size, *block = scratch, *other = scratch + 2 * room;
  for (int64_t k = 0; inverse && k < size; k++) xi[k] = -xi[k];
  NAME(fourier_multiply)(plan->n, lines, x, xi, plan->chirp);
  memset(block, 0, sizeof(R) * 2 * (size_t)room);
  memcpy(block, x, sizeof(R) * (size_t)size);
  memcpy(block + room, xi, sizeof(R) * (size_t)size);
  NAME(fourier_factors)(wide, false, lines, block, other);
  NAME(fourier_multiply)(wide->n, lines, block, block + room, plan->filter);
  NAME(fourier_factors)(wide, true, lines, block, other);
  memcpy(x, block, sizeof(R) * (size_t)size);
  memcpy(xi, block + room, sizeof(R) * (size_t)size);
  NAME(fourier_multiply)(plan->n, lines, x, xi, plan->chirp);
  for (int64_t k = 0; inverse && k < size; k++) xi[k] = -xi[k];
}

static void NAME(fourier_run)(const FourierPlan *plan, bool inverse, int64_t lines, void *x, void *scratch) {
  if (plan->padded == NULL) NAME(fourier_factors)(plan, inverse, lines, x, scratch);
  else NAME(fourier_bluestein)(plan, inverse, lines, x, scratch);
}

/* The block of lines that begin at 'places' of a tensor and go on every 'inner' elements; and back. */
static void NAME(fourier_gather)(int64_t n, int64_t lines, const int64_t *places, int64_t inner, void *tensor,
                                 void *block) {
  const R *x = tensor;
  R *restrict re = block, *restrict im = re + n * lines;
  for (int64_t j = 0; j < n; j++)
    for (int64_t l = 0; l < lines; l++) {
      const int64_t at = 2 * (places[l] + j * inner);
      re[j * lines + l] = x[at], im[j * lines + l] = x[at + 1];
    }
}
static void NAME(fourier_scatter)(int64_t n, int64_t lines, const int64_t *places, int64_t inner, void *tensor,
                                  void *block) {
  R *restrict x = tensor;
  const R *re = block, *im = re + n * lines;
  for (int64_t l = 0; l < lines; l++)
    for (int64_t j = 0; j < n; j++) {
      const int64_t at = 2 * (places[l] + j * inner);
      x[at] = re[j * lines + l], x[at + 1] = im[j * lines + l];
    }
}

/* The chirp and the transform of its conjugate, real and imaginary parts in turn. False without memory. */
static bool NAME(fourier_chirp)(FourierPlan *plan) {
  const int64_t n = plan->n, m = plan->padded->n;
  R *chirp = plan->chirp = malloc(sizeof(R) * 2 * (size_t)n);
  R *filter = plan->filter = malloc(sizeof(R) * 2 * (size_t)m);
  R *block = calloc(4 * (size_t)m, sizeof(R));
  const bool good = chirp != NULL && filter != NULL && block != NULL;
  for (int64_t k = 0; good && k < n; k++) {
    /* k² modulo 2 n, because exp repeats itself; in 128 bits, because k² may be large */
    const double angle = M_PI * ((double)(int64_t)((__int128)k * k % (2 * n)) / (double)n);
    const R re = (R)cos(angle), im = (R)-sin(angle);
    chirp[2 * k] = re, chirp[2 * k + 1] = im;
    const int64_t mirror = k == 0 ? 0 : m - k;
    block[k] = block[mirror] = re / (R)m;
    block[m + k] = block[m + mirror] = -im / (R)m;
  }
  if (good) NAME(fourier_factors)(plan->padded, false, 1, block, block + 2 * m);
  for (int64_t k = 0; good && k < m; k++) filter[2 * k] = block[k], filter[2 * k + 1] = block[m + k];
  free(block);
  return good;
}

/* A plan for length n; NULL without memory. */
static FourierPlan *NAME(fourier_plan)(int64_t n) {
  FourierPlan *plan = calloc(1, sizeof *plan);
  if (plan == NULL) return NULL;
  plan->n = n;
  if (fourier_factor(n, plan)) {
    plan->roots = NAME(fourier_roots)(n);
    if (plan->roots != NULL) return plan;
  } else {
    int64_t m = 1;
    while (m < 2 * n - 1) m *= 2;
    plan->padded = NAME(fourier_plan)(m);
    if (plan->padded != NULL && NAME(fourier_chirp)(plan)) return plan;
  }
  KERNEL(fourier_plan_free)(plan);
  return NULL;
}
#undef R
