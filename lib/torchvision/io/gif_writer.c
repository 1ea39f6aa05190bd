/* gif_writer.c: writing pictures and animations of GIF: see gif_codec.h. */
#include <gif_lib.h>

#include "gif_codec.h"

typedef struct {
  Object object;
  GifFileType *file;
  ColorMapObject *map;
  uint8_t *indices;
  Sink sink;
} GifWriter;

static void gif_writer_finalize(lua_State *L, void *self) {
  (void)L;
  GifWriter *w = self;
  int code;
  if (w->file != NULL) EGifCloseFile(w->file, &code);
  GifFreeMapObject(w->map);
  free(w->indices);
  free(w->sink.bytes);
  w->file = NULL;
  w->map = NULL;
  w->indices = NULL;
  w->sink = (Sink){0};
}
static const Class gif_writer_class = {"torchvision.io.gif_writer", NULL, gif_writer_finalize, NULL, NULL};

static int gif_give(GifFileType *file, const GifByteType *bytes, int n) {
  return sink_add(&((GifWriter *)file->UserData)->sink, bytes, (size_t)n) ? n : 0;
}

/* The colours of a picture as giflib has them: their number is a power of two. */
static ColorMapObject *gif_map(const Palette *palette) {
  int room = 2;
  while (room < palette->n) room *= 2;
  GifColorType colours[PALETTE_COLOURS] = {{0, 0, 0}};
  for (int i = 0; i < palette->n; i++)
    colours[i] = (GifColorType){palette->colours[i][0], palette->colours[i][1], palette->colours[i][2]};
  return GifMakeMapObject(room, colours);
}

/* What an animation has in front: that it begins again at its end. */
static bool gif_write_loop(GifFileType *file) {
  return EGifPutExtensionLeader(file, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
         EGifPutExtensionBlock(file, 11, "NETSCAPE2.0") == GIF_OK &&
         EGifPutExtensionBlock(file, 3, "\1\0\0") == GIF_OK && EGifPutExtensionTrailer(file) == GIF_OK;
}

static bool gif_write_delay(GifFileType *file, int delay) {
  const GraphicsControlBlock control = {.DisposalMode = DISPOSE_DO_NOT, .DelayTime = delay,
                                        .TransparentColor = NO_TRANSPARENT_COLOR};
  GifByteType block[4];
  const int n = (int)EGifGCBToExtension(&control, block);
  return EGifPutExtension(file, GRAPHICS_EXT_FUNC_CODE, n, block) == GIF_OK;
}

static bool gif_write_frame(GifWriter *w, const uint8_t *rgb, int width, int height, int delay) {
  Palette palette;
  if (!palette_choose(rgb, (int64_t)width * height, &palette, w->indices)) return false;
  GifFreeMapObject(w->map);
  w->map = gif_map(&palette);
  if (w->map == NULL || (delay >= 0 && !gif_write_delay(w->file, delay)) ||
      EGifPutImageDesc(w->file, 0, 0, width, height, false, w->map) == GIF_ERROR) return false;
  for (int y = 0; y < height; y++)
    if (interrupt_requested() || EGifPutLine(w->file, w->indices + (size_t)y * (size_t)width, width) == GIF_ERROR)
      return false;
  return true;
}

static bool gif_write(GifWriter *w, const Tensor *picture, int delay) {
  const int64_t frames = picture->shape[0];
  const int height = (int)picture->shape[1], width = (int)picture->shape[2];
  const uint8_t *rgb = tensor_data(picture);
  EGifSetGifVersion(w->file, true);
  if (EGifPutScreenDesc(w->file, width, height, 8, 0, NULL) == GIF_ERROR) return false;
  if (frames > 1 && !gif_write_loop(w->file)) return false;
  for (int64_t i = 0; i < frames; i++)
    if (!gif_write_frame(w, rgb + 3 * i * width * height, width, height, frames > 1 ? delay : -1)) return false;
  return true;
}

int gif_encode(lua_State *L) {
  const Tensor *picture = tensor_check(L, 1, "encode_gif", "input");
  const int delay = (int)luaL_checkinteger(L, 2);
  GifWriter *w = object_new(L, &gif_writer_class, sizeof *w, 0);
  int code;
  w->indices = malloc((size_t)(picture->shape[1] * picture->shape[2]));
  w->file = w->indices != NULL ? EGifOpen(w, gif_give, &code) : NULL;
  if (w->file == NULL) return error_raise(L, "encode_gif: not enough memory");
  const bool whole = gif_write(w, picture, delay);
  codec_interruption(L);
  if (!whole) return error_raise(L, "encode_gif: giflib could not write the picture");
  const int closed = EGifCloseFile(w->file, &code);
  w->file = NULL;
  if (closed == GIF_ERROR) return error_raise(L, "encode_gif: not enough memory");
  codec_push_bytes(L, w->sink.bytes, w->sink.n);
  return 1;
}
