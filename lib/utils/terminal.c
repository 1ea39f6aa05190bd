/* terminal.c: what progress bars and plots in the terminal need of the system.
** Lua reaches it as require "torch.utils.terminal.c".
*/
#define _POSIX_C_SOURCE 200809L

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "vm.h"

#define FAREWELL 64

int luaopen_torch_utils_terminal_c(lua_State *L);

/* now() → seconds of a clock that only goes forward. */
static int now(lua_State *L) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  lua_pushnumber(L, (double)t.tv_sec + 1e-9 * (double)t.tv_nsec);
  return 1;
}

/* pid() → our own process number, for names of temporary files. */
static int own_pid(lua_State *L) {
  lua_pushinteger(L, getpid());
  return 1;
}

/* isatty(0, 1 or 2) → whether that standard file is a terminal. */
static int is_terminal(lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* size() → columns, rows of the terminal on one of the standard files; 80, 24
** where there is none or it does not tell. */
static int size(lua_State *L) {
  struct winsize window = {0};
  for (int fd = 2; fd >= 0; fd--)
    if (ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) break;
  lua_pushinteger(L, window.ws_col > 0 ? window.ws_col : 80);
  lua_pushinteger(L, window.ws_row > 0 ? window.ws_row : 24);
  return 2;
}

/* ---- leaving the terminal as it was ------------------------------------------ */

static char farewell[FAREWELL]; /* "" when the terminal is as it was */
static volatile sig_atomic_t farewell_fd;

static void say_farewell(void) {
  size_t length = strlen(farewell);
  if (length > 0 && write(farewell_fd, farewell, length) < 0) return;
}

static void end_by_signal(int number) {
  say_farewell();
  raise(number); /* SA_RESETHAND: now it has its default effect */
}

static void catch_end(int number) {
  struct sigaction action, old;
  if (sigaction(number, NULL, &old) != 0 || old.sa_handler != SIG_DFL) return;
  memset(&action, 0, sizeof action);
  action.sa_handler = end_by_signal;
  action.sa_flags = (int)SA_RESETHAND;
  sigaction(number, &action, NULL);
}

/* at_exit(fd, text): what to write to 'fd' if the process ends now, by os.exit or
** by a signal that asks it to; "" for nothing. */
static int at_exit(lua_State *L) {
  static bool installed = false;
  int fd = (int)luaL_checkinteger(L, 1);
  size_t length;
  const char *text = luaL_checklstring(L, 2, &length);
  luaL_argcheck(L, length < FAREWELL, 2, "too long");
  if (!installed) {
    installed = true;
    atexit(say_farewell);
    catch_end(SIGTERM);
    catch_end(SIGHUP);
  }
  farewell[0] = '\0'; /* a signal between these lines sees "" or all of it */
  farewell_fd = fd;
  memcpy(farewell + 1, text + (length > 0), length > 0 ? length : 1);
  farewell[0] = text[0];
  return 0;
}

static const luaL_Reg functions[] = {
  {"now", now}, {"pid", own_pid}, {"isatty", is_terminal}, {"size", size},
  {"at_exit", at_exit}, {NULL, NULL},
};

int luaopen_torch_utils_terminal_c(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
