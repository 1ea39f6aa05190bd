/* codec.h: what the codecs of pictures share. A codec is a module of two functions, which torchvision.io calls:
**
**   decode(bytes, limit, …) → tensor (height × width × channels), or nil and why not
**   encode(picture, …) → bytes
**
** 'bytes' is a contiguous uint8 tensor of one dimension, 'limit' the most pixels that a header may claim. What a codec
** owns stands in a userdata with a finalizer before anything can raise, so that no error leaves memory behind.
*/
#ifndef HECATE_TORCHVISION_CODEC_H
#define HECATE_TORCHVISION_CODEC_H

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "vm.h"

/* The bytes of a file: argument 1. */
static inline const uint8_t *codec_bytes(lua_State *L, size_t *size) {
  const Tensor *t = tensor_check(L, 1, "decode", "input");
  *size = (size_t)t->numel;
  return tensor_data(t);
}

/* Pushes nil and why a file cannot be read. */
__attribute__((unused)) static int codec_refuse(lua_State *L, const char *format, ...) {
  va_list arguments;
  lua_pushnil(L);
  va_start(arguments, format);
  lua_pushvfstring(L, format, arguments);
  va_end(arguments);
  return 2;
}

/* Whether a picture of this size is within argument 2, the most pixels. */
static inline bool codec_fits(lua_State *L, int64_t frames, int64_t height, int64_t width) {
  int64_t pixels;
  return frames > 0 && height > 0 && width > 0 && !__builtin_mul_overflow(height, width, &pixels) &&
         !__builtin_mul_overflow(pixels, frames, &pixels) && pixels <= luaL_checkinteger(L, 2);
}

/* The refusal of a size that codec_fits denies. */
__attribute__((unused)) static int codec_too_large(lua_State *L, int64_t height, int64_t width) {
  if (height <= 0 || width <= 0) return codec_refuse(L, "a picture of %I×%I pixels", (LUAI_UACINT)width,
                                                     (LUAI_UACINT)height);
  return codec_refuse(L, "%I×%I pixels are more than the limit of %I pixels ('max_pixels')", (LUAI_UACINT)width,
                      (LUAI_UACINT)height, (LUAI_UACINT)luaL_checkinteger(L, 2));
}

/* Pushes a new tensor and returns it. */
static inline Tensor *codec_new(lua_State *L, int ndim, const int64_t *shape, DType dtype) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(ndim, shape, dtype, &box->tensor));
  tensor_account(L, box);
  return box->tensor;
}

static inline Tensor *codec_picture(lua_State *L, int64_t height, int64_t width, int64_t channels, DType dtype) {
  return codec_new(L, 3, (const int64_t[]){height, width, channels}, dtype);
}

/* Pushes a tensor of bytes. */
__attribute__((unused)) static void codec_push_bytes(lua_State *L, const void *bytes, size_t n) {
  Tensor *t = codec_new(L, 1, (const int64_t[]){(int64_t)n}, DTYPE_UINT8);
  if (n > 0) memcpy(tensor_data(t), bytes, n);
}

static inline void codec_interruption(lua_State *L) {
  if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
}

/* Bytes that grow while a file is written. */
typedef struct {
  uint8_t *bytes;
  size_t n, room;
} Sink;

/* Whether there is room for so many bytes. */
__attribute__((unused)) static bool sink_reserve(Sink *s, size_t total) {
  if (total <= s->room) return true;
  const size_t room = total + total / 2 + 4096;
  uint8_t *grown = realloc(s->bytes, room);
  if (grown == NULL) return false;
  s->bytes = grown;
  s->room = room;
  return true;
}

__attribute__((unused)) static bool sink_add(Sink *s, const void *bytes, size_t n) {
  if (!sink_reserve(s, s->n + n)) return false;
  memcpy(s->bytes + s->n, bytes, n);
  s->n += n;
  return true;
}

#endif
