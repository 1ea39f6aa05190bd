/* profile.c: what lib/torch/profiler/ and the session ask of the profile; see tensor/call/profile.h. */
#include "call/profile.h"

#include <string.h>

#include "call.h"
#include "call_stack.h"
#include "coroutine.h"

/* ---- the mode --------------------------------------------------------------------------------- */

static const Class profile_class = {"torch.profile", &mode_class, NULL, NULL, NULL};

static bool option(lua_State *L, const char *name) {
  const bool on = lua_getfield(L, 1, name) != LUA_TNIL && lua_toboolean(L, -1);
  lua_pop(L, 1);
  return on;
}

/* torch._C.profile_enter{events =, shapes =, places =, modules =, flops =}: the mode, which profile_leave ends. */
static int profile_enter(lua_State *L) {
  luaL_checktype(L, 1, LUA_TTABLE);
  if (mode_is_on(MODE_PROFILE)) return error_raise(L, "profile: another profile is running");
  const ProfileOptions options = {.events = option(L, "events"), .shapes = option(L, "shapes"),
                                  .places = option(L, "places"), .modules = option(L, "modules"),
                                  .flops = option(L, "flops")};
  mode_enter(L, &profile_class, sizeof(ModeEntry), PART_PROFILE, false);
  error_check(L, profile_start(&options));
  return 1;
}

/* torch._C.profile_leave(mode) */
static int profile_leave(lua_State *L) {
  mode_leave(object_check(L, 1, &profile_class, "profile_leave", "mode"));
  return 0;
}

/* torch._C.profile_pause(paused): while it is paused nothing is measured. */
static int profile_pause(lua_State *L) {
  mode_set(MODE_PROFILE, !lua_toboolean(L, 1));
  return 0;
}

/* ---- labels -------------------------------------------------------------------------------------- */

typedef struct {
  Object object;
  OpMark mark;
} Label;

static void label_end(lua_State *L, void *self) {
  (void)L;
  profile_end(&((Label *)self)->mark);
}
static const Class label_class = {"torch.profiler.record_function", NULL, label_end, NULL, NULL};

/* torch._C.profile_label(name, kind[, f, …]): an event that ends with the value, or with f, whose results it
** returns. */
static int profile_label(lua_State *L) {
  const char *name = mode_intern(luaL_checkstring(L, 1));
  const bool runs = callable_test(L, 3);
  const ProfileKind kind = (ProfileKind)luaL_checkinteger(L, 2);
  Label *label = object_new(L, &label_class, sizeof *label, 0);
  profile_begin(&label->mark, kind, name != NULL ? name : "?", 0);
  return runs ? mode_run(L, 3) : 1;
}

/* torch._C.profile_end(label) */
static int profile_label_end(lua_State *L) {
  label_end(L, object_check(L, 1, &label_class, "profile_end", "label"));
  return 0;
}

/* ---- the record ------------------------------------------------------------------------------------ */

static void set_text(lua_State *L, const char *key, const char *value) {
  if (value == NULL) return;
  lua_pushstring(L, value);
  lua_setfield(L, -2, key);
}

static void set_integer(lua_State *L, const char *key, int64_t value) {
  lua_pushinteger(L, value);
  lua_setfield(L, -2, key);
}

static void push_event(lua_State *L, const ProfileEvent *e) {
  static const char *const kinds[] = {"op", "backward", "label", "step", "module"};
  lua_createtable(L, 0, 18);
  if (e->in_place) {
    lua_pushfstring(L, "%s_", e->name);
    lua_setfield(L, -2, "name");
  } else set_text(L, "name", e->name);
  set_text(L, "kind", kinds[e->kind]);
  set_text(L, "shapes", e->shapes);
  set_text(L, "module", e->module);
  set_text(L, "type", e->type);
  set_text(L, "place", place_text(e->place));
  set_integer(L, "start", e->start);
  set_integer(L, "finish", e->end);
  set_integer(L, "self", e->self);
  set_integer(L, "bytes", e->bytes);
  set_integer(L, "self_bytes", e->self_bytes);
  set_integer(L, "memory", e->memory);
  if (e->parent >= 0) set_integer(L, "parent", e->parent + 1);
  if (e->flops != 0) set_integer(L, "flops", e->flops);
  if (e->stack != 0) {
    call_stack_push(L, e->stack);
    lua_setfield(L, -2, "stack");
  }
  if (e->sequence != 0) set_integer(L, "sequence", (int64_t)e->sequence);
}

/* torch._C.profile_events(): an array of all events, as tables, which the record forgets. Those that have not ended
** have finish = 0. Times are nanoseconds. */
static int take_events(lua_State *L) {
  int64_t n;
  profile_events(&n);
  lua_createtable(L, (int)n, 0);
  for (int64_t i = 0; i < n; i++) {
    push_event(L, &profile_events(&n)[i]);
    lua_rawseti(L, -2, i + 1);
  }
  profile_forget_events();
  return 1;
}

/* torch._C.profile_totals(): an array of {name =, calls =, total =, self = (seconds), bytes =}. */
static int totals(lua_State *L) {
  int n;
  const OpProfile *profiles = profile_totals(&n);
  lua_newtable(L);
  for (int id = 0, k = 1; id < n; id++) {
    const OpProfile *p = &profiles[id];
    if (p->calls == 0) continue;
    lua_createtable(L, 0, 5);
    set_text(L, "name", op_info((OpId)id)->name);
    set_integer(L, "calls", p->calls);
    lua_pushnumber(L, 1e-9 * (double)p->total), lua_setfield(L, -2, "total");
    lua_pushnumber(L, 1e-9 * (double)p->self), lua_setfield(L, -2, "self");
    set_integer(L, "bytes", p->bytes);
    lua_rawseti(L, -2, k++);
  }
  return 1;
}

/* Stack: torch, at the index. */
void profile_open_library(lua_State *L, int torch) {
  static const luaL_Reg internals[] = {{"profile_enter", profile_enter},   {"profile_leave", profile_leave},
                                       {"profile_pause", profile_pause},   {"profile_label", profile_label},
                                       {"profile_end", profile_label_end}, {"profile_events", take_events},
                                       {"profile_totals", totals},         {NULL, NULL}};
  lua_getfield(L, torch, "_C");
  luaL_setfuncs(L, internals, 0);
  lua_pop(L, 1);
  profile_stack = call_stack_now;
}
