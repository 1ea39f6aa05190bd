/* digest.c: the module "torch.hub.digest": checksums of files, by which one sees that a download is whole.
**
**   digest(path, "md5" or "sha256") → hexadecimal digits; nil and why the file cannot be read
**
** MD5 is RFC 1321, SHA-256 is FIPS 180-4. Both take blocks of 64 bytes; at the end come the bit 1, zeros, and the
** number of bits, whose bytes MD5 has in little-endian order and SHA-256 in big-endian order.
*/
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "vm.h"

int luaopen_torch_hub_digest(lua_State *L);

enum { BLOCK = 64 };

typedef struct Digest Digest;
struct Digest {
  uint32_t state[8];
  int words;                                    /* of the state */
  bool big;                                     /* the order of bytes */
  void (*block)(Digest *d, const uint32_t *w);  /* takes 16 words */
  uint8_t rest[BLOCK];                          /* bytes of a block that is not full */
  size_t n_rest;
  uint64_t bytes;
};

/* ---- the two functions of a block ---------------------------------------------------------- */

static uint32_t turn_left(uint32_t x, int n) { return x << n | x >> (32 - n); }
static uint32_t turn_right(uint32_t x, int n) { return x >> n | x << (32 - n); }

/* The constants of MD5 are the first 32 bits of |sin| of 1 to 64. */
static void md5_block(Digest *d, const uint32_t *w) {
  static const uint8_t turns[4][4] = {{7, 12, 17, 22}, {5, 9, 14, 20}, {4, 11, 16, 23}, {6, 10, 15, 21}};
  static uint32_t constants[64];
  for (int i = 0; constants[63] == 0 && i < 64; i++)
    constants[i] = (uint32_t)(int64_t)floor(fabs(sin(i + 1)) * 0x1p32);
  uint32_t a = d->state[0], b = d->state[1], c = d->state[2], e = d->state[3];
  for (int i = 0; i < 64; i++) {
    uint32_t mixed;
    int word;
    switch (i / 16) {
      case 0: mixed = (b & c) | (~b & e), word = i; break;
      case 1: mixed = (e & b) | (~e & c), word = (5 * i + 1) % 16; break;
      case 2: mixed = b ^ c ^ e, word = (3 * i + 5) % 16; break;
      default: mixed = c ^ (b | ~e), word = 7 * i % 16; break;
    }
    const uint32_t sum = a + mixed + constants[i] + w[word];
    a = e, e = c, c = b;
    b += turn_left(sum, turns[i / 16][i % 4]);
  }
  d->state[0] += a, d->state[1] += b, d->state[2] += c, d->state[3] += e;
}

/* The first 32 bits behind the point of the square roots (the state) and cube roots of prime numbers. */
static uint32_t root_bits(int prime, bool cube) {
  const long double root = cube ? cbrtl(prime) : sqrtl(prime);
  return (uint32_t)(uint64_t)((root - floorl(root)) * 0x1p32L);
}

static void sha256_constants(uint32_t *cubes, uint32_t *squares) {
  for (int n = 0, prime = 2; n < 64; prime++) {
    bool is_prime = true;
    for (int i = 2; i * i <= prime; i++) is_prime = is_prime && prime % i != 0;
    if (!is_prime) continue;
    if (squares != NULL && n < 8) squares[n] = root_bits(prime, false);
    if (cubes != NULL) cubes[n] = root_bits(prime, true);
    n++;
  }
}

static void sha256_block(Digest *d, const uint32_t *words) {
  static uint32_t constants[64];
  uint32_t w[64], s[8];
  if (constants[0] == 0) sha256_constants(constants, NULL);
  memcpy(w, words, 16 * sizeof *w);
  for (int i = 16; i < 64; i++) {
    const uint32_t x = w[i - 15], y = w[i - 2];
    w[i] = w[i - 16] + w[i - 7] + (turn_right(x, 7) ^ turn_right(x, 18) ^ x >> 3) +
           (turn_right(y, 17) ^ turn_right(y, 19) ^ y >> 10);
  }
  memcpy(s, d->state, sizeof s);
  for (int i = 0; i < 64; i++) {
    const uint32_t chosen = (s[4] & s[5]) ^ (~s[4] & s[6]), most = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
    const uint32_t one = s[7] + (turn_right(s[4], 6) ^ turn_right(s[4], 11) ^ turn_right(s[4], 25)) + chosen +
                         constants[i] + w[i];
    const uint32_t two = (turn_right(s[0], 2) ^ turn_right(s[0], 13) ^ turn_right(s[0], 22)) + most;
    memmove(s + 1, s, 7 * sizeof *s);
    s[4] += one;
    s[0] = one + two;
  }
  for (int i = 0; i < 8; i++) d->state[i] += s[i];
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static void digest_block(Digest *d, const uint8_t *bytes) {
  uint32_t w[16];
  for (int i = 0; i < 16; i++) {
    const uint8_t *b = bytes + 4 * i;
    w[i] = d->big ? (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3]
                  : (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
  }
  d->block(d, w);
}

static void digest_add(Digest *d, const uint8_t *bytes, size_t n) {
  d->bytes += n;
  while (n > 0) {
    const size_t part = n < BLOCK - d->n_rest ? n : BLOCK - d->n_rest;
    memcpy(d->rest + d->n_rest, bytes, part);
    d->n_rest += part;
    bytes += part;
    n -= part;
    if (d->n_rest == BLOCK) {
      digest_block(d, d->rest);
      d->n_rest = 0;
    }
  }
}

static void digest_end(Digest *d, char *text) {
  static const uint8_t filling[BLOCK] = {0x80};
  const uint64_t bits = d->bytes * 8;
  uint8_t length[8];
  digest_add(d, filling, 1 + (BLOCK + 55 - d->n_rest) % BLOCK);
  for (int i = 0; i < 8; i++) length[i] = (uint8_t)(bits >> (d->big ? 56 - 8 * i : 8 * i));
  digest_add(d, length, sizeof length);
  for (int i = 0; i < d->words * 4; i++) {
    const int shift = d->big ? 24 - i % 4 * 8 : i % 4 * 8;
    snprintf(text + 2 * i, 3, "%02x", (unsigned)(d->state[i / 4] >> shift & 255));
  }
}

static Digest digest_begin(const char *kind) {
  if (strcmp(kind, "md5") == 0)
    return (Digest){.state = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476}, .words = 4, .block = md5_block};
  Digest d = {.words = 8, .big = true, .block = sha256_block};
  sha256_constants(NULL, d.state);
  return d;
}

/* Whether the whole file was read; *interrupted: the user stopped it. */
static bool digest_file(Digest *d, FILE *file, bool *interrupted) {
  enum { PART = 1 << 16 };
  uint8_t bytes[PART];
  size_t n;
  while (!(*interrupted = interrupt_requested()) && (n = fread(bytes, 1, PART, file)) > 0) digest_add(d, bytes, n);
  return !*interrupted && !ferror(file);
}

static int digest_of(lua_State *L) {
  const char *path = luaL_checkstring(L, 1), *kind = luaL_checkstring(L, 2);
  char text[65];
  bool interrupted = false;
  Digest d = digest_begin(kind);
  FILE *file = fopen(path, "rb");
  const bool read = file != NULL && digest_file(&d, file, &interrupted);
  const int reason = errno;
  if (file != NULL) fclose(file);
  if (interrupted) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
  if (!read) {
    lua_pushnil(L);
    lua_pushstring(L, strerror(reason));
    return 2;
  }
  digest_end(&d, text);
  lua_pushstring(L, text);
  return 1;
}

int luaopen_torch_hub_digest(lua_State *L) {
  lua_pushcfunction(L, digest_of);
  return 1;
}
