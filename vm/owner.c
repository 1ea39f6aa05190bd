/* owner.c: the Lua state that Hecate serves. Modes, defaults and hooks are of the process, not of a Lua state, so it
** serves one at a time; when that is closed, another one finds all as it was at first.
*/
#include <stdatomic.h>

#include "call/autocast.h"
#include "call/deterministic.h"
#include "call/mode.h"
#include "userdata/print.h"
#include "vm.h"

void place_close(void);
void warning_close(void);
void locale_close(void);

static _Atomic(lua_State *) owner_state; /* its main thread; NULL: none is open */

static lua_State *owner_main_thread(lua_State *L) {
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  lua_State *main_thread = lua_tothread(L, -1);
  lua_pop(L, 1);
  return main_thread;
}

/* What a state that was closed has left. */
static void owner_reset(void) {
  grad_set_enabled(true);
  mode_reset();
  autocast_clear();
  print_options_reset();
  dtype_set_default(DTYPE_FLOAT32);
  device_set_default((Device){DEVICE_CPU, 0});
  generator_seed(generator_default(), generator_seed_from_system());
  interrupt_clear();
}

static int owner_release(lua_State *L) {
  if (atomic_load(&owner_state) != owner_main_thread(L)) return 0; /* it was refused */
  callback_close();
  place_close();
  warning_close();
  locale_close();
  atomic_store(&owner_state, NULL);
  return 0;
}

/* Whether the state is new here: it is not where a program has forgotten package.loaded.torch and requires it again. */
bool owner_claim(lua_State *L) {
  lua_State *mine = owner_main_thread(L), *none = NULL;
  if (atomic_load(&owner_state) == mine) return false;
  /* The first userdata of Hecate is finalised last. */
  lua_newuserdatauv(L, 1, 0);
  lua_createtable(L, 0, 1);
  lua_pushcfunction(L, owner_release);
  lua_setfield(L, -2, "__gc");
  lua_setmetatable(L, -2);
  lua_setfield(L, LUA_REGISTRYINDEX, "hecate.owner");
  if (!atomic_compare_exchange_strong(&owner_state, &none, mine))
    luaL_error(L, "torch is open in another Lua state of this process, and serves one at a time: close that one first");
  owner_reset();
  return true;
}
