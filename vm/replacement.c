/* replacement.c: see replacement.h. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* asprintf */
#endif
#include "replacement.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/device.h"
#include "temporary.h"

/* The bytes of a path that name its folder, with the slash; 0: the current one. */
static int folder_length(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? 0 : (int)(slash - path) + 1;
}

/* The file that a path which leads nowhere would make: where its symbolic links point. */
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

char *replacement_target(const char *path) {
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode)) return strdup(path); /* /dev/stdout may lead to "pipe:[7]" */
  char *real = realpath(path, NULL);
  return real == NULL && errno == ENOENT ? follow_links(path) : real;
}

/* Its name is short, for that of the target may be as long as names can be. */
static bool open_beside(Replacement *r) {
  struct stat info;
  const bool exists = stat(r->target, &info) == 0;
  if (exists && access(r->target, W_OK) != 0) return false;
  if (asprintf(&r->temporary, "%.*s.hecate-XXXXXX", folder_length(r->target), r->target) < 0) r->temporary = NULL;
  if (r->temporary == NULL) return false;
  r->fd = temporary_create(r->temporary);
  if (r->fd < 0) return false;
  const mode_t mask = umask(0);
  umask(mask);
  return fchmod(r->fd, exists ? info.st_mode & 0777 : 0666 & ~mask) == 0;
}

/* A file in the folder of temporary files. */
static bool open_elsewhere(Replacement *r) {
  char path[PATH_MAX];
  temporary_template(path, sizeof path);
  r->temporary = strdup(path);
  if (r->temporary == NULL) return false;
  r->fd = temporary_create(r->temporary);
  return r->fd >= 0;
}

/* In a dry run the file is written elsewhere, removed at the end, and noted. */
static bool open_dry(Replacement *r, const char *path) {
  char text[PATH_MAX];
  snprintf(text, sizeof text, "write: %s", path);
  device_placeholder(text, NULL);
  r->dry = true;
  r->target = strdup(path);
  return r->target != NULL && open_elsewhere(r);
}

bool replacement_open(Replacement *r, const char *path) {
  *r = (Replacement){.fd = -1};
  if (device_placeholder != NULL) {
    if (open_dry(r, path)) return true;
    replacement_drop(r);
    return false;
  }
  struct stat info;
  r->target = replacement_target(path);
  if (r->target == NULL) return false;
  const bool exists = stat(r->target, &info) == 0, folder = exists && S_ISDIR(info.st_mode);
  r->pours = exists && !S_ISREG(info.st_mode);
  if (!folder && (r->pours ? open_elsewhere(r) : open_beside(r))) return true;
  const int reason = folder ? EISDIR : errno;
  if (r->fd < 0) { /* there is none to remove */
    free(r->temporary);
    r->temporary = NULL;
  }
  replacement_drop(r);
  errno = reason;
  return false;
}

void replacement_drop(Replacement *r) {
  if (r->fd >= 0) close(r->fd);
  if (r->temporary != NULL) {
    unlink(r->temporary);
    temporary_forget(r->temporary);
  }
  free(r->temporary);
  free(r->target);
  *r = (Replacement){.fd = -1};
}

/* The name survives a crash of the system once its folder is on the disk. Some file systems cannot sync a folder: no
** error. */
static void sync_folder(const char *target) {
  char folder[PATH_MAX];
  const int n = folder_length(target);
  if (n >= (int)sizeof folder) return;
  snprintf(folder, sizeof folder, "%.*s", n == 0 ? 1 : n, n == 0 ? "." : target);
  const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  fsync(fd);
  close(fd);
}

/* Copies the new file to what cannot be replaced. An interrupt ends it with EINTR. */
static bool replacement_pour(Replacement *r) {
  char part[65536];
  int to;
  do to = open(r->target, O_WRONLY | O_CLOEXEC);
  while (to < 0 && errno == EINTR && !interrupt_requested());
  bool ok = to >= 0 && lseek(r->fd, 0, SEEK_SET) == 0;
  ssize_t n = 0;
  while (ok && (n = read(r->fd, part, sizeof part)) > 0) {
    for (ssize_t at = 0; ok && at < n;) {
      const ssize_t done = write(to, part + at, (size_t)(n - at));
      if (done > 0) at += done;
      else ok = done < 0 && errno == EINTR && !interrupt_requested();
    }
  }
  const int reason = errno;
  if (to >= 0 && close(to) != 0 && ok) return false;
  errno = reason;
  return ok && n == 0;
}

bool replacement_place(Replacement *r) {
  if (r->dry) {
    replacement_drop(r);
    return true;
  }
  if (r->pours) {
    if (!replacement_pour(r)) return false;
    replacement_drop(r);
    return true;
  }
  if (!r->unsynced && fsync(r->fd) != 0) return false;
  const int fd = r->fd;
  r->fd = -1;
  if (close(fd) != 0 || rename(r->temporary, r->target) != 0) return false;
  temporary_forget(r->temporary);
  free(r->temporary);
  r->temporary = NULL;
  if (!r->unsynced) sync_folder(r->target);
  return true;
}

/* ---- for Lua ---------------------------------------------------------------------------------- */

/* User value 1 is the path that was given, 2 the name of the function that errors begin with. */
typedef struct {
  Object object;
  Replacement file;
} ReplacementObject;

static void replacement_finalize(lua_State *L, void *self) {
  (void)L;
  replacement_drop(&((ReplacementObject *)self)->file);
}

static int replacement_path(lua_State *L);
static int replacement_put(lua_State *L);
static int replacement_is_poured(lua_State *L);
static const luaL_Reg replacement_methods[] = {
  {"path", replacement_path}, {"place", replacement_put}, {"pours", replacement_is_poured}, {NULL, NULL}};
static const Class replacement_class = {
  .name = "torch.replacement",
  .finalize = replacement_finalize,
  .methods = replacement_methods,
};

static int replacement_error(lua_State *L, int object) {
  const int reason = errno;
  if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
  lua_getiuservalue(L, object, 1);
  lua_getiuservalue(L, object, 2);
  return error_raise(L, "%s: %s: %s", lua_tostring(L, -1), lua_tostring(L, -2), strerror(reason));
}

int replacement_new(lua_State *L) {
  size_t n;
  const char *path = luaL_checklstring(L, 1, &n), *who = luaL_checkstring(L, 2);
  if (strlen(path) != n) return error_raise(L, "%s: 'path': a zero byte inside", who);
  ReplacementObject *o = object_new(L, &replacement_class, sizeof *o, 2);
  o->file.fd = -1;
  for (int i = 1; i <= 2; i++) {
    lua_pushvalue(L, i);
    lua_setiuservalue(L, -2, i);
  }
  if (!replacement_open(&o->file, path)) return replacement_error(L, lua_gettop(L));
  o->file.unsynced = lua_toboolean(L, 3);
  return 1;
}

static int replacement_path(lua_State *L) {
  ReplacementObject *o = object_check(L, 1, &replacement_class, "path", "self");
  lua_pushstring(L, o->file.temporary); /* nil once it is in its place */
  return 1;
}

static int replacement_put(lua_State *L) {
  ReplacementObject *o = object_check(L, 1, &replacement_class, "place", "self");
  if (o->file.temporary == NULL) return error_raise(L, "place: it is in its place already");
  return replacement_place(&o->file) ? 0 : replacement_error(L, 1);
}

static int replacement_is_poured(lua_State *L) {
  ReplacementObject *o = object_check(L, 1, &replacement_class, "pours", "self");
  lua_pushboolean(L, o->file.pours);
  return 1;
}

int replacement_find(lua_State *L) {
  char *target = replacement_target(luaL_checkstring(L, 1));
  lua_pushstring(L, target); /* nil of NULL */
  free(target);
  if (!lua_isnil(L, -1)) return 1;
  lua_pushstring(L, strerror(errno));
  return 2;
}
