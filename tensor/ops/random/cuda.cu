/* random/cuda.cu: the numbers of random/cpu.c: element i is made of the same words of the stream. A thread makes what
** comes of one counter, four words, or of the two that numbers of the normal law are made of.
*/
#include "ops/random/cuda.h"

struct Words {
  uint32_t v[4];
};

/* Philox4x32-10; see core/philox.h. */
static DEVICE Words draw_words(uint64_t seed, uint64_t counter) {
  uint32_t a = (uint32_t)counter, b = (uint32_t)(counter >> 32), c = 0, d = 0;
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma unroll
  for (int round = 0; round < 10; round++) {
    const uint64_t p = (uint64_t)a * 0xD2511F53u, q = (uint64_t)c * 0xCD9E8D57u;
    const uint32_t e = (uint32_t)(q >> 32) ^ b ^ k0, f = (uint32_t)(p >> 32) ^ d ^ k1;
    a = e;
    b = (uint32_t)q;
    c = f;
    d = (uint32_t)p;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  return {{a, b, c, d}};
}

static DEVICE float draw_float(uint32_t w) { return (float)(int32_t)(w >> 8) * 0x1p-24f; }
static DEVICE double draw_double(uint32_t low, uint32_t high) {
  return (double)(int64_t)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}

/* Element i: numbers of 16 bits are rounded. */
static DEVICE void draw_store(const Draw &d, int64_t i, T v) {
  if (i >= d.numel) return;
  if (d.kind == DRAW_FLOAT16) ((uint16_t *)d.out)[i] = store_float16((float)v);
  else if (d.kind == DRAW_BFLOAT16) ((uint16_t *)d.out)[i] = store_bfloat16((float)v);
  else ((T *)d.out)[i] = v;
}

/* The largest integer that is not above v and has as many binary digits at most. */
static DEVICE int64_t draw_floor(int64_t v, int digits) {
  uint64_t size = (uint64_t)(v < 0 ? ~v : v);
  int cut = -digits;
  for (; size != 0; size >>= 1) cut++;
  return cut > 0 ? v & (int64_t)(~(uint64_t)0 << cut) : v;
}

/* Each word is one number that is 1 with probability p. */
KERNEL(draw_bernoulli)(PARAMETER Draw d) {
  const float p = (float)d.a;
  for (int64_t i = THREAD; i * 4 < d.numel; i += THREADS) {
    const Words w = draw_words(d.seed, d.offset / 4 + (uint64_t)i);
    for (int k = 0; k < 4; k++) draw_store(d, i * 4 + k, (T)(draw_float(w.v[k]) < p));
  }
}
ENTRY(draw_bernoulli)

/* Two words are one integer. */
KERNEL(draw_integers)(PARAMETER Draw d) {
  for (int64_t i = THREAD; i * 2 < d.numel; i += THREADS) {
    const Words w = draw_words(d.seed, d.offset / 4 + (uint64_t)i);
    for (int k = 0; k < 2; k++) {
      uint64_t n = (uint64_t)w.v[2 * k + 1] << 32 | w.v[2 * k];
      if (d.range != 0) n = __umul64hi(n, d.range);
      int64_t integer = (int64_t)((uint64_t)d.low + n);
      if (d.digits != 0) {
        const int64_t down = draw_floor(integer, d.digits);
        integer = down < d.first ? d.first : down;
      }
      draw_store(d, i * 2 + k, (T)integer);
    }
  }
}
ENTRY(draw_integers)

#ifdef T_IS_FLOAT
#define PER (16 / (int)sizeof(T)) /* numbers of four words */
#define GROUP (PER * 16)          /* … of the 64 words of a group */

/* Number k of a counter's words, in [0, 1). */
static DEVICE T draw_unit(const Words &w, int k) {
  return sizeof(T) == 4 ? (T)draw_float(w.v[k % 4]) : (T)draw_double(w.v[2 * k % 4], w.v[(2 * k + 1) % 4]);
}

static DEVICE float draw_load(int kind, uint16_t bits) {
  return kind == DRAW_FLOAT16 ? load_float16(bits) : load_bfloat16(bits);
}

/* Numbers of 16 bits are rounded down, or they would reach the upper bound; see half_body.h. */
static DEVICE void draw_round_down(const Draw &d, int64_t i, float x) {
  if (i >= d.numel) return;
  uint16_t bits = d.kind == DRAW_FLOAT16 ? store_float16(x) : store_bfloat16(x);
  if (draw_load(d.kind, bits) > x) bits = (uint16_t)(bits + (bits >> 15 ? 1 : -1));
  if (draw_load(d.kind, bits) < d.least)
    bits = d.kind == DRAW_FLOAT16 ? store_float16(d.least) : store_bfloat16(d.least);
  ((uint16_t *)d.out)[i] = bits;
}

KERNEL(draw_uniform)(PARAMETER Draw d) {
  const T from = (T)d.a, width = (T)(d.b - d.a), to = (T)d.b;
  for (int64_t i = THREAD; i * PER < d.numel; i += THREADS) {
    const Words w = draw_words(d.seed, d.offset / 4 + (uint64_t)i);
    for (int k = 0; k < PER; k++) {
      const T drawn = from + draw_unit(w, k) * width, x = drawn >= to && to > from ? from : drawn;
      if (d.kind == DRAW_T) draw_store(d, i * PER + k, x);
      else draw_round_down(d, i * PER + k, (float)x);
    }
  }
}
ENTRY(draw_uniform)

/* Box and Muller. In a group the first half of the words gives sizes, the second angles; the cosines are the first
** half of the numbers, the sines the second. A group has 16 counters: counter q and q + 8 give the numbers of one
** thread. */
KERNEL(draw_normal)(PARAMETER Draw d) {
  const T mean = (T)d.a, std = (T)d.b, two_pi = (T)6.283185307179586476925;
  for (int64_t i = THREAD; i / 8 * GROUP < d.numel; i += THREADS) {
    const uint64_t counter = d.offset / 4 + (uint64_t)(i / 8 * 16 + i % 8);
    const Words size = draw_words(d.seed, counter), turn = draw_words(d.seed, counter + 8);
    for (int k = 0; k < PER; k++) {
      const T u = draw_unit(size, k) + (sizeof(T) == 4 ? (T)0x1p-24 : (T)0x1p-53), angle = draw_unit(turn, k) * two_pi;
      const T r = sqrt(-2 * log(u)) * std;
      const int64_t at = i / 8 * GROUP + i % 8 * PER + k;
      draw_store(d, at, mean + r * cos(angle));
      draw_store(d, at + GROUP / 2, mean + r * sin(angle));
    }
  }
}
ENTRY(draw_normal)

/* Uniform numbers o become 1 where they are below their probability, else 0. */
KERNEL(draw_compare)(const T *p, T *o, int64_t n) {
  for (int64_t i = THREAD; i < n; i += THREADS) {
    if (!(p[i] >= 0 && p[i] <= 1)) FAULT(FAULT_PROBABILITY);
    o[i] = o[i] < p[i];
  }
}
ENTRY(draw_compare)
#undef PER
#undef GROUP
#endif
