/* pages.c: the module "torch.parquet.pages": the hot loops of the reader of Parquet. torch.parquet.column leads through
** it. Bytes are a string or a tensor of uint8, and the offset in it from which they count; rows count from 0.
**
**   snappy(bytes, offset, size) → string
**   levels(nulls, row, n, bytes, offset, measured) → how many of the rows have a value, and the offset behind the
**     levels; nulls (bool) tells those that have none. measured: four bytes in front say how long the levels are
**   list_levels(out, row, n, bytes, offset, measured, most) → the offset behind; out (uint8) gets levels up to most
**   indices(bytes, offset, n, most) → int64 tensor of n positions from 1 to most
**   plain(out, row, n, bytes, offset, kind, length): numbers as they lie, see below
**   bits(out, row, n, bytes, offset), bit_runs(…): booleans, eight in a byte or in runs
**   take(out, row, n, dictionary, indices): numbers of a dictionary
**   plain_texts(out, n, bytes, offset, length): appends n strings to the array; length 0: each has its own
**   append(out, texts, indices): appends texts of a dictionary
**   spread(out, row, n, nulls), spread_texts(out, row, n, nulls): moves the values that are there to their rows
*/
#include "torch/parquet/pages.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int pages_short(lua_State *L) { return luaL_error(L, "the page ends too early"); }

Bytes bytes_check(lua_State *L, int argument) {
  size_t n = 0;
  const uint8_t *from;
  const Tensor *t = tensor_test(L, argument);
  if (t != NULL) {
    if (t->dtype != DTYPE_UINT8 || !tensor_is_contiguous(t)) luaL_error(L, "no bytes");
    from = tensor_data(t);
    n = (size_t)t->numel;
  } else {
    from = (const uint8_t *)luaL_checklstring(L, argument, &n);
  }
  const lua_Integer offset = luaL_checkinteger(L, argument + 1);
  if (offset < 0 || (size_t)offset > n) pages_short(L);
  return (Bytes){from + offset, from + n};
}

uint8_t *rows_check(lua_State *L, size_t size, int64_t *n) {
  Tensor *t = tensor_check(L, 1, "pages", "out");
  const lua_Integer row = luaL_checkinteger(L, 2);
  *n = luaL_checkinteger(L, 3);
  if (!tensor_is_contiguous(t) || !device_is_host(tensor_device(t)) || tensor_itemsize(t) != size || row < 0 ||
      *n < 0 || *n > t->numel - row)
    luaL_error(L, "rows that are not there");
  return (uint8_t *)tensor_data(t) + (size_t)row * size;
}

static int pages_snappy(lua_State *L) {
  const Bytes packed = bytes_check(L, 1);
  const lua_Integer size = luaL_checkinteger(L, 3);
  /* A piece of 3 bytes unpacks to 64 at most. */
  if (size < 0 || size > 32 * (packed.end - packed.at) + 64) return luaL_error(L, "the packed data is damaged");
  luaL_Buffer b;
  char *to = luaL_buffinitsize(L, &b, (size_t)size);
  if (!snappy_unpack(packed, (uint8_t *)to, (size_t)size)) return luaL_error(L, "the packed data is damaged");
  luaL_pushresultsize(&b, (size_t)size);
  return 1;
}

/* ---- levels and positions ---------------------------------------------------------------------- */

enum { PORTION = 1024 };

/* The levels that the arguments from 4 on name, of so many bits; *length: how many bytes the four in front say. */
static Runs runs_of_levels(lua_State *L, int width, uint32_t *length) {
  Bytes bytes = bytes_check(L, 4);
  *length = 0;
  if (lua_toboolean(L, 6)) {
    if (bytes.end - bytes.at < 4) pages_short(L);
    memcpy(length, bytes.at, 4);
    bytes.at += 4;
    if ((int64_t)*length > bytes.end - bytes.at) pages_short(L);
    bytes.end = bytes.at + *length;
  }
  return (Runs){.bytes = bytes, .width = width};
}

static int pages_levels(lua_State *L) {
  int64_t n, there = 0;
  uint8_t *nulls = rows_check(L, 1, &n);
  uint32_t length, levels[PORTION];
  Runs runs = runs_of_levels(L, 1, &length);
  for (int64_t done = 0; done < n;) {
    const int64_t take = n - done < PORTION ? n - done : PORTION;
    if (!runs_read(&runs, levels, take)) return pages_short(L);
    for (int64_t i = 0; i < take; i++) {
      if (levels[i] > 1) return luaL_error(L, "a level above 1");
      nulls[done + i] = levels[i] == 0;
      there += levels[i];
    }
    done += take;
  }
  lua_pushinteger(L, there);
  lua_pushinteger(L, lua_tointeger(L, 5) + 4 + (lua_Integer)length);
  return 2;
}

static int pages_list_levels(lua_State *L) {
  int64_t n;
  uint8_t *to = rows_check(L, 1, &n);
  const lua_Integer most = luaL_checkinteger(L, 7);
  if (most < 1 || most > 3) return luaL_error(L, "levels up to %d", (int)most);
  uint32_t length, levels[PORTION];
  Runs runs = runs_of_levels(L, most > 1 ? 2 : 1, &length);
  for (int64_t done = 0; done < n;) {
    const int64_t take = n - done < PORTION ? n - done : PORTION;
    if (!runs_read(&runs, levels, take)) return pages_short(L);
    for (int64_t i = 0; i < take; i++) {
      if (levels[i] > (uint32_t)most) return luaL_error(L, "a level above %d", (int)most);
      to[done + i] = (uint8_t)levels[i];
    }
    done += take;
  }
  lua_pushinteger(L, lua_tointeger(L, 5) + 4 + (lua_Integer)length);
  return 1;
}

static Tensor *push_int64(lua_State *L, int64_t n) {
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(1, &n, DTYPE_INT64, &box->tensor));
  tensor_account(L, box);
  return box->tensor;
}

static int pages_indices(lua_State *L) {
  Runs runs = {.bytes = bytes_check(L, 1)};
  const int64_t n = luaL_checkinteger(L, 3), most = luaL_checkinteger(L, 4);
  if (runs.bytes.at == runs.bytes.end || n < 0) return pages_short(L);
  runs.width = *runs.bytes.at++;
  if (runs.width > 32) return luaL_error(L, "positions of %d bits", runs.width);
  int64_t *to = tensor_data(push_int64(L, n));
  uint32_t part[PORTION];
  for (int64_t done = 0; done < n;) {
    const int64_t take = n - done < PORTION ? n - done : PORTION;
    if (!runs_read(&runs, part, take)) return pages_short(L);
    for (int64_t i = 0; i < take; i++) {
      if (part[i] >= most) return luaL_error(L, "a position behind the end of the dictionary");
      to[done + i] = (int64_t)part[i] + 1;
    }
    done += take;
  }
  return 1;
}

/* Booleans, eight in a byte. */
static int pages_bits(lua_State *L) {
  int64_t n;
  uint8_t *to = rows_check(L, 1, &n);
  const Bytes b = bytes_check(L, 4);
  if ((n + 7) / 8 > b.end - b.at) return pages_short(L);
  for (int64_t i = 0; i < n; i++) to[i] = b.at[i / 8] >> i % 8 & 1;
  return 0;
}

/* Booleans as runs of numbers of one bit. */
static int pages_bit_runs(lua_State *L) {
  int64_t n;
  uint8_t *to = rows_check(L, 1, &n);
  Runs runs = {.bytes = bytes_check(L, 4), .width = 1};
  uint32_t part[PORTION];
  for (int64_t done = 0; done < n;) {
    const int64_t take = n - done < PORTION ? n - done : PORTION;
    if (!runs_read(&runs, part, take)) return pages_short(L);
    for (int64_t i = 0; i < take; i++) to[done + i] = part[i] & 1;
    done += take;
  }
  return 0;
}

/* ---- numbers ------------------------------------------------------------------------------------- */

/* A signed number of n bytes, the highest first. */
static double big_endian(const uint8_t *at, size_t n) {
  double value = n > 0 && at[0] >= 128 ? -1 : 0;
  for (size_t i = 0; i < n; i++) value = value * 256 + at[i];
  return value;
}

/* A day of the Julian calendar and the nanoseconds in it, as nanoseconds since 1970. */
static int64_t old_timestamp(const uint8_t *at) {
  uint64_t nanoseconds;
  uint32_t day;
  memcpy(&nanoseconds, at, 8);
  memcpy(&day, at + 8, 4);
  return (int64_t)(((uint64_t)day - 2440588) * UINT64_C(86400000000000) + nanoseconds);
}

/* kind "as_is": elements as a tensor has them; "int96"; "decimal": 'length' bytes each, or with 0 their own length. */
static int pages_plain(lua_State *L) {
  const char *kind = luaL_checkstring(L, 6);
  const lua_Integer length = luaL_checkinteger(L, 7);
  const bool as_is = strcmp(kind, "as_is") == 0, is_decimal = strcmp(kind, "decimal") == 0;
  int64_t n;
  if (length < 0 || (as_is && length != 1 && length != 2 && length != 4 && length != 8) || length > 1 << 20)
    return luaL_error(L, "elements of %d bytes", (int)length);
  uint8_t *to = rows_check(L, as_is ? (size_t)length : 8, &n);
  Bytes b = bytes_check(L, 4);
  const int64_t size = is_decimal || as_is ? length : 12;
  if (size > 0 && n > (b.end - b.at) / size) return pages_short(L);
  if (as_is) {
    if (n > 0) memcpy(to, b.at, (size_t)(n * size));
    return 0;
  }
  for (int64_t i = 0; i < n; i++) {
    uint32_t own = (uint32_t)size;
    if (size == 0) {
      if (b.end - b.at < 4) return pages_short(L);
      memcpy(&own, b.at, 4);
      b.at += 4;
      if ((int64_t)own > b.end - b.at) return pages_short(L);
    }
    if (is_decimal) ((double *)(void *)to)[i] = big_endian(b.at, own);
    else ((int64_t *)(void *)to)[i] = old_timestamp(b.at);
    b.at += own;
  }
  return 0;
}

/* Numbers of a dictionary: dictionary:index_select(1, indices), into the rows. */
static int pages_take(lua_State *L) {
  const Tensor *from = tensor_check(L, 4, "pages", "dictionary"), *at = tensor_check(L, 5, "pages", "indices");
  const size_t size = tensor_itemsize(from);
  int64_t n;
  uint8_t *to = rows_check(L, size, &n);
  if (at->dtype != DTYPE_INT64 || at->numel != n || !tensor_is_contiguous(at) || !tensor_is_contiguous(from))
    return luaL_error(L, "no positions");
  const int64_t *places = tensor_data(at);
  const uint8_t *values = tensor_data(from);
  for (int64_t i = 0; i < n; i++) {
    if (places[i] < 1 || places[i] > from->numel) return luaL_error(L, "a position behind the end of the dictionary");
    if (size == 8) memcpy(to + 8 * i, values + 8 * (places[i] - 1), 8);
    else if (size == 4) memcpy(to + 4 * i, values + 4 * (places[i] - 1), 4);
    else memcpy(to + (size_t)i * size, values + (size_t)(places[i] - 1) * size, size);
  }
  return 0;
}

/* The n rows from 'row' on begin with the values that are there; the others become 0. */
static int pages_spread(lua_State *L) {
  int64_t n;
  const size_t size = tensor_itemsize(tensor_check(L, 1, "pages", "out"));
  uint8_t *to = rows_check(L, size, &n);
  const Tensor *nulls = tensor_check(L, 4, "pages", "nulls");
  const lua_Integer row = lua_tointeger(L, 2);
  if (nulls->dtype != DTYPE_BOOL || !tensor_is_contiguous(nulls) || n > nulls->numel - row)
    return luaL_error(L, "rows that are not there");
  const uint8_t *missing = (const uint8_t *)tensor_data(nulls) + row;
  int64_t last = 0;
  for (int64_t i = 0; i < n; i++) last += !missing[i];
  for (int64_t i = n - 1; i >= 0; i--) {
    if (missing[i]) memset(to + (size_t)i * size, 0, size);
    else memmove(to + (size_t)i * size, to + (size_t)--last * size, size);
  }
  return 0;
}

/* ---- texts ----------------------------------------------------------------------------------------- */

/* The array at 1, to which n texts are appended: how many it has. */
static lua_Integer check_array(lua_State *L, int64_t n) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (n < 0) luaL_error(L, "rows that are not there");
  return (lua_Integer)lua_rawlen(L, 1);
}

static int pages_plain_texts(lua_State *L) {
  const int64_t n = luaL_checkinteger(L, 2);
  Bytes b = bytes_check(L, 3);
  const lua_Integer length = luaL_checkinteger(L, 5), have = check_array(L, n);
  if (length < 0) return luaL_error(L, "texts of %I bytes", (LUAI_UACINT)length);
  for (int64_t i = 0; i < n; i++) {
    int64_t own = length;
    if (length == 0) {
      uint32_t size;
      if (b.end - b.at < 4) return pages_short(L);
      memcpy(&size, b.at, 4);
      b.at += 4;
      own = size;
    }
    if (own > b.end - b.at) return pages_short(L);
    lua_pushlstring(L, (const char *)b.at, (size_t)own);
    lua_rawseti(L, 1, have + i + 1);
    b.at += own;
  }
  return 0;
}

static int pages_append(lua_State *L) {
  luaL_checktype(L, 2, LUA_TTABLE);
  const Tensor *at = tensor_check(L, 3, "pages", "indices");
  const lua_Integer have = check_array(L, 0), most = (lua_Integer)lua_rawlen(L, 2);
  if (at->dtype != DTYPE_INT64 || !tensor_is_contiguous(at)) return luaL_error(L, "no positions");
  const int64_t *places = tensor_data(at);
  for (int64_t i = 0; i < at->numel; i++) {
    if (places[i] < 1 || places[i] > most) return luaL_error(L, "a position behind the end of the dictionary");
    lua_rawgeti(L, 2, places[i]);
    lua_rawseti(L, 1, have + i + 1);
  }
  return 0;
}

/* The rows behind 'row' of the array are the texts that are there; the others become "". */
static int pages_spread_texts(lua_State *L) {
  const lua_Integer row = luaL_checkinteger(L, 2), n = luaL_checkinteger(L, 3);
  const Tensor *nulls = tensor_check(L, 4, "pages", "nulls");
  lua_Integer last = check_array(L, n);
  if (nulls->dtype != DTYPE_BOOL || !tensor_is_contiguous(nulls) || row < 0 || n > nulls->numel - row)
    return luaL_error(L, "rows that are not there");
  const uint8_t *missing = (const uint8_t *)tensor_data(nulls) + row;
  for (lua_Integer i = n; i >= 1; i--) {
    if (missing[i - 1]) lua_pushliteral(L, "");
    else lua_rawgeti(L, 1, last--);
    lua_rawseti(L, 1, row + i);
  }
  return 0;
}

int luaopen_torch_parquet_pages(lua_State *L) {
  static const luaL_Reg functions[] = {{"snappy", pages_snappy},           {"levels", pages_levels},
                                       {"indices", pages_indices},         {"bits", pages_bits},
                                       {"bit_runs", pages_bit_runs},       {"plain", pages_plain},
                                       {"take", pages_take},               {"spread", pages_spread},
                                       {"plain_texts", pages_plain_texts}, {"append", pages_append},
                                       {"spread_texts", pages_spread_texts}, {"list_levels", pages_list_levels},
                                       {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
