/* philox.h: the Philox4x32-10 function (Salmon et al., SC 2011), for many counters at
** once so that the compiler makes vector code of it.
*/
#ifndef HECATE_PHILOX_H
#define HECATE_PHILOX_H

#include <stdint.h>

#define PHILOX_WORDS 64 /* made by one call of philox_words */

/* Words offset, offset + 1, ... of the stream of 'seed'; offset is a multiple of 4. */
static inline void philox_words(uint64_t seed, uint64_t offset, uint32_t *restrict words) {
  enum { N = PHILOX_WORDS / 4 };
  uint32_t a[N], b[N], c[N], d[N], k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
#pragma omp simd
  for (int i = 0; i < N; i++) {
    uint64_t counter = offset / 4 + (uint64_t)i;
    a[i] = (uint32_t)counter;
    b[i] = (uint32_t)(counter >> 32);
    c[i] = d[i] = 0;
  }
  for (int round = 0; round < 10; round++) {
#pragma omp simd
    for (int i = 0; i < N; i++) {
      uint64_t p = (uint64_t)a[i] * 0xD2511F53u, q = (uint64_t)c[i] * 0xCD9E8D57u;
      uint32_t e = (uint32_t)(q >> 32) ^ b[i] ^ k0, f = (uint32_t)(p >> 32) ^ d[i] ^ k1;
      a[i] = e;
      b[i] = (uint32_t)q;
      c[i] = f;
      d[i] = (uint32_t)p;
    }
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  for (int i = 0; i < N; i++) {
    words[4 * i] = a[i];
    words[4 * i + 1] = b[i];
    words[4 * i + 2] = c[i];
    words[4 * i + 3] = d[i];
  }
}

/* The four words of one block: those of philox_words from offset 4 * block on. */
static inline void philox_block(uint64_t seed, uint64_t block, uint32_t *words) {
  uint32_t a = (uint32_t)block, b = (uint32_t)(block >> 32), c = 0, d = 0;
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  for (int round = 0; round < 10; round++) {
    const uint64_t p = (uint64_t)a * 0xD2511F53u, q = (uint64_t)c * 0xCD9E8D57u;
    a = (uint32_t)(q >> 32) ^ b ^ k0;
    b = (uint32_t)q;
    c = (uint32_t)(p >> 32) ^ d ^ k1;
    d = (uint32_t)p;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = a;
  words[1] = b;
  words[2] = c;
  words[3] = d;
}

#endif
