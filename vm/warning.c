/* warning.c: warnings of the tensor library, by the way of Lua's own: warn("@off") ends them, warn("@on") brings them
** back. Each line of the program is warned of once.
*/
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coroutine.h"
#include "vm.h"

static bool *warned; /* by place (tensor/core/place.c); 0 is that of code without lines */
static uint32_t warned_room;

/* Whether the place was not warned of before. Without memory it is warned of again. */
static bool warning_is_new(uint32_t place) {
  if (place >= warned_room) {
    const uint32_t room = place + 64;
    bool *grown = realloc(warned, room * sizeof *grown);
    if (grown == NULL) return true;
    memset(grown + warned_room, 0, (room - warned_room) * sizeof *grown);
    warned = grown;
    warned_room = room;
  }
  const bool is_new = !warned[place];
  warned[place] = true;
  return is_new;
}

/* Called amid the work of the tensor library: nothing here raises. A warning function that does not know "@torch", such
** as Lua's own, passes it over. */
static void warning_show_text(const char *text) {
  lua_State *L = mode_thread();
  const uint32_t place = place_now();
  if (L == NULL || !warning_is_new(place)) return;
  char whole[1024];
  const char *where = place_text(place);
  snprintf(whole, sizeof whole, "%s%s%s", where != NULL ? where : "", where != NULL ? ": " : "", text);
  lua_warning(L, "@torch", 0);
  lua_warning(L, whole, 0);
}

void warning_close(void) {
  warn_host(NULL);
  free(warned);
  warned = NULL;
  warned_room = 0;
}

void warning_open(void) { warn_host(warning_show_text); }
