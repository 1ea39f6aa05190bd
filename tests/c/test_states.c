/* test_states.c: several Lua states in one process. Hecate serves one at a time: a second one is refused with words, in
** whatever thread it is; after the first is closed the next finds nothing of it.
*/
#include <lauxlib.h>
#include <lualib.h>
#include <pthread.h>
#include <string.h>

#include "check.h"

int luaopen_torch_package(lua_State *L);

static lua_State *state_new(void) {
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
  lua_pushcfunction(L, luaopen_torch_package);
  lua_setfield(L, -2, "torch");
  lua_pop(L, 1);
  return L;
}

/* Runs a program; what it raised, or "". */
static const char *state_run(lua_State *L, const char *program) {
  lua_settop(L, 0);
  return luaL_dostring(L, program) == LUA_OK ? "" : lua_tostring(L, -1);
}
#define RUNS(L, program)                                   \
  do {                                                     \
    const char *raised = state_run(L, program);            \
    CHECK(raised[0] == '\0');                              \
    if (raised[0] != '\0') printf("    %s\n", raised);     \
  } while (0)
#define REFUSED "torch is open in another Lua state of this process"

/* Everything that a state can leave behind: modes, defaults, hooks, functions, graphs that were not run. */
static const char training[] =
    "local torch = require 'torch'\n"
    "local nn, optim = torch.nn, torch.optim\n"
    "local net = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 1))\n"
    "local opt = optim.Adam(net:parameters(), {lr = 0.1})\n"
    "local seen = 0\n"
    "net[1].weight:register_hook(function(g) seen = seen + 1 return g * 2 end)\n"
    "local Square = torch.autograd.Function('Square', {\n"
    "  forward = function(ctx, x) ctx:save_for_backward(x) return x * x end,\n"
    "  backward = function(ctx, g) local x = ctx.saved_tensors[1] return g * x * 2 end})\n"
    "for i = 1, 3 do opt:zero_grad() Square:apply(net(torch.rand(5, 3))):mean():backward() opt:step() end\n"
    "assert(seen == 3)\n"
    "left = Square:apply(net(torch.rand(5, 3))):sum()\n";

static const char leaves_all[] =
    "local torch = require 'torch'\n"
    "torch.set_default_dtype('float64') torch.set_printoptions({precision = 9}) torch.set_grad_enabled(false)\n"
    "torch.use_deterministic_algorithms(true, {warn_only = true}) torch.autograd.set_detect_anomaly(true)\n"
    "entered = torch.autocast('cpu') coroutine.wrap(function() entered2 = torch.no_grad() coroutine.yield() end)()\n"
    "torch.manual_seed(7)\n";

static const char finds_nothing[] =
    "local torch = require 'torch'\n"
    "assert(torch.get_default_dtype() == torch.float32 and torch.is_grad_enabled())\n"
    "assert(not torch.are_deterministic_algorithms_enabled() and not torch.is_anomaly_enabled())\n"
    "assert(not torch.is_deterministic_algorithms_warn_only_enabled() and not torch.is_autocast_enabled('cpu'))\n"
    "assert(tostring(torch.tensor(1 / 3)) == 'tensor(0.3333)', tostring(torch.tensor(1 / 3)))\n"
    "assert(torch.initial_seed() ~= 7)\n";

static int64_t kept;

static void test_one_after_the_other(void) {
  for (int i = 0; i < 3; i++) {
    lua_State *L = state_new();
    RUNS(L, finds_nothing);
    RUNS(L, training);
    RUNS(L, leaves_all);
    lua_close(L);
    if (i == 0) kept = bytes_used(); /* what is made once for the process */
    CHECK(bytes_used() == kept);
  }
}

static void test_second_is_refused(void) {
  lua_State *first = state_new(), *second = state_new();
  RUNS(first, training);
  for (int i = 0; i < 2; i++) CHECK(strstr(state_run(second, training), REFUSED) != NULL);
  RUNS(first, training);
  RUNS(first, "package.loaded.torch = nil local torch = require 'torch' torch.ones(2):sum()");
  lua_close(second);
  RUNS(first, training);
  second = state_new();
  CHECK(strstr(state_run(second, "require 'torch'"), REFUSED) != NULL);
  lua_close(first);
  RUNS(second, finds_nothing);
  RUNS(second, training);
  lua_close(second);
  CHECK(bytes_used() == kept);
}

typedef struct {
  const char *program;
  char raised[256];
} Thread;

static void *thread_run(void *data) {
  Thread *t = data;
  lua_State *L = state_new();
  snprintf(t->raised, sizeof t->raised, "%s", state_run(L, t->program));
  lua_close(L);
  return NULL;
}

static void test_threads(void) {
  enum { THREADS = 8 };
  lua_State *first = state_new();
  pthread_t threads[THREADS];
  Thread runs[THREADS];
  RUNS(first, "require 'torch'");
  for (int i = 0; i < THREADS; i++) {
    runs[i] = (Thread){.program = training};
    pthread_create(&threads[i], NULL, thread_run, &runs[i]);
  }
  for (int i = 0; i < 20; i++) RUNS(first, training);
  for (int i = 0; i < THREADS; i++) {
    pthread_join(threads[i], NULL);
    CHECK(strstr(runs[i].raised, REFUSED) != NULL);
  }
  lua_close(first);
  for (int i = 0; i < THREADS; i++) { /* one after the other, each in a thread of its own */
    runs[i] = (Thread){.program = i % 2 == 0 ? training : finds_nothing};
    pthread_create(&threads[i], NULL, thread_run, &runs[i]);
    pthread_join(threads[i], NULL);
    CHECK(runs[i].raised[0] == '\0');
    if (runs[i].raised[0] != '\0') printf("    %s\n", runs[i].raised);
  }
}

int main(void) {
  test_one_after_the_other();
  test_second_is_refused();
  test_threads();
  return check_result();
}
