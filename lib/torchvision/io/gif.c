/* gif.c: the module "torchvision.io.gif": pictures and animations of GIF by giflib.
**
**   decode(bytes, limit) → uint8 (frames × height × width × 3), or nil and why not
**   encode(frames, delay) → bytes (gif_writer.c)
**
** A frame of a GIF changes a part of the screen; each frame that we give is the whole screen as it is then shown. The
** file is read twice: the first time frames are counted, so that memory is asked for once.
*/
#include <gif_lib.h>

#include "gif_codec.h"

typedef struct {
  Object object;
  GifFileType *file;
  const uint8_t *bytes;
  size_t at, size;
  uint8_t *before; /* the screen below the frame, where the frame goes again */
  uint8_t *row;    /* of indices */
  int64_t limit;   /* pixels of one frame, which may be larger than the screen */
  GraphicsControlBlock control;
} Gif;

static void gif_finalize(lua_State *L, void *self) {
  (void)L;
  Gif *g = self;
  int code;
  if (g->file != NULL) DGifCloseFile(g->file, &code);
  free(g->before);
  free(g->row);
  g->file = NULL;
  g->before = g->row = NULL;
}
static const Class gif_class = {"torchvision.io.gif", NULL, gif_finalize, NULL, NULL};

static const GraphicsControlBlock gif_no_control = {.DisposalMode = DISPOSAL_UNSPECIFIED,
                                                    .TransparentColor = NO_TRANSPARENT_COLOR};

static int gif_take(GifFileType *file, GifByteType *to, int n) {
  Gif *g = file->UserData;
  const size_t left = g->size - g->at, got = (size_t)n < left ? (size_t)n : left;
  memcpy(to, g->bytes + g->at, got);
  g->at += got;
  return (int)got;
}

/* Opens the file at its beginning; false: *code says why not. */
static bool gif_open(Gif *g, int *code) {
  int ignored;
  if (g->file != NULL) DGifCloseFile(g->file, &ignored);
  g->at = 0;
  g->control = gif_no_control;
  g->file = DGifOpen(g, gif_take, code);
  return g->file != NULL;
}

/* Reads an extension; that with the time and the transparent colour of the next frame is kept. */
static bool gif_extension(Gif *g) {
  GifByteType *block;
  int kind;
  if (DGifGetExtension(g->file, &kind, &block) == GIF_ERROR) return false;
  while (block != NULL) {
    if (kind == GRAPHICS_EXT_FUNC_CODE && block[0] == 4) DGifExtensionToGCB(4, block + 1, &g->control);
    if (DGifGetExtensionNext(g->file, &block) == GIF_ERROR) return false;
  }
  return true;
}

/* Passes over the packed pixels of a frame. */
static bool gif_skip_pixels(Gif *g) {
  GifByteType *block;
  int size;
  if (DGifGetCode(g->file, &size, &block) == GIF_ERROR) return false;
  while (block != NULL)
    if (DGifGetCodeNext(g->file, &block) == GIF_ERROR) return false;
  return true;
}

/* The number of frames; -1: the file is damaged. */
static int64_t gif_count(Gif *g) {
  int64_t frames = 0;
  GifRecordType kind = UNDEFINED_RECORD_TYPE;
  while (kind != TERMINATE_RECORD_TYPE) {
    if (interrupt_requested() || DGifGetRecordType(g->file, &kind) == GIF_ERROR) return -1;
    if (kind == EXTENSION_RECORD_TYPE && !gif_extension(g)) return -1;
    if (kind != IMAGE_DESC_RECORD_TYPE) continue;
    if (DGifGetImageDesc(g->file) == GIF_ERROR || !gif_skip_pixels(g)) return -1;
    frames++;
  }
  return frames;
}

/* ---- one frame ------------------------------------------------------------------------------------ */

/* Paints a row of indices of the frame on the screen. */
static void gif_paint(const Gif *g, uint8_t *screen, const ColorMapObject *colours, int y) {
  const GifImageDesc *frame = &g->file->Image;
  const int64_t width = g->file->SWidth, line = (int64_t)frame->Top + y;
  if (line >= g->file->SHeight) return;
  for (int x = 0; x < frame->Width && frame->Left + x < width; x++) {
    const int index = g->row[x];
    if (index == g->control.TransparentColor || index >= colours->ColorCount) continue;
    const GifColorType *colour = &colours->Colors[index];
    uint8_t *to = screen + 3 * (line * width + frame->Left + x);
    to[0] = colour->Red, to[1] = colour->Green, to[2] = colour->Blue;
  }
}

/* Decodes the pixels of the frame onto the screen. */
static bool gif_frame(Gif *g, uint8_t *screen) {
  static const int first[] = {0, 4, 2, 1}, step[] = {8, 8, 4, 2}; /* the passes of an interlaced frame */
  const GifImageDesc *frame = &g->file->Image;
  const ColorMapObject *colours = frame->ColorMap != NULL ? frame->ColorMap : g->file->SColorMap;
  free(g->row);
  g->row = calloc((size_t)frame->Width + 1, 1);
  if (colours == NULL || g->row == NULL || frame->Width <= 0) return false;
  if ((int64_t)frame->Width * frame->Height > g->limit) return false;
  for (int pass = 0; pass < (frame->Interlace ? 4 : 1); pass++)
    for (int y = frame->Interlace ? first[pass] : 0; y < frame->Height; y += frame->Interlace ? step[pass] : 1) {
      if (interrupt_requested() || DGifGetLine(g->file, g->row, frame->Width) == GIF_ERROR) return false;
      gif_paint(g, screen, colours, y);
    }
  return true;
}

/* Fills the part of the screen that the frame covered with the colour of the background. */
static void gif_clear(const Gif *g, uint8_t *screen, const GifColorType *ground) {
  const GifImageDesc *frame = &g->file->Image;
  const int64_t width = g->file->SWidth, height = g->file->SHeight;
  for (int64_t y = frame->Top; y < (int64_t)frame->Top + frame->Height && y < height; y++)
    for (int64_t x = frame->Left; x < (int64_t)frame->Left + frame->Width && x < width; x++) {
      uint8_t *to = screen + 3 * (y * width + x);
      to[0] = ground->Red, to[1] = ground->Green, to[2] = ground->Blue;
    }
}

static GifColorType gif_ground(const GifFileType *file) {
  const ColorMapObject *colours = file->SColorMap;
  return colours != NULL && file->SBackGroundColor < colours->ColorCount ? colours->Colors[file->SBackGroundColor]
                                                                          : (GifColorType){0, 0, 0};
}

/* ---- all of them ------------------------------------------------------------------------------------ */

/* The next screen begins as this frame leaves it. */
static void gif_dispose(const Gif *g, const uint8_t *shown, uint8_t *next, size_t bytes, const GifColorType *ground) {
  memcpy(next, g->control.DisposalMode == DISPOSE_PREVIOUS ? g->before : shown, bytes);
  if (g->control.DisposalMode == DISPOSE_BACKGROUND) gif_clear(g, next, ground);
}

/* Decodes 'frames' screens of 'bytes' bytes. */
static bool gif_frames(Gif *g, uint8_t *to, int64_t frames, size_t bytes) {
  const GifColorType ground = gif_ground(g->file);
  for (size_t i = 0; i < bytes; i += 3) to[i] = ground.Red, to[i + 1] = ground.Green, to[i + 2] = ground.Blue;
  for (int64_t done = 0; done < frames;) {
    GifRecordType kind;
    if (DGifGetRecordType(g->file, &kind) == GIF_ERROR || kind == TERMINATE_RECORD_TYPE) return false;
    if (kind == EXTENSION_RECORD_TYPE && !gif_extension(g)) return false;
    if (kind != IMAGE_DESC_RECORD_TYPE) continue;
    uint8_t *screen = to + (size_t)done * bytes;
    if (g->control.DisposalMode == DISPOSE_PREVIOUS) memcpy(g->before, screen, bytes);
    if (DGifGetImageDesc(g->file) == GIF_ERROR || !gif_frame(g, screen)) return false;
    if (++done < frames) gif_dispose(g, screen, screen + bytes, bytes, &ground);
    g->control = gif_no_control;
  }
  return true;
}

static int gif_damaged(lua_State *L, const Gif *g) {
  codec_interruption(L);
  if (g->at >= g->size) return codec_refuse(L, "the file ends too early");
  const char *words = g->file != NULL ? GifErrorString(g->file->Error) : NULL;
  return codec_refuse(L, "%s (offset %I)", words != NULL ? words : "the packed data is damaged", (LUAI_UACINT)g->at);
}

static int gif_decode(lua_State *L) {
  Gif *g = object_new(L, &gif_class, sizeof *g, 0);
  g->bytes = codec_bytes(L, &g->size);
  g->limit = luaL_checkinteger(L, 2);
  int code;
  if (!gif_open(g, &code)) return gif_damaged(L, g);
  const int64_t frames = gif_count(g);
  if (frames < 0) return gif_damaged(L, g);
  if (frames == 0) return codec_refuse(L, "no frame in it");
  if (!gif_open(g, &code)) return gif_damaged(L, g);
  const int64_t height = g->file->SHeight, width = g->file->SWidth;
  if (!codec_fits(L, frames, height, width)) return codec_too_large(L, height * frames, width);
  const size_t bytes = (size_t)height * (size_t)width * 3;
  Tensor *picture = codec_new(L, 4, (const int64_t[]){frames, height, width, 3}, DTYPE_UINT8);
  g->before = malloc(bytes);
  if (g->before == NULL) return codec_refuse(L, "not enough memory");
  return gif_frames(g, tensor_data(picture), frames, bytes) ? 1 : gif_damaged(L, g);
}

int luaopen_torchvision_io_gif(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", gif_decode}, {"encode", gif_encode}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
