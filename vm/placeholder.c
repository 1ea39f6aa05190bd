/* placeholder.c: data that a dry run reads from tensors that have none is zeros, and is noted here. */
#include <string.h>

#include "device/device.h"
#include "internals.h"

#define PLACEHOLDERS 64 /* functions that are told apart */

typedef struct {
  char who[80];
  int64_t count;
  uint32_t place; /* of the first one */
} Placeholder;
static Placeholder placeholders[PLACEHOLDERS];
static int n_placeholders;

static void placeholder_note(const char *who, const Tensor *t) {
  (void)t;
  int i = 0;
  while (i < n_placeholders && strncmp(placeholders[i].who, who, sizeof placeholders[i].who - 1) != 0) i++;
  if (i == PLACEHOLDERS) return;
  Placeholder *p = &placeholders[i];
  if (i == n_placeholders) {
    n_placeholders++;
    *p = (Placeholder){.place = place_now()};
    strncpy(p->who, who, sizeof p->who - 1);
  }
  p->count++;
}

/* torch._C.placeholders(on): from now on reads of data that is not there give zeros (true), or raise (false). Without
** an argument: an array of {who =, count =, place =}, one for each function that read some. */
int placeholders_of(lua_State *L) {
  if (lua_isboolean(L, 1)) {
    device_placeholder = lua_toboolean(L, 1) ? placeholder_note : NULL;
    n_placeholders = 0;
    return 0;
  }
  lua_createtable(L, n_placeholders, 0);
  for (int i = 0; i < n_placeholders; i++) {
    lua_createtable(L, 0, 3);
    lua_pushstring(L, placeholders[i].who);
    lua_setfield(L, -2, "who");
    lua_pushinteger(L, placeholders[i].count);
    lua_setfield(L, -2, "count");
    lua_pushstring(L, place_text(placeholders[i].place));
    lua_setfield(L, -2, "place");
    lua_rawseti(L, -2, i + 1);
  }
  return 1;
}

/* torch._C.saved_bytes(result): the bytes that the graph of a result holds for its backward pass. */
int saved_bytes(lua_State *L) {
  int64_t bytes;
  error_check(L, autograd_saved_bytes(tensor_check(L, 1, "saved_bytes", "result"), &bytes));
  lua_pushinteger(L, bytes);
  return 1;
}
