/* process.c: a copy of this process that makes batches. Lua reaches it as require "torch.utils.data.process".
**
** The two processes share a socket that keeps the bounds of messages. A message is the bytes of Lua values
** (parcel.c); what is too long for a socket lies in a file in memory (memfd) whose descriptor travels with the
** message, and the receiver maps the tensors in it: nothing is copied there, and nothing is left behind in the system,
** however a process ends.
**
** Invariants of a Process: fd is -1 or open; pid is 0 in the copy itself, and once it has been waited for; only the
** process that made it ('maker') may end it, for the copy has this object as well.
*/
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "device/device.h"
#include "parcel.h"
#include "temporary.h"

int luaopen_torch_utils_data_process(lua_State *L);

typedef struct {
  Object object;
  int fd;
  pid_t pid, maker;
  int status; /* as waitpid gave it, when the process has ended */
  bool ended;
} Process;

static double process_clock(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void process_hang_up(Process *p) {
  if (p->fd >= 0) close(p->fd);
  p->fd = -1;
}

/* Collects the copy if it has ended. Never waits. */
static bool process_reap(Process *p) {
  if (p->pid == 0 || p->ended) return true;
  pid_t got;
  do got = waitpid(p->pid, &p->status, WNOHANG);
  while (got < 0 && errno == EINTR);
  p->ended = got != 0;
  return p->ended;
}

/* Waits for the end of the copy, at most so many milliseconds. */
static bool process_wait_end(Process *p, int milliseconds) {
  for (int i = 0; i < milliseconds && !process_reap(p); i++) poll(NULL, 0, 1);
  return process_reap(p);
}

static void process_kill_now(Process *p) {
  process_hang_up(p);
  if (p->pid == 0 || p->maker != getpid() || process_reap(p)) return;
  kill(p->pid, SIGTERM); /* so that it removes its temporary files */
  if (process_wait_end(p, 500)) return;
  kill(p->pid, SIGKILL);
  process_wait_end(p, 5000);
}

static void process_finalize(lua_State *L, void *self) {
  (void)L;
  process_kill_now(self);
}

static const Class process_class;

static Process *process_check(lua_State *L, const char *function) {
  return object_check(L, 1, &process_class, function, "self");
}

/* ---- the copy ------------------------------------------------------------------------------------------ */

static void process_leave(int code) {
  fflush(stdout);
  fflush(stderr);
  _exit(code); /* exit() would run what this process has registered, a second time */
}

/* process.exit(code): ends a copy at once. */
static int process_exit(lua_State *L) {
  process_leave((int)luaL_optinteger(L, 1, 0));
  return 0;
}

/* Ctrl-C reaches every process of a terminal; the first one decides what it means. The copy ends with its maker, has
** nothing to read from the terminal, and computes in one thread, for the pools of threads are not in a copy. */
static void process_settle(pid_t maker) {
  temporary_begin_copy();
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != maker) _exit(0); /* it ended before the line above */
  signal(SIGINT, SIG_IGN);
  signal(SIGPIPE, SIG_IGN);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  const int null = open("/dev/null", O_RDONLY);
  if (null >= 0) dup2(null, STDIN_FILENO);
  threads_set(1);
  device_forbid(DEVICE_CUDA, "a worker of a DataLoader cannot use CUDA: it returns tensors of the CPU, and the loop"
                             " moves them (x:to \"cuda\")");
}

/* Runs the function at 2 in the copy, with the process at the top as its argument; never returns. So the stack below
** stays, and with it everything that the maker's program holds: none of it is finalised here. */
static void process_run(lua_State *L, pid_t maker) {
  process_settle(maker);
  lua_pushvalue(L, 1);
  lua_pushvalue(L, -2);
  const int status = lua_pcall(L, 1, 0, 0);
  if (status != LUA_OK) {
    const char *message = lua_tostring(L, -1);
    fprintf(stderr, "worker: %s\n", message != NULL ? message : "error");
  }
  process_leave(status == LUA_OK ? 0 : 1);
}

/* process.start(body) → process: a copy of this process that calls body(process) and ends. */
static int process_start(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  int ends[2];
  lua_settop(L, 1);
  Process *p = object_new(L, &process_class, sizeof *p, 0);
  p->fd = -1;
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
    return error_raise(L, "DataLoader: no socket for a worker: %s", strerror(errno));
  fflush(NULL); /* what waits in buffers would be written by both */
  sigset_t signals, before;
  temporary_signals(&signals);
  pthread_sigmask(SIG_BLOCK, &signals, &before); /* in the copy they would remove the files of its maker */
  const pid_t maker = getpid(), pid = fork();
  if (pid != 0) pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (pid < 0) {
    const int reason = errno;
    close(ends[0]);
    close(ends[1]);
    return error_raise(L, "DataLoader: no process for a worker: %s", strerror(reason));
  }
  close(ends[pid == 0 ? 0 : 1]);
  p->fd = ends[pid == 0 ? 1 : 0];
  p->pid = pid;
  p->maker = maker;
  if (pid == 0) process_run(L, maker);
  return 1;
}

/* ---- messages ------------------------------------------------------------------------------------------ */

/* process:send(...) → true; false: there is no room for it now; nil: the other side is gone. The copy waits for
** room. */
static int process_send(lua_State *L) {
  Process *p = process_check(L, "process.send");
  if (p->fd < 0) return lua_pushnil(L), 1;
  Parcel *m = parcel_encode(L, 2);
  const int flags = MSG_NOSIGNAL | (p->pid != 0 ? MSG_DONTWAIT : 0);
  ssize_t sent;
  do sent = parcel_send(m, p->fd, flags);
  while (sent < 0 && errno == EINTR);
  if (sent >= 0) lua_pushboolean(L, true);
  else if (errno == EAGAIN || errno == EWOULDBLOCK) lua_pushboolean(L, false);
  else if (errno == EPIPE || errno == ECONNRESET) lua_pushnil(L);
  else return error_raise(L, "DataLoader: a worker cannot send a batch: %s", strerror(errno));
  return 1;
}

/* Whether something can be read before 'until' (INFINITY: whenever). An interrupt raises. */
static bool process_readable(lua_State *L, const Process *p, double until) {
  for (;;) {
    const double left = until - process_clock();
    struct pollfd wait = {p->fd, POLLIN, 0};
    const int n = poll(&wait, 1, left <= 0 ? 0 : left < 0.1 ? (int)(left * 1e3) + 1 : 100);
    if (interrupt_requested()) error_check(L, fail(ERROR_INTERRUPT, "interrupted"));
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return true; /* recvmsg says what is wrong */
    if (left <= 0) return false;
  }
}

static int process_push_end(lua_State *L, Process *p) {
  process_hang_up(p);
  lua_pushnil(L);
  if (p->pid == 0 || !process_wait_end(p, 1000)) lua_pushliteral(L, "closed its end");
  else if (WIFSIGNALED(p->status))
    lua_pushfstring(L, "was killed by signal %d (%s)", WTERMSIG(p->status), strsignal(WTERMSIG(p->status)));
  else lua_pushfstring(L, "ended with exit code %d", WEXITSTATUS(p->status));
  return 2;
}

/* process:receive(seconds) → true and the values; false: nothing came in that time (nil: any time); nil and what
** happened: the other side is gone. */
static int process_receive(lua_State *L) {
  Process *p = process_check(L, "process.receive");
  const double seconds = luaL_optnumber(L, 2, HUGE_VAL);
  if (p->fd < 0) return process_push_end(L, p);
  if (!process_readable(L, p, process_clock() + seconds)) return lua_pushboolean(L, false), 1;
  lua_settop(L, 0);
  lua_pushboolean(L, true);
  const int n = parcel_receive(L, p->fd);
  return n < 0 ? process_push_end(L, p) : n + 1;
}

/* process:close(): hangs up; a copy that waits for work ends then, one that does not within a second is killed. */
static int process_close(lua_State *L) {
  Process *p = process_check(L, "process.close");
  process_hang_up(p);
  if (p->pid != 0 && p->maker == getpid()) process_wait_end(p, 1000);
  process_kill_now(p);
  return 0;
}

/* process:kill(): ends the copy at once. */
static int process_kill(lua_State *L) {
  process_kill_now(process_check(L, "process.kill"));
  return 0;
}

/* process:hang_up(): closes this side alone: what a copy does with the sockets of its brothers. */
static int process_drop(lua_State *L) {
  process_hang_up(process_check(L, "process.hang_up"));
  return 0;
}

/* process:pid() → int */
static int process_pid(lua_State *L) {
  lua_pushinteger(L, process_check(L, "process.pid")->pid);
  return 1;
}

static const luaL_Reg process_methods[] = {{"send", process_send},   {"receive", process_receive},
                                           {"close", process_close}, {"kill", process_kill},
                                           {"hang_up", process_drop}, {"pid", process_pid},
                                           {NULL, NULL}};
static const Class process_class = {"torch.utils.data.process", NULL, process_finalize, process_methods, NULL};

/* process.clock() → seconds since some moment. */
static int process_seconds(lua_State *L) {
  lua_pushnumber(L, process_clock());
  return 1;
}

int luaopen_torch_utils_data_process(lua_State *L) {
  static const luaL_Reg functions[] = {
      {"start", process_start}, {"exit", process_exit}, {"clock", process_seconds}, {NULL, NULL}};
  luaL_newlib(L, functions);
  return 1;
}
