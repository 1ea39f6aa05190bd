/* reduce/cuda.cu: sums, products, extremes and norms of elements T, in cells ACC. */
#include "ops/reduce/cuda.h"

static DEVICE int64_t reduce_place(int64_t i, int n, const int64_t *size, const int64_t *stride) {
  int64_t at = 0;
  for (int d = 0; d + 1 < n; d++) {
    if (i >> 31 == 0) { /* a division of 32 bits takes a fifth of the time */
      const uint32_t rest = (uint32_t)i / (uint32_t)size[d];
      at += (i - (int64_t)rest * size[d]) * stride[d];
      i = rest;
    } else {
      at += i % size[d] * stride[d];
      i /= size[d];
    }
  }
  return n > 0 ? at + i * stride[n - 1] : at;
}

static DEVICE void reduce_store(const Reduction &r, int64_t result, ACC cell) {
  if (r.finish == REDUCE_DIVIDE || r.finish == REDUCE_DEVIATION) cell = (ACC)((double)cell / r.divisor);
  if (r.finish == REDUCE_ROOT || r.finish == REDUCE_DEVIATION) cell = (ACC)sqrt((double)cell);
  if (r.finish == REDUCE_SCALE && (cell == (ACC)0 || (double)cell == INFINITY)) cell = (ACC)1;
  if (r.finish == REDUCE_POWER)
    cell = (double)cell > 0 && (double)cell < INFINITY ? (ACC)ldexp(1.0, ilogb((double)cell)) : (ACC)1;
  store_any<ACC>(r.out + result * r.out_size, r.out_dtype, cell);
}

/* The cells of the y threads of a result become the one of thread 0. */
template <class Cell, class Fold> static DEVICE void reduce_tile(Cell *tile, const Fold &fold) {
  const int at = threadIdx.y * blockDim.x + threadIdx.x;
  BARRIER();
  for (int half = blockDim.y / 2; half > 0; half /= 2) {
    if ((int)threadIdx.y < half) tile[at] = fold.join(tile[at], tile[at + half * blockDim.x]);
    BARRIER();
  }
}

template <class Fold> static DEVICE void reduce_run(const Reduction &r, ACC *tile, const Fold &fold) {
  const int64_t result = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  const int64_t chunk = (r.length + r.parts - 1) / r.parts, from = blockIdx.y * chunk;
  const int64_t to = from + chunk < r.length ? from + chunk : r.length;
  ACC cell = fold.start();
  if (result < r.results) {
    const char *in = r.in + reduce_place(result, r.n_kept, r.kept, r.kept_stride);
    if (r.n_reduced <= 1) {
      const int64_t step = r.n_reduced == 1 ? r.reduced_stride[0] : 0;
#pragma unroll 4
      for (int64_t i = from + threadIdx.y; i < to; i += blockDim.y) cell = fold.step(cell, *(const T *)(in + i * step));
    } else {
      for (int64_t i = from + threadIdx.y; i < to; i += blockDim.y)
        cell = fold.step(cell, *(const T *)(in + reduce_place(i, r.n_reduced, r.reduced, r.reduced_stride)));
    }
  }
  tile[threadIdx.y * blockDim.x + threadIdx.x] = cell;
  reduce_tile(tile, fold);
  if (threadIdx.y != 0 || result >= r.results) return;
  if (r.parts > 1) ((ACC *)r.cells)[blockIdx.y * r.results + result] = tile[threadIdx.x];
  else reduce_store(r, result, tile[threadIdx.x]);
}

/* A thread for each result. */
template <class Fold> static DEVICE void reduce_join(const Reduction &r, const Fold &fold) {
  const int64_t result = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  if (result >= r.results) return;
  ACC cell = fold.start();
  for (int part = 0; part < r.parts; part++) cell = fold.join(cell, ((const ACC *)r.cells)[part * r.results + result]);
  reduce_store(r, result, cell);
}

#define REDUCE_IS_NAN(v) ((v) != (v))
#define FOLD(name, first, step_value, joined)                                       \
  struct Fold_##name {                                                              \
    DEVICE ACC start() const { return (ACC)(first); }                               \
    DEVICE ACC join(ACC x, ACC y) const { return joined; }                          \
    DEVICE ACC step(ACC x, T v) const { const ACC y = (ACC)(step_value); return joined; } \
  };                                                                                \
  KERNEL(reduce_##name)(PARAMETER Reduction r) {                                    \
    SHARED(ACC, tile, REDUCE_THREADS);                                              \
    reduce_run(r, tile, Fold_##name());                                             \
  }                                                                                 \
  ENTRY_TOGETHER(reduce_##name)                                                     \
  KERNEL(reduce_##name##_join)(PARAMETER Reduction r) { reduce_join(r, Fold_##name()); } \
  ENTRY(reduce_##name##_join)

FOLD(sum, 0, v, x + y)
FOLD(prod, 1, v, x * y)
FOLD(max, LOWEST, v, REDUCE_IS_NAN(x) | (x > y) ? x : y)
FOLD(min, HIGHEST, v, REDUCE_IS_NAN(x) | (x < y) ? x : y)
FOLD(any, 0, v != 0, x != 0 || y != 0)
FOLD(all, 1, v != 0, x != 0 && y != 0)
#ifdef T_IS_FLOAT
FOLD(count, 0, v != 0, x + y)
FOLD(plus_abs, 0, fabs(v), x + y)
FOLD(plus_square, 0, (ACC)v * (ACC)v, x + y)
FOLD(larger_abs, 0, fabs(v), REDUCE_IS_NAN(x) | (x > y) ? x : y)
FOLD(smaller_abs, INFINITY, fabs(v), REDUCE_IS_NAN(x) | (x < y) ? x : y)
#endif

/* ---- positions of extremes ---------------------------------------------------------------------------------- */

/* The best element so far and its position, -1 before the first. */
struct Best {
  T value;
  int64_t at;
};
struct Fold_best {
  bool largest;
  DEVICE explicit Fold_best(bool l) : largest(l) {}
  DEVICE bool better(T x, T y) const { return REDUCE_IS_NAN(x) ? !REDUCE_IS_NAN(y) : largest ? x > y : x < y; }
  /* The first among equals; NaN is better than all. */
  DEVICE Best join(Best x, Best y) const {
    if (y.at < 0) return x;
    if (x.at < 0 || better(y.value, x.value)) return y;
    return better(x.value, y.value) || x.at < y.at ? x : y;
  }
};

KERNEL(reduce_best)(PARAMETER Reduction r) {
  SHARED(Best, tile, REDUCE_THREADS);
  const Fold_best fold(r.largest != 0);
  const int64_t result = (int64_t)blockIdx.x * blockDim.x + threadIdx.x;
  Best best = {(T)0, -1};
  if (result < r.results) {
    const char *in = r.in + reduce_place(result, r.n_kept, r.kept, r.kept_stride);
    for (int64_t i = threadIdx.y; i < r.length; i += blockDim.y) {
      const Best other = {*(const T *)(in + i * r.reduced_stride[0]), i};
      best = fold.join(best, other);
    }
  }
  tile[threadIdx.y * blockDim.x + threadIdx.x] = best;
  reduce_tile(tile, fold);
  if (threadIdx.y != 0 || result >= r.results) return;
  ((int64_t *)r.cells)[result] = tile[threadIdx.x].at;
  if (r.out != 0) ((T *)r.out)[result] = tile[threadIdx.x].value;
}
ENTRY_TOGETHER(reduce_best)
