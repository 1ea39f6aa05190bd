/* tiff.c: the module "torchvision.io.tiff": the first picture of a file of TIFF, by libtiff.
**
**   decode(bytes, limit) → uint8, uint16 or float32 (height × width × channels), or nil and why not
**   encode(picture) → bytes (tiff_writer.c)
**
** Grey and RGB pictures of 8 and 16 bits and of float32 are read as they are; what else libtiff knows (palettes, YCbCr,
** CMYK, few bits) comes as RGB of 8 bits, or RGBA where it has a transparent part.
*/
#include <stdio.h>

#include "tiff_codec.h"

typedef struct {
  uint32_t width, height;
  uint16_t bits, channels, planar, light, format, extras;
  bool tiled;
} TiffHead;

static TiffHead tiff_head(TIFF *tiff) {
  TiffHead h = {.bits = 1, .channels = 1, .planar = PLANARCONFIG_CONTIG, .format = SAMPLEFORMAT_UINT};
  uint16_t *kinds;
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &h.width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &h.height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &h.bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &h.channels);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &h.planar);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &h.format);
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &h.light)) h.light = PHOTOMETRIC_MINISBLACK;
  if (!TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &h.extras, &kinds)) h.extras = 0;
  h.tiled = TIFFIsTiled(tiff);
  return h;
}

/* The dtype of pixels that are taken as they are; DTYPE_NONE: libtiff has to convert them. */
static DType tiff_dtype(const TiffHead *h) {
  const bool plain = (h->light == PHOTOMETRIC_MINISBLACK && h->channels <= 2) ||
                     (h->light == PHOTOMETRIC_RGB && (h->channels == 3 || h->channels == 4));
  if (!plain || h->channels == 0) return DTYPE_NONE;
  if (h->format == SAMPLEFORMAT_IEEEFP) return h->bits == 32 ? DTYPE_FLOAT32 : DTYPE_NONE;
  if (h->format != SAMPLEFORMAT_UINT) return DTYPE_NONE;
  return h->bits == 8 ? DTYPE_UINT8 : h->bits == 16 ? DTYPE_UINT16 : DTYPE_NONE;
}

/* ---- pixels as they are -------------------------------------------------------------------------- */

/* Where a strip or tile goes. */
typedef struct {
  uint8_t *to;          /* the picture */
  size_t pixel;         /* bytes of a pixel of the picture */
  size_t part;          /* bytes of a pixel of the strip: all channels, or one */
  size_t first;         /* byte of the pixel where they go */
  uint32_t width, height; /* of the picture */
} TiffPlace;

/* Copies a block of 'width' columns and 'height' rows to column x, row y; what is past the edges falls away. */
static void tiff_place(const TiffPlace *p, const uint8_t *block, uint32_t x, uint32_t y, uint32_t width,
                       uint32_t height) {
  const uint32_t columns = width < p->width - x ? width : p->width - x;
  const uint32_t rows = height < p->height - y ? height : p->height - y;
  for (uint32_t r = 0; r < rows; r++) {
    uint8_t *to = p->to + ((size_t)(y + r) * p->width + x) * p->pixel + p->first;
    const uint8_t *from = block + (size_t)r * width * p->part;
    if (p->part == p->pixel) memcpy(to, from, columns * p->part);
    else for (uint32_t c = 0; c < columns; c++) memcpy(to + c * p->pixel, from + c * p->part, p->part);
  }
}

/* Reads the blocks of one plane into a buffer of 'room' bytes each; false: damaged or interrupted. */
static bool tiff_blocks(TIFF *tiff, const TiffHead *h, TiffPlace *p, uint16_t plane, uint8_t *block, tmsize_t room) {
  uint32_t across = h->width, down = h->height;
  if (h->tiled) {
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &across);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &down);
  } else TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &down);
  if (across == 0 || down == 0) return false;
  if (!h->tiled && down > h->height) down = h->height;
  for (uint32_t y = 0; y < h->height; y += down)
    for (uint32_t x = 0; x < h->width; x += across) {
      if (interrupt_requested()) return false;
      const uint32_t rows = h->tiled || down < h->height - y ? down : h->height - y;
      const size_t wanted = (size_t)across * rows * p->part;
      if (wanted > (size_t)room) return false;
      const tmsize_t got = h->tiled
        ? TIFFReadEncodedTile(tiff, TIFFComputeTile(tiff, x, y, 0, plane), block, room)
        : TIFFReadEncodedStrip(tiff, TIFFComputeStrip(tiff, y, plane), block, (tmsize_t)wanted);
      if (got < (tmsize_t)wanted) return false;
      tiff_place(p, block, x, y, across, rows);
    }
  return true;
}

static bool tiff_read_plain(TiffFile *f, const TiffHead *h, Tensor *picture) {
  const tmsize_t room = h->tiled ? TIFFTileSize(f->tiff) : TIFFStripSize(f->tiff);
  uint8_t *block = room > 0 && room < (tmsize_t)1 << 30 ? _TIFFmalloc(room) : NULL;
  if (block == NULL) return false;
  const size_t item = tensor_itemsize(picture);
  const bool apart = h->planar == PLANARCONFIG_SEPARATE;
  TiffPlace place = {.to = tensor_data(picture), .pixel = item * h->channels, .width = h->width, .height = h->height};
  place.part = apart ? item : place.pixel;
  bool whole = true;
  for (uint16_t plane = 0; whole && plane < (apart ? h->channels : 1); plane++) {
    place.first = plane * item;
    whole = tiff_blocks(f->tiff, h, &place, plane, block, room);
  }
  _TIFFfree(block);
  return whole;
}

/* ---- pixels that libtiff converts ------------------------------------------------------------------ */

/* Pushes the picture, or nil and why not. libtiff packs a pixel into a number. It is told that the picture is wanted in
** the orientation that it has: so no row is turned. */
static int tiff_decode_converted(lua_State *L, TiffFile *f, const TiffHead *h) {
  char why[1024] = "";
  if (!TIFFRGBAImageOK(f->tiff, why)) return codec_refuse(L, "%s", why);
  uint16_t orientation;
  TIFFGetFieldDefaulted(f->tiff, TIFFTAG_ORIENTATION, &orientation);
  Tensor *packed = codec_new(L, 2, (const int64_t[]){h->height, h->width}, DTYPE_INT32);
  if (!TIFFReadRGBAImageOriented(f->tiff, h->width, h->height, tensor_data(packed), orientation, 1))
    return codec_refuse(L, "%s", f->reason[0] != '\0' ? f->reason : "the packed data is damaged");
  const bool grey = h->light == PHOTOMETRIC_MINISBLACK || h->light == PHOTOMETRIC_MINISWHITE;
  const int colours = grey ? 1 : 3, channels = colours + (h->extras > 0 ? 1 : 0);
  Tensor *picture = codec_picture(L, h->height, h->width, channels, DTYPE_UINT8);
  const uint32_t *from = tensor_data(packed);
  uint8_t *to = tensor_data(picture);
  for (int64_t i = 0; i < packed->numel; i++, to += channels) {
    to[0] = (uint8_t)TIFFGetR(from[i]);
    if (colours == 3) to[1] = (uint8_t)TIFFGetG(from[i]), to[2] = (uint8_t)TIFFGetB(from[i]);
    if (channels > colours) to[colours] = (uint8_t)TIFFGetA(from[i]);
  }
  return 1;
}

static int tiff_decode(lua_State *L) {
  size_t size;
  const uint8_t *bytes = codec_bytes(L, &size);
  TiffFile *f = tiff_open(L, bytes, size);
  if (f->tiff == NULL) return codec_refuse(L, "%s", f->reason[0] != '\0' ? f->reason : "a wrong header");
  const TiffHead h = tiff_head(f->tiff);
  if (!codec_fits(L, 1, h.height, h.width)) return codec_too_large(L, h.height, h.width);
  const DType dtype = tiff_dtype(&h);
  if (dtype == DTYPE_NONE) return tiff_decode_converted(L, f, &h);
  Tensor *picture = codec_picture(L, h.height, h.width, h.channels, dtype);
  const bool whole = tiff_read_plain(f, &h, picture);
  codec_interruption(L);
  return whole ? 1 : codec_refuse(L, "%s", f->reason[0] != '\0' ? f->reason : "the packed data is damaged");
}

int luaopen_torchvision_io_tiff(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", tiff_decode}, {"encode", tiff_encode}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
