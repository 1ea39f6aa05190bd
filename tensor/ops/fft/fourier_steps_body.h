/* fourier_steps_body.h: the steps of Stockham's algorithm. x of s × (m p) numbers, which are s lines of length m p,
** becomes s p lines of length m in y. xr, xi are real and imaginary parts. 'turn' is 1, or -1 for the inverse; 'over'
** is n / (m p): root k of the line's length is root k over of those of the plan, 'w'.
*/
#define R __typeof__(__real__(T)0)

/* Any p. */
static void NAME(fourier_step)(const R *w, int64_t over, int p, int64_t m, int64_t s, R turn, const R *restrict xr,
                               const R *restrict xi, R *restrict yr, R *restrict yi) {
  for (int64_t q = 0; q < m; q++) {
    for (int t = 0; t < p; t++) { /* result t of p */
      const int64_t to = s * (p * q + t);
      for (int64_t k = 0; k < s; k++) yr[to + k] = 0, yi[to + k] = 0;
      for (int r = 0; r < p; r++) {
        /* exp(-2 pi i (r t / p + q t / (m p))) */
        const int64_t at = ((int64_t)(r * t % p) * m + q * t) % (m * p) * over, from = s * (q + m * r);
        const R re = w[2 * at], im = turn * w[2 * at + 1];
        for (int64_t k = 0; k < s; k++) {
          yr[to + k] += re * xr[from + k] - im * xi[from + k];
          yi[to + k] += re * xi[from + k] + im * xr[from + k];
        }
      }
    }
  }
}

static void NAME(fourier_step_2)(const R *w, int64_t over, int64_t m, int64_t s, R turn, const R *restrict xr,
                                 const R *restrict xi, R *restrict yr, R *restrict yi) {
  for (int64_t q = 0; q < m; q++) {
    const R re = w[2 * q * over], im = turn * w[2 * q * over + 1];
    const int64_t a = s * q, b = a + s * m, even = 2 * s * q, odd = even + s;
    for (int64_t k = 0; k < s; k++) {
      const R dr = xr[a + k] - xr[b + k], di = xi[a + k] - xi[b + k];
      yr[even + k] = xr[a + k] + xr[b + k], yi[even + k] = xi[a + k] + xi[b + k];
      yr[odd + k] = re * dr - im * di, yi[odd + k] = re * di + im * dr;
    }
  }
}

static void NAME(fourier_step_3)(const R *w, int64_t over, int64_t m, int64_t s, R turn, const R *restrict xr,
                                 const R *restrict xi, R *restrict yr, R *restrict yi) {
  const R high = turn * (R)0.86602540378443864676; /* sin(2 pi / 3) */
  for (int64_t q = 0; q < m; q++) {
    const int64_t q1 = 2 * q * over, q2 = 2 * q1, a = s * q, b = a + s * m, c = b + s * m, y = 3 * s * q;
    const R w1r = w[q1], w1i = turn * w[q1 + 1], w2r = w[q2], w2i = turn * w[q2 + 1];
    for (int64_t k = 0; k < s; k++) {
      const R tr = xr[b + k] + xr[c + k], ti = xi[b + k] + xi[c + k];
      const R ur = high * (xi[b + k] - xi[c + k]), ui = -high * (xr[b + k] - xr[c + k]);
      const R mr = xr[a + k] - (R)0.5 * tr, mi = xi[a + k] - (R)0.5 * ti;
      const R pr = mr + ur, pi = mi + ui, rr = mr - ur, ri = mi - ui;
      yr[y + k] = xr[a + k] + tr, yi[y + k] = xi[a + k] + ti;
      yr[y + s + k] = w1r * pr - w1i * pi, yi[y + s + k] = w1r * pi + w1i * pr;
      yr[y + 2 * s + k] = w2r * rr - w2i * ri, yi[y + 2 * s + k] = w2r * ri + w2i * rr;
    }
  }
}

static void NAME(fourier_step_4)(const R *w, int64_t over, int64_t m, int64_t s, R turn, const R *restrict xr,
                                 const R *restrict xi, R *restrict yr, R *restrict yi) {
  for (int64_t q = 0; q < m; q++) {
    const int64_t q1 = 2 * q * over, q2 = 2 * q1, q3 = 3 * q1;
    const R w1r = w[q1], w1i = turn * w[q1 + 1], w2r = w[q2], w2i = turn * w[q2 + 1];
    const R w3r = w[q3], w3i = turn * w[q3 + 1];
    const int64_t a = s * q, b = a + s * m, c = b + s * m, d = c + s * m, y = 4 * s * q;
    for (int64_t k = 0; k < s; k++) {
      const R sr = xr[a + k] + xr[c + k], si = xi[a + k] + xi[c + k];
      const R tr = xr[a + k] - xr[c + k], ti = xi[a + k] - xi[c + k];
      const R ur = xr[b + k] + xr[d + k], ui = xi[b + k] + xi[d + k];
      /* -i (b - d), or i (b - d) for the inverse */
      const R vr = turn * (xi[b + k] - xi[d + k]), vi = -turn * (xr[b + k] - xr[d + k]);
      const R pr = tr + vr, pi = ti + vi, qr = sr - ur, qi = si - ui, rr = tr - vr, ri = ti - vi;
      yr[y + k] = sr + ur, yi[y + k] = si + ui;
      yr[y + s + k] = w1r * pr - w1i * pi, yi[y + s + k] = w1r * pi + w1i * pr;
      yr[y + 2 * s + k] = w2r * qr - w2i * qi, yi[y + 2 * s + k] = w2r * qi + w2i * qr;
      yr[y + 3 * s + k] = w3r * rr - w3i * ri, yi[y + 3 * s + k] = w3r * ri + w3i * rr;
    }
  }
}

/* Result t of the step with p = 5, turned. */
static inline void NAME(fourier_put)(const R *w, int64_t at, R turn, int64_t k, R re, R im, R *restrict yr,
                                     R *restrict yi) {
  const R wr = w[at], wi = turn * w[at + 1];
  yr[k] = wr * re - wi * im, yi[k] = wr * im + wi * re;
}

static void NAME(fourier_step_5)(const R *w, int64_t over, int64_t m, int64_t s, R turn, const R *restrict xr,
                                 const R *restrict xi, R *restrict yr, R *restrict yi) {
  const R c1 = (R)0.30901699437494742410, c2 = (R)-0.80901699437494742410; /* cos(2 pi / 5), cos(4 pi / 5) */
  const R s1 = turn * (R)0.95105651629515357212, s2 = turn * (R)0.58778525229247312917; /* their sines */
  for (int64_t q = 0; q < m; q++) {
    const int64_t q1 = 2 * q * over, a = s * q, b = a + s * m, c = b + s * m, d = c + s * m, e = d + s * m;
    const int64_t y = 5 * s * q;
    for (int64_t k = 0; k < s; k++) {
      const R pr = xr[b + k] + xr[e + k], pi = xi[b + k] + xi[e + k];
      const R qr = xr[c + k] + xr[d + k], qi = xi[c + k] + xi[d + k];
      const R ur = xr[b + k] - xr[e + k], ui = xi[b + k] - xi[e + k];
      const R vr = xr[c + k] - xr[d + k], vi = xi[c + k] - xi[d + k];
      const R mr = xr[a + k] + c1 * pr + c2 * qr, mi = xi[a + k] + c1 * pi + c2 * qi;
      const R nr = xr[a + k] + c2 * pr + c1 * qr, ni = xi[a + k] + c2 * pi + c1 * qi;
      const R gr = s1 * ui + s2 * vi, gi = -(s1 * ur + s2 * vr); /* -i (s1 u + s2 v) */
      const R hr = s2 * ui - s1 * vi, hi = -(s2 * ur - s1 * vr);
      yr[y + k] = xr[a + k] + pr + qr, yi[y + k] = xi[a + k] + pi + qi;
      NAME(fourier_put)(w, q1, turn, y + s + k, mr + gr, mi + gi, yr, yi);
      NAME(fourier_put)(w, 2 * q1, turn, y + 2 * s + k, nr + hr, ni + hi, yr, yi);
      NAME(fourier_put)(w, 3 * q1, turn, y + 3 * s + k, nr - hr, ni - hi, yr, yi);
      NAME(fourier_put)(w, 4 * q1, turn, y + 4 * s + k, mr - gr, mi - gi, yr, yi);
    }
  }
}
#undef R
