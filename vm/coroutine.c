/* coroutine.c: modes of coroutines; see coroutine.h. Lua does not tell when it changes from one coroutine to
** another. So the three doors, coroutine.resume, coroutine.close and the functions of coroutine.wrap, are replaced
** by ones that change the modes too.
*/
#include "coroutine.h"

#include <lualib.h>
#include <string.h>

#include "deferred.h"

/* Of a coroutine that has entered a mode. */
struct CoroutineRecord {
  CoroutineState state; /* while it does not run */
  int own[PART_COUNT];  /* how often it is inside of what it entered itself */
};

/* A coroutine on the way from the main thread to the one that runs; it lies in the frame of its door. */
typedef struct ModeRunning {
  lua_State *thread;
  CoroutineRecord *record; /* NULL: it has entered nothing yet */
  struct ModeRunning *outer;
  CoroutineState *inherited; /* the state of the one that resumed it; NULL: the main thread */
} ModeRunning;

static CoroutineRecord mode_main_record;
static ModeRunning mode_main, *mode_running = &mode_main;
static int mode_records; /* made since the state was opened */
static void (*mode_changed)(lua_State *thread);
static const char mode_records_key; /* its address: registry key of {[thread] = record}, with weak keys */

void mode_on_switch(void (*changed)(lua_State *thread)) { mode_changed = changed; }
lua_State *mode_thread(void) { return mode_running->thread; }

/* ---- the state that runs ---------------------------------------------------------------------- */

static void state_get(CoroutineState *s) {
  s->grad = grad_enabled();
  s->inference = inference_enabled();
  s->fused = deferring;
  s->modes = (ModeState){.modes = call_modes & MODES_OF_COROUTINE, .autocast = autocast_state};
}

static void state_set(const CoroutineState *s) {
  inference_set_enabled(s->inference);
  grad_set_enabled(s->grad);
  deferring = s->fused;
  call_modes = (call_modes & ~MODES_OF_COROUTINE) | s->modes.modes;
  autocast_state = s->modes.autocast;
}

static void state_copy_part(CoroutineState *to, const CoroutineState *from, ModePart part) {
  static const uint32_t bits[PART_COUNT] = {[PART_AUTOCAST] = MODE_AUTOCAST, [PART_TRACE] = MODE_TRACE,
                                            [PART_ANOMALY] = MODE_ANOMALY, [PART_PROFILE] = MODE_PROFILE};
  if (part == PART_GRAD) to->grad = from->grad, to->inference = from->inference;
  if (part == PART_FUSED) to->fused = from->fused;
  if (part == PART_AUTOCAST) to->modes.autocast = from->modes.autocast;
  to->modes.modes = (to->modes.modes & ~bits[part]) | (from->modes.modes & bits[part]);
}

/* ---- entries ------------------------------------------------------------------------------------ */

static void push_records(lua_State *L) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &mode_records_key) == LUA_TTABLE) return;
  lua_pop(L, 1);
  lua_newtable(L);
  lua_createtable(L, 0, 1);
  lua_pushliteral(L, "k");
  lua_setfield(L, -2, "__mode");
  lua_setmetatable(L, -2);
  lua_pushvalue(L, -1);
  lua_rawsetp(L, LUA_REGISTRYINDEX, &mode_records_key);
}

/* The coroutine that runs may be another one than L: hooks are called in the main thread. */
static void push_thread(lua_State *L, lua_State *thread) {
  lua_pushthread(thread);
  if (thread != L) lua_xmove(thread, L, 1);
}

/* Pushes the record of the coroutine that runs, made when there is none; nil for the main thread. */
static CoroutineRecord *push_record(lua_State *L) {
  ModeRunning *r = mode_running;
  if (r->record == &mode_main_record) {
    lua_pushnil(L);
    return r->record;
  }
  push_records(L);
  push_thread(L, r->thread);
  if (r->record == NULL) {
    CoroutineRecord *made = lua_newuserdatauv(L, sizeof *made, 0);
    memset(made, 0, sizeof *made);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -2);
    lua_rawset(L, -5);
    lua_pop(L, 1);
    r->record = made;
    mode_records++;
  }
  lua_rawget(L, -2);
  lua_remove(L, -2);
  return r->record;
}

/* Warns, once, of a mode whose value was dropped, so that nobody could close it: it is on until the collector comes,
** which is any time. The collector gives finalizers one argument, Lua two to those that close; when the state closes no
** function runs. */
static void warn_of_dropped(lua_State *L, const ModeEntry *entry) {
  static bool warned;
  lua_Debug running;
  if (warned || !entry->active || entry->owner != &mode_main_record) return;
  if (lua_gettop(L) != 1 || lua_touserdata(L, 1) != entry || !lua_getstack(L, 1, &running)) return;
  warned = true;
  lua_warning(L, "@torch", 0);
  lua_warning(L, "a mode was entered by a call whose value was dropped, so that it lasted until the collector came: "
                 "write local _ <close> = torch.no_grad(), or torch.no_grad(function() … end)", 0);
}

static void mode_finalize(lua_State *L, void *self) {
  warn_of_dropped(L, self);
  mode_leave(self);
}
const Class mode_class = {"torch.mode", NULL, mode_finalize, NULL, NULL};

/* An entry for mode_run is left when the function ends, or never: then its coroutine is gone, and the state with it.
** So it needs no finalizer, which takes as long as the rest. */
static ModeEntry *entry_new(lua_State *L, const Class *class, size_t size, bool runs) {
  if (!runs) return object_new(L, class, size, 1);
  ModeEntry *entry = lua_newuserdatauv(L, size, 0);
  memset(entry, 0, size);
  entry->object.class = class;
  return entry;
}

void *mode_enter(lua_State *L, const Class *class, size_t size, ModePart part, bool runs) {
  ModeEntry *entry = entry_new(L, class, size, runs);
  entry->part = (uint8_t)part;
  entry->owner = push_record(L);
  if (runs || entry->owner == &mode_main_record) lua_pop(L, 1); /* who runs a function is there until its end */
  else lua_setiuservalue(L, -2, 1);
  state_get(&entry->was);
  entry->owner->own[part]++;
  entry->active = true;
  return entry;
}

void mode_leave(ModeEntry *entry) {
  if (!entry->active) return;
  entry->active = false;
  CoroutineRecord *owner = entry->owner;
  const ModePart part = (ModePart)entry->part;
  owner->own[part]--;
  if (owner != mode_running->record) { /* the collector runs it, or it was left elsewhere */
    state_copy_part(&owner->state, &entry->was, part);
    return;
  }
  CoroutineState now;
  state_get(&now);
  const bool own = owner->own[part] > 0 || mode_running->inherited == NULL;
  state_copy_part(&now, own ? &entry->was : mode_running->inherited, part);
  state_set(&now);
}

void mode_keep(lua_State *L, ModePart part) {
  push_record(L)->own[part]++;
  lua_pop(L, 1);
}

/* ---- the form with a function ----------------------------------------------------------------------- */

/* Stack: the entry, and the handler, at 'entry' and behind it; then the results or the error. */
static int run_finish(lua_State *L, int status, lua_KContext entry) {
  Object *object = lua_touserdata(L, (int)entry);
  const Class *class = object->class;
  while (class->finalize == NULL) class = class->parent;
  class->finalize(L, object);
  if (status != LUA_OK && status != LUA_YIELD) {
    callback_passes(L);
    return lua_error(L);
  }
  return lua_gettop(L) - (int)entry - 1;
}

int mode_run(lua_State *L, int f) {
  lua_insert(L, f);
  lua_pushcfunction(L, callback_traceback);
  lua_insert(L, f + 1);
  int n = lua_gettop(L) - f - 2;
  return run_finish(L, lua_pcallk(L, n, LUA_MULTRET, f + 1, f, run_finish), f);
}

/* ---- the doors ------------------------------------------------------------------------------------------ */

static CoroutineRecord *record_of(lua_State *L, lua_State *thread) {
  if (mode_records == 0) return NULL;
  push_records(L);
  push_thread(L, thread);
  lua_rawget(L, -2);
  CoroutineRecord *record = lua_touserdata(L, -1);
  lua_pop(L, 2);
  return record;
}

static void told(lua_State *thread) {
  if (mode_changed != NULL) mode_changed(thread);
}

/* Calls the function below the arguments, which runs 'thread', with the modes of that. */
static int run_thread(lua_State *L, lua_State *thread) {
  CoroutineState saved, state;
  ModeRunning *outer = mode_running;
  CoroutineState *resumer = outer->record != NULL ? &outer->record->state : &saved;
  luaL_checkstack(L, 4, "coroutines");
  ModeRunning r = {.thread = thread, .outer = outer, .inherited = resumer, .record = record_of(L, thread)};
  state_get(resumer);
  if (r.record != NULL) {
    state = *resumer;
    for (int part = 0; part < PART_COUNT; part++)
      if (r.record->own[part] > 0) state_copy_part(&state, &r.record->state, (ModePart)part);
    state_set(&state);
  }
  mode_running = &r;
  told(thread);
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  mode_running = outer;
  if (r.record != NULL) state_get(&r.record->state);
  state_set(resumer);
  told(outer->thread);
  if (status == LUA_OK) return lua_gettop(L);
  callback_passes_door(L, thread);
  return lua_error(L);
}

/* coroutine.resume and coroutine.close; upvalue: Lua's own. */
static int door(lua_State *L) {
  lua_State *thread = lua_tothread(L, 1);
  luaL_argexpected(L, thread != NULL, 1, "coroutine");
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  return run_thread(L, thread);
}

/* Upvalues: the function of coroutine.wrap, its thread. */
static int door_wrapped(lua_State *L) {
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  return run_thread(L, lua_tothread(L, lua_upvalueindex(2)));
}

/* The function that coroutine.wrap returns has its thread as upvalue. */
static int door_wrap(lua_State *L) {
  luaL_checktype(L, 1, LUA_TFUNCTION);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_pushvalue(L, 1);
  lua_call(L, 1, 1);
  if (lua_getupvalue(L, -1, 1) == NULL || !lua_isthread(L, -1))
    return error_raise(L, "coroutine.wrap is not that of Lua 5.4");
  lua_pushcclosure(L, door_wrapped, 2);
  return 1;
}

void mode_open(lua_State *L) {
  static const luaL_Reg doors[] = {{"resume", door}, {"close", door}, {"wrap", door_wrap}, {NULL, NULL}};
  lua_rawgeti(L, LUA_REGISTRYINDEX, LUA_RIDX_MAINTHREAD);
  mode_main = (ModeRunning){.thread = lua_tothread(L, -1), .record = &mode_main_record};
  mode_running = &mode_main;
  mode_records = 0;
  lua_pop(L, 1);
  luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
  if (lua_getfield(L, -1, LUA_COLIBNAME) == LUA_TTABLE)
    for (const luaL_Reg *d = doors; d->name != NULL; d++) {
      lua_getfield(L, -1, d->name);
      lua_pushcclosure(L, d->func, 1);
      lua_setfield(L, -2, d->name);
    }
  lua_pop(L, 2);
}
