/* webp.c: the module "torchvision.io.webp": pictures of WebP by libwebp.
**
**   decode(bytes, limit) → uint8 (height × width × 3, or 4 where some of it is transparent), or nil and why not
**   encode(picture, quality) → bytes; without a quality no pixel changes
*/
#include <webp/decode.h>
#include <webp/encode.h>

#include "codec.h"

static const char *webp_words(VP8StatusCode code) {
  switch (code) {
    case VP8_STATUS_OUT_OF_MEMORY: return "not enough memory";
    case VP8_STATUS_UNSUPPORTED_FEATURE: return "a feature that libwebp does not know";
    case VP8_STATUS_NOT_ENOUGH_DATA: return "the file ends too early";
    default: return "the packed data is damaged";
  }
}

static int webp_decode(lua_State *L) {
  size_t size;
  const uint8_t *bytes = codec_bytes(L, &size);
  WebPDecoderConfig config;
  if (!WebPInitDecoderConfig(&config)) return codec_refuse(L, "another version of libwebp");
  const VP8StatusCode found = WebPGetFeatures(bytes, size, &config.input);
  if (found != VP8_STATUS_OK) return codec_refuse(L, "%s", webp_words(found));
  if (config.input.has_animation) return codec_refuse(L, "an animation, which is not supported");
  const int height = config.input.height, width = config.input.width, channels = config.input.has_alpha ? 4 : 3;
  if (!codec_fits(L, 1, height, width)) return codec_too_large(L, height, width);
  Tensor *picture = codec_picture(L, height, width, channels, DTYPE_UINT8);
  config.output.colorspace = channels == 4 ? MODE_RGBA : MODE_RGB;
  config.output.is_external_memory = 1;
  config.output.u.RGBA.rgba = tensor_data(picture);
  config.output.u.RGBA.stride = width * channels;
  config.output.u.RGBA.size = (size_t)picture->numel;
  const VP8StatusCode decoded = WebPDecode(bytes, size, &config);
  WebPFreeDecBuffer(&config.output);
  codec_interruption(L);
  return decoded == VP8_STATUS_OK ? 1 : codec_refuse(L, "%s", webp_words(decoded));
}

typedef struct {
  Object object;
  uint8_t *bytes;
} Webp;

static void webp_finalize(lua_State *L, void *self) {
  (void)L;
  WebPFree(((Webp *)self)->bytes);
  ((Webp *)self)->bytes = NULL;
}
static const Class webp_class = {"torchvision.io.webp", NULL, webp_finalize, NULL, NULL};

static int webp_encode(lua_State *L) {
  const Tensor *picture = tensor_check(L, 1, "encode_webp", "input");
  const uint8_t *pixels = tensor_data(picture);
  const int height = (int)picture->shape[0], width = (int)picture->shape[1], channels = (int)picture->shape[2];
  const int row = width * channels;
  const bool exact = lua_isnoneornil(L, 2);
  const float quality = exact ? 0 : (float)luaL_checknumber(L, 2);
  Webp *w = object_new(L, &webp_class, sizeof *w, 0);
  size_t n;
  if (exact) n = channels == 4 ? WebPEncodeLosslessRGBA(pixels, width, height, row, &w->bytes)
                               : WebPEncodeLosslessRGB(pixels, width, height, row, &w->bytes);
  else n = channels == 4 ? WebPEncodeRGBA(pixels, width, height, row, quality, &w->bytes)
                         : WebPEncodeRGB(pixels, width, height, row, quality, &w->bytes);
  codec_interruption(L);
  if (n == 0) return error_raise(L, "encode_webp: libwebp could not pack a picture of %d×%d pixels", width, height);
  codec_push_bytes(L, w->bytes, n);
  return 1;
}

int luaopen_torchvision_io_webp(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", webp_decode}, {"encode", webp_encode}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
