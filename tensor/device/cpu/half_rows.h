/* half_rows.h: rows of float16 by the instructions that convert eight at once, where the processor level has them. */
#ifndef HECATE_HALF_ROWS_H
#define HECATE_HALF_ROWS_H

#include "core/half.h"

#ifdef __F16C__
#include <immintrin.h>
static inline void load_row_float16(int64_t n, float *to, const uint16_t *from) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8) _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)(from + i))));
  for (; i < n; i++) to[i] = load_float16(from[i]);
}
static inline void store_row_float16(int64_t n, uint16_t *to, const float *from) {
  int64_t i = 0;
  for (; i + 8 <= n; i += 8)
    _mm_storeu_si128((__m128i *)(to + i), _mm256_cvtps_ph(_mm256_loadu_ps(from + i), _MM_FROUND_TO_NEAREST_INT));
  for (; i < n; i++) to[i] = store_float16(from[i]);
}
#endif

#endif
