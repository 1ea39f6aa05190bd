/* jpeg.c: the module "torchvision.io.jpeg": pictures of JPEG by libturbojpeg.
**
**   decode(bytes, limit, form, least) → uint8 (height × width × channels), warning or nil; or nil and why not
**     form: "grey", "rgb" or "stored" (CMYK has 4 channels); least: decoded at the smallest of 1/8, 1/4, 1/2 and full
**     size whose shorter side has so many pixels (0: full size)
**   encode(picture, quality) → bytes
*/
#include <stdio.h>
#include <turbojpeg.h>

#include "codec.h"

typedef struct {
  Object object;
  tjhandle codec;
  unsigned char *bytes; /* of what is written */
} Jpeg;

static void jpeg_finalize(lua_State *L, void *self) {
  (void)L;
  Jpeg *j = self;
  if (j->codec != NULL) tjDestroy(j->codec);
  if (j->bytes != NULL) tjFree(j->bytes);
  j->codec = NULL;
  j->bytes = NULL;
}
static const Class jpeg_class = {"torchvision.io.jpeg", NULL, jpeg_finalize, NULL, NULL};

static Jpeg *jpeg_begin(lua_State *L, tjhandle (*begin)(void)) {
  Jpeg *j = object_new(L, &jpeg_class, sizeof *j, 0);
  j->codec = begin();
  if (j->codec == NULL) error_raise(L, "jpeg: not enough memory");
  return j;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* The size at which a picture is decoded: see 'least' above. */
static void jpeg_scale(int64_t least, int *width, int *height) {
  const int shorter = *width < *height ? *width : *height;
  for (int part = 8; part > 1; part /= 2) {
    const tjscalingfactor factor = {1, part};
    if (least <= 0 || TJSCALED(shorter, factor) < least) continue;
    *width = TJSCALED(*width, factor);
    *height = TJSCALED(*height, factor);
    return;
  }
}

/* Colours printed with inks as Adobe stores them (0 is the most ink): each is what both the ink and the black leave. */
static void jpeg_inks_to_rgb(const uint8_t *inks, uint8_t *rgb, int64_t pixels) {
  for (int64_t i = 0; i < pixels; i++)
    for (int c = 0; c < 3; c++) {
      const int black = inks[4 * i + 3], held = black * (255 - inks[4 * i + c]) + 128;
      rgb[3 * i + c] = (uint8_t)(black - ((held + (held >> 8)) >> 8));
    }
}

/* The brightness of RGB, which is all that stays of a picture of inks in grey. */
static void jpeg_rgb_to_grey(const uint8_t *rgb, uint8_t *grey, int64_t pixels) {
  for (int64_t i = 0; i < pixels; i++)
    grey[i] = (uint8_t)((rgb[3 * i] * 19595u + rgb[3 * i + 1] * 38470u + rgb[3 * i + 2] * 7471u + (1u << 15)) >> 16);
}

/* Pushes the picture of inks in RGB or grey. */
static void jpeg_convert_inks(lua_State *L, const Tensor *inks, bool grey) {
  const int64_t height = inks->shape[0], width = inks->shape[1];
  const Tensor *rgb = codec_picture(L, height, width, 3, DTYPE_UINT8);
  jpeg_inks_to_rgb(tensor_data(inks), tensor_data(rgb), height * width);
  if (!grey) return;
  const Tensor *picture = codec_picture(L, height, width, 1, DTYPE_UINT8);
  jpeg_rgb_to_grey(tensor_data(rgb), tensor_data(picture), height * width);
}

/* What libturbojpeg decodes into for the wanted form, and the number of channels. */
static int jpeg_layout(const char *form, int colourspace, int *channels) {
  const bool inks = colourspace == TJCS_CMYK || colourspace == TJCS_YCCK;
  const bool grey = *form == 'g' || (*form == 's' && colourspace == TJCS_GRAY);
  *channels = inks ? 4 : grey ? 1 : 3;
  return inks ? TJPF_CMYK : grey ? TJPF_GRAY : TJPF_RGB;
}

/* Whether a complaint of libturbojpeg leaves a whole picture: it is of bytes that do not belong there, as some cameras
** write them. All others, and all errors, do not. */
static bool jpeg_is_harmless(const char *words) {
  static const char *const harmless[] = {"extraneous bytes", "JFIF revision", "Adobe color transform",
                                         "bad Huffman code", "instead of RST", "Invalid SOS parameters",
                                         "Inconsistent progression", NULL};
  for (const char *const *at = harmless; *at != NULL; at++)
    if (strstr(words, *at) != NULL) return true;
  return false;
}

/* Decodes into the picture. NULL: all is well; else the complaint, *failed: there is no whole picture. The first time
** libturbojpeg stops at a complaint, for it does not tell an error that follows one from the complaint. */
static const char *jpeg_pixels(Jpeg *j, const uint8_t *bytes, size_t size, const Tensor *picture, int layout,
                               bool *failed) {
  const int height = (int)picture->shape[0], width = (int)picture->shape[1], row = width * (int)picture->shape[2];
  const char *words = NULL;
  *failed = false;
  for (int flags = TJFLAG_STOPONWARNING; flags >= 0; flags -= TJFLAG_STOPONWARNING) {
    if (tjDecompress2(j->codec, bytes, size, tensor_data(picture), width, row, height, layout,
                      flags | TJFLAG_ACCURATEDCT | TJFLAG_LIMITSCANS) == 0) return words;
    words = tjGetErrorStr2(j->codec);
    *failed = tjGetErrorCode(j->codec) != TJERR_WARNING || !jpeg_is_harmless(words);
    if (*failed) return words;
  }
  return words;
}

static int jpeg_decode(lua_State *L) {
  size_t size;
  int width, height, subsampling, colourspace, channels;
  const uint8_t *bytes = codec_bytes(L, &size);
  const char *form = luaL_checkstring(L, 3);
  Jpeg *j = jpeg_begin(L, tjInitDecompress);
  if (tjDecompressHeader3(j->codec, bytes, size, &width, &height, &subsampling, &colourspace) != 0 &&
      (tjGetErrorCode(j->codec) != TJERR_WARNING || !jpeg_is_harmless(tjGetErrorStr2(j->codec))))
    return codec_refuse(L, "%s", tjGetErrorStr2(j->codec));
  if (!codec_fits(L, 1, height, width)) return codec_too_large(L, height, width);
  jpeg_scale(luaL_checkinteger(L, 4), &width, &height);
  const int layout = jpeg_layout(form, colourspace, &channels);
  Tensor *picture = codec_picture(L, height, width, channels, DTYPE_UINT8);
  bool failed;
  const char *words = jpeg_pixels(j, bytes, size, picture, layout, &failed);
  if (failed) return codec_refuse(L, "%s", words);
  codec_interruption(L);
  if (channels == 4 && *form != 's') jpeg_convert_inks(L, picture, *form == 'g');
  if (words == NULL) return 1;
  lua_pushstring(L, words);
  return 2;
}

/* ---- writing --------------------------------------------------------------------------------- */

static int jpeg_encode(lua_State *L) {
  const Tensor *picture = tensor_check(L, 1, "encode_jpeg", "input");
  const int quality = (int)luaL_checkinteger(L, 2);
  const int height = (int)picture->shape[0], width = (int)picture->shape[1], channels = (int)picture->shape[2];
  const bool grey = channels == 1;
  unsigned long size = 0;
  Jpeg *j = jpeg_begin(L, tjInitCompress);
  if (tjCompress2(j->codec, tensor_data(picture), width, width * channels, height, grey ? TJPF_GRAY : TJPF_RGB,
                  &j->bytes, &size, grey ? TJSAMP_GRAY : TJSAMP_420, quality, TJFLAG_ACCURATEDCT) != 0)
    return error_raise(L, "encode_jpeg: %s", tjGetErrorStr2(j->codec));
  codec_interruption(L);
  codec_push_bytes(L, j->bytes, size);
  return 1;
}

int luaopen_torchvision_io_jpeg(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", jpeg_decode}, {"encode", jpeg_encode}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
