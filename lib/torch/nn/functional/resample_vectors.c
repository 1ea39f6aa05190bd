/* resample_vectors.c: bytes resized by the instructions of AVX2: see resample.h. The sums are the same to the last bit
** as those of resample_bytes.c.
*/
#include <string.h>

#include "torch/nn/functional/resample.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>

#define WITH_AVX2 __attribute__((target("avx2")))

bool resample_has_vectors(void) { return __builtin_cpu_supports("avx2"); }

/* The places and weights of result 'j' of a block, whose window begins 'start' elements behind what is read. */
static void resample_fill_one(ResampleBlock *b, int j, int64_t start, const double *weights, int64_t width) {
  enum { NOTHING = 0x80 }; /* a byte of 0 */
  for (int64_t k = 0; k < 2 * RESAMPLE_PAIRS; k++) {
    ResamplePair *pair = &b->pairs[k / 2];
    const int64_t half = k % 2;
    const bool used = k < width && weights[k] != 0;
    pair->places[4 * j + 2 * half] = used ? (uint8_t)(start + k) : NOTHING;
    pair->places[4 * j + 2 * half + 1] = NOTHING;
    pair->weights[2 * j + half] = used ? (int16_t)weights[k] : 0;
  }
}

/* Half a block: four results from what is read at b->from[half]. False: they need more than that. */
static bool resample_fill_half(const Windows *x, ResampleBlock *b, int half) {
  const int64_t to = b->to + half * RESAMPLE_HALF, first = x->first[to];
  b->from[half] = first + RESAMPLE_READ <= x->from ? first : x->from - RESAMPLE_READ;
  for (int j = 0; j < RESAMPLE_HALF; j++) {
    const int64_t start = x->first[to + j] - b->from[half];
    if (start < 0 || start + x->width > RESAMPLE_READ) return false;
    resample_fill_one(b, half * RESAMPLE_HALF + j, start, x->weights + (to + j) * x->width, x->width);
  }
  return true;
}

bool resample_fill_blocks(const Windows *x, ResampleBlock *blocks) {
  if (x->width > 2 * RESAMPLE_PAIRS || x->from < RESAMPLE_READ || x->count < RESAMPLE_BLOCK) return false;
  for (int64_t i = 0; i < resample_block_count(x); i++) {
    ResampleBlock *b = blocks + i;
    /* The last block reaches back, so that nothing behind the end is written; reads do as well. */
    b->to = (i + 1) * RESAMPLE_BLOCK <= x->count ? i * RESAMPLE_BLOCK : x->count - RESAMPLE_BLOCK;
    if (!resample_fill_half(x, b, 0) || !resample_fill_half(x, b, 1)) return false;
  }
  return true;
}

/* Eight sums as bytes. */
WITH_AVX2 static inline void resample_store_eight(__m256i sums, uint8_t *out) {
  const __m256i halves = _mm256_packs_epi32(sums, sums), bytes = _mm256_packus_epi16(halves, halves);
  const int low = _mm256_extract_epi32(bytes, 0), high = _mm256_extract_epi32(bytes, 4);
  memcpy(out, &low, sizeof low);
  memcpy(out + 4, &high, sizeof high);
}

WITH_AVX2 void resample_blocks_across(const uint8_t *row, const Windows *x, const ResampleBlock *blocks, uint8_t *out) {
  const int64_t n = resample_block_count(x), pairs = (x->width + 1) / 2;
  const __m256i half = _mm256_set1_epi32(1 << x->bits >> 1);
  const __m128i bits = _mm_cvtsi32_si128(x->bits);
  for (int64_t i = 0; i < n; i++) {
    const ResampleBlock *b = blocks + i;
    const __m256i read = _mm256_loadu2_m128i((const __m128i *)(row + b->from[1]), (const __m128i *)(row + b->from[0]));
    __m256i sums = half;
    for (int64_t p = 0; p < pairs; p++) {
      const __m256i taken = _mm256_shuffle_epi8(read, _mm256_loadu_si256((const __m256i *)b->pairs[p].places));
      const __m256i weights = _mm256_loadu_si256((const __m256i *)b->pairs[p].weights);
      sums = _mm256_add_epi32(sums, _mm256_madd_epi16(taken, weights));
    }
    resample_store_eight(_mm256_sra_epi32(sums, bits), out + b->to);
  }
}

/* The sums of 32 columns: bytes of two rows stand side by side as numbers of 16 bits, whose products are added. */
typedef struct {
  __m256i a, b, c, d;
} Sums;

WITH_AVX2 static inline void resample_add_rows(Sums *s, const uint8_t *row, const uint8_t *next, __m256i weights) {
  const __m256i zero = _mm256_setzero_si256();
  const __m256i x = _mm256_loadu_si256((const __m256i *)row), y = _mm256_loadu_si256((const __m256i *)next);
  const __m256i low = _mm256_unpacklo_epi8(x, y), high = _mm256_unpackhi_epi8(x, y);
  s->a = _mm256_add_epi32(s->a, _mm256_madd_epi16(_mm256_unpacklo_epi8(low, zero), weights));
  s->b = _mm256_add_epi32(s->b, _mm256_madd_epi16(_mm256_unpackhi_epi8(low, zero), weights));
  s->c = _mm256_add_epi32(s->c, _mm256_madd_epi16(_mm256_unpacklo_epi8(high, zero), weights));
  s->d = _mm256_add_epi32(s->d, _mm256_madd_epi16(_mm256_unpackhi_epi8(high, zero), weights));
}

WITH_AVX2 int64_t resample_vectors_down(const uint8_t *rows, int64_t n, const double *weights, int64_t width, int bits,
                                        uint8_t *out) {
  enum { COLUMNS = 32 };
  const __m256i half = _mm256_set1_epi32(1 << bits >> 1);
  const __m128i shift = _mm_cvtsi32_si128(bits);
  int64_t j = 0;
  for (; j + COLUMNS <= n; j += COLUMNS) {
    Sums s = {half, half, half, half};
    for (int64_t k = 0; k < width; k += 2) {
      const bool two = k + 1 < width;
      const uint32_t pair = (uint16_t)(int)weights[k] | (two ? (uint32_t)(int)weights[k + 1] << 16 : 0);
      const uint8_t *row = rows + k * n + j;
      resample_add_rows(&s, row, two ? row + n : row, _mm256_set1_epi32((int)pair));
    }
    const __m256i first = _mm256_packs_epi32(_mm256_sra_epi32(s.a, shift), _mm256_sra_epi32(s.b, shift));
    const __m256i second = _mm256_packs_epi32(_mm256_sra_epi32(s.c, shift), _mm256_sra_epi32(s.d, shift));
    _mm256_storeu_si256((__m256i *)(out + j), _mm256_packus_epi16(first, second));
  }
  return j;
}

#else

bool resample_has_vectors(void) { return false; }
bool resample_fill_blocks(const Windows *x, ResampleBlock *blocks) {
  (void)x, (void)blocks;
  return false;
}
void resample_blocks_across(const uint8_t *row, const Windows *x, const ResampleBlock *blocks, uint8_t *out) {
  (void)row, (void)x, (void)blocks, (void)out;
}
int64_t resample_vectors_down(const uint8_t *rows, int64_t n, const double *weights, int64_t width, int bits,
                              uint8_t *out) {
  (void)rows, (void)n, (void)weights, (void)width, (void)bits, (void)out;
  return 0;
}

#endif
