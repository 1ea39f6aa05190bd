/* nll_body.h: nll_loss for element type T: the loss of a place is -weight[class] x[class], 0 where its target is
** ignored. x is N × C × inner, target N × inner. Sums go in order of the targets, in the accumulator.
*/
static void NAME(nll_forward)(const Classes *k, const void *in, const int64_t *target, const void *weights,
                              NllReduction reduction, void *result, void *total) {
  const T *x = in, *weight = weights;
  T *out = result;
  A sum = 0, used = 0;
  for (int64_t i = 0; i < k->n; i++)
    for (int64_t j = 0; j < k->inner; j++) {
      const int64_t at = i * k->inner + j, class = nll_class(k, target[at]);
      const T w = class < 0 ? 0 : weight != NULL ? weight[class] : 1;
      const T loss = class < 0 ? 0 : -w * x[(i * k->classes + class) * k->inner + j];
      if (reduction == NLL_NONE) out[at] = loss;
      sum += (A)loss;
      used += (A)w;
    }
  *(T *)total = (T)used;
  if (reduction == NLL_MEAN) out[0] = (T)(sum / used);
  if (reduction == NLL_SUM) out[0] = (T)sum;
}

/* 'out' is zero before; g is one gradient for each place, or one for all where there is a reduction. */
static void NAME(nll_backward)(const Classes *k, const void *grad, const int64_t *target, const void *weights,
                               const void *total, NllReduction reduction, void *result) {
  const T *g = grad, *weight = weights;
  T *out = result;
  const T scale = reduction == NLL_MEAN ? *g / *(const T *)total : *g;
  for (int64_t i = 0; i < k->n; i++)
    for (int64_t j = 0; j < k->inner; j++) {
      const int64_t at = i * k->inner + j, class = nll_class(k, target[at]);
      if (class < 0) continue;
      const T w = weight != NULL ? weight[class] : 1;
      out[(i * k->classes + class) * k->inner + j] = -w * (reduction == NLL_NONE ? g[at] : scale);
    }
}
