/* norm/cuda.cu: batch_norm and layer_norm of elements T: a block for each group of numbers, sums in double. */
#include "ops/norm/cuda.h"

/* The sum of what the threads of a block have; all of them get it. */
static DEVICE double norm_together(double *tile, double mine) {
  BARRIER(); /* the others have read what the tile held */
  tile[threadIdx.x] = mine;
  BARRIER();
  for (int half = blockDim.x / 2; half > 0; half /= 2) {
    if ((int)threadIdx.x < half) tile[threadIdx.x] += tile[threadIdx.x + half];
    BARRIER();
  }
  return tile[0];
}

static DEVICE int64_t norm_place(const Norm &k, int64_t group, int64_t i) {
  return group * k.group_step + i / k.inner * k.run_step + i % k.inner;
}
static DEVICE T norm_weight(const Norm &k, int64_t group, int64_t i) {
  return k.weight != 0 ? ((const T *)k.weight)[k.across ? i : group] : (T)1;
}

/* The mean, and the sum of the squared distances from it: those of equal numbers are exactly 0, for they are taken from
** the first number before. */
static DEVICE void norm_measure(const Norm &k, double *tile, int64_t group, double *mean, double *squares) {
  const T *x = (const T *)k.x;
  const int64_t count = k.n * k.inner;
  const double shift = count > 0 ? (double)x[norm_place(k, group, 0)] : 0;
  double sum = 0, total = 0, rest = 0;
  for (int64_t i = threadIdx.x; i < count; i += blockDim.x) sum += (double)x[norm_place(k, group, i)] - shift;
  const double off = norm_together(tile, sum) / (double)count;
  for (int64_t i = threadIdx.x; i < count; i += blockDim.x) {
    const double d = (double)x[norm_place(k, group, i)] - shift - off;
    total += d * d;
    rest += d;
  }
  total = norm_together(tile, total);
  rest = norm_together(tile, rest);
  *mean = shift + off + rest / (double)count;
  *squares = total < INFINITY ? total - rest / (double)count * rest : total;
}

/* The statistics of the batch, and what they make of the running ones. */
static DEVICE void norm_of_batch(const Norm &k, double *tile, int64_t group, T *mean, T *invstd) {
  const double count = (double)(k.n * k.inner);
  double m, squares;
  norm_measure(k, tile, group, &m, &squares);
  *mean = (T)m;
  *invstd = (T)(1 / sqrt(squares / count + k.eps));
  if (threadIdx.x != 0 || k.running_mean == 0) return;
  T *rm = (T *)k.running_mean + group, *rv = (T *)k.running_var + group;
  *rm = (T)((1 - k.momentum) * (double)*rm + k.momentum * (double)*mean);
  *rv = (T)((1 - k.momentum) * (double)*rv + k.momentum * (squares / (count - 1)));
}

KERNEL(norm_forward)(PARAMETER Norm k) {
  SHARED(double, tile, NORM_THREADS);
  const T *bias = (const T *)k.bias;
  for (int64_t group = blockIdx.x; group < k.groups; group += gridDim.x) {
    T m, s;
    if (k.training) norm_of_batch(k, tile, group, &m, &s);
    else {
      m = ((const T *)k.running_mean)[group];
      s = (T)(1 / sqrt((double)((const T *)k.running_var)[group] + k.eps));
    }
    if (threadIdx.x == 0) ((T *)k.mean)[group] = m, ((T *)k.invstd)[group] = s;
    for (int64_t i = threadIdx.x; i < k.n * k.inner; i += blockDim.x) {
      const int64_t at = norm_place(k, group, i);
      const T shift = bias != 0 ? bias[k.across ? i : group] : (T)0;
      ((T *)k.out)[at] = (((const T *)k.x)[at] - m) * s * norm_weight(k, group, i) + shift;
    }
  }
}
ENTRY_TOGETHER(norm_forward)

/* With x̂ = (x - m) s and h = g weight the gradient of x is (h - Σh / count - x̂ Σ(h x̂) / count) s; without
** training the sums play no part. The gradients of weights of a group are Σ(g x̂) and Σg. */
KERNEL(norm_backward)(PARAMETER Norm k) {
  SHARED(double, tile, NORM_THREADS);
  const T *g = (const T *)k.g, *x = (const T *)k.x;
  const int64_t count = k.n * k.inner;
  for (int64_t group = blockIdx.x; group < k.groups; group += gridDim.x) {
    const T m = ((const T *)k.mean)[group], s = ((const T *)k.invstd)[group];
    double sum = 0, dot = 0;
    for (int64_t i = threadIdx.x; i < count; i += blockDim.x) {
      const int64_t at = norm_place(k, group, i);
      const T h = g[at] * (k.across ? norm_weight(k, group, i) : (T)1);
      sum += (double)h;
      dot += (double)(h * ((x[at] - m) * s));
    }
    sum = norm_together(tile, sum);
    dot = norm_together(tile, dot);
    if (threadIdx.x == 0 && !k.across) ((T *)k.dw)[group] = (T)dot, ((T *)k.db)[group] = (T)sum;
    const T b = k.training ? (T)(sum / (double)count) : (T)0, c = k.training ? (T)(dot / (double)count) * s : (T)0;
    for (int64_t i = threadIdx.x; i < count; i += blockDim.x) {
      const int64_t at = norm_place(k, group, i);
      const T h = g[at] * (k.across ? norm_weight(k, group, i) : (T)1);
      const T scale = k.across ? s : s * norm_weight(k, group, i);
      ((T *)k.out)[at] = (h - b - (x[at] - m) * c) * scale;
    }
  }
}
ENTRY_TOGETHER(norm_backward)

/* The gradients of weights that go across groups: a thread for each. */
KERNEL(norm_weights)(PARAMETER Norm k) {
  const T *g = (const T *)k.g, *x = (const T *)k.x, *mean = (const T *)k.mean, *invstd = (const T *)k.invstd;
  for (int64_t i = THREAD; i < k.inner; i += THREADS) {
    double dot = 0, sum = 0;
    for (int64_t group = 0; group < k.groups; group++) {
      const int64_t at = norm_place(k, group, i);
      dot += (double)(g[at] * ((x[at] - mean[group]) * invstd[group]));
      sum += (double)g[at];
    }
    ((T *)k.dw)[i] = (T)dot;
    ((T *)k.db)[i] = (T)sum;
  }
}
ENTRY(norm_weights)
