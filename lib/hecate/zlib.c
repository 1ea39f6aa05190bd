/* zlib.c: the module "hecate.zlib": packing and unpacking by zlib. It is a plug-in (zlib.cmake), so that only a
** program that reads packed files opens the library.
*/
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "byte_stream.h"
#include "vm.h"

/* ---- unpacking a file ------------------------------------------------------ */

typedef struct {
  ByteStream stream; /* first: a ByteStream is what the caller sees */
  gzFile file;
} GzipFile;

#define GZIP_CLASS "hecate.zlib.file"

static int64_t gzip_read(ByteStream *stream, void *to, int64_t n) {
  enum { CHUNK = 1 << 30 }; /* gzread takes an int */
  GzipFile *f = (GzipFile *)stream;
  int64_t done = 0;
  while (done < n) {
    const int got = gzread(f->file, (char *)to + done, (unsigned)(n - done < CHUNK ? n - done : CHUNK));
    if (got <= 0) break;
    done += got;
  }
  return done;
}

static const char *gzip_trouble(ByteStream *stream) {
  int code;
  gzerror(((GzipFile *)stream)->file, &code);
  switch (code) {
    case Z_OK: case Z_STREAM_END: return NULL;
    case Z_ERRNO: return strerror(errno);
    case Z_DATA_ERROR: return "the packed data is damaged";
    case Z_MEM_ERROR: return "not enough memory";
    default: return "the file ends too early";
  }
}

static int gzip_close(lua_State *L) {
  GzipFile *f = luaL_checkudata(L, 1, GZIP_CLASS);
  if (f->file != NULL) gzclose_r(f->file);
  f->file = NULL;
  return 0;
}

/* open(path): a ByteStream of what gzip packed into the file, and a to-be-closed variable. Or nil and why it cannot
** be opened. */
static int zlib_open(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  GzipFile *f = lua_newuserdatauv(L, sizeof *f, 0);
  *f = (GzipFile){{gzip_read, gzip_trouble}, NULL};
  luaL_setmetatable(L, GZIP_CLASS);
  errno = 0;
  f->file = gzopen(path, "rb");
  if (f->file == NULL) {
    lua_pushnil(L);
    lua_pushstring(L, strerror(errno != 0 ? errno : ENOMEM));
    return 2;
  }
  gzbuffer(f->file, 1 << 17);
  return 1;
}

/* inflate(packed, size, part) -> Tensor: the bytes that a raw stream (RFC 1951) unpacks to, of which there must be
** 'size' (part: at least so many, the first ones are wanted), as a tensor of uint8. nil and why not, where the stream
** is damaged. */
static int zlib_inflate(lua_State *L) {
  enum { CHUNK = 1 << 30 }; /* avail_in and avail_out are 32 bits */
  size_t n;
  const char *packed = luaL_checklstring(L, 1, &n);
  const int64_t size = luaL_checkinteger(L, 2);
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(1, &size, DTYPE_UINT8, &box->tensor));
  tensor_account(L, box);
  z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed, .next_out = tensor_data(box->tensor)};
  if (inflateInit2(&stream, -15) != Z_OK) return error_raise(L, "inflate: not enough memory");
  size_t left = n, room = (size_t)size;
  int code;
  do {
    if (stream.avail_in == 0) stream.avail_in = left < CHUNK ? (uInt)left : CHUNK, left -= stream.avail_in;
    if (stream.avail_out == 0) stream.avail_out = room < CHUNK ? (uInt)room : CHUNK, room -= stream.avail_out;
    code = inflate(&stream, Z_NO_FLUSH);
  } while (code == Z_OK && !interrupt_requested() &&
           ((stream.avail_in > 0 || left > 0) || (stream.avail_out == 0 && room > 0)));
  const bool filled = room == 0 && stream.avail_out == 0;
  const bool whole = filled && (code == Z_STREAM_END || (lua_toboolean(L, 3) && (code == Z_OK || code == Z_BUF_ERROR)));
  inflateEnd(&stream);
  if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
  if (whole) return 1;
  lua_pushnil(L);
  lua_pushstring(L, code == Z_STREAM_END ? "it unpacks to fewer bytes" : code == Z_OK || code == Z_BUF_ERROR
                        ? "it ends early or unpacks to more bytes" : "the packed data is damaged");
  return 2;
}

/* ---- packing ----------------------------------------------------------------- */

/* deflate(bytes): the bytes packed, as a stream of zlib's format (RFC 1950). */
static int zlib_deflate(lua_State *L) {
  if (lua_type(L, 1) != LUA_TSTRING) return error_argument(L, "deflate", "bytes", 1, "a string", 1);
  size_t n;
  const char *bytes = lua_tolstring(L, 1, &n);
  uLongf size = compressBound(n);
  luaL_Buffer buffer;
  char *to = luaL_buffinitsize(L, &buffer, size);
  if (compress2((Bytef *)to, &size, (const Bytef *)bytes, n, 6) != Z_OK)
    return error_raise(L, "deflate: not enough memory");
  luaL_pushresultsize(&buffer, size);
  return 1;
}

/* gzip(bytes): the bytes packed as a file of gzip (RFC 1952). */
static int zlib_gzip(lua_State *L) {
  if (lua_type(L, 1) != LUA_TSTRING) return error_argument(L, "gzip", "bytes", 1, "a string", 1);
  enum { GZIP_WINDOW = 15 + 16 }; /* the largest window, and the frame of gzip */
  size_t n;
  const char *bytes = lua_tolstring(L, 1, &n);
  z_stream stream = {0};
  luaL_Buffer buffer;
  if (n > UINT_MAX / 2) return error_raise(L, "gzip: more than 2 GB");
  const size_t room = compressBound(n) + 32;
  char *to = luaL_buffinitsize(L, &buffer, room); /* before deflateInit2: nothing may raise behind it */
  if (deflateInit2(&stream, 6, Z_DEFLATED, GZIP_WINDOW, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    return error_raise(L, "gzip: not enough memory");
  stream.next_in = (Bytef *)(uintptr_t)bytes;
  stream.avail_in = (uInt)n;
  stream.next_out = (Bytef *)to;
  stream.avail_out = (uInt)room;
  const int code = deflate(&stream, Z_FINISH);
  const size_t size = stream.total_out;
  deflateEnd(&stream);
  if (code != Z_STREAM_END) return error_raise(L, "gzip: the bytes could not be packed");
  luaL_pushresultsize(&buffer, size);
  return 1;
}

int luaopen_hecate_zlib(lua_State *L) {
  static const luaL_Reg functions[] = {{"open", zlib_open}, {"deflate", zlib_deflate}, {"gzip", zlib_gzip},
                                       {"inflate", zlib_inflate}, {NULL, NULL}};
  static const luaL_Reg metamethods[] = {{"__gc", gzip_close}, {"__close", gzip_close}, {NULL, NULL}};
  luaL_newmetatable(L, GZIP_CLASS);
  luaL_setfuncs(L, metamethods, 0);
  luaL_newlib(L, functions);
  return 1;
}
