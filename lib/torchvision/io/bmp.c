/* bmp.c: the module "torchvision.io.bmp": pictures of BMP.
**
**   decode(bytes, limit) → uint8 (height × width × channels), or nil and why not: 1 channel where the palette is
**     grey, 4 where there is an alpha mask, else 3
**   encode(picture) → bytes: uint8 with 1 or 3 channels
**
** A file is, all numbers little-endian: "BM", at 10 the offset of the pixels, at 14 a header that begins with its own
** size, colour masks or a palette, and rows of pixels from below, each filled up to a multiple of 4 bytes. Two of the
** packings are of runs.
*/
#include "codec.h"

enum { FILE_HEADER = 14, CORE_HEADER = 12, INFO_HEADER = 40 };
enum { BMP_RGB, BMP_RLE8, BMP_RLE4, BMP_BITFIELDS, BMP_ALPHA_BITFIELDS = 6 };

typedef struct {
  uint32_t mask;
  int shift, bits;
} Field;

typedef struct {
  const uint8_t *bytes;
  size_t size;
  int64_t width, height;
  bool from_above;
  int bits, packing;
  size_t pixels; /* their offset */
  uint8_t palette[256][3];
  Field fields[4]; /* red, green, blue, alpha */
  int channels;
} Bmp;

static uint32_t bmp_u16(const uint8_t *b) { return (uint32_t)b[0] | (uint32_t)b[1] << 8; }
static uint32_t bmp_u32(const uint8_t *b) { return bmp_u16(b) | bmp_u16(b + 2) << 16; }

/* ---- the header ------------------------------------------------------------------------------------ */

static Field bmp_field(uint32_t mask) {
  Field f = {.mask = mask};
  if (mask == 0) return f;
  f.shift = __builtin_ctz(mask);
  f.bits = 32 - __builtin_clz(mask >> f.shift);
  return f;
}

/* The masks of pixels of 16 and 32 bits. */
static bool bmp_read_fields(Bmp *b, uint32_t header) {
  static const uint32_t usual16[] = {0x7c00, 0x3e0, 0x1f}, usual32[] = {0xff0000, 0xff00, 0xff};
  const bool given = b->packing == BMP_BITFIELDS || b->packing == BMP_ALPHA_BITFIELDS;
  const bool alpha = b->packing == BMP_ALPHA_BITFIELDS || (given && header >= 56);
  if (given && FILE_HEADER + INFO_HEADER + (alpha ? 16u : 12u) > b->size) return false;
  const uint8_t *masks = b->bytes + FILE_HEADER + INFO_HEADER;
  for (int i = 0; i < 3; i++) b->fields[i] = bmp_field(given ? bmp_u32(masks + 4 * i)
                                                             : (b->bits == 16 ? usual16 : usual32)[i]);
  if (alpha) b->fields[3] = bmp_field(bmp_u32(masks + 12));
  b->channels = b->fields[3].mask != 0 ? 4 : 3;
  return b->fields[0].mask != 0 && b->fields[1].mask != 0 && b->fields[2].mask != 0;
}

/* The palette: entries of 3 bytes in the oldest files, else of 4; blue first. A file may hold fewer of them than its
** number of bits allows: then the pixels begin earlier. */
static void bmp_read_palette(Bmp *b, uint32_t header) {
  const size_t entry = header == CORE_HEADER ? 3 : 4, first = FILE_HEADER + header;
  const size_t end = b->pixels < b->size ? b->pixels : b->size;
  uint32_t n = header == CORE_HEADER ? 0 : bmp_u32(b->bytes + FILE_HEADER + 32);
  if (n == 0 || n > 1u << b->bits) n = 1u << b->bits;
  b->channels = 1;
  for (uint32_t i = 0; i < n && first + (i + 1) * entry <= end; i++) {
    const uint8_t *from = b->bytes + first + i * entry;
    for (int c = 0; c < 3; c++) b->palette[i][c] = from[2 - c];
    if (from[0] != from[1] || from[0] != from[2]) b->channels = 3;
  }
}

/* Why the header is refused; NULL: it is good. */
static const char *bmp_read_header(Bmp *b) {
  if (b->size < FILE_HEADER + CORE_HEADER) return "the file ends too early";
  const uint8_t *h = b->bytes + FILE_HEADER;
  const uint32_t header = bmp_u32(h);
  if (header != CORE_HEADER && (header < INFO_HEADER || header > 1 << 16)) return "a header of unknown size";
  if (header > b->size - FILE_HEADER) return "the file ends too early";
  const bool core = header == CORE_HEADER;
  const int64_t height = core ? (int32_t)bmp_u16(h + 6) : (int32_t)bmp_u32(h + 8);
  b->width = core ? (int32_t)bmp_u16(h + 4) : (int32_t)bmp_u32(h + 4);
  b->from_above = height < 0;
  b->height = height < 0 ? -height : height;
  b->bits = (int)bmp_u16(h + (core ? 10 : 14));
  b->packing = core ? BMP_RGB : (int)bmp_u32(h + 16);
  b->pixels = bmp_u32(b->bytes + 10);
  b->channels = 3;
  const bool runs = (b->packing == BMP_RLE8 && b->bits == 8) || (b->packing == BMP_RLE4 && b->bits == 4);
  const bool masks = b->packing == BMP_BITFIELDS || b->packing == BMP_ALPHA_BITFIELDS;
  if (!runs && b->packing != BMP_RGB && !(masks && (b->bits == 16 || b->bits == 32)))
    return "a packing that is not supported";
  if (b->pixels < FILE_HEADER + header) return "pixels inside of the header";
  switch (b->bits) {
    case 1: case 4: case 8: bmp_read_palette(b, header); return NULL;
    case 16: case 32: return bmp_read_fields(b, header) ? NULL : "wrong colour masks";
    case 24: return NULL;
    default: return "a number of bits for each pixel that is not supported";
  }
}

/* ---- pixels ---------------------------------------------------------------------------------------- */

static uint8_t *bmp_row(const Bmp *b, uint8_t *to, int64_t y) {
  return to + (b->from_above ? y : b->height - 1 - y) * b->width * b->channels;
}

/* The value of a field of a pixel, on the scale of 8 bits. */
static uint8_t bmp_field_value(uint32_t pixel, const Field *f) {
  const uint64_t most = ((uint64_t)1 << f->bits) - 1, value = (pixel & f->mask) >> f->shift;
  return (uint8_t)((value * 255 + most / 2) / most);
}

static void bmp_paint(const Bmp *b, uint8_t *to, int index) { memcpy(to, b->palette[index], (size_t)b->channels); }

static void bmp_unpack_row(const Bmp *b, const uint8_t *from, uint8_t *to) {
  for (int64_t x = 0; x < b->width; x++, to += b->channels) {
    if (b->bits <= 8) {
      const int64_t bit = x * b->bits;
      bmp_paint(b, to, from[bit / 8] >> (8 - b->bits - bit % 8) & ((1 << b->bits) - 1));
    } else if (b->bits == 24) {
      for (int c = 0; c < 3; c++) to[c] = from[3 * x + 2 - c];
    } else {
      const uint32_t pixel = b->bits == 16 ? bmp_u16(from + 2 * x) : bmp_u32(from + 4 * x);
      for (int c = 0; c < b->channels; c++) to[c] = bmp_field_value(pixel, &b->fields[c]);
    }
  }
}

static bool bmp_unpack(const Bmp *b, uint8_t *to) {
  const size_t row = (size_t)((b->width * b->bits + 31) / 32 * 4);
  for (int64_t y = 0; y < b->height; y++) {
    const size_t at = b->pixels + (size_t)y * row;
    if (interrupt_requested() || at + row > b->size) return false;
    bmp_unpack_row(b, b->bytes + at, bmp_row(b, to, y));
  }
  return true;
}

/* One of the pixels of a run, where it lies in the picture. */
static void bmp_run_pixel(const Bmp *b, uint8_t *to, int64_t x, int64_t y, int index) {
  if (x < b->width && y < b->height) bmp_paint(b, bmp_row(b, to, y) + x * b->channels, index);
}

/* The index of pixel i of bytes that hold one (RLE8) or two (RLE4) of them each. */
static int bmp_run_index(const Bmp *b, const uint8_t *bytes, int i) {
  return b->packing == BMP_RLE8 ? bytes[i] : bytes[i / 2] >> (i % 2 == 0 ? 4 : 0) & 15;
}

/* Runs: a count and a colour; or 0 and an order: 0 the row ends, 1 the picture ends, 2 go right and up, else that many
** pixels follow as they are. */
static bool bmp_unpack_runs(const Bmp *b, uint8_t *to) {
  int64_t x = 0, y = 0;
  for (int64_t i = 0; i < b->height * b->width; i++) bmp_paint(b, to + i * b->channels, 0);
  for (size_t at = b->pixels; at + 2 <= b->size && y < b->height;) {
    if (interrupt_requested()) return false;
    const int count = b->bytes[at], order = b->bytes[at + 1];
    at += 2;
    if (count > 0) {
      for (int i = 0; i < count; i++)
        bmp_run_pixel(b, to, x++, y, b->packing == BMP_RLE8 ? order : order >> (i % 2 == 0 ? 4 : 0) & 15);
    } else if (order == 0) {
      x = 0;
      y++;
    } else if (order == 1) {
      return true;
    } else if (order == 2) {
      if (at + 2 > b->size) return false;
      x += b->bytes[at];
      y += b->bytes[at + 1];
      at += 2;
    } else {
      const size_t bytes = b->packing == BMP_RLE8 ? (size_t)order : ((size_t)order + 1) / 2;
      if (at + bytes > b->size) return false;
      for (int i = 0; i < order; i++) bmp_run_pixel(b, to, x++, y, bmp_run_index(b, b->bytes + at, i));
      at += bytes + bytes % 2;
    }
  }
  return y >= b->height;
}

static int bmp_decode(lua_State *L) {
  Bmp b = {0};
  b.bytes = codec_bytes(L, &b.size);
  const char *why = bmp_read_header(&b);
  if (why != NULL) return codec_refuse(L, "%s", why);
  if (!codec_fits(L, 1, b.height, b.width)) return codec_too_large(L, b.height, b.width);
  Tensor *picture = codec_picture(L, b.height, b.width, b.channels, DTYPE_UINT8);
  const bool runs = b.packing == BMP_RLE8 || b.packing == BMP_RLE4;
  const bool whole = runs ? bmp_unpack_runs(&b, tensor_data(picture)) : bmp_unpack(&b, tensor_data(picture));
  codec_interruption(L);
  return whole ? 1 : codec_refuse(L, "the file ends too early");
}

/* ---- writing --------------------------------------------------------------------------------------- */

static void bmp_put(uint8_t *to, uint32_t value, int n) {
  for (int i = 0; i < n; i++) to[i] = (uint8_t)(value >> (8 * i));
}

static int bmp_encode(lua_State *L) {
  const Tensor *picture = tensor_check(L, 1, "encode_bmp", "input");
  const int64_t height = picture->shape[0], width = picture->shape[1], channels = picture->shape[2];
  const int64_t row = (width * channels + 3) / 4 * 4, table = channels == 1 ? 1024 : 0;
  const int64_t first = FILE_HEADER + INFO_HEADER + table, size = first + row * height;
  if (size > UINT32_MAX) return error_raise(L, "encode_bmp: %I bytes do not fit into a file of BMP", (LUAI_UACINT)size);
  uint8_t *to = tensor_data(codec_new(L, 1, &size, DTYPE_UINT8));
  memset(to, 0, (size_t)size);
  memcpy(to, "BM", 2);
  bmp_put(to + 2, (uint32_t)size, 4);
  bmp_put(to + 10, (uint32_t)first, 4);
  bmp_put(to + 14, INFO_HEADER, 4);
  bmp_put(to + 18, (uint32_t)width, 4);
  bmp_put(to + 22, (uint32_t)height, 4);
  bmp_put(to + 26, 1, 2);
  bmp_put(to + 28, 8 * (uint32_t)channels, 2);
  for (uint32_t i = 0; i < table / 4; i++) bmp_put(to + FILE_HEADER + INFO_HEADER + 4 * i, i * 0x10101, 4);
  const uint8_t *from = tensor_data(picture);
  for (int64_t y = 0; y < height; y++) {
    uint8_t *line = to + first + (height - 1 - y) * row;
    for (int64_t x = 0; x < width; x++)
      for (int64_t c = 0; c < channels; c++) line[x * channels + c] = *(from + x * channels + channels - 1 - c);
    from += width * channels;
  }
  return 1;
}

int luaopen_torchvision_io_bmp(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", bmp_decode}, {"encode", bmp_encode}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
