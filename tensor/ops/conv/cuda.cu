/* conv/cuda.cu: columns of planes and back, and pooling, of elements T. */
#include "ops/conv/cuda.h"

#ifdef T_IS_FLOAT
KERNEL(conv_columns)(PARAMETER Columns c) {
  const int64_t places = c.out[0] * c.out[1], taps = c.kernel[0] * c.kernel[1];
  const T *image = (const T *)c.image;
  for (int64_t e = THREAD; e < c.planes * taps * places; e += THREADS) {
    const int64_t place = e % places, row = e / places, tap = row % taps, plane = row / taps;
    const int64_t y = place / c.out[1] * c.stride[0] + tap / c.kernel[1] * c.dilation[0] - c.padding[0];
    const int64_t x = place % c.out[1] * c.stride[1] + tap % c.kernel[1] * c.dilation[1] - c.padding[1];
    const bool inside = y >= 0 && y < c.in[0] && x >= 0 && x < c.in[1];
    ((T *)c.columns)[e] = inside ? image[(plane * c.in[0] + y) * c.in[1] + x] : (T)0;
  }
}
ENTRY(conv_columns)

/* The output row or column for which tap 'tap' reads place 'at' of the input; -1: there is none. */
static DEVICE int64_t conv_reader(const Columns &c, int d, int64_t at, int64_t tap) {
  const int64_t far = at + c.padding[d] - tap * c.dilation[d];
  return far >= 0 && far % c.stride[d] == 0 && far / c.stride[d] < c.out[d] ? far / c.stride[d] : -1;
}

/* The adjoint: each element of the image is the sum of what was read from it. */
KERNEL(conv_image)(PARAMETER Columns c) {
  const int64_t places = c.out[0] * c.out[1], taps = c.kernel[0] * c.kernel[1];
  for (int64_t e = THREAD; e < c.planes * c.in[0] * c.in[1]; e += THREADS) {
    const int64_t x = e % c.in[1], y = e / c.in[1] % c.in[0], plane = e / (c.in[0] * c.in[1]);
    const T *columns = (const T *)c.columns + plane * taps * places;
    T sum = 0;
    for (int64_t i = 0; i < c.kernel[0]; i++) {
      const int64_t row = conv_reader(c, 0, y, i);
      for (int64_t j = 0; row >= 0 && j < c.kernel[1]; j++) {
        const int64_t column = conv_reader(c, 1, x, j);
        if (column >= 0) sum += columns[(i * c.kernel[1] + j) * places + row * c.out[1] + column];
      }
    }
    ((T *)c.image)[e] = sum;
  }
}
ENTRY(conv_image)
#endif

/* ---- pooling --------------------------------------------------------------------------------------------- */

/* The first place of window 'o' in the input, and one behind its last. */
static DEVICE int64_t pool_first(const Pool &p, int d, int64_t o) {
  const int64_t at = o * p.stride[d] - p.padding[d];
  return at < 0 ? at + (-at + p.dilation[d] - 1) / p.dilation[d] * p.dilation[d] : at;
}
static DEVICE int64_t pool_end(const Pool &p, int d, int64_t o) {
  const int64_t end = o * p.stride[d] - p.padding[d] + (p.kernel[d] - 1) * p.dilation[d] + 1;
  return end < p.in[d] ? end : p.in[d];
}

/* The last NaN wins, else the first of the largest. */
KERNEL(pool_max)(PARAMETER Pool p) {
  const int64_t places = p.out[0] * p.out[1];
  for (int64_t e = THREAD; e < p.planes * places; e += THREADS) {
    const int64_t oy = e % places / p.out[1], ox = e % p.out[1];
    const T *in = (const T *)p.wide + e / places * p.in[0] * p.in[1];
    const int64_t x0 = pool_first(p, 1, ox), x1 = pool_end(p, 1, ox), y1 = pool_end(p, 0, oy);
    T best = LOWEST;
    int64_t at = -1;
    for (int64_t y = pool_first(p, 0, oy); y < y1; y += p.dilation[0])
      for (int64_t x = x0; x < x1; x += p.dilation[1]) {
        const T v = in[y * p.in[1] + x];
        if (at >= 0 && !(v > best) && v == v) continue;
        best = v;
        at = y * p.in[1] + x;
      }
    ((T *)p.narrow)[e] = best;
    p.index[e] = at < 0 ? 0 : at;
  }
}
ENTRY(pool_max)

/* How wide window 'o' is, with or without padding. */
static DEVICE int64_t pool_width(const Pool &p, int d, int64_t o) {
  if (!p.include_pad) return pool_end(p, d, o) - pool_first(p, d, o);
  const int64_t first = o * p.stride[d] - p.padding[d], end = p.in[d] + p.padding[d];
  return (first + p.kernel[d] < end ? first + p.kernel[d] : end) - first;
}
static DEVICE int64_t pool_divisor(const Pool &p, int64_t oy, int64_t ox) {
  return p.divisor != INT64_MIN ? p.divisor : pool_width(p, 0, oy) * pool_width(p, 1, ox);
}

KERNEL(pool_average)(PARAMETER Pool p) {
  const int64_t places = p.out[0] * p.out[1];
  for (int64_t e = THREAD; e < p.planes * places; e += THREADS) {
    const int64_t oy = e % places / p.out[1], ox = e % p.out[1], by = pool_divisor(p, oy, ox);
    const T *in = (const T *)p.wide + e / places * p.in[0] * p.in[1];
    ACC sum = 0;
    for (int64_t y = pool_first(p, 0, oy); y < pool_end(p, 0, oy); y++)
      for (int64_t x = pool_first(p, 1, ox); x < pool_end(p, 1, ox); x++) sum += (ACC)in[y * p.in[1] + x];
    /* To divide the least integer by -1 would overflow. */
    ((T *)p.narrow)[e] = (T)(by == -1 ? (ACC)0 - sum : sum / (ACC)by);
  }
}
ENTRY(pool_average)

#ifdef T_IS_FLOAT
/* The adjoint: what the windows give that an element is in. */
KERNEL(pool_spread)(PARAMETER Pool p) {
  for (int64_t e = THREAD; e < p.planes * p.in[0] * p.in[1]; e += THREADS) {
    const int64_t x = e % p.in[1], y = e / p.in[1] % p.in[0];
    const T *narrow = (const T *)p.narrow + e / (p.in[0] * p.in[1]) * p.out[0] * p.out[1];
    int64_t first[2], last[2];
    for (int d = 0; d < 2; d++) {
      const int64_t far = (d == 0 ? y : x) + p.padding[d], before = far - p.kernel[d] + 1;
      first[d] = before <= 0 ? 0 : (before + p.stride[d] - 1) / p.stride[d];
      last[d] = far / p.stride[d] < p.out[d] ? far / p.stride[d] : p.out[d] - 1;
    }
    ACC sum = 0;
    for (int64_t oy = first[0]; oy <= last[0]; oy++)
      for (int64_t ox = first[1]; ox <= last[1]; ox++)
        sum += (ACC)narrow[oy * p.out[1] + ox] / (ACC)pool_divisor(p, oy, ox);
    ((T *)p.wide)[e] = (T)sum;
  }
}
ENTRY(pool_spread)
#endif
