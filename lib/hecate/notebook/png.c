/* png.c: a picture as the bytes of a PNG file (ISO/IEC 15948), by zlib. */
#include <string.h>
#include <zlib.h>

#include "vm.h"

int png_encode(lua_State *L);

static void put_number(unsigned char *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* A chunk: length, type, data, checksum of type and data. */
static void add_chunk(luaL_Buffer *b, const char *type, const unsigned char *data, size_t size) {
  unsigned char number[4];
  put_number(number, (uint32_t)size);
  luaL_addlstring(b, (char *)number, 4);
  luaL_addlstring(b, type, 4);
  if (size > 0) luaL_addlstring(b, (const char *)data, size);
  uLong checksum = crc32(0, (const unsigned char *)type, 4);
  if (size > 0) checksum = crc32(checksum, data, (uInt)size);
  put_number(number, (uint32_t)checksum);
  luaL_addlstring(b, (char *)number, 4);
}

/* png(image) → bytes, of a contiguous uint8 tensor (H, W, C); C is 1 (grey), 2 (grey and
** opacity), 3 (RGB) or 4 (RGB and opacity). */
int png_encode(lua_State *L) {
  static const unsigned char colour_type[] = {0, 0, 4, 2, 6};
  Tensor *t = tensor_check(L, 1, "png", "image");
  if (t->dtype != DTYPE_UINT8 || t->ndim != 3 || !tensor_is_contiguous(t) || t->numel == 0 || t->shape[2] > 4 ||
      t->numel > 1 << 28)
    return error_argument(L, "png", "image", 1, "a contiguous uint8 tensor (H, W, C)", 1);
  size_t height = (size_t)t->shape[0], row = (size_t)(t->shape[1] * t->shape[2]);
  unsigned char *lines = lua_newuserdatauv(L, height * (row + 1), 0);
  const unsigned char *pixels = tensor_data(t);
  for (size_t i = 0; i < height; i++) { /* each line begins with its filter: none */
    lines[i * (row + 1)] = 0;
    memcpy(lines + i * (row + 1) + 1, pixels + i * row, row);
  }
  uLongf size = compressBound(height * (row + 1));
  unsigned char *packed = lua_newuserdatauv(L, size, 0), header[13] = {0};
  if (compress2(packed, &size, lines, height * (row + 1), 6) != Z_OK) return luaL_error(L, "png: not enough memory");
  put_number(header, (uint32_t)t->shape[1]);
  put_number(header + 4, (uint32_t)height);
  header[8] = 8; /* bits */
  header[9] = colour_type[t->shape[2]];
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addlstring(&b, "\x89PNG\r\n\x1a\n", 8);
  add_chunk(&b, "IHDR", header, sizeof header);
  add_chunk(&b, "IDAT", packed, size);
  add_chunk(&b, "IEND", NULL, 0);
  luaL_pushresult(&b);
  return 1;
}
