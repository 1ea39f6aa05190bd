/* system.c: what the session needs of the operating system. Lua reaches it as
** require "hecate.session.system".
*/
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "vm.h"

int luaopen_hecate_session_system(lua_State *L);
extern char **environ;

/* true, or nil and "NAME: reason". */
static int result(lua_State *L, bool good, const char *name) {
  if (!good) {
    lua_pushnil(L);
    lua_pushfstring(L, "%s: %s", name, strerror(errno));
    return 2;
  }
  lua_pushboolean(L, true);
  return 1;
}

static int change_folder(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  return result(L, chdir(path) == 0, path);
}

static int folder(lua_State *L) {
  char path[PATH_MAX];
  lua_pushstring(L, getcwd(path, sizeof path) != NULL ? path : ".");
  return 1;
}

static int set_variable(lua_State *L) {
  const char *name = luaL_checkstring(L, 1);
  return result(L, setenv(name, luaL_checkstring(L, 2), 1) == 0, name);
}

/* The variables as an array of "NAME=value". */
static int variables(lua_State *L) {
  lua_newtable(L);
  for (int i = 0; environ != NULL && environ[i] != NULL; i++) {
    lua_pushstring(L, environ[i]);
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* modified(path): when the file was written last and its size, as one string that changes
** with either; nil: there is no such file. */
static int modified(lua_State *L) {
  struct stat s;
  if (stat(luaL_checkstring(L, 1), &s) != 0) return 0;
  lua_pushfstring(L, "%I.%I %I", (LUAI_UACINT)s.st_mtim.tv_sec, (LUAI_UACINT)s.st_mtim.tv_nsec, (LUAI_UACINT)s.st_size);
  return 1;
}

/* Waits for a byte; whether there is one. Ctrl-C that came before the terminal gave it as a key was a signal: it is
** kept back between the question whether it came and the wait, or it could slip by. */
static bool wait_for_byte(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  sigset_t interrupt, before;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  sigprocmask(SIG_BLOCK, &interrupt, &before);
  bool ready = !interrupt_requested() && ppoll(&input, 1, NULL, &before) > 0;
  sigprocmask(SIG_SETMASK, &before, NULL);
  return ready;
}

/* key(): the next key on the terminal, without the help of Enter: a byte, or an escape sequence as it comes at once.
** Ctrl-C is a key as well. nil at the end of the input, and after a Ctrl-C that came as a signal. */
static int key(lua_State *L) {
  char bytes[16];
  struct termios old, raw;
  if (tcgetattr(STDIN_FILENO, &old) != 0) return 0;
  raw = old;
  raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ISIG);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSANOW, &raw);
  ssize_t n = wait_for_byte() ? read(STDIN_FILENO, bytes, 1) : 0;
  if (n == 1 && bytes[0] == '\033') {
    struct pollfd more = {.fd = STDIN_FILENO, .events = POLLIN};
    while (n < (ssize_t)sizeof bytes && poll(&more, 1, 20) > 0 && read(STDIN_FILENO, bytes + n, 1) == 1) {
      char last = bytes[n++];
      if (last >= '\0' && last < ' ') bytes[0] = last, n = 1; /* a key that is none of the sequence */
      if (n == 1 || (n > 2 && last >= '@' && last <= '~')) break; /* ESC [ ... letter */
    }
  }
  tcsetattr(STDIN_FILENO, TCSANOW, &old);
  if (n <= 0) return 0;
  lua_pushlstring(L, bytes, (size_t)n);
  return 1;
}

int luaopen_hecate_session_system(lua_State *L) {
  static const luaL_Reg functions[] = {{"chdir", change_folder}, {"getcwd", folder}, {"setenv", set_variable},
                                       {"environ", variables}, {"modified", modified}, {"key", key}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
