/* argument_place.c: phase 1 of reading arguments (argument.h): which value on the stack is which argument. */
#include <stdio.h>
#include <string.h>

#include "argument.h"
#include "call.h"
#include "output.h"

static const char aliases; /* its address: registry key of the table of other names, {greater = "gt"} */

int argument_alias(lua_State *L) {
  luaL_checkstring(L, 1);
  luaL_checkstring(L, 2);
  lua_settop(L, 2);
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &aliases) == LUA_TNIL) {
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &aliases);
  }
  lua_insert(L, 1);
  lua_rawset(L, 1);
  return 0;
}

/* Whether 'name' is another name of the op. */
static bool is_alias(lua_State *L, const char *name, const char *own) {
  if (lua_rawgetp(L, LUA_REGISTRYINDEX, &aliases) != LUA_TTABLE) {
    lua_pop(L, 1);
    return false;
  }
  lua_pushstring(L, name);
  const bool is = lua_rawget(L, -2) == LUA_TSTRING && strcmp(lua_tostring(L, -1), own) == 0;
  lua_pop(L, 2);
  return is;
}

const char *argument_function(lua_State *L, const OpInfo *info, bool in_place) {
  static char name[64];
  lua_Debug call; /* of the function that runs: a name is looked for only when there is an error */
  snprintf(name, sizeof name, "%s%s", info->lua_name, in_place ? "_" : "");
  if (!lua_getstack(L, 0, &call) || !lua_getinfo(L, "n", &call) || call.name == NULL) return name;
  luaL_checkstack(L, 3, "errors");
  if (is_alias(L, call.name, name)) snprintf(name, sizeof name, "%s", call.name);
  return name;
}
static const char *function_name(const Reader *r) { return argument_function(r->L, r->info, r->in_place); }

bool argument_takes_numbers(const OpArg *arg, bool last) {
  return last && (arg->type == ARG_SHAPE || arg->type == ARG_DIMS);
}

/* What to write for a word that PyTorch's function or NumPy takes: "; write relu_(input), which changes it". */
static const char *other_way(const Reader *r, const char *key, char text[static 128]) {
  text[0] = '\0';
  const bool has_twin = r->info->in_place && !r->in_place;
  if (strcmp(key, "inplace") == 0 && has_twin)
    snprintf(text, 128, "; write %s_(%s), which changes it", function_name(r), r->info->args[0].name);
  else if (strcmp(key, "inplace") == 0)
    snprintf(text, 128, "; the result is a new tensor, write x = %s(x)", function_name(r));
  return text;
}

static int raise_unknown(Reader *r, const char *key) {
  const char *names[OP_MAX_ARGUMENTS + 1];
  char list[512] = "";
  int n = 0;
  for (int i = 0; i < r->info->n_args; i++) names[n++] = r->info->args[i].name;
  names[n] = NULL;
  for (int i = 0; i < n; i++) {
    size_t used = strlen(list);
    snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? ", " : "", names[i]);
  }
  const char *near = error_nearest(key, names);
  char other[128];
  return error_raise(r->L, "%s: no argument '%s'; the arguments are %s%s%s%s%s", function_name(r), key, list,
                     near ? " (did you mean '" : "", near ? near : "", near ? "'?)" : "", other_way(r, key, other));
}

static void place_named(Reader *r, int table) {
  lua_State *L = r->L;
  const OpInfo *info = r->info;
  lua_pushnil(L);
  while (lua_next(L, table)) {
    if (lua_type(L, -2) != LUA_TSTRING) {
      error_raise(L, "%s: the table of named arguments mixes names and values", function_name(r));
      return;
    }
    const char *key = lua_tostring(L, -2);
    int i = 0;
    while (i < info->n_args && strcmp(info->args[i].name, key) != 0) i++;
    if (i < info->n_args) {
      if (r->at[i] != 0) error_raise(L, "%s: argument '%s' is given twice", function_name(r), key);
      r->at[i] = lua_gettop(L);
      lua_pushvalue(L, -2); /* the value stays below, the key goes on */
      continue;
    }
    if (strcmp(key, "out") != 0 || !output_is_taken(info, r->in_place)) raise_unknown(r, key);
    r->out = lua_gettop(L);
    lua_pushvalue(L, -2);
  }
}

void argument_place(Reader *r, int top) {
  lua_State *L = r->L;
  const OpInfo *info = r->info;
  int positional = 0, n = top;
  while (positional < info->n_args && !info->args[positional].keyword_only) positional++;
  bool options = top > 0 && table_has_names(L, top);
  if (options) n--;
  int at = 1;
  for (int i = 0; i < positional && at <= n; i++) {
    const OpArg *arg = &info->args[i];
    if (at == n && !argument_takes_table(arg) && table_is_empty(L, n)) break; /* options, none of them given */
    if (arg->list && object_test(L, at, &tensor_class)) { /* tensors one after another */
      lua_createtable(L, n, 0);
      for (int k = 1; at <= n && tensor_test(L, at); k++, at++) {
        lua_pushvalue(L, at);
        lua_rawseti(L, -2, k);
      }
      r->at[i] = lua_gettop(L);
      continue;
    }
    if (argument_takes_numbers(arg, i == positional - 1) && lua_type(L, at) == LUA_TNUMBER) {
      r->at[i] = at;
      while (at <= n && lua_type(L, at) == LUA_TNUMBER) at++, r->count[i]++;
      continue;
    }
    if (!lua_isnil(L, at)) r->at[i] = at;
    at++;
  }
  if (at == n && table_is_empty(L, n)) at++;
  if (at <= n) {
    char got[ERROR_TEXT];
    error_raise(L, "%s: at most %d arguments, got %d (the last is %s); %s%s", function_name(r), positional, n,
                error_describe(L, n, got), info->lua_name, info->signature);
  }
  luaL_checkstack(L, 2 * OP_MAX_ARGUMENTS + 8, "too many arguments");
  if (options) place_named(r, top);
}
