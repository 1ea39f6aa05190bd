/* ctc_body.h: the loss for element type T. alpha[t][state] is the logarithm of the probability of all ways to be in a
** state after step t.
*/
static void NAME(ctc_alpha)(const CtcSequence *s, const T *x, double *alpha) {
  for (int64_t t = 0; t < s->steps; t++) {
    double *now = alpha + t * s->states;
    const double *last = now - s->states;
    for (int64_t k = 0; k < s->states; k++) {
      const double p = (double)x[t * s->step + ctc_class(s, k)];
      const double one = t > 0 && k > 0 ? last[k - 1] : -INFINITY;
      if (t == 0) now[k] = k < 2 ? p : -INFINITY;
      else now[k] = p + ctc_log_sum(last[k], one, ctc_may_skip(s, k) ? last[k - 2] : -INFINITY);
    }
  }
}

/* A target ends in its last class or the blank behind it. Without steps only the empty target is possible. */
static double NAME(ctc_of_sequence)(const CtcSequence *s, const T *x, double *alpha) {
  if (s->steps == 0) return s->states == 1 ? 0 : INFINITY;
  NAME(ctc_alpha)(s, x, alpha);
  const double *end = alpha + (s->steps - 1) * s->states + s->states - 1;
  return -ctc_log_sum(end[0], s->states > 1 ? end[-1] : -INFINITY, -INFINITY);
}

static void NAME(ctc_loss)(const CtcBatch *b, const void *x, double *room, void *result) {
  T *out = result;
  CtcSequence s;
  int64_t start = 0;
  for (int64_t i = 0; i < b->batch; start = ctc_next_start(b, i, start), i++) {
    const bool right = ctc_sequence(b, i, start, &s);
    out[i] = right ? (T)NAME(ctc_of_sequence)(&s, (const T *)x + i * b->classes, room) : (T)0;
  }
}

/* One step back: beta[state] is the logarithm of the probability of all ways from a state at step t to the end, both
** steps counted; 'next' is that of the step behind, NULL at the end. */
static void NAME(ctc_beta)(const CtcSequence *s, const T *x, int64_t t, const double *next, double *beta) {
  for (int64_t k = 0; k < s->states; k++) {
    const double p = (double)x[t * s->step + ctc_class(s, k)];
    if (next == NULL) beta[k] = k >= s->states - 2 ? p : -INFINITY;
    else
      beta[k] = p + ctc_log_sum(next[k], k + 1 < s->states ? next[k + 1] : -INFINITY,
                                k + 2 < s->states && ctc_may_skip(s, k + 2) ? next[k + 2] : -INFINITY);
  }
}

/* Gradient g of the loss: exp(x) less the probability of each class at each step given the target. */
static void NAME(ctc_gradient_of)(const CtcSequence *s, const T *x, double g, double loss, double *alpha, T *out) {
  double *beta = alpha + s->steps * s->states, *next = beta + s->states;
  NAME(ctc_alpha)(s, x, alpha);
  for (int64_t t = s->steps - 1; t >= 0; t--) {
    const T *row = x + t * s->step;
    T *to = out + t * s->step;
    NAME(ctc_beta)(s, x, t, t == s->steps - 1 ? NULL : next, beta);
    for (int64_t i = 0; i < s->classes; i++) to[i] = (T)(g * exp((double)row[i]));
    for (int64_t k = 0; k < s->states; k++) {
      const int64_t class = ctc_class(s, k);
      to[class] -= (T)(g * exp(alpha[t * s->states + k] + beta[k] + loss - (double)row[class]));
    }
    double *swap = beta;
    beta = next;
    next = swap;
  }
}

/* Of a target that is impossible the gradient is NaN, and 0 where nothing wants it. */
static void NAME(ctc_gradient)(const CtcBatch *b, const void *grad, const void *x, const void *losses, double *room,
                               void *result) {
  const T *g = grad, *loss = losses;
  CtcSequence s;
  int64_t start = 0;
  memset(result, 0, sizeof(T) * (size_t)(b->steps * b->batch * b->classes));
  for (int64_t i = 0; i < b->batch; start = ctc_next_start(b, i, start), i++) {
    if (!ctc_sequence(b, i, start, &s) || (loss[i] == (T)INFINITY && g[i] == 0)) continue;
    NAME(ctc_gradient_of)(&s, (const T *)x + i * b->classes, (double)g[i], (double)loss[i], room,
                          (T *)result + i * b->classes);
  }
}
