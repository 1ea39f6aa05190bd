/* idx.c: reading the files that MNIST made common. The module "torch.utils.data.idx".
**
** An IDX file is, all numbers big-endian:
**   offset 0  two zero bytes
**   offset 2  one byte: the element type
**   offset 3  one byte: the number of dimensions n
**   offset 4  n times 4 bytes: the sizes
**   then the elements, the last dimension fastest
** (http://yann.lecun.com/exdb/mnist). The file may be packed by gzip: then hecate.zlib unpacks it.
**
** A header is only a claim: for a plain file the claimed size must be that of
** the file; for a packed one memory grows with what has really been unpacked.
*/
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "file_format.h"
#include "hecate/byte_stream.h"
#include "vm.h"

enum {
  HEADER_BYTES = 4,
  CHUNK_BYTES = 1 << 20,  /* between two looks at the interrupt flag */
  DEFLATE_LIMIT = 1032,   /* deflate cannot pack better than 1032 to 1 */
  START_RATIO = 4         /* first guess of the packing; images have about 2 */
};

/* An open file with what its messages need. */
typedef struct {
  ByteStream stream; /* of a plain file */
  FILE *file;
  ByteStream *bytes; /* what is read: 'stream', or that of hecate.zlib */
  const char *who;   /* the function that messages name */
  const char *path;
  int64_t size;      /* on the disk */
  int64_t offset;    /* of the next byte */
  bool packed;
} Reader;

/* What the header says. */
typedef struct {
  DType dtype;
  int ndim;
  int64_t shape[TENSOR_MAX_DIMS];
  int64_t numel;
  int64_t bytes; /* of all elements */
} Header;

/* ---- bytes ---------------------------------------------------------------- */

static Status damaged(const Reader *r, int64_t offset, const char *what) {
  return fail(ERROR_IO, "%s: %s: %s (offset %lld%s)", r->who, r->path, what,
              (long long)offset, r->packed ? " of the unpacked data" : "");
}

/* Reads exactly n bytes. */
static Status read_bytes(Reader *r, void *to, int64_t n) {
  char *at = to;
  while (n > 0) {
    if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
    const int64_t chunk = n < CHUNK_BYTES ? n : CHUNK_BYTES;
    const int64_t got = r->bytes->read(r->bytes, at, chunk);
    r->offset += got;
    if (got != chunk) {
      const char *trouble = r->bytes->trouble(r->bytes);
      return damaged(r, r->offset, trouble != NULL ? trouble : "the file ends too early");
    }
    at += got;
    n -= got;
  }
  return OK;
}

/* Checks that nothing follows. For a packed file this read is also the one in
** which zlib compares the checksum. */
static Status read_end(Reader *r) {
  char extra;
  const int64_t got = r->bytes->read(r->bytes, &extra, 1);
  const char *trouble = r->bytes->trouble(r->bytes);
  if (trouble != NULL) return damaged(r, r->offset, trouble);
  if (got > 0) return damaged(r, r->offset, "data after the last element");
  return OK;
}

static Status reader_open(Reader *r) {
  struct stat info;
  if (stat(r->path, &info) != 0)
    return fail(ERROR_IO, "%s: %s: %s", r->who, r->path, strerror(errno));
  if (!S_ISREG(info.st_mode)) return fail(ERROR_IO, "%s: %s: not a file", r->who, r->path);
  r->size = info.st_size;
  r->file = fopen(r->path, "rb");
  if (r->file == NULL) return fail(ERROR_IO, "%s: %s: %s", r->who, r->path, strerror(errno));
  unsigned char magic[2];
  r->packed = fread(magic, 1, sizeof magic, r->file) == sizeof magic && magic[0] == 0x1F && magic[1] == 0x8B;
  rewind(r->file);
  return OK;
}

/* The ByteStream of a plain file. */
static int64_t plain_read(ByteStream *stream, void *to, int64_t n) {
  return (int64_t)fread(to, 1, (size_t)n, ((Reader *)stream)->file);
}

static const char *plain_trouble(ByteStream *stream) {
  return ferror(((Reader *)stream)->file) ? strerror(errno) : NULL;
}

/* ---- the header ------------------------------------------------------------ */

static bool idx_dtype(int code, DType *dtype) {
  switch (code) {
    case 0x08: *dtype = DTYPE_UINT8; return true;
    case 0x0C: *dtype = DTYPE_INT32; return true;
    case 0x0D: *dtype = DTYPE_FLOAT32; return true;
    case 0x0E: *dtype = DTYPE_FLOAT64; return true;
    default: return false; /* 0x09 and 0x0B, signed 8 and 16 bits, have no dtype here */
  }
}

/* Sizes to numel and bytes, or an error where they cannot be those of this file. */
static Status header_sizes(Reader *r, Header *h) {
  const int64_t start = HEADER_BYTES + 4 * h->ndim;
  h->numel = 1;
  for (int d = 0; d < h->ndim; d++)
    if (__builtin_mul_overflow(h->numel, h->shape[d], &h->numel))
      return damaged(r, HEADER_BYTES + 4 * d, "the sizes are too large");
  if (__builtin_mul_overflow(h->numel, (int64_t)dtype_size(h->dtype), &h->bytes))
    return damaged(r, HEADER_BYTES, "the sizes are too large");
  const int64_t limit = r->packed ? r->size * DEFLATE_LIMIT : r->size - start;
  if (h->bytes > limit || (!r->packed && h->bytes < limit)) {
    char shape[SHAPE_TEXT], what[SHAPE_TEXT + 100];
    snprintf(what, sizeof what, "%s elements of %s do not fit a file of %lld bytes",
             shape_text(shape, h->ndim, h->shape), dtype_name(h->dtype), (long long)r->size);
    return damaged(r, HEADER_BYTES, what);
  }
  return OK;
}

/* A file of another format is named as what it is. */
static Status no_idx(Reader *r, const uint8_t magic[HEADER_BYTES]) {
  char head[FILE_FORMAT_HEAD], what[100] = "not an IDX file";
  memcpy(head, magic, HEADER_BYTES);
  const int64_t more = r->bytes->read(r->bytes, head + HEADER_BYTES, sizeof head - HEADER_BYTES);
  const char *format = file_format(head, HEADER_BYTES + (size_t)(more > 0 ? more : 0));
  if (format != NULL) snprintf(what, sizeof what, "not an IDX file but %s", format);
  return damaged(r, 0, what);
}

static Status read_header(Reader *r, Header *h) {
  uint8_t magic[HEADER_BYTES];
  TRY(read_bytes(r, magic, HEADER_BYTES));
  if (magic[0] != 0 || magic[1] != 0) return no_idx(r, magic);
  if (!idx_dtype(magic[2], &h->dtype)) {
    char what[60];
    snprintf(what, sizeof what, "unknown IDX element type 0x%02X", magic[2]);
    return damaged(r, 2, what);
  }
  h->ndim = magic[3];
  if (h->ndim < 1 || h->ndim > TENSOR_MAX_DIMS) {
    char what[60];
    snprintf(what, sizeof what, "expected 1 to %d dimensions, got %d", TENSOR_MAX_DIMS, h->ndim);
    return damaged(r, 3, what);
  }
  for (int d = 0; d < h->ndim; d++) {
    uint8_t b[4];
    TRY(read_bytes(r, b, sizeof b));
    h->shape[d] = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
  }
  return header_sizes(r, h);
}

/* ---- the elements ----------------------------------------------------------- */

/* The machine is little-endian, as every processor that Hecate runs on. */
static void swap_bytes(void *data, int64_t numel, size_t size) {
  if (size == 4) {
    uint32_t *v = data;
    for (int64_t i = 0; i < numel; i++) v[i] = __builtin_bswap32(v[i]);
  } else if (size == 8) {
    uint64_t *v = data;
    for (int64_t i = 0; i < numel; i++) v[i] = __builtin_bswap64(v[i]);
  }
}

/* Fills 'storage' with 'bytes' bytes; it doubles as they come, so that a false
** header costs no more than the file itself. */
static Status read_elements(Reader *r, Storage *storage, int64_t bytes) {
  int64_t have = 0;
  for (;;) {
    TRY(read_bytes(r, (char *)storage->data + have, (int64_t)storage->bytes - have));
    have = (int64_t)storage->bytes;
    if (have >= bytes) return OK;
    const int64_t more = have > bytes / 2 ? bytes : 2 * have;
    TRY(storage_resize(storage, (size_t)more));
  }
}

static Status read_tensor(Reader *r, Tensor **out) {
  Header h;
  TRY(read_header(r, &h));
  int64_t stride[TENSOR_MAX_DIMS], step = 1;
  for (int d = h.ndim - 1; d >= 0; d--) {
    stride[d] = step;
    step *= h.shape[d] > 0 ? h.shape[d] : 1;
  }
  if (!device_has_data(device_default())) /* the header says all that is to be known */
    return tensor_empty("idx", h.ndim, h.shape, h.dtype, device_default(), out);
  const int64_t guess = r->size * START_RATIO;
  Storage *storage;
  TRY(storage_new((size_t)(h.bytes < guess ? h.bytes : guess), (Device){DEVICE_CPU, 0}, &storage));
  Status status = read_elements(r, storage, h.bytes);
  if (status == OK) status = read_end(r);
  if (status == OK) {
    swap_bytes(storage->data, h.numel, dtype_size(h.dtype));
    status = tensor_from_storage(storage, h.dtype, 0, h.ndim, h.shape, stride, out);
  }
  storage_release(storage);
  return status;
}

/* ---- Lua ---------------------------------------------------------------------- */

/* Pushes a ByteStream of the packed file, which closes its file when it is collected. */
static ByteStream *push_unpacked(lua_State *L, const Reader *r) {
  open_push_global(L, "pcall"); /* Lua's own: behind it errors have no place, which the message below gets */
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.zlib");
  lua_call(L, 2, 2);
  if (!lua_toboolean(L, -2))
    error_raise(L, "%s: %s: the file is packed: %s", r->who, r->path, lua_tostring(L, -1));
  lua_getfield(L, -1, "open");
  lua_pushstring(L, r->path);
  lua_call(L, 1, 2);
  if (lua_isnil(L, -2)) error_raise(L, "%s: %s: %s", r->who, r->path, lua_tostring(L, -1));
  return lua_touserdata(L, -2);
}

static int reader_close(lua_State *L) {
  Reader *r = lua_touserdata(L, 1);
  if (r->file != NULL) fclose(r->file);
  r->file = NULL;
  return 0;
}

/* read_idx(path [, who]): the tensor of an IDX file, packed or plain. Messages
** begin with 'who', the function that the user called. */
static int data_read_idx(lua_State *L) {
  const char *who = luaL_optstring(L, 2, "read_idx");
  if (lua_type(L, 1) != LUA_TSTRING) return error_argument(L, who, "path", 1, "a string", 1);
  Reader *r = lua_newuserdatauv(L, sizeof *r, 0);
  *r = (Reader){.stream = {plain_read, plain_trouble}, .who = who, .path = lua_tostring(L, 1)};
  r->bytes = &r->stream;
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_setmetatable(L, -2);
  lua_toclose(L, -1);
  error_check(L, reader_open(r));
  if (r->packed) r->bytes = push_unpacked(L, r);
  TensorBox *box = tensor_box(L);
  error_check(L, read_tensor(r, &box->tensor));
  tensor_account(L, box);
  return 1;
}

int luaopen_torch_utils_data_idx(lua_State *L) {
  lua_newtable(L);
  lua_createtable(L, 0, 2); /* of Readers */
  lua_pushcfunction(L, reader_close);
  lua_setfield(L, -2, "__close");
  lua_pushcfunction(L, reader_close);
  lua_setfield(L, -2, "__gc");
  lua_pushcclosure(L, data_read_idx, 1);
  lua_setfield(L, -2, "read_idx");
  return 1;
}
