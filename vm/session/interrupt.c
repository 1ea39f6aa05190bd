/* interrupt.c: Ctrl-C. The handler of SIGINT asks the tensor library to stop, which
** long operations notice at their next strip, and sets a hook that raises at the
** next instruction of Lua. One Ctrl-C is one error, "interrupted".
*/
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

#include "coroutine.h"
#include "session.h"
#include "vm.h"

static lua_State *volatile interrupt_running; /* the thread that executes; NULL: none */
static volatile sig_atomic_t interrupt_presses;
static volatile sig_atomic_t interrupt_patient;
static pthread_t interrupt_thread;

/* The hook of an interrupted thread. One Ctrl-C is one error: the request is
** taken back first, so that what runs while the error travels (handlers after a
** pcall, closers, finalizers) is not hit by it too. A thread may find a hook that
** it inherited from an interrupted creator; then nothing is requested. */
static void interrupt_stop(lua_State *L, lua_Debug *event) {
  (void)event;
  bool requested = interrupt_requested();
  if (interrupt_presses < 2 || !requested) {
    lua_sethook(L, NULL, 0, 0);
    interrupt_clear();
  }
  if (!requested) return;
  lua_pushliteral(L, "interrupted");
  lua_error(L);
}

/* Only instructions of Lua are counted, not calls of C functions: a closer
** written in C runs even under the second Ctrl-C. */
static void interrupt_hook(lua_State *L) {
  lua_sethook(L, interrupt_stop, LUA_MASKCOUNT, 1);
}

static void interrupt_unhook(lua_State *L) {
  if (lua_gethook(L) == interrupt_stop) lua_sethook(L, NULL, 0, 0);
}

/* lua_sethook may be called here, but only while its thread is not executing on
** another processor: a signal that came to a worker is sent on. */
static void interrupt_on_signal(int number) {
  if (!pthread_equal(pthread_self(), interrupt_thread)) {
    pthread_kill(interrupt_thread, number);
    return;
  }
  interrupt_presses++;
  lua_State *L = interrupt_running;
  if (L == NULL) return;
  interrupt_request();
  interrupt_hook(L);
  if (interrupt_presses > 1 && !interrupt_patient) signal(number, SIG_DFL);
}

/* A process started in the background ignores SIGINT, and its script does too. */
void interrupt_catch(bool patient) {
  struct sigaction action, old;
  interrupt_patient = patient;
  interrupt_thread = pthread_self();
  sigaction(SIGINT, NULL, &old);
  if (old.sa_handler == SIG_IGN && !patient) return;
  memset(&action, 0, sizeof action);
  action.sa_handler = interrupt_on_signal; /* without SA_RESTART: reads end as well */
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}

bool interrupt_came(void) { return interrupt_presses > 0; }

void interrupt_forget(void) {
  interrupt_presses = 0;
  interrupt_clear();
}

void interrupt_nothing(void) { interrupt_running = NULL; }

void interrupt_drop(lua_State *L) {
  interrupt_unhook(L);
  interrupt_forget();
}

static int interrupt_late(lua_State *L) {
  interrupt_stop(L, NULL);
  return 0;
}

int interrupt_call(lua_State *L, int nargs, int nresults) {
  int handler = lua_gettop(L) - nargs;
  lua_pushcfunction(L, error_traceback);
  lua_insert(L, handler);
  lua_State *outer = interrupt_running; /* not NULL: a debugger calls while a program is stopped */
  interrupt_forget();
  interrupt_running = L;
  /* No frame of ours stands below a script: it has the level of one that lua runs (debug.getlocal(4, 1)). */
  int status = lua_pcall(L, nargs, nresults, handler);
  /* A C function that gave up for a signal, as io.read does, may be the last that ran: no instruction followed. */
  if (status == LUA_OK && interrupt_requested()) {
    lua_settop(L, handler);
    lua_pushcfunction(L, interrupt_late);
    status = lua_pcall(L, 0, 0, handler);
  }
  interrupt_running = outer;
  interrupt_unhook(L);
  interrupt_clear();
  lua_remove(L, handler);
  return status;
}

/* ---- interrupts in coroutines ----------------------------------------------
** A hook belongs to one thread and Lua does not tell which one executes; the doors of
** vm/coroutine.c do. */

static void interrupt_enter(lua_State *thread) {
  if (interrupt_running == NULL) return; /* outside of interrupt_call */
  interrupt_running = thread;
  if (interrupt_requested()) interrupt_hook(thread);
}

/* ---- interrupts in other programs -------------------------------------------
** While os.execute waits this process ignores SIGINT, which ends the other program. That is
** the user's Ctrl-C: it ends this one's work as well. */
static int interrupt_execute(lua_State *L) {
  int arguments = lua_gettop(L);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  lua_call(L, arguments, LUA_MULTRET);
  const char *how = lua_tostring(L, 2); /* true or nil, "exit" or "signal", a number */
  if (how != NULL && strcmp(how, "signal") == 0 && lua_tointeger(L, 3) == SIGINT) {
    interrupt_presses++;
    lua_pushliteral(L, "interrupted");
    return lua_error(L);
  }
  return lua_gettop(L);
}

void interrupt_watch_libraries(lua_State *L) {
  mode_on_switch(interrupt_enter);
  lua_getglobal(L, LUA_OSLIBNAME);
  lua_getfield(L, -1, "execute");
  lua_pushcclosure(L, interrupt_execute, 1);
  lua_setfield(L, -2, "execute");
  lua_pop(L, 1);
}
