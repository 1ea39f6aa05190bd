/* serialize.c: see serialize.h. Files are read by file_reader.c. */
#include "serialize.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "replacement.h"

/* An open file. It closes, and removes its temporary name, when its slot on the stack goes:
** also where an error passes. */
typedef struct {
  Object object;
  const char *who; /* the function that errors name */
  int fd;          /* what is written: of 'whole', or of what cannot be replaced */
  bool direct;     /* the latter, which is to be closed */
  Replacement whole;
} File;

static void file_close(lua_State *L, void *self) {
  (void)L;
  File *f = self;
  if (f->direct) close(f->fd);
  f->direct = false;
  replacement_drop(&f->whole);
}
static const Class file_class = {"torch.file", NULL, file_close, NULL, NULL};

static int file_error(lua_State *L, const char *who, const char *path) {
  if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
  return error_raise(L, "%s: %s: %s", who, path, strerror(errno));
}

/* Pushes a file that closes itself. */
static File *file_new(lua_State *L) {
  File *f = object_new(L, &file_class, sizeof *f, 0);
  f->whole.fd = -1;
  lua_toclose(L, -1);
  return f;
}

/* Opens the path; while a pipe has no reader only an interrupt ends it. */
static void file_open(lua_State *L, File *f, const char *path) {
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) { /* /dev/full, a pipe: nothing to rename */
    do f->fd = open(path, O_WRONLY | O_CLOEXEC);
    while (f->fd < 0 && errno == EINTR && !interrupt_requested());
    f->direct = f->fd >= 0;
    if (!f->direct) file_error(L, f->who, path);
  } else if (replacement_open(&f->whole, path)) f->fd = f->whole.fd;
  else file_error(L, f->who, path);
}

static const char *check_path(lua_State *L, const char *who) {
  size_t n;
  const char *path = luaL_checklstring(L, 1, &n);
  if (strlen(path) != n) error_raise(L, "%s: 'path': a zero byte inside", who);
  return path;
}

/* ---- writing --------------------------------------------------------------------------- */

/* Writes in parts, and lets no more than two of them wait for the disk: the sync at the end, which
** no interrupt can leave, has little to do then. */
static void write_all(lua_State *L, File *f, const char *path, const char *data, size_t n) {
  enum { PART = 1 << 23 };
  while (n > 0) {
    ssize_t done = write(f->fd, data, n < PART ? n : PART);
    if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) file_error(L, f->who, path);
#ifdef SYNC_FILE_RANGE_WRITE
    off_t end = done == PART ? lseek(f->fd, 0, SEEK_CUR) : -1;
    if (end > 0) sync_file_range(f->fd, end - PART, PART, SYNC_FILE_RANGE_WRITE);
    if (end > PART)
      sync_file_range(f->fd, end - 2 * PART, PART,
                      SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER);
#endif
    data += done;
    n -= (size_t)done;
  }
}

/* The strings and the elements of the tensors in the array at 3. */
static void write_parts(lua_State *L, File *f, const char *path) {
  lua_Integer n = (lua_Integer)lua_rawlen(L, 3);
  for (lua_Integer i = 1; i <= n; i++) {
    lua_rawgeti(L, 3, i);
    if (lua_type(L, -1) == LUA_TSTRING) {
      size_t length;
      const char *bytes = lua_tolstring(L, -1, &length);
      write_all(L, f, path, bytes, length);
      lua_pop(L, 1);
      continue;
    }
    Tensor *t = tensor_test(L, -1);
    if (t == NULL && object_test(L, -1, &tensor_class) != NULL) tensor_check(L, -1, f->who, "value"); /* says why */
    if (t == NULL) error_raise(L, "write_file: part %I is no tensor", (LUAI_UACINT)i);
    TensorBox *host = tensor_box(L), *dense = tensor_box(L);
    error_check(L, tensor_on_host(f->who, t, &host->tensor));
    error_check(L, op_contiguous(host->tensor, &dense->tensor));
    tensor_release(host->tensor);
    host->tensor = NULL;
    size_t bytes = (size_t)t->numel * tensor_itemsize(t);
    write_all(L, f, path, tensor_data(dense->tensor), bytes);
    tensor_release(dense->tensor); /* a copy may be large: not later */
    dense->tensor = NULL;
    lua_pop(L, 3);
  }
}

int serialize_write(lua_State *L) {
  size_t n;
  const char *who = luaL_checkstring(L, 4), *path = check_path(L, who), *head = luaL_checklstring(L, 2, &n);
  luaL_checktype(L, 3, LUA_TTABLE);
  File *f = file_new(L);
  f->who = who;
  file_open(L, f, path);
  write_all(L, f, path, head, n);
  write_parts(L, f, path);
  if (!f->direct && !replacement_place(&f->whole)) file_error(L, f->who, path);
  return 0;
}

int serialize_storage_of(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "storage_of", "tensor");
  lua_pushlightuserdata(L, t->storage);
  lua_pushinteger(L, (lua_Integer)t->offset);
  lua_pushinteger(L, (lua_Integer)(t->storage->bytes / tensor_itemsize(t)));
  return 3;
}

int serialize_is_parameter(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "is_parameter", "tensor");
  lua_pushboolean(L, t->flags & TENSOR_PARAMETER);
  return 1;
}
