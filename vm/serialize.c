/* serialize.c: see serialize.h. */
#include "serialize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* An open file that closes (and removes its temporary name) by itself. */
typedef struct {
  Object object;
  int fd;
  char *temporary;
} File;

static void file_close(lua_State *L, void *self) {
  (void)L;
  File *f = self;
  if (f->fd > 0) close(f->fd);
  if (f->temporary != NULL) unlink(f->temporary);
  free(f->temporary);
  f->fd = 0;
  f->temporary = NULL;
}
static const Class file_class = {"torch.file", NULL, file_close, NULL, NULL};

static int file_error(lua_State *L, const char *who, const char *path) {
  return luaL_error(L, "%s: %s: %s", who, path, strerror(errno));
}

static bool write_all(int fd, const char *data, size_t n) {
  while (n > 0) {
    ssize_t done = write(fd, data, n < (1 << 24) ? n : 1 << 24);
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    data += done;
    n -= (size_t)done;
  }
  return true;
}

static void write_tensors(lua_State *L, File *f, const char *path) {
  int n = (int)lua_rawlen(L, 3);
  for (int i = 1; i <= n; i++) {
    lua_rawgeti(L, 3, i);
    Tensor *t = tensor_test(L, -1);
    TensorBox *dense = tensor_box(L);
    error_check(L, op_contiguous(t, &dense->tensor));
    if (!write_all(f->fd, tensor_data(dense->tensor), (size_t)t->numel * tensor_itemsize(t))) file_error(L, "torch.save", path);
    if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
    lua_pop(L, 2);
  }
}

int serialize_write(lua_State *L) {
  size_t n;
  const char *path = luaL_checkstring(L, 1), *head = luaL_checklstring(L, 2, &n);
  File *f = object_new(L, &file_class, sizeof *f, 0);
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) { /* /dev/full, a pipe: nothing to rename */
    f->fd = open(path, O_WRONLY | O_CLOEXEC);
    if (f->fd < 0) return file_error(L, "torch.save", path);
    if (!write_all(f->fd, head, n)) return file_error(L, "torch.save", path);
    write_tensors(L, f, path);
    return 0;
  }
  if (asprintf(&f->temporary, "%s.XXXXXX", path) < 0) return luaL_error(L, "torch.save: not enough memory");
  f->fd = mkostemp(f->temporary, O_CLOEXEC);
  if (f->fd < 0) {
    free(f->temporary);
    f->temporary = NULL;
    return file_error(L, "torch.save", path);
  }
  if (!write_all(f->fd, head, n)) return file_error(L, "torch.save", path);
  write_tensors(L, f, path);
  mode_t mask = umask(0);
  umask(mask);
  fchmod(f->fd, stat(path, &info) == 0 ? info.st_mode & 0777 : 0666 & ~mask);
  if (fsync(f->fd) != 0 || rename(f->temporary, path) != 0) return file_error(L, "torch.save", path);
  free(f->temporary);
  f->temporary = NULL;
  file_close(L, f);
  return 0;
}

static File *open_file(lua_State *L, const char *path, int64_t *size) {
  File *f = object_new(L, &file_class, sizeof *f, 0);
  struct stat info;
  f->fd = open(path, O_RDONLY | O_CLOEXEC);
  if (f->fd < 0 || fstat(f->fd, &info) != 0) file_error(L, "torch.load", path);
  if (!S_ISREG(info.st_mode)) luaL_error(L, "torch.load: %s: not a regular file", path);
  *size = info.st_size;
  return f;
}

static void read_all(lua_State *L, File *f, const char *path, char *to, size_t n, int64_t at) {
  while (n > 0) {
    ssize_t done = pread(f->fd, to, n < (1 << 24) ? n : 1 << 24, at);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) file_error(L, "torch.load", path);
    if (done == 0) luaL_error(L, "torch.load: %s: the file ends at offset %I", path, (LUAI_UACINT)at);
    if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
    to += done;
    at += done;
    n -= (size_t)done;
  }
}

int serialize_read_head(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  lua_Integer n = luaL_checkinteger(L, 2);
  int64_t size;
  luaL_Buffer b;
  File *f = open_file(L, path, &size);
  if (n > size) n = (lua_Integer)size;
  char *to = luaL_buffinitsize(L, &b, (size_t)n);
  read_all(L, f, path, to, (size_t)n, 0);
  luaL_pushresultsize(&b, (size_t)n);
  lua_pushinteger(L, (lua_Integer)size);
  return 2;
}

/* Booleans must be 0 or 1: any other byte would be undefined behaviour later. */
static void check_bools(lua_State *L, const char *path, const Tensor *t, int64_t offset) {
  const unsigned char *v = tensor_data(t);
  for (int64_t i = 0; t->dtype == DTYPE_BOOL && i < t->numel; i++)
    if (v[i] > 1) luaL_error(L, "torch.load: %s: byte %d at offset %I is no boolean", path, (int)v[i], (LUAI_UACINT)(offset + i));
}

static void read_tensor(lua_State *L, File *f, const char *path, int64_t size) {
  int entry = lua_gettop(L);
  Ints shape = {.n = 0};
  lua_rawgeti(L, entry, 1);
  int64_t offset = lua_tointeger(L, -1);
  lua_rawgeti(L, entry, 2);
  DType dtype = dtype_check(L, -1, "torch.load", "dtype");
  lua_rawgeti(L, entry, 3);
  shape.n = (int)lua_rawlen(L, -1);
  if (shape.n > TENSOR_MAX_DIMS) luaL_error(L, "torch.load: %s: %d dimensions; at most %d are possible", path, shape.n, TENSOR_MAX_DIMS);
  for (int i = 0; i < shape.n; i++) {
    lua_rawgeti(L, -1, i + 1);
    shape.v[i] = lua_tointeger(L, -1);
    lua_pop(L, 1);
  }
  int64_t n = (int64_t)dtype_size(dtype);
  for (int i = 0; i < shape.n; i++)
    if (shape.v[i] < 0 || __builtin_mul_overflow(n, shape.v[i], &n)) luaL_error(L, "torch.load: %s: a shape overflows", path);
  if (offset < 0 || n > size - offset) luaL_error(L, "torch.load: %s: a tensor of %I bytes at offset %I reaches past the end (%I)", path, (LUAI_UACINT)n, (LUAI_UACINT)offset, (LUAI_UACINT)size);
  lua_settop(L, entry);
  TensorBox *box = tensor_box(L);
  error_check(L, tensor_empty_cpu(shape.n, shape.v, dtype, &box->tensor));
  read_all(L, f, path, tensor_data(box->tensor), (size_t)n, offset);
  check_bools(L, path, box->tensor, offset);
  tensor_account(L, box);
}

int serialize_read_tensors(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  luaL_checktype(L, 2, LUA_TTABLE);
  int n = (int)lua_rawlen(L, 2);
  int64_t size;
  File *f = open_file(L, path, &size);
  lua_createtable(L, n, 0);
  int result = lua_gettop(L);
  for (int i = 1; i <= n; i++) {
    lua_rawgeti(L, 2, i);
    read_tensor(L, f, path, size);
    lua_rawseti(L, result, i);
    lua_settop(L, result);
  }
  file_close(L, f);
  return 1;
}

int serialize_storage_of(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "storage_of", "tensor");
  lua_pushlightuserdata(L, t->storage);
  lua_pushinteger(L, (lua_Integer)t->offset);
  lua_pushinteger(L, (lua_Integer)(t->storage->bytes / tensor_itemsize(t)));
  return 3;
}
