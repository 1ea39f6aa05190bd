/* deterministic.c: torch.use_deterministic_algorithms; see tensor/call/deterministic.h. */
#include "call/deterministic.h"

#include "call.h"

static bool deterministic_warns;

/** torch.use_deterministic_algorithms(mode: bool, {warn_only: bool = false}): With true, every run gives the same
** numbers, for any number of threads: matrix products are split by their shapes alone, and empty and its like are
** filled, floats with NaN and integers with the largest number. With one number of threads the ops of the CPU give
** the same numbers in every run in any case. It holds for the whole program.
** Example: torch.use_deterministic_algorithms(false) */
static int use_deterministic_algorithms(lua_State *L) {
  const bool on = bool_check(L, 1, "use_deterministic_algorithms", "mode");
  bool warns = false;
  if (lua_istable(L, 2)) {
    static const char *const names[] = {"warn_only", NULL};
    table_check_names(L, 2, "use_deterministic_algorithms", names);
    lua_getfield(L, 2, "warn_only");
    lua_replace(L, 2);
  }
  if (!lua_isnoneornil(L, 2)) warns = bool_check(L, 2, "use_deterministic_algorithms", "warn_only");
  deterministic_warns = on && warns;
  deterministic_set(on);
  return 0;
}
/** torch.are_deterministic_algorithms_enabled() -> bool: Whether use_deterministic_algorithms is on.
** Example: torch.are_deterministic_algorithms_enabled() */
static int are_enabled(lua_State *L) {
  lua_pushboolean(L, mode_is_on(MODE_DETERMINISTIC));
  return 1;
}
/** torch.is_deterministic_algorithms_warn_only_enabled() -> bool: Whether it was told to warn only.
** Example: torch.is_deterministic_algorithms_warn_only_enabled() */
static int warn_only_enabled(lua_State *L) {
  lua_pushboolean(L, deterministic_warns);
  return 1;
}

/* Stack: torch, at the index. */
void deterministic_open(lua_State *L, int torch) {
  static const luaL_Reg functions[] = {
      {"use_deterministic_algorithms", use_deterministic_algorithms},
      {"are_deterministic_algorithms_enabled", are_enabled},
      {"is_deterministic_algorithms_warn_only_enabled", warn_only_enabled},
      {NULL, NULL}};
  deterministic_warns = mode_is_on(MODE_DETERMINISTIC) && deterministic_warns;
  lua_pushvalue(L, torch);
  luaL_setfuncs(L, functions, 0);
  lua_pop(L, 1);
}
