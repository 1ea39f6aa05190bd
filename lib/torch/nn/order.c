/* order.c: the order of what one line of a program registers. Lua sets `self.a, self.b = A(), B()` from the right to
** the left, so b would come first in parameters() and in files; the parts of one such assignment are put into its
** order.
*/
#include <string.h>

#include "module.h"

/* What the line that registered last has registered: slots from 'first' on. */
static struct {
  const Module *module;
  const void *function;
  int line, first;
} order_run;

/* Pushes the place of a name in the array at the top, or nil. */
static lua_Integer order_place(lua_State *L, const char *name) {
  for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
    const bool same = strcmp(lua_tostring(L, -1), name) == 0;
    lua_pop(L, 1);
    if (same) return i;
  }
  lua_pop(L, 1);
  return 0;
}

/* Moves the last slot in front of those that stand behind it in the assignment whose names are at the top. */
static void order_move(lua_State *L, Module *m) {
  const int last = m->n_slots - 1;
  const lua_Integer place = order_place(L, m->slots[last].name);
  if (place == 0) return;
  for (int i = order_run.first; i < last; i++) {
    if (order_place(L, m->slots[i].name) <= place) continue;
    const Slot slot = m->slots[last];
    memmove(&m->slots[i + 1], &m->slots[i], sizeof(Slot) * (size_t)(last - i));
    m->slots[i] = slot;
    return;
  }
}

/* The function that assigns is at the top. */
static void order_line(lua_State *L, Module *m, int line) {
  open_push_global(L, "require");
  lua_pushliteral(L, "hecate.bytecode");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, "assigned");
  lua_pushvalue(L, -3);
  lua_pushinteger(L, line);
  lua_call(L, 2, 1);
  for (lua_Integer i = 1; lua_rawgeti(L, -1, i) == LUA_TTABLE; i++) {
    order_move(L, m);
    lua_pop(L, 1);
  }
}

void module_order(lua_State *L, Module *m) {
  lua_Debug frame;
  if (!lua_getstack(L, 1, &frame) || !lua_checkstack(L, LUA_MINSTACK)) return;
  const int top = lua_gettop(L);
  lua_getinfo(L, "lf", &frame);
  const void *function = lua_topointer(L, -1);
  const bool again = order_run.module == m && order_run.function == function && order_run.line == frame.currentline;
  if (!again) {
    order_run.module = m;
    order_run.function = function;
    order_run.line = frame.currentline;
    order_run.first = m->n_slots - 1;
  } else if (frame.currentline > 0 && order_run.first < m->n_slots - 1) {
    order_line(L, m, frame.currentline);
  }
  lua_settop(L, top);
}
