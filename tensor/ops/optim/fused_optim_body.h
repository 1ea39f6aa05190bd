/* fused_optim_body.h: the loops of fused_optim.c for one element type T (name TYPED).
** The order of operations is PyTorch's, so that float64 agrees with it to rounding.
*/

LEVELS static void TYPED(sgd)(int64_t n, T *restrict p, const T *restrict grad,
                              T *restrict velocity, const SgdStep *s) {
  const T sign = s->maximize ? -1 : 1, decay = (T)s->weight_decay, lr = (T)s->lr;
  const T momentum = (T)s->momentum, keep = (T)(1 - s->dampening);
  if (velocity == NULL) {
#pragma omp simd
    for (int64_t i = 0; i < n; i++) p[i] -= lr * (sign * grad[i] + decay * p[i]);
    return;
  }
  const T old = s->first ? 0 : momentum, fresh = s->first ? 1 : keep;
#define SGD(step)                                                 \
  _Pragma("omp simd") for (int64_t i = 0; i < n; i++) {           \
    const T g = sign * grad[i] + decay * p[i];                    \
    const T v = velocity[i] = old * velocity[i] + fresh * g;      \
    p[i] -= lr * (step);                                          \
  }
  if (s->nesterov) { SGD(g + momentum * v) }
  else { SGD(v) }
#undef SGD
}

LEVELS static void TYPED(adam)(int64_t n, T *restrict p, const T *restrict grad,
                               T *restrict mean, T *restrict square, T *restrict largest,
                               const AdamStep *s) {
  const T sign = s->maximize ? -1 : 1, eps = (T)s->eps;
  const T decay = s->decoupled ? 0 : (T)s->weight_decay;
  const T shrink = s->decoupled ? (T)(1 - s->lr * s->weight_decay) : 1;
  const T beta1 = (T)s->beta1, fresh1 = (T)(1 - s->beta1);
  const T beta2 = (T)s->beta2, fresh2 = (T)(1 - s->beta2);
  const T size = (T)(s->lr / (1 - pow(s->beta1, (double)s->count)));
  const T correction = (T)(1 / sqrt(1 - pow(s->beta2, (double)s->count)));
  if (largest == NULL) {
#pragma omp simd
    for (int64_t i = 0; i < n; i++) {
      T g = sign * grad[i] + decay * p[i];
      T m = mean[i] = mean[i] * beta1 + g * fresh1;
      T v = square[i] = square[i] * beta2 + g * g * fresh2;
      p[i] = p[i] * shrink - size * (m / (SQRT(v) * correction + eps));
    }
    return;
  }
#pragma omp simd
  for (int64_t i = 0; i < n; i++) {
    T g = sign * grad[i] + decay * p[i];
    T m = mean[i] = mean[i] * beta1 + g * fresh1;
    T v = square[i] = square[i] * beta2 + g * g * fresh2;
    T most = largest[i] = largest[i] > v ? largest[i] : v;
    p[i] = p[i] * shrink - size * (m / (SQRT(most) * correction + eps));
  }
}

LEVELS static double TYPED(sum_squares)(int64_t n, const T *restrict x) {
  double sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < n; i++) sum += (double)x[i] * (double)x[i];
  return sum;
}
