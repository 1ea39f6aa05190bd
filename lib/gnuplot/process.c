/* process.c: a child program that can never hold us up. Lua reaches it as
** require "gnuplot.process".
**
** The child's standard input, output and error are one end of a socket pair.
** A socket rather than pipes for two reasons: send() takes MSG_NOSIGNAL, so a
** dead child is an error code and not a SIGPIPE, and one descriptor carries both
** directions. What the child is too slow to take waits in a bounded queue; when
** that is full, write() says so and nothing waits.
**
** Invariants: fd is -1 or open and non-blocking; pid is 0 once the child has
** been reaped; queue[start, end) is what is still to be sent.
*/
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif /* posix_spawn_file_actions_addclosefrom_np */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "temporary.h"
#include "vm.h"

#define QUEUE_LIMIT (4u << 20) /* bytes that may wait for the child */
#define READ_LIMIT (256u << 10) /* bytes taken from the child at one pump */
#define MAX_ARGUMENTS 8
#define NICENESS 5 /* drawing gives way to the work that it shows */

#ifdef __GLIBC__
#if __GLIBC_PREREQ(2, 34)
#define HAVE_CLOSEFROM
#endif
#endif

extern char **environ;
int luaopen_gnuplot_process(lua_State *L);

typedef struct {
  Object object;
  int fd;
  pid_t pid;
  int slot; /* in process_tied, or -1 */
  int exit_status; /* as waitpid gave it, when pid is 0 */
  char *queue;
  size_t start, end, capacity;
} Process;

static double clock_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- children that end with us ------------------------------------------------
** A signal that ends this process kills them at once: in the middle of a picture they would go on, and write a file
** that nobody waits for. A child with a window is not among them: it hears that its input ends, and closes that. */

enum { MOST_TIED = 16 };
static volatile pid_t process_tied[MOST_TIED]; /* 0: free */

static void kill_tied(void) {
  for (int i = 0; i < MOST_TIED; i++)
    if (process_tied[i] != 0) kill(-process_tied[i], SIGKILL);
}

static void untie(Process *p) {
  if (p->slot >= 0) process_tied[p->slot] = 0;
  p->slot = -1;
}

/* A child that finds no slot is left out. */
static void tie(Process *p) {
  static pid_t owner;
  if (owner != getpid()) { /* the first one, or we are a copy of the process that has made them */
    for (int i = 0; i < MOST_TIED; i++) process_tied[i] = 0;
    owner = getpid();
  }
  temporary_at_signal(kill_tied);
  for (int i = 0; p->slot < 0 && i < MOST_TIED; i++) {
    if (process_tied[i] != 0) continue;
    p->slot = i;
    process_tied[i] = p->pid;
  }
}

/* Collects the child if it has ended. Never waits. */
static bool reap(Process *p) {
  if (p->pid == 0) return true;
  int status = 0;
  pid_t got;
  do got = waitpid(p->pid, &status, WNOHANG);
  while (got < 0 && errno == EINTR);
  if (got == 0) return false;
  untie(p);
  p->exit_status = got < 0 ? 0 : status; /* ECHILD: someone ignores SIGCHLD */
  p->pid = 0;
  return true;
}

static void hang_up(Process *p) {
  if (p->fd >= 0) close(p->fd);
  p->fd = -1;
  free(p->queue);
  p->queue = NULL;
  p->start = p->end = p->capacity = 0;
}

/* Ends the child and what it started, even if it is stopped. Waits a moment only, for a process in
** the middle of disk work may take its time to die. */
static void kill_now(Process *p) {
  hang_up(p);
  if (p->pid != 0 && kill(-p->pid, SIGKILL) != 0) kill(p->pid, SIGKILL);
  for (int i = 0; i < 100 && !reap(p); i++) poll(NULL, 0, 1);
}

static void process_finalize(lua_State *L, void *self) {
  (void)L;
  kill_now(self);
}

/* Sends what the child takes now. False: it takes nothing ever again. */
static bool flush_queue(Process *p) {
  while (p->start < p->end) {
    ssize_t sent = send(p->fd, p->queue + p->start, p->end - p->start, MSG_NOSIGNAL);
    if (sent >= 0) p->start += (size_t)sent;
    else if (errno == EAGAIN || errno == EWOULDBLOCK) return true;
    else if (errno != EINTR) return false;
  }
  p->start = p->end = 0;
  return true;
}

/* Appends to the queue. False: full, or no memory. */
static bool enqueue(Process *p, const char *text, size_t size) {
  if (p->end - p->start + size > QUEUE_LIMIT) return false;
  if (p->start > 0) {
    memmove(p->queue, p->queue + p->start, p->end - p->start);
    p->end -= p->start;
    p->start = 0;
  }
  if (p->end + size > p->capacity) {
    size_t capacity = p->end + size + 4096;
    char *queue = realloc(p->queue, capacity);
    if (queue == NULL) return false;
    p->queue = queue;
    p->capacity = capacity;
  }
  memcpy(p->queue + p->end, text, size);
  p->end += size;
  return true;
}

static const Class process_class;

static Process *check_process(lua_State *L, const char *function) {
  return object_check(L, 1, &process_class, function, "self");
}

/* process:write(text) → true; false when the queue has no room for it; nil when
** the child is gone. Nothing is ever queued in part. */
static int process_write(lua_State *L) {
  Process *p = check_process(L, "process.write");
  size_t size;
  const char *text = luaL_checklstring(L, 2, &size);
  if (p->fd < 0) return lua_pushnil(L), 1;
  bool queued = enqueue(p, text, size);
  /* Its last words may still wait to be read, so only pump() hangs up. */
  if (!flush_queue(p)) return lua_pushnil(L), 1;
  lua_pushboolean(L, queued);
  return 1;
}

/* Pushes what the child has said. False: it has closed its end. */
static bool read_available(lua_State *L, int fd) {
  luaL_Buffer text;
  size_t total = 0;
  bool open = true;
  luaL_buffinit(L, &text);
  while (total < READ_LIMIT) {
    ssize_t n = recv(fd, luaL_prepbuffer(&text), LUAL_BUFFERSIZE, 0);
    if (n > 0) {
      luaL_addsize(&text, (size_t)n);
      total += (size_t)n;
    } else {
      open = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
      break;
    }
  }
  luaL_pushresult(&text);
  return open;
}

/* process:pump([seconds = 0]) → text, open: sends what the child takes, returns
** what it said. Waits at most 'seconds' for it to say something; a signal ends
** the wait. A child that has ended is not open once its words are read: what it
** started, a window, may still hold its end of the socket. */
static int process_pump(lua_State *L) {
  Process *p = check_process(L, "process.pump");
  double deadline = clock_seconds() + luaL_optnumber(L, 2, 0);
  bool open = p->fd >= 0;
  while (open && flush_queue(p)) {
    double left = deadline - clock_seconds();
    short events = POLLIN | (p->start < p->end ? POLLOUT : 0);
    struct pollfd waiting = {p->fd, events, 0};
    int ready = poll(&waiting, 1, left > 0 ? (int)(left * 1000) + 1 : 0);
    if (ready <= 0 || (waiting.revents & ~POLLOUT) != 0 || left <= 0) break;
  }
  bool ended = reap(p);
  if (!open) lua_pushliteral(L, "");
  else open = read_available(L, p->fd) && !(ended && lua_rawlen(L, -1) == 0);
  if (!open) hang_up(p);
  lua_pushboolean(L, open);
  return 2;
}

/* process:status() → "running"; "exited", code; "killed", signal. */
static int process_status(lua_State *L) {
  Process *p = check_process(L, "process.status");
  if (!reap(p)) {
    lua_pushliteral(L, "running");
    return 1;
  }
  bool killed = WIFSIGNALED(p->exit_status);
  lua_pushstring(L, killed ? "killed" : "exited");
  lua_pushinteger(L, killed ? WTERMSIG(p->exit_status) : WEXITSTATUS(p->exit_status));
  return 2;
}

/* process:finish([seconds = 0 [, keep]]) → true if it ended by itself: closes the
** child's files and waits that long for its end (a signal ends the wait), then
** kills it; with 'keep' a child that is still there may stay: a window that
** outlives the program. */
static int process_finish(lua_State *L) {
  Process *p = check_process(L, "process.finish");
  double deadline = clock_seconds() + luaL_optnumber(L, 2, 0);
  hang_up(p);
  while (!reap(p) && clock_seconds() < deadline)
    if (poll(NULL, 0, 2) < 0) break;
  bool ended = p->pid == 0;
  if (!ended && lua_toboolean(L, 3)) {
    untie(p);
    p->pid = 0;
  }
  kill_now(p);
  lua_pushboolean(L, ended);
  return 1;
}

static int process_pid(lua_State *L) {
  Process *p = check_process(L, "process.pid");
  if (reap(p)) lua_pushnil(L);
  else lua_pushinteger(L, p->pid);
  return 1;
}

/* process:tie(): a signal that ends this process kills the child. */
static int process_tie(lua_State *L) {
  Process *p = check_process(L, "process.tie");
  if (!reap(p)) tie(p);
  return 0;
}

/* ---- starting a child ------------------------------------------------------- */

/* The child gets 'fd' as descriptors 0, 1, 2 and nothing else of ours, default
** signals, and its own group, so that a Ctrl-C meant for us does not reach it. */
static int spawn_on(int fd, char *const *arguments, pid_t *pid) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  sigset_t none, defaults;
  sigemptyset(&none);
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGPIPE);
  sigaddset(&defaults, SIGINT);
  posix_spawn_file_actions_init(&actions);
  for (int i = 0; i <= 2; i++) posix_spawn_file_actions_adddup2(&actions, fd, i);
#ifdef HAVE_CLOSEFROM
  posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#endif
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                          POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  int failure = posix_spawnp(pid, arguments[0], &actions, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return failure;
}

static int start(Process *p, char *const *arguments) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  /* ends[1] must not be 0, 1 or 2 (a parent without standard files): the second
  ** dup2 of the child would overwrite it. */
  int child = fcntl(ends[1], F_DUPFD_CLOEXEC, 3);
  int failure = child < 0 ? errno : spawn_on(child, arguments, &p->pid);
  if (child >= 0) close(child);
  close(ends[1]);
  if (failure != 0) {
    close(ends[0]);
    p->pid = 0;
    return failure;
  }
  p->fd = ends[0];
  /* Our end only: the child's is a file description of its own and blocks. */
  fcntl(p->fd, F_SETFL, O_NONBLOCK);
  setpriority(PRIO_PROCESS, (id_t)p->pid, NICENESS);
  return 0;
}

/* spawn(program, argument...) → process, or nil and why not. */
static int spawn(lua_State *L) {
  char *arguments[MAX_ARGUMENTS + 1] = {NULL};
  int n = lua_gettop(L);
  luaL_argcheck(L, n <= MAX_ARGUMENTS, n, "too many arguments");
  for (int i = 0; i < n || i == 0; i++)
    arguments[i] = (char *)(uintptr_t)luaL_checkstring(L, i + 1);
  Process *p = object_new(L, &process_class, sizeof *p, 0);
  p->fd = p->slot = -1;
  int failure = start(p, arguments);
  if (failure == 0) return 1;
  lua_pushnil(L);
  lua_pushstring(L, strerror(failure));
  return 2;
}

static const luaL_Reg process_methods[] = {
  {"write", process_write},   {"pump", process_pump}, {"status", process_status},
  {"finish", process_finish}, {"pid", process_pid},   {"tie", process_tie},
  {NULL, NULL},
};

static const Class process_class = {
  .name = "gnuplot.process",
  .finalize = process_finalize,
  .methods = process_methods,
};

static const luaL_Reg functions[] = {
  {"spawn", spawn}, {NULL, NULL},
};

int luaopen_gnuplot_process(lua_State *L) {
  luaL_newlib(L, functions);
  return 1;
}
