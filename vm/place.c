/* place.c: gives tensor/core/place.c the lines of the user's program, as numbers; and anomaly mode and what the session
** asks of them.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call.h"
#include "coroutine.h"

/* ---- lines as numbers ------------------------------------------------------------------ */

/* Places are interned, "train.lua:12"; number n is places[n - 1]. They are found by the
** address of the source's name, which may come again for another file: so the text is
** compared too. */
typedef struct {
  const char *source;
  int line;
  uint32_t next; /* in the chain of its bucket */
  char text[LUA_IDSIZE];
} Place;

#define BUCKETS 1024
#define DEPTH 12 /* how many frames are searched for one of the user's program */

static bool place_alive; /* the Lua state is open */
static Place *places;
static uint32_t place_count, place_room, buckets[BUCKETS];

static uint32_t place_intern(const lua_Debug *ar) {
  uint32_t bucket = (uint32_t)(((uintptr_t)ar->source >> 4) * 31 + (uintptr_t)ar->currentline) % BUCKETS;
  for (uint32_t i = buckets[bucket]; i != 0; i = places[i - 1].next) {
    const Place *p = &places[i - 1];
    if (p->source == ar->source && p->line == ar->currentline && strcmp(p->text, ar->short_src) == 0) return i;
  }
  if (place_count == place_room) {
    uint32_t room = place_room == 0 ? 64 : 2 * place_room;
    Place *grown = realloc(places, room * sizeof *grown);
    if (grown == NULL) return 0;
    places = grown;
    place_room = room;
  }
  Place *p = &places[place_count++];
  *p = (Place){.source = ar->source, .line = ar->currentline, .next = buckets[bucket]};
  memcpy(p->text, ar->short_src, sizeof p->text);
  return buckets[bucket] = place_count;
}

/* The line of the user's program that runs. */
static uint32_t place_current(void) {
  lua_Debug ar;
  lua_State *L = place_alive ? mode_thread() : NULL;
  for (int level = 0; L != NULL && level < DEPTH && lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline > 0 && strncmp(ar.source, "@lib/", 5) != 0) return place_intern(&ar);
  }
  return 0;
}

static const char *place_describe(uint32_t place) {
  static char text[LUA_IDSIZE + 16];
  if (place == 0 || place > place_count) return NULL;
  snprintf(text, sizeof text, "%s:%d", places[place - 1].text, places[place - 1].line);
  return text;
}

/* ---- anomaly mode ------------------------------------------------------------------------ */

/** torch.autograd.set_detect_anomaly(mode: bool): With true, an error in a backward pass names
** the line of the forward op, and a NaN that a backward formula makes is an error. Costs time.
** Example: torch.autograd.set_detect_anomaly(false) */
static int set_detect_anomaly(lua_State *L) {
  bool on = bool_check(L, 1, "set_detect_anomaly", "mode");
  mode_keep(L, PART_ANOMALY);
  mode_set(MODE_ANOMALY, on);
  return 0;
}

/** torch.is_anomaly_enabled() -> bool: Whether anomaly mode is on.
** Example: torch.is_anomaly_enabled() */
static int is_anomaly_enabled(lua_State *L) {
  lua_pushboolean(L, mode_is_on(MODE_ANOMALY));
  return 1;
}

static const Class anomaly_class = {"torch.autograd.detect_anomaly", &mode_class, NULL, NULL, NULL};

/** torch.autograd.detect_anomaly(f: function = nil, ...: any) -> any: Without f: anomaly mode is on
** until the result is closed: `local _ <close> = torch.autograd.detect_anomaly()`. With f: runs
** f(...) in anomaly mode and returns its results.
** Example: torch.autograd.detect_anomaly(function() return torch.is_anomaly_enabled() end) */
static int detect_anomaly(lua_State *L) {
  const bool runs = callable_test(L, 1);
  if (!runs && !lua_isnoneornil(L, 1))
    return error_argument(L, "detect_anomaly", "f", 1, "a function or nothing", 1);
  mode_enter(L, &anomaly_class, sizeof(ModeEntry), PART_ANOMALY, runs);
  mode_set(MODE_ANOMALY, true);
  return runs ? mode_run(L, 1) : 1;
}

/* ---- for the session ------------------------------------------------------------------------ */

/* torch._C.note_places(on): whether ops on the tape note their lines without anomaly mode. */
static int note_places(lua_State *L) {
  history_places = lua_toboolean(L, 1);
  return 0;
}

/* torch._C.storages_watch([on]): begins or ends the counting of storages; without an
** argument, whether it is on. */
static int storages_watch(lua_State *L) {
  static bool watching;
  if (lua_isboolean(L, 1)) storage_watch(watching = lua_toboolean(L, 1));
  lua_pushboolean(L, watching);
  return 1;
}

typedef struct {
  int64_t *bytes, *count; /* [place_count + 1], by place */
  uint32_t places;
} Totals;

static void add_storage(void *context, size_t bytes, uint32_t place) {
  Totals *t = context;
  if (place > t->places) place = 0;
  t->bytes[place] += (int64_t)bytes;
  t->count[place]++;
}

/* torch._C.storages(): an array of {place =, bytes =, count =} of those counted. */
static int storages(lua_State *L) {
  uint32_t n = place_count + 1;
  int64_t *block = lua_newuserdatauv(L, 2 * n * sizeof(int64_t), 0);
  memset(block, 0, 2 * n * sizeof(int64_t));
  Totals totals = {block, block + n, place_count};
  storage_each(add_storage, &totals);
  lua_newtable(L);
  for (uint32_t i = 0, k = 1; i < n; i++) {
    if (totals.count[i] == 0) continue;
    const char *text = place_describe(i);
    lua_createtable(L, 0, 3);
    lua_pushstring(L, text != NULL ? text : "?"), lua_setfield(L, -2, "place");
    lua_pushinteger(L, totals.bytes[i]), lua_setfield(L, -2, "bytes");
    lua_pushinteger(L, totals.count[i]), lua_setfield(L, -2, "count");
    lua_rawseti(L, -2, k++);
  }
  return 1;
}

void place_close(void) {
  place_alive = false;
  history_places = false;
  mode_set(MODE_ANOMALY, false);
  storage_watch(false);
  free(places);
  places = NULL;
  place_count = place_room = 0;
  memset(buckets, 0, sizeof buckets);
}

/* Stack: torch, at the index. */
void place_open(lua_State *L, int torch) {
  static const luaL_Reg internals[] = {{"note_places", note_places},   {"storages_watch", storages_watch},
                                       {"storages", storages},         {NULL, NULL}};
  static const luaL_Reg modes[] = {{"set_detect_anomaly", set_detect_anomaly},
                                   {"detect_anomaly", detect_anomaly},
                                   {NULL, NULL}};
  lua_getfield(L, torch, "_C");
  luaL_setfuncs(L, internals, 0);
  lua_getfield(L, torch, "autograd");
  luaL_setfuncs(L, modes, 0);
  lua_pushcfunction(L, is_anomaly_enabled);
  lua_setfield(L, torch, "is_anomaly_enabled");
  lua_pop(L, 2);
  place_alive = true;
  place_host(place_current, place_describe);
}
