/* fourier_body.h: transforms of complex numbers of type T, as pairs of their real and imaginary parts. */
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

/* One step of Stockham's algorithm: x of s × (m p) numbers, which are s lines of length m p, becomes s p lines of
** length m in y. 'turn' is 1, or -1 for the inverse. */
static void NAME(fourier_step)(const FourierPlan *plan, int p, int64_t m, int64_t s, R turn, const R *x, R *y) {
  const R *roots = plan->roots;
  const int64_t n = plan->n, over = n / (m * p); /* root k of the line's length is root k over of n */
  for (int64_t q = 0; q < m; q++) {
    for (int t = 0; t < p; t++) { /* result t of p */
      R *to = y + 2 * s * (p * q + t);
      for (int64_t k = 0; k < 2 * s; k++) to[k] = 0;
      for (int r = 0; r < p; r++) {
        /* exp(-2 pi i (r t / p + q t / (m p))) */
        const int64_t at = ((int64_t)(r * t % p) * m + q * t) % (m * p) * over;
        const R re = roots[2 * at], im = turn * roots[2 * at + 1];
        const R *from = x + 2 * s * (q + m * r);
        for (int64_t k = 0; k < s; k++) {
          to[2 * k] += re * from[2 * k] - im * from[2 * k + 1];
          to[2 * k + 1] += re * from[2 * k + 1] + im * from[2 * k];
        }
      }
    }
  }
}

/* The step with p = 2. */
static void NAME(fourier_step_2)(const FourierPlan *plan, int64_t m, int64_t s, R turn, const R *x, R *y) {
  const R *roots = plan->roots;
  const int64_t over = plan->n / (2 * m);
  for (int64_t q = 0; q < m; q++) {
    const R re = roots[2 * q * over], im = turn * roots[2 * q * over + 1];
    const R *a = x + 2 * s * q, *b = a + 2 * s * m;
    R *restrict even = y + 4 * s * q, *restrict odd = even + 2 * s;
    for (int64_t k = 0; k < s; k++) {
      const R dr = a[2 * k] - b[2 * k], di = a[2 * k + 1] - b[2 * k + 1];
      even[2 * k] = a[2 * k] + b[2 * k], even[2 * k + 1] = a[2 * k + 1] + b[2 * k + 1];
      odd[2 * k] = re * dr - im * di, odd[2 * k + 1] = re * di + im * dr;
    }
  }
}

/* The step with p = 4. */
static void NAME(fourier_step_4)(const FourierPlan *plan, int64_t m, int64_t s, R turn, const R *x, R *y) {
  const R *w = plan->roots;
  const int64_t over = plan->n / (4 * m);
  for (int64_t q = 0; q < m; q++) {
    const int64_t q1 = 2 * q * over, q2 = 2 * q1, q3 = 3 * q1;
    const R w1r = w[q1], w1i = turn * w[q1 + 1], w2r = w[q2], w2i = turn * w[q2 + 1];
    const R w3r = w[q3], w3i = turn * w[q3 + 1];
    const R *a = x + 2 * s * q, *b = a + 2 * s * m, *c = b + 2 * s * m, *d = c + 2 * s * m;
    R *restrict y0 = y + 8 * s * q, *restrict y1 = y0 + 2 * s, *restrict y2 = y1 + 2 * s, *restrict y3 = y2 + 2 * s;
    for (int64_t k = 0; k < 2 * s; k += 2) {
      const R sr = a[k] + c[k], si = a[k + 1] + c[k + 1], tr = a[k] - c[k], ti = a[k + 1] - c[k + 1];
      const R ur = b[k] + d[k], ui = b[k + 1] + d[k + 1];
      /* -i (b - d), or i (b - d) for the inverse */
      const R vr = turn * (b[k + 1] - d[k + 1]), vi = -turn * (b[k] - d[k]);
      y0[k] = sr + ur, y0[k + 1] = si + ui;
      const R pr = tr + vr, pi = ti + vi, qr = sr - ur, qi = si - ui, rr = tr - vr, ri = ti - vi;
      y1[k] = w1r * pr - w1i * pi, y1[k + 1] = w1r * pi + w1i * pr;
      y2[k] = w2r * qr - w2i * qi, y2[k + 1] = w2r * qi + w2i * qr;
      y3[k] = w3r * rr - w3i * ri, y3[k + 1] = w3r * ri + w3i * rr;
    }
  }
}

/* The transform of x in place; 'other' is as long. */
static void NAME(fourier_factors)(const FourierPlan *plan, bool inverse, R *x, R *other) {
  const R turn = inverse ? -1 : 1;
  R *from = x, *to = other;
  int64_t rest = plan->n, s = 1;
  for (int i = 0; i < plan->n_factors; i++) {
    const int p = plan->factors[i];
    rest /= p;
    if (p == 4) NAME(fourier_step_4)(plan, rest, s, turn, from, to);
    else if (p == 2) NAME(fourier_step_2)(plan, rest, s, turn, from, to);
    else NAME(fourier_step)(plan, p, rest, s, turn, from, to);
    s *= p;
    R *swap = from;
    from = to, to = swap;
  }
  if (from != x) memcpy(x, from, sizeof(R) * 2 * (size_t)plan->n);
}

/* x := x w, or x conj(w). */
static void NAME(fourier_multiply)(int64_t n, R *x, const R *w, bool conjugate) {
  const R sign = conjugate ? -1 : 1;
  for (int64_t k = 0; k < n; k++) {
    const R re = x[2 * k], im = x[2 * k + 1], wi = sign * w[2 * k + 1];
    x[2 * k] = re * w[2 * k] - im * wi, x[2 * k + 1] = re * wi + im * w[2 * k];
  }
}

/* The transform of any length as a convolution with a chirp. The inverse is the conjugate of the transform of the
** conjugate. 'scratch' has twice the length of the convolution. */
static void NAME(fourier_bluestein)(const FourierPlan *plan, bool inverse, R *x, R *scratch) {
  const FourierPlan *wide = plan->padded;
  const int64_t n = plan->n, m = wide->n;
  R *line = scratch, *other = scratch + 2 * m;
  for (int64_t k = 0; inverse && k < n; k++) x[2 * k + 1] = -x[2 * k + 1];
  NAME(fourier_multiply)(n, x, plan->chirp, false);
  memcpy(line, x, sizeof(R) * 2 * (size_t)n);
  memset(line + 2 * n, 0, sizeof(R) * 2 * (size_t)(m - n));
  NAME(fourier_factors)(wide, false, line, other);
  NAME(fourier_multiply)(m, line, plan->filter, false);
  NAME(fourier_factors)(wide, true, line, other);
  memcpy(x, line, sizeof(R) * 2 * (size_t)n);
  NAME(fourier_multiply)(n, x, plan->chirp, false);
  for (int64_t k = 0; inverse && k < n; k++) x[2 * k + 1] = -x[2 * k + 1];
}

static void NAME(fourier_run)(const FourierPlan *plan, bool inverse, void *x, void *scratch) {
  if (plan->padded == NULL) NAME(fourier_factors)(plan, inverse, x, scratch);
  else NAME(fourier_bluestein)(plan, inverse, x, scratch);
}

/* The chirp and the transform of its conjugate. False without memory. */
static bool NAME(fourier_chirp)(FourierPlan *plan) {
  const int64_t n = plan->n, m = plan->padded->n;
  R *chirp = plan->chirp = malloc(sizeof(R) * 2 * (size_t)n);
  R *filter = plan->filter = calloc(2 * (size_t)m, sizeof(R)), *other = malloc(sizeof(R) * 2 * (size_t)m);
  const bool good = chirp != NULL && filter != NULL && other != NULL;
  for (int64_t k = 0; good && k < n; k++) {
    /* k² modulo 2 n, because exp repeats itself; in 128 bits, because k² may be large */
    const double angle = M_PI * ((double)(int64_t)((__int128)k * k % (2 * n)) / (double)n);
    const R re = (R)cos(angle), im = (R)-sin(angle);
    chirp[2 * k] = re, chirp[2 * k + 1] = im;
    const int64_t mirror = k == 0 ? 0 : m - k;
    filter[2 * k] = filter[2 * mirror] = re / (R)m;
    filter[2 * k + 1] = filter[2 * mirror + 1] = -im / (R)m;
  }
  if (good) NAME(fourier_factors)(plan->padded, false, filter, other);
  free(other);
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
  fourier_plan_free(plan);
  return NULL;
}
#undef R
