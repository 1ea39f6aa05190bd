/* output.c: the named argument `out`: the results of a call are written into tensors of the caller. It belongs to no
** row: the functions of some tables take it, those in C and those in Lua alike, and lib/torch/utils/output.lua does
** the writing.
*/
#include "output.h"

#include <string.h>

#include "autocast_function.h"
#include "call.h"

/* The tables whose functions take `out`. */
static const char *const output_tables[] = {"torch", "torch.linalg", "torch.fft", "torch.special", NULL};

static bool output_has_table(const char *name) {
  for (const char *const *table = output_tables; *table != NULL; table++)
    if (strcmp(*table, name) == 0) return true;
  return false;
}

bool output_is_taken(const OpInfo *info, bool in_place) {
  if (in_place || info->kind == KIND_VIEW || info->list_output || info->modules == NULL) return false;
  for (const char *const *module = info->modules; *module != NULL; module++)
    if (output_has_table(*module)) return true;
  return false;
}

/* A function of lib/torch/utils/output.lua. */
static void output_function(lua_State *L, const char *name) {
  open_push_global(L, "require");
  lua_pushliteral(L, "torch.utils.output");
  lua_call(L, 1, 1);
  lua_getfield(L, -1, name);
  lua_remove(L, -2);
}

int output_write(lua_State *L, const char *function, int out, int n) {
  out = lua_absindex(L, out);
  const int first = lua_gettop(L) - n + 1;
  luaL_checkstack(L, 4, "too many results");
  output_function(L, "write");
  lua_insert(L, first);
  lua_pushstring(L, function);
  lua_insert(L, first + 1);
  lua_pushvalue(L, out);
  lua_insert(L, first + 2);
  lua_call(L, n + 2, n);
  return n;
}

/* Upvalues: 1 a function, 2 its name. Without `out` among the named arguments it is called as it is. */
static int output_call(lua_State *L) {
  const int n = lua_gettop(L);
  bool named = n > 0 && lua_istable(L, n);
  if (named) {
    lua_pushliteral(L, "out");
    named = lua_rawget(L, n) != LUA_TNIL;
    lua_pop(L, 1);
  }
  lua_settop(L, n);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  if (named) {
    output_function(L, "call");
    lua_insert(L, 1);
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 2);
  }
  lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
  return lua_gettop(L);
}

void output_wrap(lua_State *L, const char *library, const char *name) {
  if (library == NULL || !output_has_table(library) || lua_type(L, -1) != LUA_TFUNCTION)
    return;
  if (lua_iscfunction(L, -1) && !autocast_is_wrap(L, -1)) return;
  error_look_through(output_call);
  if (strncmp(library, "torch.", 6) == 0) lua_pushfstring(L, "%s.%s", library + 6, name);
  else lua_pushstring(L, name);
  lua_pushcclosure(L, output_call, 2);
}

int output_replace(lua_State *L) {
  Tensor *t = tensor_check(L, 1, "out", "self");
  const Tensor *from = tensor_check(L, 2, "out", "from");
  error_check(L, tensor_set_data(t, from));
  t->ndim = from->ndim;
  t->numel = from->numel;
  memcpy(t->shape, from->shape, sizeof t->shape);
  tensor_account(L, lua_touserdata(L, 1));
  return 0;
}
