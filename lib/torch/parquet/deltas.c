/* deltas.c: the module "torch.parquet.deltas": values that pages hold as differences, and bytes in streams.
**
**   numbers(out, row, n, bytes, offset): integers of 4 or 8 bytes, each less the one before
**   texts(out, n, bytes, offset, shared): appends n strings to the array; shared: each begins as the one before does
**   split(out, row, n, bytes, offset): all first bytes of the numbers, then all second ones, …
*/
#include <stdlib.h>
#include <string.h>

#include "torch/parquet/pages.h"

static int deltas_damaged(lua_State *L) { return luaL_error(L, "the page is damaged or ends too early"); }

static bool read_varint(Bytes *b, uint64_t *out) {
  *out = 0;
  for (int shift = 0; shift < 64 && b->at < b->end; shift += 7) {
    const uint8_t byte = *b->at++;
    *out |= (uint64_t)(byte & 127) << shift;
    if (byte < 128) return true;
  }
  return false;
}

static bool read_zigzag(Bytes *b, uint64_t *out) {
  uint64_t value;
  if (!read_varint(b, &value)) return false;
  *out = value >> 1 ^ (0 - (value & 1));
  return true;
}

/* The number of 'width' bits that begins so many bits behind 'at'. */
static uint64_t bits_at(const uint8_t *at, uint64_t bit, int width) {
  uint64_t value = 0;
  for (int have = 0; have < width;) {
    const int from = (int)(bit % 8), take = 8 - from < width - have ? 8 - from : width - have;
    value |= (uint64_t)(at[bit / 8] >> from & ((1 << take) - 1)) << have;
    have += take;
    bit += (uint64_t)take;
  }
  return value;
}

/* A block: the least difference, the widths of its parts, and in each part so many packed differences above the least.
** *done counts the numbers; false: the bytes do not fit. */
static bool read_block(Bytes *b, uint64_t parts, uint64_t per_part, int64_t *to, int64_t n, int64_t *done) {
  uint64_t least;
  if (!read_zigzag(b, &least) || (uint64_t)(b->end - b->at) < parts) return false;
  const uint8_t *widths = b->at;
  b->at += parts;
  for (uint64_t part = 0; part < parts && *done < n; part++) {
    const uint64_t bytes = widths[part] * (per_part / 8);
    if (widths[part] > 64 || (uint64_t)(b->end - b->at) < bytes) return false;
    for (uint64_t i = 0; i < per_part && *done < n; i++, ++*done)
      to[*done] = (int64_t)((uint64_t)to[*done - 1] + least + bits_at(b->at, i * widths[part], widths[part]));
    b->at += bytes;
  }
  return true;
}

/* n numbers; false: the bytes do not have so many. */
static bool read_deltas(Bytes *b, int64_t *to, int64_t n) {
  uint64_t block, parts, count, first;
  if (!read_varint(b, &block) || !read_varint(b, &parts) || !read_varint(b, &count) || !read_zigzag(b, &first))
    return false;
  if (count != (uint64_t)n || parts == 0 || parts > 1 << 16 || block > 1 << 30 || block % parts != 0 ||
      block / parts % 8 != 0 || block == 0)
    return false;
  if (n == 0) return true;
  to[0] = (int64_t)first;
  for (int64_t done = 1; done < n;)
    if (!read_block(b, parts, block / parts, to, n, &done)) return false;
  return true;
}

/* Room for n numbers in a tensor on the stack. */
static int64_t *push_room(lua_State *L, int64_t n) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(1, &n, DTYPE_INT64, &box->tensor));
  tensor_account(L, box);
  return tensor_data(box->tensor);
}

static int deltas_numbers(lua_State *L) {
  int64_t n;
  const size_t size = tensor_itemsize(tensor_check(L, 1, "deltas", "out"));
  if (size != 4 && size != 8) return luaL_error(L, "numbers of %d bytes", (int)size);
  uint8_t *to = rows_check(L, size, &n);
  Bytes b = bytes_check(L, 4);
  int64_t *values = size == 8 ? (int64_t *)(void *)to : push_room(L, n);
  if (!read_deltas(&b, values, n)) return deltas_damaged(L);
  for (int64_t i = 0; i < n && size == 4; i++) {
    const uint32_t value = (uint32_t)values[i];
    memcpy(to + 4 * i, &value, 4);
  }
  return 0;
}

/* Appends text i of n: the first 'shared' bytes of the one before, which is at the top of the stack, and 'own' bytes;
** leaves it there. */
static bool append_text(lua_State *L, Bytes *b, int64_t shared, int64_t own, lua_Integer place) {
  size_t before;
  const char *text = lua_tolstring(L, -1, &before);
  if (shared < 0 || own < 0 || (uint64_t)shared > before || own > b->end - b->at) return false;
  if (shared == 0) lua_pushlstring(L, (const char *)b->at, (size_t)own);
  else {
    lua_pushlstring(L, text, (size_t)shared);
    lua_pushlstring(L, (const char *)b->at, (size_t)own);
    lua_concat(L, 2);
  }
  b->at += own;
  lua_replace(L, -2);
  lua_pushvalue(L, -1);
  lua_rawseti(L, 1, place);
  return true;
}

static int deltas_texts(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  const int64_t n = luaL_checkinteger(L, 2);
  Bytes b = bytes_check(L, 3);
  const bool is_shared = lua_toboolean(L, 5);
  if (n < 0) return deltas_damaged(L);
  int64_t *shared = is_shared ? push_room(L, n) : NULL, *own = push_room(L, n);
  if ((is_shared && !read_deltas(&b, shared, n)) || !read_deltas(&b, own, n)) return deltas_damaged(L);
  const lua_Integer have = (lua_Integer)lua_rawlen(L, 1);
  lua_pushliteral(L, "");
  for (int64_t i = 0; i < n; i++)
    if (!append_text(L, &b, is_shared ? shared[i] : 0, own[i], have + i + 1)) return deltas_damaged(L);
  return 0;
}

static int deltas_split(lua_State *L) {
  int64_t n;
  const size_t size = tensor_itemsize(tensor_check(L, 1, "deltas", "out"));
  uint8_t *to = rows_check(L, size, &n);
  const Bytes b = bytes_check(L, 4);
  if (n > (b.end - b.at) / (int64_t)size) return deltas_damaged(L);
  for (size_t byte = 0; byte < size; byte++)
    for (int64_t i = 0; i < n; i++) to[(size_t)i * size + byte] = b.at[byte * (size_t)n + (size_t)i];
  return 0;
}

int luaopen_torch_parquet_deltas(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"numbers", deltas_numbers}, {"texts", deltas_texts}, {"split", deltas_split}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
