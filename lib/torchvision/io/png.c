/* png.c: the module "torchvision.io.png": pictures of PNG by libpng.
**
**   decode(bytes, limit, expand, alpha) → uint8 or uint16 (height × width × channels), or nil and why not
**     expand: a palette becomes colours, else its indices stay; alpha: a transparent colour becomes a channel
**   encode(picture, level) → bytes
**
** libpng leaves its functions by longjmp where a file is wrong. So they are called by the functions marked with
** "jumps" alone, which call nothing of Lua: what they need is in the handle.
*/
#include <png.h>
#include <stdio.h>

#include "codec.h"

typedef struct {
  Object object;
  png_structp png;
  png_infop info;
  bool writes;
  const uint8_t *at; /* what is read */
  size_t left;
  Sink sink; /* what is written */
  char reason[160];
} Png;

static void png_finalize(lua_State *L, void *self) {
  (void)L;
  Png *p = self;
  if (p->png != NULL && p->writes) png_destroy_write_struct(&p->png, &p->info);
  else if (p->png != NULL) png_destroy_read_struct(&p->png, &p->info, NULL);
  free(p->sink.bytes);
  p->png = NULL;
  p->sink = (Sink){0};
}
static const Class png_class = {"torchvision.io.png", NULL, png_finalize, NULL, NULL};

static void png_on_error(png_structp png, png_const_charp words) {
  Png *p = png_get_error_ptr(png);
  snprintf(p->reason, sizeof p->reason, "%s", words);
  png_longjmp(png, 1);
}
static void png_on_warning(png_structp png, png_const_charp words) { (void)png, (void)words; }

/* Pushes a handle. */
static Png *png_begin(lua_State *L, bool writes) {
  Png *p = object_new(L, &png_class, sizeof *p, 0);
  p->writes = writes;
  p->png = writes ? png_create_write_struct(PNG_LIBPNG_VER_STRING, p, png_on_error, png_on_warning)
                  : png_create_read_struct(PNG_LIBPNG_VER_STRING, p, png_on_error, png_on_warning);
  if (p->png != NULL) p->info = png_create_info_struct(p->png);
  if (p->info == NULL) error_raise(L, "png: not enough memory");
  return p;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void png_take(png_structp png, png_bytep to, size_t n) {
  Png *p = png_get_io_ptr(png);
  if (n > p->left) png_error(png, "the file ends too early");
  memcpy(to, p->at, n);
  p->at += n;
  p->left -= n;
}

/* Reads what stands before the pixels. Jumps; false: see 'reason'. */
static bool png_take_head(Png *p) {
  enum { CHUNK_MEMORY = 8 << 20 };
  if (setjmp(png_jmpbuf(p->png)) != 0) return false;
  png_set_read_fn(p->png, p, png_take);
  png_set_user_limits(p->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX); /* 'limit' bounds their product */
  png_set_chunk_malloc_max(p->png, CHUNK_MEMORY);
  png_set_keep_unknown_chunks(p->png, PNG_HANDLE_CHUNK_NEVER, NULL, 0);
  png_read_info(p->png, p->info);
  return true;
}

/* Says how the pixels are wanted; libpng asks for memory of a row then. Jumps; false: see 'reason'. */
static bool png_wish(Png *p, bool expand, bool alpha) {
  if (setjmp(png_jmpbuf(p->png)) != 0) return false;
  const int colour = png_get_color_type(p->png, p->info), depth = png_get_bit_depth(p->png, p->info);
  if (colour == PNG_COLOR_TYPE_PALETTE && expand) png_set_palette_to_rgb(p->png);
  else if (colour == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(p->png);
  else if (depth < 8) png_set_packing(p->png);
  if (alpha && png_get_valid(p->png, p->info, PNG_INFO_tRNS)) png_set_tRNS_to_alpha(p->png);
  if (depth == 16) png_set_swap(p->png);
  png_set_interlace_handling(p->png);
  png_read_update_info(p->png, p->info);
  return true;
}

/* Reads 'rows' rows, in each of the passes of an interlaced picture. Jumps; false: see 'reason'. */
static bool png_take_rows(Png *p, uint8_t *to, size_t row, uint32_t rows, int passes) {
  if (setjmp(png_jmpbuf(p->png)) != 0) return false;
  for (int pass = 0; pass < passes; pass++)
    for (uint32_t y = 0; y < rows; y++) {
      if ((y & 63) == 0 && interrupt_requested()) return false;
      png_read_row(p->png, to + y * row, NULL);
    }
  return true;
}

static int png_decode(lua_State *L) {
  size_t size;
  const uint8_t *bytes = codec_bytes(L, &size);
  Png *p = png_begin(L, false);
  p->at = bytes;
  p->left = size;
  if (!png_take_head(p)) return codec_refuse(L, "%s", p->reason);
  const uint32_t height = png_get_image_height(p->png, p->info), width = png_get_image_width(p->png, p->info);
  if (!codec_fits(L, 1, height, width)) return codec_too_large(L, height, width);
  if (!png_wish(p, lua_toboolean(L, 3), lua_toboolean(L, 4))) return codec_refuse(L, "%s", p->reason);
  const DType dtype = png_get_bit_depth(p->png, p->info) == 16 ? DTYPE_UINT16 : DTYPE_UINT8;
  Tensor *picture = codec_picture(L, height, width, png_get_channels(p->png, p->info), dtype);
  const size_t row = png_get_rowbytes(p->png, p->info);
  if (row * height != (size_t)picture->numel * tensor_itemsize(picture)) return codec_refuse(L, "a wrong header");
  const int passes = png_get_interlace_type(p->png, p->info) == PNG_INTERLACE_ADAM7 ? 7 : 1;
  const bool whole = png_take_rows(p, tensor_data(picture), row, height, passes);
  codec_interruption(L);
  return whole ? 1 : codec_refuse(L, "%s (offset %I)", p->reason, (LUAI_UACINT)(size - p->left));
}

/* ---- writing --------------------------------------------------------------------------------- */

static void png_give(png_structp png, png_bytep bytes, size_t n) {
  Png *p = png_get_io_ptr(png);
  if (!sink_add(&p->sink, bytes, n)) png_error(png, "not enough memory");
}
static void png_flush_nothing(png_structp png) { (void)png; }

/* Jumps; false: see 'reason'. */
static bool png_give_all(Png *p, const uint8_t *from, const Tensor *picture, int level) {
  static const int colours[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                                PNG_COLOR_TYPE_RGB_ALPHA};
  const uint32_t height = (uint32_t)picture->shape[0], width = (uint32_t)picture->shape[1];
  const size_t item = tensor_itemsize(picture), row = (size_t)width * (size_t)picture->shape[2] * item;
  if (setjmp(png_jmpbuf(p->png)) != 0) return false;
  png_set_write_fn(p->png, p, png_give, png_flush_nothing);
  png_set_user_limits(p->png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_compression_level(p->png, level);
  png_set_IHDR(p->png, p->info, width, height, (int)item * 8, colours[picture->shape[2] - 1], PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_write_info(p->png, p->info);
  if (item == 2) png_set_swap(p->png);
  for (uint32_t y = 0; y < height; y++) {
    if ((y & 63) == 0 && interrupt_requested()) return false;
    png_write_row(p->png, from + y * row);
  }
  png_write_end(p->png, p->info);
  return true;
}

static int png_encode(lua_State *L) {
  const Tensor *picture = tensor_check(L, 1, "encode_png", "input");
  const int level = (int)luaL_checkinteger(L, 2);
  Png *p = png_begin(L, true);
  const bool whole = png_give_all(p, tensor_data(picture), picture, level);
  codec_interruption(L);
  if (!whole) return error_raise(L, "encode_png: %s", p->reason);
  codec_push_bytes(L, p->sink.bytes, p->sink.n);
  return 1;
}

int luaopen_torchvision_io_png(lua_State *L) {
  static const luaL_Reg functions[] = {{"decode", png_decode}, {"encode", png_encode}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
