/* idx.c: reading the files that MNIST made common, and gunzip of a string.
** The module "torch.utils.data.idx".
**
** An IDX file is, all numbers big-endian:
**   offset 0  two zero bytes
**   offset 2  one byte: the element type
**   offset 3  one byte: the number of dimensions n
**   offset 4  n times 4 bytes: the sizes
**   then the elements, the last dimension fastest
** (http://yann.lecun.com/exdb/mnist). zlib reads packed and plain files alike.
**
** A header is only a claim: for a plain file the claimed size must be that of
** the file; for a packed one memory grows with what has really been unpacked.
*/
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "vm.h"

enum {
  HEADER_BYTES = 4,
  CHUNK_BYTES = 1 << 20,  /* between two looks at the interrupt flag */
  DEFLATE_LIMIT = 1032,   /* deflate cannot pack better than 1032 to 1 */
  START_RATIO = 4         /* first guess of the packing; images have about 2 */
};

/* An open file with what its messages need. */
typedef struct {
  const char *who;  /* the function that messages name */
  const char *path;
  gzFile file;
  int64_t bytes;    /* on the disk */
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

/* The reason why gzread gave fewer bytes than asked. */
static Status read_failed(const Reader *r) {
  int code;
  gzerror(r->file, &code);
  const int64_t offset = gztell(r->file);
  switch (code) {
    case Z_ERRNO: return damaged(r, offset, strerror(errno));
    case Z_DATA_ERROR: return damaged(r, offset, "the packed data is damaged");
    case Z_MEM_ERROR: return fail_memory(CHUNK_BYTES);
    default: return damaged(r, offset, "the file ends too early");
  }
}

/* Reads exactly n bytes. */
static Status read_bytes(const Reader *r, void *to, int64_t n) {
  char *at = to;
  while (n > 0) {
    if (interrupt_requested()) return fail(ERROR_INTERRUPT, "interrupted");
    const unsigned chunk = n < CHUNK_BYTES ? (unsigned)n : CHUNK_BYTES;
    const int got = gzread(r->file, at, chunk);
    if (got != (int)chunk) return read_failed(r);
    at += got;
    n -= got;
  }
  return OK;
}

/* Checks that nothing follows. For a packed file this read is also the one in
** which zlib compares the checksum. */
static Status read_end(const Reader *r) {
  char extra;
  const int64_t offset = gztell(r->file);
  const int got = gzread(r->file, &extra, 1);
  int code;
  gzerror(r->file, &code);
  if (got < 0 || code != Z_OK) return read_failed(r);
  if (got > 0) return damaged(r, offset, "data after the last element");
  return OK;
}

static Status reader_open(Reader *r) {
  struct stat info;
  if (stat(r->path, &info) != 0)
    return fail(ERROR_IO, "%s: %s: %s", r->who, r->path, strerror(errno));
  if (!S_ISREG(info.st_mode)) return fail(ERROR_IO, "%s: %s: not a file", r->who, r->path);
  r->bytes = info.st_size;
  errno = 0;
  r->file = gzopen(r->path, "rb");
  if (r->file == NULL)
    return fail(ERROR_IO, "%s: %s: %s", r->who, r->path,
                strerror(errno != 0 ? errno : ENOMEM));
  gzbuffer(r->file, 1 << 17);
  r->packed = gzdirect(r->file) == 0;
  return OK;
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
static Status header_sizes(const Reader *r, Header *h) {
  const int64_t start = HEADER_BYTES + 4 * h->ndim;
  h->numel = 1;
  for (int d = 0; d < h->ndim; d++)
    if (__builtin_mul_overflow(h->numel, h->shape[d], &h->numel))
      return damaged(r, HEADER_BYTES + 4 * d, "the sizes are too large");
  if (__builtin_mul_overflow(h->numel, (int64_t)dtype_size(h->dtype), &h->bytes))
    return damaged(r, HEADER_BYTES, "the sizes are too large");
  const int64_t limit = r->packed ? r->bytes * DEFLATE_LIMIT : r->bytes - start;
  if (h->bytes > limit || (!r->packed && h->bytes < limit)) {
    char shape[SHAPE_TEXT], what[SHAPE_TEXT + 100];
    snprintf(what, sizeof what, "%s elements of %s do not fit a file of %lld bytes",
             shape_text(shape, h->ndim, h->shape), dtype_name(h->dtype), (long long)r->bytes);
    return damaged(r, HEADER_BYTES, what);
  }
  return OK;
}

static Status read_header(const Reader *r, Header *h) {
  uint8_t magic[HEADER_BYTES];
  TRY(read_bytes(r, magic, HEADER_BYTES));
  if (magic[0] != 0 || magic[1] != 0) return damaged(r, 0, "not an IDX file");
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
static Status read_elements(const Reader *r, Storage *storage, int64_t bytes) {
  int64_t have = 0;
  for (;;) {
    TRY(read_bytes(r, (char *)storage->data + have, (int64_t)storage->bytes - have));
    have = (int64_t)storage->bytes;
    if (have >= bytes) return OK;
    const int64_t more = have > bytes / 2 ? bytes : 2 * have;
    TRY(storage_resize(storage, (size_t)more));
  }
}

static Status read_tensor(const Reader *r, Tensor **out) {
  Header h;
  TRY(read_header(r, &h));
  int64_t stride[TENSOR_MAX_DIMS], step = 1;
  for (int d = h.ndim - 1; d >= 0; d--) {
    stride[d] = step;
    step *= h.shape[d] > 0 ? h.shape[d] : 1;
  }
  const int64_t guess = r->bytes * START_RATIO;
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

/* read_idx(path [, who]): the tensor of an IDX file, packed or plain. Messages
** begin with 'who', the function that the user called. */
static int data_read_idx(lua_State *L) {
  Reader r = {.who = luaL_optstring(L, 2, "read_idx")};
  if (lua_type(L, 1) != LUA_TSTRING)
    return error_argument(L, r.who, "path", 1, "a string", 1);
  r.path = lua_tostring(L, 1);
  TensorBox *box = tensor_box(L);
  Status status = reader_open(&r);
  if (status == OK) status = read_tensor(&r, &box->tensor);
  if (r.file != NULL) gzclose_r(r.file);
  error_check(L, status);
  tensor_account(L, box);
  return 1;
}

/* Unpacks 'packed' into 'to' (or nowhere, to learn the size, when it is NULL). */
static Status inflate_all(const char *packed, size_t n, char *to, size_t *bytes) {
  enum { GZIP_WINDOW = 15 + 16 };
  char scratch[1 << 14];
  z_stream z = {.next_in = (Bytef *)packed, .avail_in = (uInt)n};
  if (n > UINT32_MAX) return fail(ERROR_ARGUMENT, "gunzip: longer than 4 GiB");
  if (inflateInit2(&z, GZIP_WINDOW) != Z_OK) return fail_memory(sizeof scratch);
  int code = Z_OK;
  for (size_t done = 0; code == Z_OK; done = z.total_out) {
    const size_t room = to == NULL ? sizeof scratch : *bytes - done;
    z.next_out = (Bytef *)(to == NULL ? scratch : to + done);
    z.avail_out = room < CHUNK_BYTES ? (uInt)room : CHUNK_BYTES;
    code = inflate(&z, Z_NO_FLUSH);
  }
  const size_t read = z.total_in;
  *bytes = z.total_out;
  inflateEnd(&z);
  if (code != Z_STREAM_END)
    return fail(ERROR_IO, "gunzip: the packed data is damaged (offset %zu)", read);
  if (read != n) return fail(ERROR_IO, "gunzip: data after the end (offset %zu)", read);
  return OK;
}

/* gunzip(string): what gzip packed. It runs twice, first for the size: so the
** result is written where Lua keeps it, and a false size cannot matter. */
static int data_gunzip(lua_State *L) {
  if (lua_type(L, 1) != LUA_TSTRING) return error_argument(L, "gunzip", "packed", 1, "a string", 1);
  size_t n, bytes = 0;
  const char *packed = lua_tolstring(L, 1, &n);
  error_check(L, inflate_all(packed, n, NULL, &bytes));
  luaL_Buffer buffer;
  char *to = luaL_buffinitsize(L, &buffer, bytes + 1); /* +1: inflate wants room to see the end */
  bytes++;
  error_check(L, inflate_all(packed, n, to, &bytes));
  luaL_pushresultsize(&buffer, bytes);
  return 1;
}

int luaopen_torch_utils_data_idx(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"read_idx", data_read_idx}, {"gunzip", data_gunzip}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
