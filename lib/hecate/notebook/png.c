/* png.c: a picture as the bytes of a PNG file (ISO/IEC 15948). hecate.zlib packs them where it can be opened; without
** it the file is as large as the picture.
*/
#include <string.h>

#include "vm.h"

int png_encode(lua_State *L);

static void put_number(unsigned char *to, uint32_t value) {
  for (int i = 0; i < 4; i++) to[i] = (unsigned char)(value >> (24 - 8 * i));
}

/* Goes on with the checksum of PNG, CRC-32 (ISO 3309), which begins with 0. */
static uint32_t checksum_add(uint32_t checksum, const char *data, size_t size) {
  static uint32_t table[256]; /* of the bytes */
  for (uint32_t i = 0; table[255] == 0 && i < 256; i++) {
    table[i] = i;
    for (int bit = 0; bit < 8; bit++) table[i] = table[i] >> 1 ^ (table[i] & 1 ? 0xEDB88320u : 0);
  }
  checksum = ~checksum;
  for (size_t i = 0; i < size; i++) checksum = checksum >> 8 ^ table[(checksum ^ (unsigned char)data[i]) & 255];
  return ~checksum;
}

/* A chunk: length, type, data, checksum of type and data. */
static void add_chunk(luaL_Buffer *b, const char *type, const char *data, size_t size) {
  unsigned char number[4];
  put_number(number, (uint32_t)size);
  luaL_addlstring(b, (char *)number, 4);
  luaL_addlstring(b, type, 4);
  luaL_addlstring(b, data, size);
  put_number(number, checksum_add(checksum_add(0, type, 4), data, size));
  luaL_addlstring(b, (char *)number, 4);
}

/* Pushes the bytes as a stream of zlib's format (RFC 1950) with blocks that are stored as they are (RFC
** 1951, 3.2.4). */
static void push_stored(lua_State *L, const unsigned char *bytes, size_t size) {
  enum { BLOCK = 65535, MODULUS = 65521 };
  uint32_t low = 1, high = 0; /* Adler-32 */
  unsigned char checksum[4];
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addlstring(&b, "\x78\x01", 2);
  for (size_t at = 0; at < size; at += BLOCK) {
    size_t n = size - at < BLOCK ? size - at : BLOCK;
    const unsigned char header[5] = {at + n == size, (unsigned char)n, (unsigned char)(n >> 8), (unsigned char)~n,
                                     (unsigned char)(~n >> 8)};
    luaL_addlstring(&b, (const char *)header, sizeof header);
    luaL_addlstring(&b, (const char *)bytes + at, n);
    for (size_t i = 0; i < n; i++) high = (high + (low = (low + bytes[at + i]) % MODULUS)) % MODULUS;
  }
  put_number(checksum, high << 16 | low);
  luaL_addlstring(&b, (char *)checksum, 4);
  luaL_pushresult(&b);
}

/* Replaces the string at the top by one in zlib's format. */
static void pack(lua_State *L) {
  int top = lua_gettop(L);
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.zlib");
  if (lua_pcall(L, 1, 1, 0) == LUA_OK) {
    lua_getfield(L, -1, "deflate");
    lua_pushvalue(L, top);
    lua_call(L, 1, 1);
  } else {
    size_t size;
    const char *bytes = lua_tolstring(L, top, &size);
    push_stored(L, (const unsigned char *)bytes, size);
  }
  lua_replace(L, top);
  lua_settop(L, top);
}

/* Pushes the lines of the picture, of which each begins with its filter: none. */
static void push_lines(lua_State *L, const char *pixels, size_t height, size_t row) {
  luaL_Buffer b;
  luaL_buffinitsize(L, &b, height * (row + 1));
  for (size_t i = 0; i < height; i++) {
    luaL_addchar(&b, 0);
    luaL_addlstring(&b, pixels + i * row, row);
  }
  luaL_pushresult(&b);
}

/* png(image) → bytes, of a contiguous uint8 tensor (H, W, C); C is 1 (grey), 2 (grey and
** opacity), 3 (RGB) or 4 (RGB and opacity). */
int png_encode(lua_State *L) {
  static const unsigned char colour_type[] = {0, 0, 4, 2, 6};
  Tensor *t = tensor_check(L, 1, "png", "image");
  if (t->dtype != DTYPE_UINT8 || t->ndim != 3 || !tensor_is_contiguous(t) || t->numel == 0 || t->shape[2] > 4 ||
      t->numel > 1 << 28)
    return error_argument(L, "png", "image", 1, "a contiguous uint8 tensor (H, W, C)", 1);
  t = tensor_host(L, t, "png");
  push_lines(L, tensor_data(t), (size_t)t->shape[0], (size_t)(t->shape[1] * t->shape[2]));
  pack(L);
  size_t size;
  const char *packed = lua_tolstring(L, -1, &size);
  unsigned char header[13] = {0};
  put_number(header, (uint32_t)t->shape[1]);
  put_number(header + 4, (uint32_t)t->shape[0]);
  header[8] = 8; /* bits */
  header[9] = colour_type[t->shape[2]];
  luaL_Buffer b;
  luaL_buffinit(L, &b);
  luaL_addlstring(&b, "\x89PNG\r\n\x1a\n", 8);
  add_chunk(&b, "IHDR", (const char *)header, sizeof header);
  add_chunk(&b, "IDAT", packed, size);
  add_chunk(&b, "IEND", "", 0);
  luaL_pushresult(&b);
  return 1;
}
