/* softmax/cuda.cu: softmax, log_softmax and their gradients of elements T. Sums are kept in ACC. */
#include "ops/softmax/cuda.h"

struct SoftmaxSum {
  DEVICE ACC join(ACC a, ACC b) const { return a + b; }
};
struct SoftmaxMost {
  DEVICE ACC join(ACC a, ACC b) const { return (a != a) | (a > b) ? a : b; }
};

/* What the y threads of a line have, joined; all of them get it. */
template <class Join> static DEVICE ACC softmax_together(ACC *tile, ACC mine, const Join &join) {
  const int at = threadIdx.y * blockDim.x + threadIdx.x;
  BARRIER(); /* the others have read what the tile held */
  tile[at] = mine;
  BARRIER();
  for (int half = blockDim.y / 2; half > 0; half /= 2) {
    if ((int)threadIdx.y < half) tile[at] = join.join(tile[at], tile[at + half * blockDim.x]);
    BARRIER();
  }
  return tile[threadIdx.x];
}

static DEVICE int64_t softmax_place(const Softmax &s, int64_t line) {
  return line / s.inner * s.n * s.inner + line % s.inner;
}

KERNEL(softmax_forward)(PARAMETER Softmax s) {
  SHARED(ACC, tile, SOFTMAX_THREADS);
  const int64_t line = (int64_t)blockIdx.x * blockDim.x + threadIdx.x, n = line < s.lines ? s.n : 0;
  const int64_t first = n > 0 ? softmax_place(s, line) : 0;
  const T *x = (const T *)s.x + first;
  T *out = (T *)s.out + first;
  ACC most = LOWEST, sum = 0;
  for (int64_t i = threadIdx.y; i < n; i += blockDim.y) most = SoftmaxMost().join(most, (ACC)x[i * s.inner]);
  most = softmax_together(tile, most, SoftmaxMost());
  for (int64_t i = threadIdx.y; i < n; i += blockDim.y) sum += (ACC)exp(x[i * s.inner] - (T)most);
  sum = softmax_together(tile, sum, SoftmaxSum());
  if (s.log) {
    const T less = (T)log(sum);
    for (int64_t i = threadIdx.y; i < n; i += blockDim.y) out[i * s.inner] = x[i * s.inner] - (T)most - less;
  } else {
    const T factor = (T)(1 / sum);
    for (int64_t i = threadIdx.y; i < n; i += blockDim.y) out[i * s.inner] = exp(x[i * s.inner] - (T)most) * factor;
  }
}
ENTRY_TOGETHER(softmax_forward)

KERNEL(softmax_backward)(PARAMETER Softmax s) {
  SHARED(ACC, tile, SOFTMAX_THREADS);
  const int64_t line = (int64_t)blockIdx.x * blockDim.x + threadIdx.x, n = line < s.lines ? s.n : 0;
  const int64_t first = n > 0 ? softmax_place(s, line) : 0;
  const T *g = (const T *)s.x + first, *y = (const T *)s.y + first;
  T *out = (T *)s.out + first;
  ACC sum = 0;
  for (int64_t i = threadIdx.y; i < n; i += blockDim.y)
    sum += s.log ? (ACC)g[i * s.inner] : (ACC)g[i * s.inner] * (ACC)y[i * s.inner];
  const T total = (T)softmax_together(tile, sum, SoftmaxSum());
  for (int64_t i = threadIdx.y; i < n; i += blockDim.y) {
    const T gradient = g[i * s.inner], result = y[i * s.inner];
    out[i * s.inner] = s.log ? gradient - exp(result) * total : result * (gradient - total);
  }
}
ENTRY_TOGETHER(softmax_backward)
