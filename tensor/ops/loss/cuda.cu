/* loss/cuda.cu: nll_loss and its gradient for elements T. */
#include "ops/loss/cuda.h"

/* The class of a target, -1 when it is ignored or wrong. */
static DEVICE int64_t nll_class(const Nll &k, int64_t target) {
  if (target == k.ignore) return -1;
  if (target >= 0 && target < k.classes) return target;
  FAULT(FAULT_CLASS);
  return -1;
}

/* One block: the sums go in an order that the shape alone decides. */
KERNEL(nll_forward)(PARAMETER Nll k) {
  SHARED(ACC, losses, NLL_THREADS);
  SHARED(ACC, weights, NLL_THREADS);
  const T *x = (const T *)k.x, *weight = (const T *)k.weight;
  ACC sum = 0, used = 0;
  for (int64_t at = threadIdx.x; at < k.n * k.inner; at += blockDim.x) {
    const int64_t i = at / k.inner, j = at % k.inner, c = nll_class(k, k.target[at]);
    const T w = c < 0 ? (T)0 : weight != 0 ? weight[c] : (T)1;
    const T loss = c < 0 ? (T)0 : -w * x[(i * k.classes + c) * k.inner + j];
    if (k.reduction == NLL_NONE) ((T *)k.out)[at] = loss;
    sum += (ACC)loss;
    used += (ACC)w;
  }
  losses[threadIdx.x] = sum;
  weights[threadIdx.x] = used;
  BARRIER();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if ((int)threadIdx.x < half) {
      losses[threadIdx.x] += losses[threadIdx.x + half];
      weights[threadIdx.x] += weights[threadIdx.x + half];
    }
    BARRIER();
  }
  if (threadIdx.x != 0) return;
  *(T *)k.used = (T)weights[0];
  if (k.reduction == NLL_MEAN) *(T *)k.out = (T)(losses[0] / weights[0]);
  if (k.reduction == NLL_SUM) *(T *)k.out = (T)losses[0];
}
ENTRY_TOGETHER(nll_forward)

/* 'out' is zero before. */
KERNEL(nll_backward)(PARAMETER Nll k) {
  const T *g = (const T *)k.x, *weight = (const T *)k.weight;
  for (int64_t at = THREAD; at < k.n * k.inner; at += THREADS) {
    const int64_t i = at / k.inner, j = at % k.inner, c = nll_class(k, k.target[at]);
    if (c < 0) continue;
    const T w = weight != 0 ? weight[c] : (T)1;
    const T slope = k.reduction == NLL_MEAN ? *g / *(const T *)k.total : k.reduction == NLL_SUM ? *g : g[at];
    ((T *)k.out)[(i * k.classes + c) * k.inner + j] = -w * slope;
  }
}
ENTRY(nll_backward)
