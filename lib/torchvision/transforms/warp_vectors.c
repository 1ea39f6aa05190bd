/* warp_vectors.c: rows of images read between their pixels, eight places at once, on processors with AVX2. Places near
** the edges, or outside, are left to the function that the caller gives.
*/
#include <string.h>

#include "torchvision/transforms/warp.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define WITH_AVX2 __attribute__((target("avx2,fma")))

bool warp_has_vectors(const Warp *w) {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && w->height * w->width < INT32_MAX / 4;
}

/* Eight places: the number of the element above and left of each, and its shares of the way to the next ones. */
typedef struct {
  __m256i at;
  __m256 right, down;
} Places;

/* false: one of them lies outside of the first 'rows' rows and the first 'columns' columns. */
WITH_AVX2 static inline bool warp_read_eight(const float *x, const float *y, float columns, float rows, int64_t width,
                                             Places *p) {
  const __m256 vx = _mm256_loadu_ps(x), vy = _mm256_loadu_ps(y), zero = _mm256_setzero_ps();
  const __m256 fits_x = _mm256_and_ps(_mm256_cmp_ps(vx, zero, _CMP_GE_OQ),
                                      _mm256_cmp_ps(vx, _mm256_set1_ps(columns), _CMP_LT_OQ));
  const __m256 fits_y = _mm256_and_ps(_mm256_cmp_ps(vy, zero, _CMP_GE_OQ),
                                      _mm256_cmp_ps(vy, _mm256_set1_ps(rows), _CMP_LT_OQ));
  if (_mm256_movemask_ps(_mm256_and_ps(fits_x, fits_y)) != 0xff) return false;
  const __m256i column = _mm256_cvttps_epi32(vx), row = _mm256_cvttps_epi32(vy);
  p->right = _mm256_sub_ps(vx, _mm256_cvtepi32_ps(column));
  p->down = _mm256_sub_ps(vy, _mm256_cvtepi32_ps(row));
  p->at = _mm256_add_epi32(_mm256_mullo_epi32(row, _mm256_set1_epi32((int)width)), column);
  return true;
}

WITH_AVX2 static inline __m256 warp_mix(__m256 a, __m256 b, __m256 share) {
  return _mm256_fmadd_ps(_mm256_sub_ps(b, a), share, a);
}

/* Byte k of each of eight words, as floats. */
WITH_AVX2 static inline __m256 warp_byte(__m256i words, int k) {
  return _mm256_cvtepi32_ps(_mm256_and_si256(_mm256_srli_epi32(words, 8 * k), _mm256_set1_epi32(255)));
}

WITH_AVX2 void warp_row_uint8(const WarpRow *r, uint8_t *out) {
  const Warp *w = r->warp;
  const uint8_t *plane = r->plane;
  int64_t j = 0;
  for (; j + 8 <= w->columns; j += 8) {
    Places p;
    /* Four bytes are read where two are wanted, so the last row but one is not read here. */
    if (!warp_read_eight(r->x + j, r->y + j, (float)(w->width - 1), (float)(w->height - 2), w->width, &p)) {
      r->others(r, j, j + 8, out);
      continue;
    }
    const __m256i above = _mm256_i32gather_epi32((const int *)plane, p.at, 1);
    const __m256i below = _mm256_i32gather_epi32((const int *)(plane + w->width), p.at, 1);
    const __m256 high = warp_mix(warp_byte(above, 0), warp_byte(above, 1), p.right);
    const __m256 low = warp_mix(warp_byte(below, 0), warp_byte(below, 1), p.right);
    const __m256i sums = _mm256_cvtps_epi32(warp_mix(high, low, p.down));
    const __m256i halves = _mm256_packus_epi16(_mm256_packus_epi32(sums, sums), _mm256_setzero_si256());
    const int first = _mm256_extract_epi32(halves, 0), second = _mm256_extract_epi32(halves, 4);
    memcpy(out + j, &first, sizeof first);
    memcpy(out + j + 4, &second, sizeof second);
  }
  if (j < w->columns) r->others(r, j, w->columns, out);
}

WITH_AVX2 void warp_row_float32(const WarpRow *r, float *out) {
  const Warp *w = r->warp;
  const float *plane = r->plane, *next = plane + w->width;
  int64_t j = 0;
  for (; j + 8 <= w->columns; j += 8) {
    Places p;
    if (!warp_read_eight(r->x + j, r->y + j, (float)(w->width - 1), (float)(w->height - 1), w->width, &p)) {
      r->others(r, j, j + 8, out);
      continue;
    }
    const __m256 a = _mm256_i32gather_ps(plane, p.at, 4), b = _mm256_i32gather_ps(plane + 1, p.at, 4);
    const __m256 c = _mm256_i32gather_ps(next, p.at, 4), d = _mm256_i32gather_ps(next + 1, p.at, 4);
    const __m256 sums = warp_mix(warp_mix(a, b, p.right), warp_mix(c, d, p.right), p.down);
    _mm256_storeu_ps(out + j, sums);
  }
  if (j < w->columns) r->others(r, j, w->columns, out);
}

#else

bool warp_has_vectors(const Warp *w) {
  (void)w;
  return false;
}
void warp_row_uint8(const WarpRow *r, uint8_t *out) { r->others(r, 0, r->warp->columns, out); }
void warp_row_float32(const WarpRow *r, float *out) { r->others(r, 0, r->warp->columns, out); }

#endif
