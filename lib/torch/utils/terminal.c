/* terminal.c: what progress bars and plots in the terminal need of the system.
** Lua reaches it as require "torch.utils.terminal".
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif /* wcwidth, newlocale */

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "temporary.h"
#include "vm.h"

#define FAREWELL 64

int luaopen_torch_utils_terminal(lua_State *L);

static double seconds_of(clockid_t clock) {
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double clock_seconds(void) { return seconds_of(CLOCK_MONOTONIC); }

/* now() → seconds of a clock that only goes forward. */
static int now(lua_State *L) {
  lua_pushnumber(L, clock_seconds());
  return 1;
}

/* spent() → seconds of a processor that this thread has had: unlike now(), nothing that other
** programs do adds to it. */
static int spent(lua_State *L) {
  lua_pushnumber(L, seconds_of(CLOCK_THREAD_CPUTIME_ID));
  return 1;
}

/* sleep(seconds): waits; a signal ends the wait. */
static int nap(lua_State *L) {
  poll(NULL, 0, (int)(luaL_checknumber(L, 1) * 1000));
  return 0;
}

/* pid() → our own process number, for names of temporary files. */
static int own_pid(lua_State *L) {
  lua_pushinteger(L, getpid());
  return 1;
}

/* temporary(path, on): whether SIGTERM and SIGHUP remove that file. */
static int note_temporary(lua_State *L) {
  const char *path = luaL_checkstring(L, 1);
  if (lua_toboolean(L, 2)) temporary_note(path);
  else temporary_forget(path);
  return 0;
}

/* temporary_file() → the name of a new empty file, which SIGTERM and SIGHUP remove until temporary(name, false). */
static int new_temporary(lua_State *L) {
  char path[4096];
  temporary_template(path, sizeof path);
  const int fd = temporary_create(path);
  if (fd < 0) return luaL_error(L, "%s: %s", path, strerror(errno));
  close(fd);
  lua_pushstring(L, path);
  return 1;
}

/* isatty(0, 1 or 2) → whether that standard file is a terminal. */
static int is_terminal(lua_State *L) {
  lua_pushboolean(L, isatty((int)luaL_checkinteger(L, 1)));
  return 1;
}

/* size() → columns, rows of the terminal on one of the standard files (80, 24
** where there is none or it does not tell), and its width and height in pixels (0, 0
** where it does not tell). */
static int size(lua_State *L) {
  struct winsize window = {0};
  for (int fd = 2; fd >= 0; fd--)
    if (ioctl(fd, TIOCGWINSZ, &window) == 0 && window.ws_col > 0) break;
  lua_pushinteger(L, window.ws_col > 0 ? window.ws_col : 80);
  lua_pushinteger(L, window.ws_row > 0 ? window.ws_row : 24);
  lua_pushinteger(L, window.ws_xpixel);
  lua_pushinteger(L, window.ws_ypixel);
  return 4;
}

/* width(text) → how many columns of a terminal UTF-8 text takes: East Asian
** characters take two, accents none. Control characters and broken bytes count 1. */
static int width(lua_State *L) {
  size_t left;
  const char *text = luaL_checklstring(L, 1, &left);
  static locale_t unicode;
  if (unicode == 0) unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", 0);
  locale_t old = unicode != 0 ? uselocale(unicode) : 0;
  lua_Integer columns = 0;
  mbstate_t state;
  memset(&state, 0, sizeof state);
  while (left > 0) {
    wchar_t character;
    size_t n = mbrtowc(&character, text, left, &state);
    if (n == 0 || n > left) { /* NUL, or no character of UTF-8 */
      n = 1;
      character = L'?';
      memset(&state, 0, sizeof state);
    }
    int wide = wcwidth(character);
    columns += wide < 0 ? 1 : wide;
    text += n;
    left -= n;
  }
  if (old != 0) uselocale(old);
  lua_pushinteger(L, columns);
  return 1;
}

/* ---- what the terminal says of itself ------------------------------------------ */

#define REPLY 512

/* The end of a reply to "ESC [ c": "ESC [ ? numbers c". */
static bool has_attributes(const char *reply) {
  for (const char *p = reply; (p = strstr(p, "\033[?")) != NULL; p++) {
    const char *end = p + 3 + strspn(p + 3, "0123456789;");
    if (*end == 'c') return true;
  }
  return false;
}

/* Reads until the attributes have come or 'deadline' has passed. */
static void read_reply(int fd, char *reply, double deadline) {
  size_t length = 0;
  while (length < REPLY - 1 && !has_attributes(reply)) {
    double left = deadline - clock_seconds();
    struct pollfd waiting = {fd, POLLIN, 0};
    if (left <= 0 || poll(&waiting, 1, (int)(left * 1000) + 1) <= 0) return;
    ssize_t n = read(fd, reply + length, REPLY - 1 - length);
    if (n <= 0) return;
    length += (size_t)n;
    reply[length] = '\0';
  }
}

/* ask(query, seconds) → what the terminal answers to 'query', which ends with
** "ESC [ c", the request that every terminal answers; "" when nobody does. Asks
** nothing in the background, and nothing when somebody has typed ahead: what they
** typed would be taken for the answer. */
static int ask(lua_State *L) {
  size_t length;
  const char *query = luaL_checklstring(L, 1, &length);
  double seconds = luaL_checknumber(L, 2);
  char reply[REPLY] = "";
  int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
  struct termios old;
  if (fd >= 0 && tcgetpgrp(fd) == getpgrp() && tcgetattr(fd, &old) == 0) {
    struct termios raw = old;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 0;
    raw.c_cc[VTIME] = 0;
    int typed = 0;
    if (tcsetattr(fd, TCSANOW, &raw) == 0) {
      if (ioctl(fd, FIONREAD, &typed) == 0 && typed == 0 &&
          write(fd, query, length) == (ssize_t)length)
        read_reply(fd, reply, clock_seconds() + seconds);
      tcsetattr(fd, TCSANOW, &old);
    }
  }
  if (fd >= 0) close(fd);
  lua_pushstring(L, reply);
  return 1;
}

/* ---- leaving the terminal as it was ------------------------------------------ */

static char farewell[FAREWELL]; /* "" when the terminal is as it was */
static volatile sig_atomic_t farewell_fd;

static void say_farewell(void) {
  size_t length = strlen(farewell);
  if (length > 0 && write(farewell_fd, farewell, length) < 0) return;
}

/* Handles a signal that nobody else handles or ignores. */
static void handle(int number, void (*handler)(int), int flags) {
  struct sigaction action, old;
  if (sigaction(number, NULL, &old) != 0 || old.sa_handler != SIG_DFL) return;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = flags;
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
    temporary_at_signal(say_farewell);
  }
  farewell[0] = '\0'; /* a signal between these lines sees "" or all of it */
  farewell_fd = fd;
  memcpy(farewell + 1, text + (length > 0), length > 0 ? length : 1);
  farewell[0] = text[0];
  return 0;
}

static void say_once(int number) {
  static const char text[] = "warning: the reader of the output is gone; the work goes on\n";
  static volatile sig_atomic_t said;
  int kept = errno;
  (void)number;
  if (!said) {
    said = 1;
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1); /* may be gone as well */
    (void)written;
  }
  errno = kept;
}

/* outlive_reader(): from now on the end of a pipe that is written to (script | head) ends not the
** process, but costs one warning. A handler, for children would inherit that a signal is ignored. */
static int outlive_reader(lua_State *L) {
  (void)L;
  handle(SIGPIPE, say_once, SA_RESTART);
  return 0;
}

static const luaL_Reg functions[] = {
  {"now", now},           {"spent", spent}, {"sleep", nap},   {"pid", own_pid}, {"isatty", is_terminal},
  {"temporary", note_temporary}, {"temporary_file", new_temporary},
  {"size", size},         {"width", width}, {"ask", ask},     {"at_exit", at_exit},
  {"outlive_reader", outlive_reader},       {NULL, NULL},
};

int luaopen_torch_utils_terminal(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
