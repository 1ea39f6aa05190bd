/* host.c: what figures need of the machine and Lua does not give: the bytes of a
** tensor, and a place where gnuplot can read them. Lua reaches it as require "gnuplot.host".
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif /* memfd_create */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "temporary.h"
#include "vm.h"

int gnuplot_thin(lua_State *L); /* thin.c */
int luaopen_gnuplot_host(lua_State *L);

/* bytes(tensor) → string: the elements of a contiguous tensor as they lie in memory. */
static int bytes(lua_State *L) {
  Tensor *t = tensor_host(L, tensor_check(L, 1, "bytes", "tensor"), "bytes");
  luaL_argcheck(L, tensor_is_contiguous(t), 1, "not contiguous");
  lua_pushlstring(L, tensor_data(t), (size_t)t->numel * tensor_itemsize(t));
  return 1;
}

/* ---- data for a child program -------------------------------------------------------
** Bytes in memory that another process of the same user opens by a name, which goes with
** us however we end; where there is no such thing, a temporary file. Not the child's
** standard input: a program that stops reading early would take the rest for commands.
** Invariants: fd is -1 or open; path is a file to be removed where 'named' is true. */

typedef struct {
  Object object;
  int fd;
  bool named;
  char path[PATH_MAX];
} Share;

static void share_release(Share *s) {
  if (s->named) {
    unlink(s->path);
    temporary_forget(s->path);
  }
  if (s->fd >= 0) close(s->fd);
  s->fd = -1;
  s->named = false;
}

static void share_finalize(lua_State *L, void *self) {
  (void)L;
  share_release(self);
}

static const Class share_class;

static int share_close(lua_State *L) {
  share_release(object_check(L, 1, &share_class, "share.close", "self"));
  return 0;
}

static int share_path(lua_State *L) {
  Share *s = object_check(L, 1, &share_class, "share.path", "self");
  lua_pushstring(L, s->path);
  return 1;
}

static bool share_open(Share *s) {
#ifdef __linux__
  s->fd = memfd_create("hecate", MFD_CLOEXEC);
  if (s->fd >= 0) {
    snprintf(s->path, sizeof s->path, "/proc/%ld/fd/%d", (long)getpid(), s->fd);
    if (access(s->path, R_OK) == 0) return true;
    close(s->fd);
  }
#endif
  temporary_template(s->path, sizeof s->path);
  s->fd = temporary_create(s->path);
  s->named = s->fd >= 0;
  return s->named;
}

static bool share_write(Share *s, const char *data, size_t size) {
  while (size > 0) {
    ssize_t n = write(s->fd, data, size);
    if (n < 0 && errno != EINTR) return false;
    if (n > 0) data += n, size -= (size_t)n;
  }
  return true;
}

/* share(strings) → an object whose path() holds the strings one after the other until
** close(), or nil and why not. */
static int share(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  Share *s = object_new(L, &share_class, sizeof *s, 0);
  s->fd = -1;
  bool ok = share_open(s);
  for (lua_Integer i = 1, n = (lua_Integer)lua_rawlen(L, 1); ok && i <= n; i++) {
    lua_rawgeti(L, 1, i);
    size_t size;
    const char *data = luaL_checklstring(L, -1, &size);
    ok = share_write(s, data, size);
    if (ok) lua_pop(L, 1);
  }
  if (ok) return 1;
  lua_pushnil(L);
  lua_pushstring(L, strerror(errno));
  return 2;
}

static const luaL_Reg share_methods[] = {{"path", share_path}, {"close", share_close}, {NULL, NULL}};

static const Class share_class = {
  .name = "gnuplot.share",
  .finalize = share_finalize,
  .methods = share_methods,
};

static const luaL_Reg functions[] = {
    {"bytes", bytes}, {"share", share}, {"thin", gnuplot_thin}, {NULL, NULL}};

int luaopen_gnuplot_host(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
