/* serialize.c: see serialize.h. Files are read by file_reader.c. */
#include "serialize.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "temporary.h"

/* An open file. It closes, and removes its temporary name, when its slot on the stack goes:
** also where an error passes. */
typedef struct {
  Object object;
  const char *who; /* the function that errors name */
  bool open;
  int fd;
  char *temporary; /* beside the target; NULL when there is none */
  char *target;    /* what 'path' names, symbolic links followed */
} File;

static void file_close(lua_State *L, void *self) {
  (void)L;
  File *f = self;
  if (f->open) close(f->fd);
  if (f->temporary != NULL) {
    unlink(f->temporary);
    temporary_forget(f->temporary);
  }
  free(f->temporary);
  free(f->target);
  f->open = false;
  f->temporary = f->target = NULL;
}
static const Class file_class = {"torch.file", NULL, file_close, NULL, NULL};

static int file_error(lua_State *L, const char *who, const char *path) {
  return error_raise(L, "%s: %s: %s", who, path, strerror(errno));
}

/* Pushes a file that closes itself. */
static File *file_new(lua_State *L) {
  File *f = object_new(L, &file_class, sizeof *f, 0);
  lua_toclose(L, -1);
  return f;
}

static void file_open(lua_State *L, File *f, const char *who, const char *path, int flags) {
  f->fd = open(path, flags | O_CLOEXEC);
  if (f->fd < 0) file_error(L, who, path);
  f->open = true;
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

/* The bytes of a path that name its folder, with the slash; 0: the current one. */
static int folder_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? 0 : (int)(slash - path) + 1;
}

/* The file that a path which leads nowhere would make: where its symbolic links point. NULL: no memory, or too many
** links (errno). */
static char *follow_links(const char *path) {
  char *at = strdup(path), link[PATH_MAX];
  for (int links = 0; at != NULL; links++) {
    const ssize_t n = readlink(at, link, sizeof link);
    if (n < 0) return at;
    char *next = NULL;
    if (n == (ssize_t)sizeof link || links == 40) errno = ELOOP;
    else if (asprintf(&next, "%.*s%.*s", link[0] == '/' ? 0 : folder_length(at), at, (int)n, link) < 0) next = NULL;
    free(at);
    at = next;
  }
  return NULL;
}

/* Opens a new file in the folder of the target, with the target's permissions. Its name is short, for that of the
** target may be as long as names can be. */
static void open_temporary(lua_State *L, File *f, const char *path) {
  struct stat info;
  f->target = realpath(path, NULL);
  bool exists = f->target != NULL;
  if (!exists && errno != ENOENT) file_error(L, f->who, path);
  if (exists && access(f->target, W_OK) != 0) file_error(L, f->who, path);
  if (!exists && (f->target = follow_links(path)) == NULL) file_error(L, f->who, path);
  if (asprintf(&f->temporary, "%.*s.hecate-XXXXXX", folder_length(f->target), f->target) < 0) {
    f->temporary = NULL;
    error_check(L, fail_memory(strlen(path)));
  }
  f->fd = temporary_create(f->temporary);
  if (f->fd < 0) {
    free(f->temporary); /* there is none to unlink */
    f->temporary = NULL;
    file_error(L, f->who, path);
  }
  f->open = true;
  mode_t mask = umask(0);
  umask(mask);
  if (fchmod(f->fd, exists && stat(f->target, &info) == 0 ? info.st_mode & 0777 : 0666 & ~mask) != 0)
    file_error(L, f->who, path);
}

/* The name survives a crash of the system once its folder is on the disk. Some file
** systems cannot sync a folder: no error. */
static void sync_folder(const char *target) {
  char folder[4096];
  const char *slash = strrchr(target, '/');
  size_t n = slash == NULL ? 1 : slash == target ? 1 : (size_t)(slash - target);
  if (n >= sizeof folder) return;
  memcpy(folder, slash == NULL ? "." : target, n);
  folder[n] = '\0';
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

int serialize_write(lua_State *L) {
  size_t n;
  const char *who = luaL_checkstring(L, 4), *path = check_path(L, who), *head = luaL_checklstring(L, 2, &n);
  luaL_checktype(L, 3, LUA_TTABLE);
  File *f = file_new(L);
  f->who = who;
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) /* /dev/full, a pipe: nothing to rename */
    file_open(L, f, who, path, O_WRONLY);
  else open_temporary(L, f, path);
  write_all(L, f, path, head, n);
  write_parts(L, f, path);
  if (f->temporary == NULL) return 0;
  if (fsync(f->fd) != 0) file_error(L, f->who, path);
  f->open = false;
  if (close(f->fd) != 0 || rename(f->temporary, f->target) != 0) file_error(L, f->who, path);
  temporary_forget(f->temporary);
  free(f->temporary);
  f->temporary = NULL;
  sync_folder(f->target);
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
