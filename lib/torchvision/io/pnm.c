/* pnm.c: the module "torchvision.io.pnm": pictures of PBM, PGM and PPM (netpbm).
**
**   decode(bytes, limit) → uint8, or uint16 where the largest value is above 255 (height × width × 1 or 3); or nil
**     and why not. Values are brought to the scale of 255 or 65535.
**   encode(picture) → bytes: uint8 or uint16 with 1 or 3 channels
**
** A file is "P1" to "P6", width, height and (but for P1 and P4) the largest value as decimal numbers, then the values:
** P1 to P3 as decimal numbers, P4 eight pixels a byte (1 is black), P5 and P6 as bytes, or two bytes, the higher first.
*/
#include <stdio.h>

#include "codec.h"

typedef struct {
  const uint8_t *bytes;
  size_t size, at;
  int kind;          /* 1 to 6 */
  int64_t width, height, most;
  int channels;
} Pnm;

static bool pnm_is_space(int c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

/* Passes over spaces, and comments, which reach from "#" to the end of the line. */
static void pnm_skip(Pnm *p) {
  while (p->at < p->size && (pnm_is_space(p->bytes[p->at]) || p->bytes[p->at] == '#')) {
    if (p->bytes[p->at++] != '#') continue;
    while (p->at < p->size && p->bytes[p->at] != '\n') p->at++;
  }
}

/* Reads a decimal number; -1: there is none. */
static int64_t pnm_number(Pnm *p) {
  int64_t number = -1;
  pnm_skip(p);
  for (; p->at < p->size && p->bytes[p->at] >= '0' && p->bytes[p->at] <= '9'; p->at++) {
    number = (number < 0 ? 0 : number) * 10 + (p->bytes[p->at] - '0');
    if (number > UINT32_MAX) return -1;
  }
  return number;
}

/* Why the header is refused; NULL: it is good. */
static const char *pnm_read_header(Pnm *p) {
  if (p->size < 3 || p->bytes[0] != 'P' || p->bytes[1] < '1' || p->bytes[1] > '6') return "a wrong header";
  p->kind = p->bytes[1] - '0';
  p->at = 2;
  p->channels = p->kind % 3 == 0 ? 3 : 1;
  p->width = pnm_number(p);
  p->height = pnm_number(p);
  p->most = p->kind % 3 == 1 ? 1 : pnm_number(p);
  if (p->width < 0 || p->height < 0 || p->most < 1) return "a wrong header";
  if (p->most > 65535) return "a largest value of more than 65535";
  if (p->kind > 3) p->at++; /* one space, behind which the values begin */
  return NULL;
}

/* Stores value number i, on the full scale of its dtype. */
static bool pnm_store(const Pnm *p, void *to, int64_t i, int64_t value) {
  if (value < 0 || value > p->most) return false;
  if (p->kind % 3 == 1) value = 1 - value; /* 1 is black */
  const int64_t full = p->most > 255 ? 65535 : 255, scaled = p->most == full ? value
                                                                            : (value * full + p->most / 2) / p->most;
  if (p->most > 255) ((uint16_t *)to)[i] = (uint16_t)scaled;
  else ((uint8_t *)to)[i] = (uint8_t)scaled;
  return true;
}

/* P1: digits, between which spaces may be missing. */
static int64_t pnm_digit(Pnm *p) {
  pnm_skip(p);
  return p->at < p->size ? p->bytes[p->at++] - '0' : -1;
}

static bool pnm_read_text(Pnm *p, void *to, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    if ((i & 4095) == 0 && interrupt_requested()) return false;
    if (!pnm_store(p, to, i, p->kind == 1 ? pnm_digit(p) : pnm_number(p))) return false;
  }
  return true;
}

static bool pnm_read_bits(Pnm *p, void *to) {
  const int64_t row = (p->width + 7) / 8;
  for (int64_t y = 0; y < p->height; y++, p->at += (size_t)row) {
    if (p->at + (size_t)row > p->size) return false;
    for (int64_t x = 0; x < p->width; x++)
      pnm_store(p, to, y * p->width + x, p->bytes[p->at + (size_t)(x / 8)] >> (7 - x % 8) & 1);
  }
  return true;
}

static bool pnm_read_bytes(Pnm *p, void *to, int64_t n) {
  const size_t item = p->most > 255 ? 2 : 1;
  if (p->at > p->size || (p->size - p->at) / item < (size_t)n) return false;
  const uint8_t *from = p->bytes + p->at;
  if (p->most == 255) {
    memcpy(to, from, (size_t)n);
    return true;
  }
  for (int64_t i = 0; i < n; i++)
    if (!pnm_store(p, to, i, item == 1 ? from[i] : from[2 * i] << 8 | from[2 * i + 1])) return false;
  return true;
}

static int pnm_decode(lua_State *L) {
  Pnm p = {0};
  p.bytes = codec_bytes(L, &p.size);
  const char *why = pnm_read_header(&p);
  if (why != NULL) return codec_refuse(L, "%s", why);
  if (!codec_fits(L, 1, p.height, p.width)) return codec_too_large(L, p.height, p.width);
  /* Each value takes a byte at least, a bit in P4: no memory is asked for what cannot be there. */
  const size_t left = p.at < p.size ? p.size - p.at : 0;
  if ((p.kind == 4 ? (p.width + 7) / 8 : p.width * p.channels) * p.height > (int64_t)left)
    return codec_refuse(L, "the file ends too early");
  Tensor *picture = codec_picture(L, p.height, p.width, p.channels, p.most > 255 ? DTYPE_UINT16 : DTYPE_UINT8);
  void *to = tensor_data(picture);
  const bool whole = p.kind == 4 ? pnm_read_bits(&p, to)
                     : p.kind < 4 ? pnm_read_text(&p, to, picture->numel) : pnm_read_bytes(&p, to, picture->numel);
  codec_interruption(L);
  if (whole) return 1;
  return codec_refuse(L, p.at >= p.size ? "the file ends too early" : "a wrong value, or the file ends too early "
                      "(offset %I)", (LUAI_UACINT)p.at);
}

static int pnm_encode(lua_State *L) {
  const Tensor *picture = tensor_check(L, 1, "encode_pnm", "input");
  const size_t item = tensor_itemsize(picture), n = (size_t)picture->numel * item;
  char head[80];
  const int start = snprintf(head, sizeof head, "P%d\n%lld %lld\n%d\n", picture->shape[2] == 1 ? 5 : 6,
                             (long long)picture->shape[1], (long long)picture->shape[0], item == 2 ? 65535 : 255);
  uint8_t *to = tensor_data(codec_new(L, 1, (const int64_t[]){start + (int64_t)n}, DTYPE_UINT8));
  memcpy(to, head, (size_t)start);
  to += start;
  memcpy(to, tensor_data(picture), n);
  for (size_t i = 0; item == 2 && i < n; i += 2) {
    const uint16_t value = ((const uint16_t *)tensor_data(picture))[i / 2];
    to[i] = (uint8_t)(value >> 8), to[i + 1] = (uint8_t)value;
  }
  return 1;
}

int luaopen_torchvision_io_pnm(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", pnm_decode}, {"encode", pnm_encode}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
