/* crc32.c: see crc32.h. Eight bytes at a time: table[k][b] is what byte b adds when k more bytes follow it. */
#include "crc32.h"

#include <string.h>

#include "vm.h"

static uint32_t crc32_table[8][256];

static void crc32_fill(void) {
  for (uint32_t b = 0; b < 256; b++) {
    uint32_t c = b;
    for (int bit = 0; bit < 8; bit++) c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0);
    crc32_table[0][b] = c;
  }
  for (int k = 1; k < 8; k++)
    for (int b = 0; b < 256; b++)
      crc32_table[k][b] = crc32_table[k - 1][b] >> 8 ^ crc32_table[0][crc32_table[k - 1][b] & 255];
}

static uint32_t crc32_of_bytes(uint32_t before, const unsigned char *bytes, size_t n) {
  uint32_t c = ~before;
  if (crc32_table[0][1] == 0) crc32_fill();
  for (; n >= 8; bytes += 8, n -= 8) {
    uint32_t low = c ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                        (uint32_t)bytes[3] << 24);
    c = crc32_table[7][low & 255] ^ crc32_table[6][low >> 8 & 255] ^ crc32_table[5][low >> 16 & 255] ^
        crc32_table[4][low >> 24] ^ crc32_table[3][bytes[4]] ^ crc32_table[2][bytes[5]] ^ crc32_table[1][bytes[6]] ^
        crc32_table[0][bytes[7]];
  }
  for (; n > 0; bytes++, n--) c = c >> 8 ^ crc32_table[0][(c ^ *bytes) & 255];
  return ~c;
}

int crc32_of(lua_State *L) {
  size_t n;
  const void *bytes;
  if (lua_type(L, 1) == LUA_TSTRING) bytes = lua_tolstring(L, 1, &n);
  else {
    Tensor *t = tensor_check(L, 1, "crc32", "bytes");
    if (!tensor_is_contiguous(t) || !device_is_host(tensor_device(t)))
      return error_argument(L, "crc32", "bytes", 1, "a contiguous tensor of the host", 1);
    bytes = tensor_data(t);
    n = (size_t)t->numel * tensor_itemsize(t);
  }
  lua_pushinteger(L, crc32_of_bytes((uint32_t)luaL_optinteger(L, 2, 0), bytes, n));
  return 1;
}
