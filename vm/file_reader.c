/* file_reader.c: see file_reader.h. */
#include "file_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "vm.h"

typedef struct {
  Object object;
  const char *who, *path; /* strings that the reader's user values keep */
  int64_t size;
  int fd;         /* -1: none */
  Storage *whole; /* the mapping, or the memory of a tensor; NULL: none */
  char *bytes;    /* of 'whole', or of a string that a user value keeps; NULL: the file is read */
} FileReader;

static int reader_error(lua_State *L, const FileReader *r) {
  return error_raise(L, "%s: %s: %s", r->who, r->path, strerror(errno));
}

static void reader_finalize(lua_State *L, void *self) {
  (void)L;
  FileReader *r = self;
  if (r->fd >= 0) close(r->fd);
  storage_release(r->whole);
  r->fd = -1;
  r->whole = NULL;
  r->bytes = NULL;
}

static const Class reader_class;

static FileReader *reader_check(lua_State *L) {
  FileReader *r = object_check(L, 1, &reader_class, "file", "self");
  if (r->fd < 0 && r->bytes == NULL) error_raise(L, "%s: %s: the file is closed", r->who, r->path);
  return r;
}

/* ---- bytes -------------------------------------------------------------------------------- */

static void reader_copy(lua_State *L, const FileReader *r, char *to, int64_t n, int64_t at) {
  if (at < 0 || n < 0 || n > r->size - at)
    error_raise(L, "%s: %s: the file ends at offset %I", r->who, r->path, (LUAI_UACINT)r->size);
  if (r->bytes != NULL) {
    memcpy(to, r->bytes + at, (size_t)n);
    return;
  }
  while (n > 0) {
    ssize_t done = pread(r->fd, to, n < (1 << 24) ? (size_t)n : 1 << 24, at);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) reader_error(L, r);
    if (done == 0) error_raise(L, "%s: %s: the file ends at offset %I", r->who, r->path, (LUAI_UACINT)at);
    if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
    to += done;
    at += done;
    n -= done;
  }
}

static int reader_read(lua_State *L) {
  FileReader *r = reader_check(L);
  int64_t at = luaL_checkinteger(L, 2), n = luaL_checkinteger(L, 3);
  luaL_Buffer b;
  if (at < 0 || n < 0 || at > r->size || n > r->size - at) /* before memory for it is asked for */
    error_raise(L, "%s: %s: the file ends at offset %I", r->who, r->path, (LUAI_UACINT)r->size);
  char *to = luaL_buffinitsize(L, &b, (size_t)n);
  reader_copy(L, r, to, n, at);
  luaL_pushresultsize(&b, (size_t)n);
  return 1;
}

static int reader_size(lua_State *L) {
  lua_pushinteger(L, reader_check(L)->size);
  return 1;
}
static int reader_path(lua_State *L) {
  lua_pushstring(L, reader_check(L)->path);
  return 1;
}
static int reader_close(lua_State *L) {
  reader_finalize(L, object_check(L, 1, &reader_class, "file", "self"));
  return 0;
}

/* ---- tensors ------------------------------------------------------------------------------ */

/* Booleans must be 0 or 1: any other byte would be undefined behaviour later. */
static void check_bools(lua_State *L, const FileReader *r, const Tensor *t, int64_t offset) {
  const unsigned char *v = tensor_data(t);
  for (int64_t i = 0; t->dtype == DTYPE_BOOL && i < t->numel; i++)
    if (v[i] > 1)
      error_raise(L, "%s: %s: byte %d at offset %I is no boolean", r->who, r->path, (int)v[i],
                  (LUAI_UACINT)(offset + i));
}

/* Turns the bytes of each number around: of both parts of a complex one. */
static void swap_bytes(const Tensor *t) {
  const DTypeInfo *info = &dtype_table[t->dtype];
  const int size = info->category == CATEGORY_COMPLEX ? info->size / 2 : info->size;
  unsigned char *v = tensor_data(t), *end = v + t->numel * info->size;
  if (size == 2)
    for (; v < end; v += 2) *(uint16_t *)(void *)v = __builtin_bswap16(*(uint16_t *)(void *)v);
  else if (size == 4)
    for (; v < end; v += 4) *(uint32_t *)(void *)v = __builtin_bswap32(*(uint32_t *)(void *)v);
  else if (size == 8)
    for (; v < end; v += 8) *(uint64_t *)(void *)v = __builtin_bswap64(*(uint64_t *)(void *)v);
}

/* The array at 'index' as a shape; 'at' is where the tensor begins in the file. */
static Ints reader_shape(lua_State *L, const FileReader *r, int index, int64_t at) {
  Ints shape = {.n = 0};
  luaL_checktype(L, index, LUA_TTABLE);
  size_t n = lua_rawlen(L, index);
  if (n > TENSOR_MAX_DIMS)
    error_raise(L, "%s: %s: %d dimensions (offset %I); at most %d are possible", r->who, r->path, (int)n,
                (LUAI_UACINT)at, TENSOR_MAX_DIMS);
  for (shape.n = 0; shape.n < (int)n; shape.n++) {
    lua_rawgeti(L, index, shape.n + 1);
    shape.v[shape.n] = lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
  return shape;
}

/* The bytes of a tensor, which lie in the file. */
static int64_t reader_bytes(lua_State *L, const FileReader *r, const Ints *shape, DType dtype, int64_t at) {
  int64_t n = (int64_t)dtype_size(dtype);
  bool empty = false;
  for (int i = 0; i < shape->n; i++) empty = empty || shape->v[i] == 0;
  for (int i = 0; i < shape->n; i++)
    if (shape->v[i] < 0 || (!empty && __builtin_mul_overflow(n, shape->v[i], &n)))
      error_raise(L, "%s: %s: the shape of the tensor at offset %I overflows", r->who, r->path, (LUAI_UACINT)at);
  if (empty) n = 0;
  if (at < 0 || at > r->size || n > r->size - at)
    error_raise(L, "%s: %s: a tensor of %I bytes at offset %I reaches past the end (%I)", r->who, r->path,
                (LUAI_UACINT)n, (LUAI_UACINT)at, (LUAI_UACINT)r->size);
  return n;
}

static void release_part(Storage *part) { storage_release(part->owner); }

/* A storage of its own for n bytes of the whole, which it keeps: files whose tensors share no bytes give tensors that
** share no storage. */
static Status part_of_whole(Storage *whole, char *bytes, int64_t n, Storage **out) {
  TRY(storage_new(0, (Device){DEVICE_CPU, 0}, out));
  storage_retain(whole);
  (*out)->data = bytes;
  (*out)->bytes = (size_t)n;
  (*out)->release = release_part;
  (*out)->owner = whole;
  return OK;
}

static Status show_part(const FileReader *r, int64_t at, int64_t bytes, DType dtype, const Ints *shape, Tensor **out) {
  int64_t stride[TENSOR_MAX_DIMS], step = 1;
  Storage *part;
  for (int d = shape->n - 1; d >= 0; d--) {
    stride[d] = step;
    step *= shape->v[d] > 1 ? shape->v[d] : 1;
  }
  TRY(part_of_whole(r->whole, r->bytes + at, bytes, &part));
  Status status = tensor_from_storage(part, dtype, 0, shape->n, shape->v, stride, out);
  storage_release(part);
  return status;
}

/* tensor(self, offset, dtype, shape, swap) */
static int reader_tensor(lua_State *L) {
  FileReader *r = reader_check(L);
  int64_t at = luaL_checkinteger(L, 2);
  DType dtype = dtype_check(L, 3, r->who, "dtype");
  if (dtype == DTYPE_NONE) error_raise(L, "%s: no dtype", r->who);
  Ints shape = reader_shape(L, r, 4, at);
  bool swap = lua_toboolean(L, 5);
  int64_t n = reader_bytes(L, r, &shape, dtype, at);
  bool shown = n > 0 && r->whole != NULL && !swap && ((uintptr_t)r->bytes + (uintptr_t)at) % dtype_size(dtype) == 0;
  TensorBox *box = tensor_box(L);
  if (shown) error_check(L, show_part(r, at, n, dtype, &shape, &box->tensor));
  else {
    error_check(L, tensor_empty_cpu(shape.n, shape.v, dtype, &box->tensor));
    if (n > 0) reader_copy(L, r, tensor_data(box->tensor), n, at);
    if (swap) swap_bytes(box->tensor);
  }
  check_bools(L, r, box->tensor, at);
  tensor_account(L, box);
  return 1;
}

/* fill(self, tensor, offset, swap) */
static int reader_fill(lua_State *L) {
  FileReader *r = reader_check(L);
  Tensor *t = tensor_check(L, 2, "fill", "tensor");
  int64_t at = luaL_checkinteger(L, 3);
  bool swap = lua_toboolean(L, 4);
  if (!tensor_is_contiguous(t) || !device_is_host(tensor_device(t)))
    return error_argument(L, "fill", "tensor", 1, "a contiguous tensor of the host", 2);
  reader_copy(L, r, tensor_data(t), t->numel * (int64_t)tensor_itemsize(t), at);
  if (swap) swap_bytes(t);
  check_bools(L, r, t, at);
  return 0;
}

/* ---- opening ------------------------------------------------------------------------------ */

static const luaL_Reg reader_methods[] = {{"size", reader_size}, {"read", reader_read},   {"tensor", reader_tensor},
                                          {"fill", reader_fill}, {"close", reader_close}, {"path", reader_path},
                                          {NULL, NULL}};
static const Class reader_class = {"torch.file_reader", NULL, reader_finalize, reader_methods, NULL};

/* Pushes a reader that names the strings at 'who' and 'path' in its errors. */
static FileReader *reader_new(lua_State *L, int who, int path) {
  size_t n;
  const char *name = luaL_checkstring(L, who), *text = luaL_checklstring(L, path, &n);
  if (strlen(text) != n) error_raise(L, "%s: 'path': a zero byte inside", name);
  FileReader *r = object_new(L, &reader_class, sizeof *r, 3);
  r->fd = -1;
  r->who = name;
  r->path = text;
  lua_pushvalue(L, who);
  lua_setiuservalue(L, -2, 1);
  lua_pushvalue(L, path);
  lua_setiuservalue(L, -2, 2);
  return r;
}

static void release_mapping(Storage *s) { munmap(s->data, s->bytes); }

/* Private, so that a tensor can be changed in place: the file stays as it is. */
static void reader_map(lua_State *L, FileReader *r) {
  void *bytes = mmap(NULL, (size_t)r->size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, r->fd, 0);
  if (bytes == MAP_FAILED) reader_error(L, r);
  Status status = storage_new(0, (Device){DEVICE_CPU, 0}, &r->whole);
  if (status != OK) munmap(bytes, (size_t)r->size);
  error_check(L, status);
  r->whole->data = r->bytes = bytes;
  r->whole->bytes = (size_t)r->size;
  r->whole->release = release_mapping;
}

int file_reader_open(lua_State *L) {
  struct stat info;
  luaL_checkstring(L, 1);
  FileReader *r = reader_new(L, 2, 1);
  /* Without O_NONBLOCK a pipe would wait for its writer; regular files do not mind it. */
  r->fd = open(r->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (r->fd < 0 || fstat(r->fd, &info) != 0) return reader_error(L, r);
  if (!S_ISREG(info.st_mode)) error_raise(L, "%s: %s: not a regular file", r->who, r->path);
  r->size = info.st_size;
  if (lua_toboolean(L, 3) && r->size > 0) reader_map(L, r);
  return 1;
}

int file_reader_open_tensor(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "open_tensor", "tensor");
  if (!tensor_is_contiguous(t) || !device_is_host(tensor_device(t)))
    return error_argument(L, "open_tensor", "tensor", 1, "a contiguous tensor of the host", 1);
  FileReader *r = reader_new(L, 2, 3);
  storage_retain(t->storage);
  r->whole = t->storage;
  r->bytes = tensor_data(t);
  r->size = t->numel * (int64_t)tensor_itemsize(t);
  return 1;
}

int file_reader_open_bytes(lua_State *L) {
  size_t n;
  const char *bytes = luaL_checklstring(L, 1, &n);
  FileReader *r = reader_new(L, 2, 3);
  lua_pushvalue(L, 1);
  lua_setiuservalue(L, -2, 3);
  r->bytes = (char *)(uintptr_t)bytes;
  r->size = (int64_t)n;
  return 1;
}

int file_reader_reinterpret(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "reinterpret", "tensor");
  DType dtype = dtype_check(L, 2, "reinterpret", "dtype");
  int64_t bytes = t->numel * (int64_t)tensor_itemsize(t), at = t->offset * (int64_t)tensor_itemsize(t), one = 1;
  int64_t size = dtype == DTYPE_NONE ? 0 : (int64_t)dtype_size(dtype);
  if (size == 0 || !tensor_is_contiguous(t) || bytes % size != 0 || at % size != 0)
    return error_argument(L, "reinterpret", "tensor", 1, "bytes that fit the dtype", 1);
  TensorBox *box = tensor_box(L);
  const int64_t n = bytes / size;
  error_check(L, tensor_from_storage(t->storage, dtype, at / size, 1, &n, &one, &box->tensor));
  tensor_account(L, box);
  return 1;
}
